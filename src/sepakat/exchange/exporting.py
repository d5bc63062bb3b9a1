"""Gives what this party holds to its own people in another format: a report as a MISP event. Nothing leaves by this."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sepakat.errors import InputError, NotFound
from sepakat.exchange.ports import Node, Unit
from sepakat.intake.misp.exporting import Exported, export
from sepakat.stix.identifiers import StixId
from sepakat.stix.objects import StixObject

REPORTS = ("report", "grouping")


def export_misp(node: Node, report: StixId) -> Exported:
    """A held report or grouping with everything that it refers to, as a MISP event.

    Raises:
        NotFound: it is not held.
        InputError: it is neither a report nor a grouping.
    """
    with node.store.reading() as unit:
        content = _newest(unit, report)
        if content.type not in REPORTS:
            raise InputError(
                "export-of-other-type", f"export refused: expected a report or grouping, got {content.type}"
            )
        objects: dict[str, Mapping[str, Any]] = {report: content.content}
        wanted = {StixId(ref) for ref in content.content.get("object_refs", ())}
        wanted |= {StixId(content.content["created_by_ref"])} if "created_by_ref" in content.content else set()
        while wanted:
            held = unit.objects.get_many(wanted)
            objects |= {id_: versions[-1].object.content for id_, versions in held.items()}
            groups = [objects[id_] for id_ in held if objects[id_]["type"] in ("grouping", "observed-data")]
            wanted = {StixId(ref) for one in groups for ref in one.get("object_refs", ())} - objects.keys()
        notes = [version.object for version in unit.objects.page(type_="note", limit=10_000)]
        objects |= {note.id: note.content for note in notes if report in note.content.get("object_refs", ())}
    return export(objects[report], objects)


def _newest(unit: Unit, id_: StixId) -> StixObject:
    versions = unit.objects.get(id_)
    policy = unit.policies.get(id_)
    if not versions or (policy is not None and policy.recalled):
        raise NotFound("object-unknown", f"no object {id_}", "`sepakat objects list` shows what is held")
    return versions[-1].object
