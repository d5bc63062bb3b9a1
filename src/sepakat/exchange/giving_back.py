"""Gives a partner back what it said to us itself: its log for us as we mirror it, with its own messages.

For a node that was restored from an older backup and has forgotten what it sent. Reads the store and nothing else.
Invariant: whoever asks gets only what it signed, or logged for us, itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from sepakat.errors import InputError
from sepakat.exchange.mirror_records import MirrorLeaf, MirrorPage
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import Direction, Leaf
from sepakat.stix.identifiers import PartyId
from sepakat.transparency.leaves import MessageLeaf, parse_leaf
from sepakat.transparency.merkle import Frontier, leaf_hash

Item = TypeVar("Item")

PAGE = 100
"""How many leaves, or messages beside them, one answer carries at most; the owner asks again from there on."""
PAGE_BYTES = 8_000_000
"""No further leaf is put into an answer that is as long as this."""


def give_back(node: Node, owner: PartyId, after: int, beside: int) -> MirrorPage:
    """The mirror of a party's log for us after so many leaves, then its other messages after so many of them."""
    with node.store.reading() as unit:
        leaves = unit.logs.leaves(owner, mirror=True)
        start = min(after, len(leaves))
        root = Frontier().extend(leaf_hash(leaf.data) for leaf in leaves[:start]).root()
        part = tuple(_one_page(_with_messages(unit, owner, leaves[start:]), _length))
        is_last = start + len(part) == len(leaves)
        others = tuple(_one_page(islice(_beside(unit, owner, leaves), beside, None), len)) if is_last else ()
    return MirrorPage(len(leaves), root, part, others)


def _with_messages(unit: Unit, owner: PartyId, leaves: Sequence[Leaf]) -> Iterator[MirrorLeaf]:
    for leaf in leaves:
        name = _message_of(leaf)
        kept = None if name is None else unit.messages.get(name, Direction.IN)
        is_theirs = kept is not None and kept.counterpart == owner
        yield MirrorLeaf(leaf.data, kept.document if kept is not None and is_theirs else None)


def _one_page(items: Iterator[Item], length: Callable[[Item], int]) -> Iterator[Item]:
    size = 0
    for item in islice(items, PAGE):
        yield item
        size += length(item)
        if size >= PAGE_BYTES:
            return


def _length(leaf: MirrorLeaf) -> int:
    return len(leaf.data) + len(leaf.message or b"")


def _beside(unit: Unit, owner: PartyId, leaves: Sequence[Leaf]) -> Iterator[bytes]:
    """Its messages of which the mirror has no leaf: it pushed them, and we have not followed its log since."""
    mirrored = {name for leaf in leaves if (name := _message_of(leaf)) is not None}
    last = 0
    while page := unit.messages.after(owner, last, direction=Direction.IN):
        yield from (record.document for record in page if record.hash not in mirrored)
        last = page[-1].sequence


def _message_of(leaf: Leaf) -> str | None:
    try:
        read = parse_leaf(leaf.data)
    except InputError:
        return None
    return read.message if isinstance(read, MessageLeaf) else None
