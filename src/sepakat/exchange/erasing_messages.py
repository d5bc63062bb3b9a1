"""Takes out of kept messages what an erasure takes: salts and digests of objects, and texts that name the subject.

The hash of a message stands in the log, so that its leaf stays true; the message says itself which of its members are
gone. A partner that has not followed our log past a message still needs it whole: it stays open until the partner has
co-signed a later head, and `finish_open` goes on then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from sepakat.exchange.erasure_records import KeptMessage, OpenMessage
from sepakat.exchange.ports import Unit
from sepakat.exchange.records import Direction
from sepakat.stix.canonical import canonical_bytes
from sepakat.stix.identifiers import PartyId, StixId
from sepakat.transparency.leaves import MessageLeaf, parse_leaf

BLANK = "[erased]"
MARK = "erased"
"""The member of a kept message that says what is gone of it."""
_OPENINGS = ("salt", "digest")


@dataclass(slots=True)
class Redacted:
    """The hashes of the messages of which something is gone, and those that wait for a partner."""

    hashes: list[str] = field(default_factory=list)
    open: list[OpenMessage] = field(default_factory=list)


def redact_messages(unit: Unit, ids: frozenset[StixId], names: Callable[[str], bool]) -> Redacted:
    """Take out of every message what it says of some objects, or of a subject by name."""
    followed = _Followed(unit)
    done = Redacted()
    found = [
        (message, paths)
        for message in unit.erasures.messages()
        if (paths := tuple(_paths(orjson.loads(message.document).get("body"), "", ids, names)))
    ]
    for message, paths in found:
        done.hashes.append(message.hash)
        if message.direction is Direction.IN or followed.is_past(message):
            _redact(unit, message.hash, message.direction, message.document, paths)
        else:
            place = followed.place(message)
            done.open.append(OpenMessage(message.hash, message.counterpart, place, paths))
    return done


def finish_open(unit: Unit) -> int:
    """Take out of messages what waited for a partner that has followed our log by now; how many still wait."""
    followed = _Followed(unit)
    waiting = 0
    for erasure in unit.erasures.everything():
        left = []
        for one in erasure.open:
            kept = unit.messages.get(one.hash, Direction.OUT)
            if kept is not None and followed.size(one.counterpart) > one.leaf:
                _redact(unit, one.hash, Direction.OUT, kept.document, one.paths)
            elif kept is not None:
                left.append(one)
        waiting += len(left)
        if len(left) != len(erasure.open):
            unit.erasures.put(replace(erasure, open=tuple(left)))
    return waiting


def erased_hash(document: bytes) -> str | None:
    """The hash that a message had before something was taken out of it; None for one that is whole."""
    try:
        mark = orjson.loads(document).get(MARK)
    except (orjson.JSONDecodeError, AttributeError):
        return None
    found = mark.get("hash") if isinstance(mark, Mapping) else None
    return found if isinstance(found, str) else None


class _Followed:
    """How far each partner has followed our log for it, and where in it each message stands."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._sizes: dict[PartyId, int] = {}
        self._places: dict[PartyId, dict[str, int]] = {}

    def size(self, party: PartyId) -> int:
        if party not in self._sizes:
            notes = self._unit.logs.checkpoints(party, mirror=False)
            self._sizes[party] = max((note.size for note in notes if note.cosigned), default=0)
        return self._sizes[party]

    def place(self, message: KeptMessage) -> int:
        """The leaf that a partner knows only from this message."""
        party = message.counterpart
        if party not in self._places:
            leaves = self._unit.logs.leaves(party, mirror=False)
            read = ((leaf.index, parse_leaf(leaf.data)) for leaf in leaves)
            self._places[party] = {leaf.message: index for index, leaf in read if isinstance(leaf, MessageLeaf)}
        place = self._places[party].get(message.hash, 0)
        # The leaf of a batch stands before that of its statement, and nothing else tells it.
        return place - 1 if message.kind == "release-statement" else place

    def is_past(self, message: KeptMessage) -> bool:
        return message.is_delivered and self.size(message.counterpart) > self.place(message)


def _paths(value: Any, path: str, ids: frozenset[StixId], names: Callable[[str], bool]) -> Iterator[str]:
    if isinstance(value, str):
        if value != BLANK and names(value):
            yield path
    elif isinstance(value, Mapping):
        is_of_object = value.get("id") in ids and "salt" in value
        for name, inner in value.items():
            step = f"{path}.{name}" if path else name
            if is_of_object and name in _OPENINGS:
                if inner:
                    yield step
            else:
                yield from _paths(inner, step, ids, names)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _paths(inner, f"{path}.{number}", ids, names)


def _redact(unit: Unit, hash_: str, direction: Direction, document: bytes, paths: tuple[str, ...]) -> None:
    read = orjson.loads(document)
    for path in paths:
        _blank(read["body"], path.split("."))
    before = read.get(MARK, {}).get("paths", [])
    read[MARK] = {"hash": hash_, "paths": sorted({*before, *paths})}
    unit.erasures.replace_message(hash_, direction, canonical_bytes(read))


def _blank(value: Any, steps: list[str]) -> None:
    for step in steps[:-1]:
        value = value[int(step)] if isinstance(value, list) else value[step]
    last = steps[-1]
    blank = "" if last in _OPENINGS else BLANK
    if isinstance(value, list):
        value[int(last)] = blank
    else:
        value[last] = blank
