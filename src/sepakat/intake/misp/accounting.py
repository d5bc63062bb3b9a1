"""What became of each attribute and object of an event: the types made of it, and every loss with its reason.

Nothing of an event may vanish without a line here: a record is represented in objects of the standard, in a custom
object that keeps its value, or it is lost and named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sepakat.intake.misp.events import Record, is_deleted
from sepakat.intake.source import Item
from sepakat.stix.identifiers import StixId


@dataclass(slots=True)
class Account:
    """One event's attributes by type and outcome, and what was lost."""

    rows: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(attribute or object type, what was made of it) -> how many."""
    losses: list[Item] = field(default_factory=list)


def account(event: Record, made: Mapping[str, Sequence[StixId]]) -> Account:
    """What became of every attribute and object; `made` maps uuids to the objects made of them."""
    counted = Account()
    for kind, record, above in _records(event):
        ids = made.get(record["uuid"]) or (made.get(above["uuid"], ()) if above is not None else ())
        types = sorted({id_.partition("--")[0] for id_ in ids} - {"relationship", "note", "opinion", "sighting"})
        if is_deleted(record) or (above is not None and is_deleted(above)):
            outcome = "deleted in MISP, " + ("revoked" if types else "left out")
        elif not types:
            outcome = "lost"
            counted.losses.append(Item(record["uuid"], f"{kind}: nothing is made of it"))
        elif all(type_.startswith("x-misp-") for type_ in types):
            outcome = f"kept as {types[0]}"
            if above is None:
                counted.losses.append(
                    Item(record["uuid"], f"{kind}: STIX has no such object; its value is kept in {types[0]}")
                )
        else:
            outcome = ", ".join(types)
        counted.rows[kind, outcome] += 1
    return counted


def _records(event: Record) -> Iterator[tuple[str, Record, Record | None]]:
    for attribute in event.get("Attribute") or ():
        yield f"attribute {attribute.get('type')}", attribute, None
    for misp_object in event.get("Object") or ():
        yield f"object {misp_object.get('name')}", misp_object, None
        for attribute in misp_object.get("Attribute") or ():
            if isinstance(attribute, dict):
                yield f"attribute {attribute.get('type')} in object {misp_object.get('name')}", attribute, misp_object
