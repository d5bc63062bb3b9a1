"""The claims that a node holds, as values: by id, by question, by kind, and as they stood on a day.

Reads what the index of claims and the objects say, and decides nothing. A claim that is held in a wrong form is passed
over here; intake says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from sepakat.claims.questions import Opinion
from sepakat.claims.telling import Telling, as_of, read_telling
from sepakat.errors import InputError, NotFound
from sepakat.exchange.ports import Unit
from sepakat.exchange.records import StoredVersion
from sepakat.stix.identifiers import StixId, is_stix_id
from sepakat.stix.instants import parse_instant

AT_ONCE = 500


def telling_of(stored: StoredVersion) -> Telling | None:
    """The claim on one held version, if it carries one in the right form."""
    try:
        return read_telling(stored.object, stored.received_at, stored.origins)
    except InputError:
        return None


def tellings(unit: Unit, ids: Iterable[StixId], instant: datetime | None = None) -> list[Telling]:
    """The claims of some objects as they counted at an instant (now if None), by id."""
    found = []
    for _, versions in sorted(unit.objects.get_many(dict.fromkeys(ids)).items()):
        claims = [one for one in map(telling_of, versions) if one is not None]
        newest = as_of(claims, instant)
        if newest is not None and not _is_hidden(unit, newest.id):
            found.append(newest)
    return found


def every_telling(
    unit: Unit,
    *,
    question: str | None = None,
    kind: str | None = None,
    instant: datetime | None = None,
    after: StixId | None = None,
) -> Iterator[Telling]:
    """All claims, or those of a question or a kind, as they counted at an instant, by id; those after an id."""
    while True:
        ids = unit.claims.page(question=question, kind=kind, after=after, limit=AT_ONCE)
        for one in tellings(unit, ids, instant):
            # The index has what any version said.
            if question in (None, one.claim.question) and kind in (None, one.claim.kind):
                yield one
        if len(ids) < AT_ONCE:
            return
        after = ids[-1]


def held_telling(unit: Unit, object_id: StixId) -> Telling:
    """The newest version of one claim.

    Raises:
        NotFound: no claim of that id is held.
    """
    found = tellings(unit, [object_id])
    if not found:
        raise NotFound("claim-unknown", f"no claim {object_id} is held", "`sepakat claims list` shows them")
    return found[0]


def opinions(unit: Unit, instant: datetime | None = None) -> list[Opinion]:
    """All opinions that are held, as they counted at an instant, one entry for each object they are about."""
    return [one for stored in _newest(unit, "opinion", instant) for one in _said(stored)]


def opinions_on(unit: Unit, object_id: StixId) -> list[Opinion]:
    """The opinions on one object that the catalogue has, oldest first."""
    ids = [row.id for row in unit.catalogue.linked(object_id, types=("opinion",))]
    held = unit.objects.get_many(id_ for id_ in ids if not _is_hidden(unit, id_))
    found = [one for versions in held.values() for one in _said(versions[-1]) if one.about == object_id]
    return sorted(found, key=lambda one: (one.said_at, one.id))


def speaker_names(unit: Unit, claims: Iterable[Telling]) -> dict[StixId, str]:
    """The names of who speaks, where they are known."""
    names = {party.identity.id: party.name for party in unit.parties.everyone()}
    wanted = {one.claim.speaker_ref for one in claims if one.claim.speaker_ref is not None} - names.keys()
    for id_, versions in unit.objects.get_many(wanted).items():
        name = versions[-1].object.content.get("name")
        if isinstance(name, str):
            names[id_] = name
    return names


def _said(stored: StoredVersion) -> Iterator[Opinion]:
    content = stored.object.content
    if stored.object.is_revoked or stored.object.modified is None:
        return
    for about in content.get("object_refs", ()):
        if is_stix_id(about):
            yield Opinion(
                id=stored.object.id,
                about=StixId(about),
                opinion=str(content.get("opinion", "")),
                explanation=str(content.get("explanation", "")),
                parties=tuple(sorted(stored.origins)),
                said_at=parse_instant(stored.object.modified),
                authors=tuple(str(one) for one in content.get("authors", ())),
            )


def groupings(unit: Unit, instant: datetime | None = None) -> Iterator[StoredVersion]:
    """The newest version of every grouping that is held and not revoked."""
    return (stored for stored in _newest(unit, "grouping", instant) if not stored.object.is_revoked)


def _newest(unit: Unit, type_: str, instant: datetime | None) -> Iterator[StoredVersion]:
    after: StixId | None = None
    while True:
        page = unit.objects.page(type_=type_, after=after, limit=AT_ONCE)
        for stored in page:
            if instant is None or stored.received_at <= instant:
                newest: StoredVersion | None = stored
            else:
                earlier = [one for one in unit.objects.get(stored.object.id) if one.received_at <= instant]
                newest = earlier[-1] if earlier else None
            if newest is not None and not _is_hidden(unit, newest.object.id):
                yield newest
        if len(page) < AT_ONCE:
            return
        after = page[-1].object.id


def _is_hidden(unit: Unit, object_id: StixId) -> bool:
    """What its giver recalled is shown to nobody, as everywhere in the node."""
    policy = unit.policies.get(object_id)
    return policy is not None and policy.recalled
