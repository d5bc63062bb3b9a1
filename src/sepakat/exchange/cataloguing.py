"""The catalogue: what is held, by words, type, marking and links, so that a list of many objects is one look-up.

It follows what was taken in, a piece at a time, apart from the intake itself, which it must not hold up; a page first
lets it catch up a little. Holds nothing that `Objects` has not, decides nothing, and is no record of anything.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from sepakat.errors import StoreError
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import Catalogued, StoredVersion
from sepakat.exchange.titles import title_of
from sepakat.stix.identifiers import StixId
from sepakat.stix.markings import FIXED_MARKINGS
from sepakat.stix.references import targets

PIECE = 500
"""How many objects one transaction enters."""

MOST_WORDS = 80
LONGEST_WORD = 40

_LEVELS = ("clear", "green", "amber", "amber+strict", "red")
_SAYING = (
    "name",
    "aliases",
    "x_mitre_aliases",
    "labels",
    "value",
    "abstract",
    "content",
    "description",
    "explanation",
    "opinion",
    "pattern",
    "path",
    "subject",
    "relationship_type",
)
_IS_WORD = re.compile(r"\w[\w.\-]*\w|\w")


def catch_up(node: Node, most: int = PIECE) -> bool:
    """Enter what was taken in since the last time, at most so many objects; whether all is entered now."""
    with node.store.reading() as unit:
        if not unit.catalogue.is_behind():
            return True
    with node.store.writing() as unit:
        piece = unit.catalogue.next_piece(most)
        enter(unit, piece.ids)
        unit.catalogue.advance(piece)
    return piece.is_last


def catch_up_a_little(node: Node) -> bool:
    """As `catch_up`, for a page: a store that is busy or full is no reason not to show what there is."""
    with suppress(StoreError):
        return catch_up(node)
    return False


def enter(unit: Unit, ids: frozenset[StixId]) -> None:
    """Enter the newest version of each of these objects, in the order in which they came; take out what is not held."""
    held = unit.objects.get_many(sorted(ids))
    newest = sorted((versions[-1] for versions in held.values() if versions), key=lambda one: one.received_at)
    unit.catalogue.forget(ids)
    unit.catalogue.put([_entry(version) for version in newest])


def words_of(text: str) -> Iterator[str]:
    """The words of a text as they are looked up: without case and accents, also the parts of what has dots in it."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    for found in _IS_WORD.findall(plain):
        if len(found) <= LONGEST_WORD:
            yield found
        if not found.isalnum():
            yield from (part for part in re.split(r"[.\-_]", found) if part and len(part) <= LONGEST_WORD)


def _entry(version: StoredVersion) -> Catalogued:
    content = version.object.content
    words = dict.fromkeys(word for text in _texts(content) for word in words_of(text))
    linked = {target for target in targets(content) if target not in others_of(content)}
    return Catalogued(
        id=version.object.id,
        type=version.object.type,
        title=title_of(content),
        level=_level(content),
        modified=version.object.modified or "",
        received_at=version.received_at,
        words=tuple(words)[:MOST_WORDS],
        links=tuple(sorted(linked)),
    )


def _texts(content: Mapping[str, Any]) -> Iterator[str]:
    for name in _SAYING:
        value = content.get(name)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str):
                yield one
    for reference in content.get("external_references") or ():
        if isinstance(reference, Mapping) and isinstance(reference.get("external_id"), str):
            yield reference["external_id"]


def others_of(content: Mapping[str, Any]) -> frozenset[str]:
    """What an object refers to without being about it: who made it, how it is marked."""
    found = {str(content.get("created_by_ref", "")), *map(str, content.get("object_marking_refs") or ())}
    return frozenset(found | {str(one.get("marking_ref")) for one in content.get("granular_markings") or ()})


def _level(content: Mapping[str, Any]) -> str:
    """The strictest TLP level that the whole object is marked with; empty without any."""
    found = [FIXED_MARKINGS.get(StixId(str(one))) for one in content.get("object_marking_refs") or ()]
    levels = ["clear" if one.level == "white" else one.level for one in found if one and one.scheme.startswith("tlp")]
    return max((level for level in levels if level in _LEVELS), key=_LEVELS.index, default="")
