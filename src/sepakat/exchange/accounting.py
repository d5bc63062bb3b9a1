"""Accounts for one object or one view: who has it and who has not, what a partner sees and what it does not see.

Who has an object is read from what was published, so that it is there at once however much is held; what a view
withholds comes from the release rule with all its findings. What a partner sees is read from the rows that were
published, as its own client reads them; what is withheld stands apart and is never part of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from sepakat.errors import NotFound
from sepakat.exchange.deciding import world_to_read
from sepakat.exchange.holding import Holder, who_has
from sepakat.exchange.overview import PAGE, view_collection
from sepakat.exchange.ports import Node, RowQuery, Unit
from sepakat.exchange.records import Arrival, Collection, Party, Policy, Publication, Standing, StoredVersion
from sepakat.exchange.standing import version_in_force
from sepakat.exchange.titles import MarkingLine, markings_of, title_of
from sepakat.release.decision import Decision, Outcome
from sepakat.release.engine import decide
from sepakat.release.question import ViewKey
from sepakat.stix.identifiers import AgreementId, PartyId, StixId

SCAFFOLD = frozenset({"marking-definition", "extension-definition"})
"""Types that every view has where it needs them: that one is not there is nobody's withholding."""

MOST_LOOKED_AT = 500
"""How many objects one page of what is withheld looks at, at most."""


@dataclass(frozen=True, slots=True)
class PartnerAnswer:
    """One partner and one object: what it holds of it, whether it gave it to us. Why is `explaining`'s to say."""

    party: Party
    holds: tuple[Holder, ...]
    gave: tuple[Arrival, ...]
    outcome: Outcome
    """The most that any of its views has of the object now."""
    agreements: tuple[AgreementId, ...]
    """Those that ever gave it anything."""
    is_in_force: bool
    """Whether it can read any of its views now."""


@dataclass(frozen=True, slots=True)
class ObjectAccount:
    """One held object: its versions, newest first, its markings, and every partner's part in it."""

    id: StixId
    type: str
    title: str
    versions: tuple[StoredVersion, ...]
    markings: tuple[MarkingLine, ...]
    policy: Policy | None
    partners: tuple[PartnerAnswer, ...]


@dataclass(frozen=True, slots=True)
class SeenRow:
    """One row of a view as its taker reads it, and nothing besides."""

    row: Publication
    title: str
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Withheld:
    """One object that a view has not, or not whole, and why."""

    id: StixId
    type: str
    title: str
    decision: Decision


@dataclass(frozen=True, slots=True)
class ViewAccount:
    """A view as its taker sees it, beside what is withheld; each side has its own place to go on from."""

    party: Party
    collections: tuple[Collection, ...]
    shown: Collection | None
    is_in_force: bool
    seen: tuple[SeenRow, ...]
    seen_next: int | None
    withheld: tuple[Withheld, ...]
    withheld_next: StixId | None


def account_for_object(node: Node, object_id: StixId) -> ObjectAccount:
    """Everything there is to say about one object: a row for each partner.

    Raises:
        NotFound: it is not held.
    """
    now = node.clock.now()
    with node.store.reading() as unit:
        versions = unit.objects.get(object_id)
        if not versions:
            raise NotFound("object-unknown", f"no object {object_id} is held", "`sepakat objects list` shows what is")
        content = versions[-1].object.content
        policy = unit.policies.get(object_id)
        markings = markings_of(unit, content, policy)
        partners = [party for party in unit.parties.everyone() if not party.is_self]
        arrivals = unit.syncs.arrivals(object_id=object_id)
        views = {one.id: one.view for one in unit.views.collections()}
        rows = [row for row in unit.views.rows_of(object_id) if row.standing is Standing.LIVE]
        live = [(views[row.collection].taker, row.outcome) for row in rows]
        agreed = {
            party.id: tuple(sorted(view.agreement for view in views.values() if view.taker == party.id))
            for party in partners
        }
        reading = {
            party: any(version_in_force(unit, one, party, now) is not None for one in agreements)
            for party, agreements in agreed.items()
        }
    holders = who_has(node, object_id)
    return ObjectAccount(
        id=object_id,
        type=versions[-1].object.type,
        title=title_of(content),
        versions=versions[::-1],
        markings=markings,
        policy=policy,
        partners=tuple(
            PartnerAnswer(
                party=party,
                holds=tuple(holder for holder in holders if holder.party == party.id),
                gave=tuple(arrival for arrival in arrivals if arrival.giver == party.id),
                outcome=_most(outcome for taker, outcome in live if taker == party.id),
                agreements=agreed[party.id],
                is_in_force=reading[party.id],
            )
            for party in partners
        ),
    )


