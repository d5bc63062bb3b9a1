"""What the TAXII benchmark adds and reads: the real objects of ../shared/data/stix.

Where more are needed, they are cloned with new ids.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path

from sepakat.exchange.records import Collection, Publication
from sepakat.release.decision import Outcome
from sepakat.stix.objects import StixObject
from tests.support.taxii import TaxiiNode, malware

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "data" / "stix" / "attack-10k.ndjson.gz"
AT_ONCE = 5_000
RARE = "malware-analysis"
"""A type of which a view has one object, in its middle."""

_UUID = re.compile(rb"(?<!marking-definition--)\b[0-9a-f]{8}(?=-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b)")


@cache
def lines() -> tuple[bytes, ...]:
    """The objects of the corpus as they are, one each."""
    return tuple(line for line in gzip.decompress(CORPUS.read_bytes()).split(b"\n") if line)


def clone(line: bytes, number: int) -> bytes:
    """The same object with other ids; those of markings stay, and references between clones of one number hold."""
    if number == 0:
        return line
    return _UUID.sub(lambda found: b"%08x" % (int(found[0], 16) ^ number), line)


@cache
def distinct() -> tuple[bytes, ...]:
    """One version of each object of the corpus."""
    found = {StixObject.from_bytes(line).id: line for line in lines()}
    return tuple(found.values())


def cloned(count: int) -> Iterator[bytes]:
    """So many objects: the corpus again and again, each time with new ids, and no object twice."""
    for position in range(count):
        number, place = divmod(position, len(distinct()))
        yield clone(distinct()[place], number)


def rare() -> bytes:
    """The one object of its type."""
    content = {**malware(1), "type": RARE, "id": str(malware(1)["id"]).replace("malware--", f"{RARE}--")}
    del content["is_family"]
    return StixObject.from_content({**content, "product": "benchmark", "result": "benign"}).raw


def fill(made: TaxiiNode, view: Collection, count: int) -> datetime:
    """Put so many objects into a view, a millisecond apart; gives when the last was added.

    For reading it does not matter how they came there.
    """
    with made.node.store.reading() as unit:
        last = unit.views.last(view.id)
    sequence, added = (last.sequence, last.date_added) if last else (0, made.node.clock.now())
    half = count // 2
    rows: list[Publication] = []
    for position, raw in enumerate(cloned(count)):
        body = rare() if position == half else raw
        one = StixObject.from_bytes(body)
        sequence, added = sequence + 1, added + timedelta(milliseconds=1)
        rows.append(
            Publication(
                collection=view.id,
                sequence=sequence,
                date_added=added,
                id=one.id,
                version=one.version,
                type=one.type,
                body=body,
                digest=sha256(body).hexdigest(),
                salt=sequence.to_bytes(32, "big"),
                leaf=sequence // AT_ONCE,
                position=sequence % AT_ONCE,
                original=one.version_ref,
                outcome=Outcome.WHOLE,
            )
        )
        if len(rows) == AT_ONCE:
            _publish(made, rows)
    _publish(made, rows)
    return added


def _publish(made: TaxiiNode, rows: list[Publication]) -> None:
    with made.node.store.writing() as unit:
        unit.views.publish(rows)
    rows.clear()
