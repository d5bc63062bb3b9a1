"""Feeds every parser of intake with broken input for some minutes: `make fuzz`, `python -m checks.fuzz --minutes 10`.

Seeds are small good sources; each round one of them is broken in bytes or, where it is JSON, in its values, and read
again. A parser may take it or refuse it with an InputError, in words and in time. Anything else is a finding: the
input is written to build/fuzz and the run fails. The same `--seed` does the same again.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from sepakat.errors import SepakatError
from sepakat.intake.formats import FORMATS, detect, read_source
from sepakat.intake.source import Source
from sepakat.stix.identifiers import StixId
from sepakat.stix.patterns import pattern_fault
from sepakat.stix.reading import read_large
from sepakat.stix.validation import faults_of, warnings_of

ROOT = Path(__file__).resolve().parents[1]
FOUND = ROOT / "build" / "fuzz"
SLOWEST_SECONDS = 20.0
"""How long one input of at most a megabyte may take on a loaded machine."""

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
CREATOR = StixId("identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f")
_DATES = {"created": "2024-01-31T09:00:00.000Z", "modified": "2024-01-31T09:00:00.000Z"}
_ID = "8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"
_ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, 10**19, "", " ", "\x00", "\u202e\u200b", "=1+1", "0000-00-00", "9" * 400, [], {}),
    *([[]], {"": {}}, "CVE-0000-0", "2024-02-30T00:00:00Z", "--" * 200, "a" * 5000, "tlp:\ud7ff", "../../etc"),
)
_TOKENS = (
    b"<",
    b">",
    b"&",
    b"\x00",
    b"\xff",
    b'"',
    b"'",
    b"[",
    b"{",
    b"]",
    b"\\u0000",
    b"\xf0\x9f",
    b"\r\n",
    b",,",
    b"=",
)

STIX = {
    "type": "bundle",
    "id": f"bundle--{_ID}",
    "objects": [
        {"type": "indicator", "spec_version": "2.1", "id": f"indicator--{_ID}", **_DATES, "valid_from": "2024-01-31T09:00:00Z",
         "pattern": "[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e' AND file:name LIKE 'a%']", "pattern_type": "stix",
         "external_references": [{"source_name": "a", "url": "https://example.org/a"}], "labels": ["a"],
         "granular_markings": [{"lang": "en", "selectors": ["labels.[0]", "pattern"]}]},
        {"type": "observed-data", "id": f"observed-data--{_ID}", **_DATES, "first_observed": _DATES["created"],
         "last_observed": _DATES["created"], "number_observed": 1,
         "objects": {"0": {"type": "ipv4-addr", "value": "198.51.100.7"}, "1": {"type": "network-traffic", "dst_ref": "0"}}},
        {"type": "note", "spec_version": "2.1", "id": f"note--{_ID}", **_DATES, "content": "x", "object_refs": [f"note--{_ID}"]},
    ],
}  # fmt: skip
MISP = {
    "Event": {
        "uuid": _ID, "info": "x", "date": "2024-01-31", "timestamp": "1700000000", "distribution": "4", "sharing_group_id": "1",
        "Orgc": {"uuid": _ID, "name": "o"}, "Tag": [{"name": "tlp:green"}],
        "Attribute": [{"uuid": _ID, "type": "domain|ip", "category": "Network activity", "value": "a.example|198.51.100.7",
                       "to_ids": True, "timestamp": "1700000000", "Sighting": [{"type": "0", "uuid": _ID}],
                       "ShadowAttribute": [{"type": "ip-dst", "value": "198.51.100.8"}]}],
        "Object": [{"uuid": _ID, "name": "file", "meta-category": "file", "Attribute": [
            {"uuid": _ID, "type": "md5", "object_relation": "md5", "value": "d41d8cd98f00b204e9800998ecf8427e"}],
            "ObjectReference": [{"referenced_uuid": _ID, "relationship_type": "drops"}]}],
        "Galaxy": [{"type": "threat-actor", "name": "Threat Actor", "GalaxyCluster": [{"type": "threat-actor", "value": "x"}]}],
        "EventReport": [{"uuid": _ID, "name": "r", "content": f"@[attribute]({_ID})"}],
    }
}  # fmt: skip
TABLE = b'value;type;date;tlp;comment\r\nhxxp://a[.]example/x;url;2024-01-31;green;"a\nb"\r\n198.51.100.7;ip;;;=1\r\n'
PAGE = (
    b'<!doctype html><html lang="id"><head><title>Menteri: sekitar 500 orang</title><meta property="article:published_time" '
    b'content="2024-10-14T10:00:00+07:00"></head><body><article><h1>Menteri: sekitar 500 orang</h1><p>Jakarta - "Kami tak '
    b'menolak," kata Menteri Pertahanan Budi Santoso, Selasa (14/10/2024). Sekitar 500 orang atau lebih, ujarnya.</p>'
    b"</article></body></html>"
)
TEXT = (
    b"Minister denies the attack\nBy Anna Smith\n14 October 2024\n\n"
    b'PARIS (Agency) - "We did not attack," said Defence Minister John Doe on Tuesday. About 20 people were arrested in Erbil.\n'
)
SEEDS: dict[str, bytes] = {
    "stix": orjson.dumps(STIX), "misp": orjson.dumps(MISP), "csv": TABLE, "page": PAGE, "text": TEXT,
}  # fmt: skip


def main() -> int:
    """Break things until the time is over; 1 if anything broke that must not."""
    parser = argparse.ArgumentParser(prog="python -m checks.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else int(time.time())
    print(f"fuzzing for {options.minutes} minutes with --seed {seed}")
    tried: Counter[str] = Counter()
    findings = list(run(random.Random(seed), time.monotonic() + options.minutes * 60, tried))  # noqa: S311
    print("inputs by parser and outcome:")
    for name, count in sorted(tried.items()):
        print(f"  {name}: {count}")
    for finding in findings:
        print(f"FOUND: {finding}")
    return 1 if findings else 0


def run(chance: random.Random, until: float, tried: Counter[str]) -> Iterator[str]:
    """Every finding, in words; ends when the time is over or after ten of them."""
    found = 0
    while time.monotonic() < until and found < 10:
        name = chance.choice(sorted(SEEDS))
        data = broken(SEEDS[name], chance)
        for parser, parse in parsers(name):
            begun = time.monotonic()
            try:
                parse(data)
                outcome = "taken"
            except SepakatError:
                outcome = "refused"
            except Exception:  # noqa: BLE001 -- that is what is looked for
                outcome = "broke"
                found += 1
                yield f"{parser}: {_kept(data)}: {traceback.format_exc(limit=-3)}"
            if time.monotonic() - begun > SLOWEST_SECONDS:
                found += 1
                yield f"{parser}: {_kept(data)}: took {time.monotonic() - begun:.1f} s"
            tried[f"{parser} {outcome}"] += 1


def parsers(name: str) -> Iterator[tuple[str, Callable[[bytes], object]]]:
    """What reads a broken seed: its own format, detection, and what stands below."""
    yield "detection", lambda data: detect("x", data)
    for one in FORMATS:
        if one.name == name:
            yield one.name, lambda data: _read(data, name)
    if name == "stix":
        yield "stix objects", _read_stix
        yield "stix pattern", lambda data: pattern_fault(data[:300].decode("latin-1"))


def _read(data: bytes, form: str) -> None:
    options = {"accepts_mapping": True}
    contents = read_source(Source(data, f"x.{form}", NOW, CREATOR, options=options), form)[1]
    for made in contents.objects:
        faults_of(made.content)


def _read_stix(data: bytes) -> None:
    for made in read_large(data):
        faults_of(made.content)
        warnings_of(made.content)


def broken(seed: bytes, chance: random.Random) -> bytes:
    """A seed, broken in one to four ways."""
    data = seed
    if seed[:1] == b"{" and chance.random() < 0.7:
        document = orjson.loads(seed)
        for _ in range(chance.randint(1, 4)):
            _break_value(document, chance)
        data = orjson.dumps(document, option=orjson.OPT_NON_STR_KEYS)
        if chance.random() < 0.7:
            return data
    for _ in range(chance.randint(1, 4)):
        data = _break_bytes(data, chance)
    return data


def _break_value(document: Any, chance: random.Random) -> None:
    node = document
    while isinstance(node, dict | list) and node:
        key = chance.choice(list(node) if isinstance(node, dict) else range(len(node)))
        child = node[key]
        if isinstance(child, dict | list) and child and chance.random() < 0.8:
            node = child
            continue
        act = chance.random()
        if act < 0.2 and isinstance(node, dict):
            del node[key]
        elif act < 0.3 and isinstance(node, list):
            node.append(deepcopy(child))
        else:
            node[key] = deepcopy(chance.choice(_ODD))
        return


def _break_bytes(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    to = min(len(data), at + chance.choice((1, 2, 8, 64)))
    act = chance.randrange(6)
    if act == 0:
        return data[:at] + data[to:]
    if act == 1:
        return data[:at] + bytes(chance.randrange(256) for _ in range(to - at)) + data[to:]
    if act == 2:
        return data[:at] + chance.choice(_TOKENS) * chance.choice((1, 2, 50)) + data[at:]
    if act == 3:
        return data[:at] + data[at:to] * chance.choice((2, 20)) + data[to:]
    if act == 4:
        return data.decode("utf-8", "replace").encode(chance.choice(("utf-16", "cp1252", "utf-32")), "replace")
    return data[:at]


def _kept(data: bytes) -> Path:
    FOUND.mkdir(parents=True, exist_ok=True)
    path = FOUND / sha256(data).hexdigest()[:16]
    path.write_bytes(data)
    return path.relative_to(ROOT)


if __name__ == "__main__":
    sys.exit(main())