def account_for_view(
    node: Node,
    party: PartyId,
    agreement: AgreementId | None = None,
    *,
    seen_after: int = 0,
    withheld_after: StixId | None = None,
    limit: int = PAGE,
) -> ViewAccount:
    """A partner's view under one agreement (the first by id if None) as it sees it, beside what is withheld.

    Raises:
        NotFound: the party is not known, or has no view under that agreement.
    """
    now = node.clock.now()
    with node.store.reading() as unit:
        known = unit.parties.get(party)
        if known is None or known.is_self:
            raise NotFound("party-unknown", f"no partner {party}", "`sepakat party list` shows them")
        collections = tuple(
            sorted((one for one in unit.views.collections() if one.view.taker == party), key=lambda one: one.view)
        )
        if agreement is not None:
            shown: Collection | None = view_collection(unit, ViewKey(agreement, party))
        else:
            shown = collections[0] if collections else None
        if shown is None:
            return ViewAccount(known, (), None, False, (), None, (), None)
        is_in_force = version_in_force(unit, shown.view.agreement, party, now) is not None
        query = RowQuery(
            shown.id,
            after_sequence=seen_after,
            versions=frozenset({"all"}),
            tombstones_only=not is_in_force,
            limit=limit,
        )
        page = unit.readings.page(query)
        withheld, rest = _withheld(node, unit, shown.view, withheld_after, now, limit)
    return ViewAccount(
        party=known,
        collections=collections,
        shown=shown,
        is_in_force=is_in_force,
        seen=tuple(_seen(row) for row in page.rows),
        seen_next=page.rows[-1].sequence if page.more else None,
        withheld=withheld,
        withheld_next=rest,
    )


def _most(outcomes: Iterable[Outcome]) -> Outcome:
    """The answer of views together: the most that any of them gives."""
    there = set(outcomes)
    return next((one for one in (Outcome.WHOLE, Outcome.VARIANT) if one in there), Outcome.OUT)


def _withheld(
    node: Node, unit: Unit, view: ViewKey, after: StixId | None, now: datetime, limit: int
) -> tuple[tuple[Withheld, ...], StixId | None]:
    """What the view has not or not whole, by id after `after`; and the id to go on from, None at the end."""
    found: list[Withheld] = []
    looked_at = unit.objects.page(after=after, limit=MOST_LOOKED_AT + 1)
    with world_to_read(node, unit, now) as decided:
        for stored in looked_at[:MOST_LOOKED_AT]:
            made = stored.object
            if made.type in SCAFFOLD or decided.verdicts.outcome(made.version_ref, view) is Outcome.WHOLE:
                continue
            if len(found) == limit:
                return tuple(found), found[-1].id
            decision = decide(decided.world, decided.verdicts, made.version_ref, view, decided.now)
            found.append(Withheld(made.id, made.type, title_of(made.content), decision))
    rest = looked_at[MOST_LOOKED_AT - 1].object.id if len(looked_at) > MOST_LOOKED_AT else None
    return tuple(found), rest


def _seen(row: Publication) -> SeenRow:
    content = orjson.loads(row.body)
    return SeenRow(row, title_of(content), content)
