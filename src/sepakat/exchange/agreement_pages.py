"""One agreement as a whole, and all of them by where they stand, in sentences of the reader's language.

Puts together what `agreeing` and `agreements` tell, for people: states, signatures, versions and what each changed.
Decides nothing and writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sepakat.agreements import kalimat
from sepakat.agreements.comparison import Change, changes
from sepakat.agreements.life import Standing, State
from sepakat.agreements.sentences import sentences
from sepakat.agreements.terms import Agreement
from sepakat.agreements.writing import to_yaml
from sepakat.exchange.ports import Node
from sepakat.exchange.records import AgreementRecord
from sepakat.exchange.standing import by_agreement, find_version, standing_shown
from sepakat.stix.identifiers import AgreementId, PartyId

_ORDER = (State.OFFERED, State.IN_FORCE, State.SUSPENDED, State.DRAFT, State.ENDED)


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version of an agreement and where it stands for each taker."""

    record: AgreementRecord
    standings: Mapping[PartyId, Standing]
    sentences: tuple[str, ...]

    @property
    def state(self) -> State:
        """The state that most asks for a look: of several takers', the first in the order of a list."""
        return min((one.state for one in self.standings.values()), key=_ORDER.index, default=State.DRAFT)


@dataclass(frozen=True, slots=True)
class AgreementAccount:
    """One version of an agreement, with the others around it."""

    shown: VersionLine
    is_given: bool
    """We are its giver."""
    is_offered_to_us: bool
    yaml: str
    versions: tuple[VersionLine, ...]
    """All versions, newest first."""
    changes: tuple[Change, ...]
    """What this version changed in the one before."""
    names: Mapping[PartyId, str]
    without_node: frozenset[PartyId]


def sentences_in(language: str, agreement: Agreement, names: Mapping[PartyId, str] | None = None) -> tuple[str, ...]:
    """An agreement in plain sentences of a language."""
    say = kalimat.sentences if language == "id" else sentences
    return say(agreement, {str(party): name for party, name in (names or {}).items()})


def list_by_standing(node: Node, language: str) -> tuple[VersionLine, ...]:
    """The newest version of each agreement, and every other that is in force; what waits for a signature first."""
    now = node.clock.now()
    with node.store.reading() as unit:
        names = {party.id: party.name for party in unit.parties.everyone()}
        everything = unit.agreements.everything()
    lines = []
    for versions in by_agreement(everything).values():
        for record in versions:
            standings = {taker: standing_shown(record, taker, now, versions) for taker in record.roster}
            line = VersionLine(record, standings, sentences_in(language, record.agreement, names))
            if record is versions[-1] or line.state is not State.ENDED:
                lines.append(line)
    return tuple(sorted(lines, key=lambda line: (_ORDER.index(line.state), line.record.agreement.id)))


def agreement_account(node: Node, id_: AgreementId, language: str, version: str | None = None) -> AgreementAccount:
    """One agreement: the version named, else the newest that is not ended, else the newest.

    Raises:
        NotFound: no such agreement or version.
    """
    now = node.clock.now()
    with node.store.reading() as unit:
        versions = unit.agreements.versions(id_)

        def is_alive(record: AgreementRecord) -> bool:
            states = (standing_shown(record, taker, now, versions).state for taker in record.roster)
            return any(state is not State.ENDED for state in states)

        chosen = find_version(unit, f"{id_}@{version}" if version else id_, is_alive)
        parties = unit.parties.everyone()
        names = {party.id: party.name for party in parties}
    lines = {
        record.hash: VersionLine(
            record,
            {taker: standing_shown(record, taker, now, versions) for taker in record.roster},
            sentences_in(language, record.agreement, names),
        )
        for record in versions
    }
    before = next((record for record in versions if record.hash == chosen.agreement.supersedes), None)
    shown = lines[chosen.hash]
    ours = shown.standings.get(node.party)
    is_signed = any(event.kind.value == "signed" and event.party == node.party for event in chosen.events)
    is_open = shown.state is State.OFFERED if ours is None else ours.state is State.OFFERED
    return AgreementAccount(
        shown=shown,
        is_given=chosen.agreement.giver == node.party,
        is_offered_to_us=is_open and not is_signed,
        yaml=to_yaml(chosen.agreement),
        versions=tuple(lines[record.hash] for record in reversed(versions)),
        changes=changes(before.agreement, chosen.agreement) if before else (),
        names=names,
        without_node=frozenset(party.id for party in parties if party.card is None and not party.is_self),
    )
