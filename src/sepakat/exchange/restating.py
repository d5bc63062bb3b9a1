"""What we released and have forgotten, put into its view again by the statement that we signed of it.

The bytes are there only where the very version is held here; of anything else the row says which version it was, with
which digest, and its body says nothing. All such rows have left their view: what may go still goes anew, in a later
batch. Invariant: no version that is stated here is ever published with other bytes, nor a variant's id after its end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from sepakat.errors import InputError
from sepakat.exchange.parties import own_party
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.publishing import MILLISECOND, on_grid
from sepakat.exchange.records import Collection, Publication, Standing, VariantState
from sepakat.exchange.tombstones import empty_tombstone
from sepakat.exchange.view_updates import REVOKED
from sepakat.release.decision import Outcome
from sepakat.release.question import ViewKey
from sepakat.release.variants import variant_id
from sepakat.stix.identifiers import AgreementId, StixId, type_of
from sepakat.stix.instants import format_instant, parse_instant
from sepakat.stix.objects import StixObject, VersionRef
from sepakat.transparency.leaves import ReleaseLeaf, leaf_from
from sepakat.transparency.messages import Message

UNKNOWN = ""
"""In place of a projection digest: what the last version of this variant said is not known; the next one is new."""
_MOST_EPOCHS = 8
"""How many ids of an observable's variant are tried: it gets a new one with each new content."""


def restate(node: Node, unit: Unit, message: Message) -> None:
    """Put the rows of a release statement of ours into their view again, as ones that have left it."""
    body = message.body
    leaf = cast(ReleaseLeaf, leaf_from(body["leaf"]))
    view = ViewKey(AgreementId(leaf.agreement), message.recipient)
    collection = _collection(unit, body["collection"], view, leaf.at)
    entered, entries = len(body["objects"]), [*body["objects"], *body["tombstones"]]
    originals = _Originals(node, unit, collection)
    last = unit.views.last(collection.id)
    sequence = last.sequence if last else 0
    added = last.date_added if last else datetime.min.replace(tzinfo=UTC)
    first = on_grid(leaf.at)
    rows = []
    for position, entry in enumerate(entries):
        added = max(first, added + MILLISECOND)
        sequence += 1
        id_, version = StixId(entry["id"]), str(entry["version"])
        variant = originals.of_variant(id_) if position >= entered or entry["variant"] else None
        held = None if variant else _held(unit, (id_, version), entry["digest"])
        is_variant = variant is not None or bool(entry.get("variant"))
        of = (variant[0] if variant else id_, version)
        made = held or _without_content(node, unit, id_, version, of[0])
        rows.append(
            Publication(
                collection=collection.id,
                sequence=sequence,
                date_added=added,
                id=id_,
                version=version,
                type=type_of(id_),
                body=made.raw,
                digest=entry["digest"],
                salt=bytes.fromhex(entry["salt"]),
                leaf=body["index"],
                position=position,
                original=of,
                outcome=Outcome.VARIANT if is_variant else Outcome.WHOLE,
                standing=Standing.WITHDRAWN,
                withdrawn_at=message.at,
            )
        )
        if variant is not None:
            originals.note(variant, id_, version, is_end=position >= entered)
    unit.views.publish(rows)


def is_without_content(row: Publication) -> bool:
    """Whether a row is one that was put in again without the bytes that its reader was given."""
    if row.standing is not Standing.WITHDRAWN:
        return False
    try:
        made = StixObject.from_bytes(row.body)
    except (InputError, ValueError):
        return False
    again = _emptied(dict(made.content), row.id, row.version)
    return made.id == row.id and made.is_revoked and made.raw == again.raw


def _collection(unit: Unit, id_: str, view: ViewKey, at: datetime) -> Collection:
    for collection in unit.views.collections():
        if collection.id == id_:
            return collection
    title = f"{view.agreement} for {view.taker}".replace(".", "-").replace(",", "-")
    collection = Collection(id_, view, title, at)
    unit.views.put_collection(collection)
    return collection


def _held(unit: Unit, name: VersionRef, digest: str) -> StixObject | None:
    versions = (version.object for version in unit.objects.get(name[0]))
    return next((made for made in versions if made.version_ref == name and made.digest == digest), None)


def _without_content(node: Node, unit: Unit, id_: StixId, version: str, original: StixId) -> StixObject:
    """In place of bytes that are gone: an object of that id and version that says nothing."""
    held = unit.objects.get(original)
    content: dict[str, Any] = dict(held[-1].object.content) if held else {}
    content.pop("object_marking_refs", None)
    if id_ != original:
        content["created_by_ref"] = own_party(node, unit).identity.id
    return _emptied(content, id_, version)


def _emptied(content: dict[str, Any], id_: StixId, version: str) -> StixObject:
    named: dict[str, Any] = {"type": type_of(id_), "spec_version": "2.1", "id": id_}
    if version:
        at = parse_instant(f"{version}Z")
        named |= {"created": _instant(version), "modified": _instant(version)}
        made = empty_tombstone({**content, **named}, at)
        if made is not None:
            return StixObject.from_content({**made.content, "modified": _instant(version)})
    return StixObject.from_content({**named, "revoked": True})


def _instant(version: str) -> str:
    return format_instant(parse_instant(f"{version}Z"))


class _Originals:
    """Whose variants the ids of one view are, by the node's secret and by what is held."""

    def __init__(self, node: Node, unit: Unit, collection: Collection) -> None:
        self._node = node
        self._unit = unit
        self._collection = collection
        self._states = dict(unit.views.variants(collection.id))
        self._names: dict[StixId, tuple[StixId, int]] | None = None

    def of_variant(self, id_: StixId) -> tuple[StixId, int] | None:
        """The original and the epoch of a variant; None if the original is not held, or it is no variant."""
        for state in self._states.values():
            if state.variant_id == id_ and state.projection_digest != REVOKED:
                return state.original_id, state.epoch
        if self._names is None:
            self._names = dict(self._all_names())
        return self._names.get(id_)

    def note(self, variant: tuple[StixId, int], id_: StixId, version: str, *, is_end: bool) -> None:
        """Note that the variant was given in a version, or that this one ended it: its id is never used again."""
        original, epoch = variant
        state = self._states.get(original)
        made = _instant(version) if version else format_instant(self._collection.created_at)
        if state is None or state.variant_id != id_:
            state = VariantState(self._collection.id, original, id_, epoch, made, made, UNKNOWN)
        state = replace(state, modified=max(state.modified, made), projection_digest=UNKNOWN)
        if is_end:
            state = replace(state, epoch=epoch + 1, projection_digest=REVOKED)
        self._states[original] = state
        self._unit.views.put_variant(state)

    def _all_names(self) -> Iterator[tuple[StixId, tuple[StixId, int]]]:
        view, epochs = self._collection.view, self._epochs()
        for held in self._unit.objects.everything():
            original = held.object.id
            first = epochs.get(original, 0)
            # What has versions gets another id only by a recall, what has none with each other content.
            for epoch in range(first, first + (2 if held.object.version else _MOST_EPOCHS)):
                yield variant_id(self._node.secret, view, original, epoch), (original, epoch)

    def _epochs(self) -> Mapping[StixId, int]:
        return {original: state.epoch for original, state in self._states.items()}
