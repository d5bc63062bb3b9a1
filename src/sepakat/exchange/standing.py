"""Where agreements stand for their takers, by the events that this node keeps, and which version counts.

The life of one version is `agreements.life`; here the versions of one agreement are put together. Invariant: a version
that never came into force for a taker never stands in the way of an earlier one that did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from sepakat.agreements.life import LifeEvent, Standing, State, standing
from sepakat.errors import NotFound
from sepakat.exchange.ports import Unit
from sepakat.exchange.records import AgreementRecord
from sepakat.stix.identifiers import AgreementId, PartyId


def by_agreement(records: Iterable[AgreementRecord]) -> dict[AgreementId, list[AgreementRecord]]:
    """The versions of each agreement, in the order given."""
    found: dict[AgreementId, list[AgreementRecord]] = {}
    for record in records:
        found.setdefault(record.agreement.id, []).append(record)
    return found


def standing_for(
    record: AgreementRecord, taker: PartyId, now: datetime, versions: Sequence[AgreementRecord] = ()
) -> Standing:
    """The state of one version of an agreement for one taker at `now`.

    `versions` are the agreement's versions, oldest first: what they say holds on where this one only narrows them.
    """
    before = _superseded(record, versions)
    # Messages arrive in any order; what was said first counts first.
    said = sorted(_events((*before, record)), key=lambda event: event.at)
    return standing(record.agreement, said, taker, now, [older.agreement for older in before])


def current_version(records: Sequence[AgreementRecord], taker: PartyId, now: datetime) -> AgreementRecord | None:
    """Of one agreement's versions, the newest that is or was in force for the taker; None if none ever was."""
    for record in reversed(records):
        if taker in record.roster and was_in_force(record, taker, now, records):
            return record
    return None


def was_in_force(
    record: AgreementRecord, taker: PartyId, now: datetime, versions: Sequence[AgreementRecord] = ()
) -> bool:
    """Whether the version is in force for the taker, or was at any time until `now`."""
    instants = {event.at for event in _events((*_superseded(record, versions), record))}
    instants |= {record.agreement.window.from_, now}
    return any(
        standing_for(record, taker, at, versions).state in (State.IN_FORCE, State.SUSPENDED)
        for at in sorted(instants, reverse=True)
        if at <= now
    )


def version_in_force(unit: Unit, agreement: AgreementId, taker: PartyId, now: datetime) -> AgreementRecord | None:
    """The version of an agreement that is in force for the taker at `now`; None if none is."""
    return record_in_force(unit.agreements.versions(agreement), taker, now)


def record_in_force(versions: Sequence[AgreementRecord], taker: PartyId, now: datetime) -> AgreementRecord | None:
    """Of one agreement's versions, oldest first, the one that is in force for the taker at `now`; None if none is."""
    record = current_version(versions, taker, now)
    if record is None or not standing_for(record, taker, now, versions).is_in_force:
        return None
    return record


def instants_of(versions: Sequence[AgreementRecord]) -> set[datetime]:
    """Every instant at which time alone can change where any of one agreement's versions stands."""
    found: set[datetime] = set()
    for record in versions:
        window = record.agreement.window
        found |= {window.from_} if window.to is None else {window.from_, window.to}
        for event in _events(versions):
            found |= {event.at, record.agreement.end.terminate.after(event.at)}
    return found


def standing_shown(
    record: AgreementRecord, taker: PartyId, now: datetime, versions: Sequence[AgreementRecord]
) -> Standing:
    """As `standing_for`, but a version is ended when a later one came into force for the taker."""
    current = current_version(versions, taker, now)
    if current is not None and current.agreement.version > record.agreement.version:
        since = standing_for(current, taker, now, versions).since
        return Standing(State.ENDED, since, f"superseded by version {current.agreement.version}", None)
    return standing_for(record, taker, now, versions)


def find_version(unit: Unit, name: str, is_meant: Callable[[AgreementRecord], bool]) -> AgreementRecord:
    """The version of that hash, of `id@version`, or of the id the newest that is meant, else the newest."""
    by_hash = unit.agreements.get(name)
    if by_hash is not None:
        return by_hash
    id_, _, number = name.partition("@")
    versions = unit.agreements.versions(AgreementId(id_))
    if number:
        versions = [record for record in versions if str(record.agreement.version) == number]
    if not versions:
        raise NotFound("agreement-unknown", f"no agreement {name}", "`sepakat agreements list` shows them")
    return next((record for record in reversed(versions) if is_meant(record)), versions[-1])


def _superseded(record: AgreementRecord, versions: Sequence[AgreementRecord]) -> list[AgreementRecord]:
    """The versions that the record's hashes lead back to, oldest first."""
    by_hash = {other.hash: other for other in versions}
    chain: list[AgreementRecord] = []
    older = by_hash.get(record.agreement.supersedes or "")
    while older is not None and older not in chain:
        chain.insert(0, older)
        older = by_hash.get(older.agreement.supersedes or "")
    return chain


def _events(records: Sequence[AgreementRecord]) -> Iterator[LifeEvent]:
    for record in records:
        yield from record.events
