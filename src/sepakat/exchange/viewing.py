"""What one party may read now, and what this node's persons see of objects: plain looks into the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sepakat.errors import NotFound
from sepakat.exchange.ports import Node
from sepakat.exchange.records import Collection, Policy, Publication, Standing, StoredVersion
from sepakat.exchange.titles import titles_of
from sepakat.stix.identifiers import AgreementId, PartyId, StixId


@dataclass(frozen=True, slots=True)
class PartyView:
    """One collection of a party with its rows, tombstones included."""

    collection: Collection
    rows: tuple[Publication, ...]

    @property
    def live(self) -> tuple[Publication, ...]:
        """The rows that are no tombstones."""
        return tuple(row for row in self.rows if row.standing is Standing.LIVE)


def view_of(node: Node, party: PartyId, agreement: AgreementId | None = None) -> list[PartyView]:
    """The collections of a party as they are published, by agreement.

    Raises:
        NotFound: the party is not known, or has no view under that agreement.
    """
    with node.store.reading() as unit:
        if unit.parties.get(party) is None:
            raise NotFound("party-unknown", f"no party {party}", "`sepakat party list` shows them")
        collections = sorted(
            (
                one
                for one in unit.views.collections()
                if one.view.taker == party and agreement in (None, one.view.agreement)
            ),
            key=lambda one: one.view,
        )
        if not collections and agreement is not None:
            raise NotFound("view-unknown", f"agreement {agreement} gives {party} nothing", "`sepakat agreements list`")
        return [PartyView(one, tuple(unit.views.rows(one.id))) for one in collections]


@dataclass(frozen=True, slots=True)
class HeldObject:
    """An object with all its held versions, oldest first, and what this node has put on it."""

    versions: tuple[StoredVersion, ...]
    policy: Policy | None


def show_object(node: Node, object_id: StixId) -> HeldObject:
    """One held object.

    Raises:
        NotFound: it is not held.
    """
    with node.store.reading() as unit:
        versions = unit.objects.get(object_id)
        if not versions:
            raise NotFound("object-unknown", f"no object {object_id} is held", "`sepakat objects list` shows what is")
        return HeldObject(versions, unit.policies.get(object_id))


def list_objects(
    node: Node, *, type_: str | None = None, after: StixId | None = None, limit: int = 100
) -> list[StoredVersion]:
    """The newest version of each held object, by id, at most `limit` after `after`."""
    with node.store.reading() as unit:
        return unit.objects.page(type_=type_, after=after, limit=limit)


def titles(node: Node, ids: Iterable[StixId]) -> Mapping[StixId, str]:
    """A few words for each of those objects that are held."""
    with node.store.reading() as unit:
        return titles_of(unit, ids)
