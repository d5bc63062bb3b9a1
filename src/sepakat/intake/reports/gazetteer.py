"""The names that the rules know: countries, places, organisations, armed groups, offices and verbs of saying.

The tables are files in `data/`, each with its source and licence in `data/README.md`; they are read once, here alone.
A name is looked up by its key: without case, accents, apostrophes and hyphens. Names of peoples, religions and
beliefs are in no table.
"""

from __future__ import annotations

import gzip
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

_APOSTROPHES = re.compile("['\u2018\u2019\u02bb\u02bc\u02bf`]")
_OTHER = re.compile(r"[^\w]+")


def key_of(name: str) -> str:
    """A name without what spellings differ in: case, accents, apostrophes, hyphens, points."""
    if name.isascii():
        text = name
    else:
        text = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return _OTHER.sub(" ", _APOSTROPHES.sub("", text)).strip().casefold()


@dataclass(frozen=True, slots=True)
class Area:
    """One place that a name can stand for."""

    name: str
    type: str
    country: str | None
    latitude: float | None
    longitude: float | None
    people: int = 0
    is_capital: bool = False
    admin: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation that the tables know."""

    name: str
    kind: str
    country: str | None
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """One armed or criminal group; `long` are its long names, `kind` the STIX type that it becomes."""

    name: str
    long: tuple[str, ...]
    others: tuple[str, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Verb:
    """A form of a verb of saying, and what kind of act it tells."""

    act: str
    language: str


@dataclass(frozen=True, slots=True)
class Cities:
    """The cities of the world, found by bisection, so that nothing is parsed that no text names."""

    rows: list[str] = field(default_factory=list, repr=False)
    keys: list[str] = field(default_factory=list, repr=False)

    def named(self, key: str) -> list[Area]:
        """Every city that has the name."""
        at = bisect_left(self.keys, key + "\t")
        if at == len(self.keys) or not self.keys[at].startswith(key + "\t"):
            return []
        return [self._city(int(number)) for number in self.keys[at].partition("\t")[2].split()]

    def _city(self, number: int) -> Area:
        country, admin, latitude, longitude, people, capital, name, others = self.rows[number].split("\t")
        where = float(latitude), float(longitude)
        aka = tuple(others.split("|")) if others else ()
        return Area(name, "settlement", country, *where, int(people), bool(capital), admin, aka)


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """All tables, by key. `country_names` has each country's names in both languages, its short one first."""

    countries: dict[str, str] = field(default_factory=dict)
    country_names: dict[str, list[str]] = field(default_factory=dict)
    adjectives: dict[str, str] = field(default_factory=dict)
    own_areas: dict[str, list[Area]] = field(default_factory=dict)
    cities: Cities = field(default_factory=Cities)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    verbs: dict[str, Verb] = field(default_factory=dict)
    offices: dict[str, dict[str, str]] = field(default_factory=dict)
    longest: int = 7

    def areas(self, key: str) -> list[Area]:
        """Every place that has the name, those of our own table before the cities."""
        return [*self.own_areas.get(key, ()), *self.cities.named(key)]


@cache
def load_gazetteer() -> Gazetteer:
    """The tables shipped with the product."""
    found = Gazetteer(cities=_read_cities())
    _read_countries(found)
    _read_places(found)
    _read_names(found)
    for language, act, forms in _rows("verbs.tsv"):
        for form in forms.split("|"):
            found.verbs.setdefault(form, Verb(act, language))
    for language, category, heads in _rows("offices.tsv"):
        for head in heads.split("|"):
            found.offices.setdefault(language, {}).setdefault(head, category)
    return found


def _read_countries(found: Gazetteer) -> None:
    for code, names, adjectives in _rows("country-aliases.tsv"):
        for name in names.split("|"):
            # Two letters are a country only as they are written: "AS", never "as".
            found.countries[name if len(name) <= 4 else key_of(name)] = code
            found.country_names.setdefault(code, []).append(name)
        for adjective in adjectives.split("|"):
            found.adjectives[key_of(adjective)] = code
    for code, english, indonesian in _rows("countries.tsv"):
        for name in (english, indonesian):
            found.countries.setdefault(name if len(name) <= 4 else key_of(name), code)
            if name not in found.country_names.setdefault(code, []):
                found.country_names[code].append(name)


def _read_places(found: Gazetteer) -> None:
    for kind, country, latitude, longitude, names in _rows("areas.tsv"):
        first, *others = names.split("|")
        area = Area(first, kind, country or None, float(latitude), float(longitude), 10**6, others=tuple(others))
        for name in (first, *others):
            found.own_areas.setdefault(key_of(name), []).append(area)


def _read_cities() -> Cities:
    lines = gzip.decompress(_file("cities.tsv.gz")).decode("utf-8").splitlines()
    middle = next(index for index in range(1, len(lines)) if lines[index].startswith("# key"))
    return Cities(lines[1:middle], lines[middle + 1 :])


def _read_names(found: Gazetteer) -> None:
    for kind, country, names in _rows("organisations.tsv"):
        first, *others = names.split("|")
        organisation = Organisation(first, kind, country or None, tuple(others))
        for name in (first, *others):
            found.organisations.setdefault(name if len(name) <= 5 and name.isupper() else key_of(name), organisation)
    for names, long in _rows("groups.tsv"):
        first, *others = names.split("|")
        longs = tuple(name for name in long.split("|") if name)
        group = Group(first, longs, tuple(others), "threat-actor")
        for name in (first, *others, *longs):
            found.groups.setdefault(name if len(name) <= 5 and name.isupper() else key_of(name), group)
    for galaxy, names in _rows("galaxy-groups.tsv"):
        first, *others = names.split("|")
        group = Group(first, (), tuple(others), "intrusion-set" if galaxy == "threat-actor" else "threat-actor")
        for name in (first, *others):
            key = key_of(name)
            if not found.areas(key) and key not in found.countries and key not in found.organisations:
                found.groups.setdefault(key, group)


def _rows(name: str) -> Iterator[list[str]]:
    for line in _file(name).decode("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def _file(name: str) -> bytes:
    return resources.files("sepakat.intake.reports").joinpath("data", name).read_bytes()
