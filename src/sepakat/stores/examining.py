"""Compares the bodies of objects with the hashes that were kept beside them when they were written.

A database checks that its pages are whole, not that a page says what it said. Looks in blocks spread over the whole
table, so that what was looked at when time is up stands for all; decides nothing on what to do about damage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from hashlib import sha256
from math import gcd

from sqlalchemy import Connection, func, select

from sepakat.stix.identifiers import StixId
from sepakat.stores.schema import bodies, objects

_BLOCK = 500
_BLOCKS_AT_ONCE = 50
"""So many blocks are read in one transaction, so that nobody has to keep an old state for long."""
_GOLDEN = 0.618
_NOTHING = b""
"""The body, and the hash, of what was erased."""

GoesOn = Callable[[int, int], bool]
"""Asked after each block with how many of how many were looked at; false ends the looking."""


@dataclass(frozen=True, slots=True)
class Examined:
    """How many bodies were compared, whether these were all, and the objects of those that are not as written."""

    looked_at: int
    is_all: bool
    changed: tuple[StixId, ...]


def examine_bodies(
    reading: Callable[[], AbstractContextManager[Connection]], goes_on: GoesOn, first: int = 0
) -> Examined:
    """Compare bodies with their hashes; `first` says with which block to begin, so that each time others come first."""
    with reading() as connection:
        lowest, highest = connection.execute(select(func.min(bodies.c.key), func.max(bodies.c.key))).one()
    count = 0 if lowest is None else (highest - lowest) // _BLOCK + 1
    looked_at = 0
    changed: dict[StixId, None] = {}
    places = list(_spread(count, first))
    for start in range(0, count, _BLOCKS_AT_ONCE):
        with reading() as connection:
            for done, place in enumerate(places[start : start + _BLOCKS_AT_ONCE], start + 1):
                looked_at += _compare(connection, lowest + place * _BLOCK, changed)
                if not goes_on(done, count) and done < count:
                    return Examined(looked_at, False, tuple(changed))
    return Examined(looked_at, True, tuple(changed))


def _spread(count: int, first: int) -> Iterator[int]:
    """All numbers below `count`, each once, any part of them spread evenly."""
    stride = max(1, round(count * _GOLDEN))
    while gcd(stride, count) > 1:
        stride += 1
    return ((first + number * stride) % count for number in range(count))


def _compare(connection: Connection, start: int, changed: dict[StixId, None]) -> int:
    of_block = bodies.c.key.between(start, start + _BLOCK - 1)
    rows = connection.execute(select(bodies.c.hash, bodies.c.body, bodies.c.object_key).where(of_block)).all()
    wrong = {row.object_key for row in rows if row.hash != (sha256(row.body).digest() if row.body else _NOTHING)}
    if wrong:
        names = select(objects.c.id).where(objects.c.key.in_(sorted(wrong))).order_by(objects.c.id)
        changed |= {StixId(name): None for name in connection.scalars(names)}
    return len(rows)
