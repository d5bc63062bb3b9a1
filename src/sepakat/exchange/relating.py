"""Puts a relationship between two held objects, in a person's words: made here, taken in like any other content.

What it is called is an open vocabulary of the standard (STIX 2.1, section 5.1). Without a marking it stays with this
node, as everything does. Decides nothing about release: a new link may bring evidence of topic and region, and the
intake decides every view anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from sepakat.errors import InputError, NotFound
from sepakat.exchange.ports import Node
from sepakat.exchange.taking_in import Provenance, take_in
from sepakat.stix.identifiers import StixId
from sepakat.stix.instants import format_instant

SOURCE = "relationships"
"""What stands as the source of an intake of relationships made here."""

USUAL = (
    "related-to", "attributed-to", "uses", "targets", "located-at", "indicates", "based-on", "compromises",
    "originates-from", "impersonates", "owns", "controls", "communicates-with", "consists-of", "part-of",
    "derived-from", "duplicate-of",
)  # fmt: skip
"""What relationships are usually called, to be proposed; any other word of the standard's form is taken too."""


@dataclass(frozen=True, slots=True)
class Link:
    """A relationship to be made: from which object, called what, to which."""

    source: StixId
    kind: str
    target: StixId
    description: str = ""
    markings: tuple[StixId, ...] = ()


def relate(node: Node, link: Link, by: str) -> StixId:
    """Make the relationship; its id.

    Raises:
        NotFound: one of its ends is not held. InputError: both ends are one object, or the relationship has faults.
    """
    if link.source == link.target:
        raise InputError("relationship-to-itself", f"relationship refused: both ends are {link.source}")
    with node.store.reading() as unit:
        held = unit.objects.get_many((link.source, link.target))
        for end in (link.source, link.target):
            if not held.get(end):
                raise NotFound("object-unknown", f"no object {end} is held", "`sepakat objects list` shows what is")
        own = unit.parties.get(node.party)
        assert own is not None, "a node knows its own party from its first day on"
    now = format_instant(node.clock.now(), 3)
    content: dict[str, Any] = {
        "type": "relationship",
        "spec_version": "2.1",
        "id": f"relationship--{node.ids.uuid()}",
        "created_by_ref": own.identity.id,
        "created": now,
        "modified": now,
        "relationship_type": link.kind,
        "source_ref": link.source,
        "target_ref": link.target,
    }
    if link.description:
        content["description"] = link.description
    if link.markings:
        content["object_marking_refs"] = list(link.markings)
    take_in(node, orjson.dumps(content), Provenance(SOURCE, by))
    return StixId(content["id"])
