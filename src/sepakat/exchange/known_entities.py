"""With which known entities a proposal could be joined: those of the same name that earlier reviews or intakes brought.

A candidate is a lead for the person who reviews and joins nothing by itself. Names are compared folded (case, accents,
hyphens); aliases count. Looks at no more than a bounded number of held objects of each type.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sepakat.exchange.ports import Unit
from sepakat.exchange.report_records import Proposal
from sepakat.intake.reports.gazetteer import key_of
from sepakat.stix.identifiers import StixId, type_of
from sepakat.stix.objects import StixObject

_GROUPS = frozenset({"threat-actor", "intrusion-set"})
MAY_BE: Mapping[str, frozenset[str]] = {
    "identity": frozenset({"identity"}),
    "location": frozenset({"location"}),
    "threat-actor": _GROUPS,
    "intrusion-set": _GROUPS,
}
"""Which types of held objects a proposed one may be joined with."""

MOST_LOOKED_AT = 5_000
_RUN = 500


@dataclass(frozen=True, slots=True)
class Candidate:
    """A held entity of the same name. `was_reviewed`: a person said so of an earlier report."""

    id: StixId
    name: str
    was_reviewed: bool


class KnownEntities:
    """The held entities by folded name, read once when they are first asked for."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._by_name: dict[str, list[StixObject]] | None = None

    def candidates(self, proposal: Proposal) -> tuple[Candidate, ...]:
        """Those with which a proposal could be joined, reviewed ones first."""
        types = MAY_BE.get(type_of(proposal.object_id))
        if types is None or not proposal.name:
            return ()
        found: dict[StixId, Candidate] = {}
        for earlier in self._unit.reports.settled(proposal.name):
            target = earlier.target
            if target is not None and type_of(target) in types:
                name = self.name_of(target)
                if name is not None:
                    found.setdefault(target, Candidate(target, name, True))
        for made in self._held().get(proposal.name, ()):
            if made.type in types:
                found.setdefault(made.id, Candidate(made.id, str(made.content.get("name", "")), False))
        found.pop(proposal.object_id, None)
        return tuple(found.values())

    def name_of(self, id_: StixId) -> str | None:
        """The name of a held object; None if it is not held, or revoked."""
        versions = self._unit.objects.get(id_)
        if not versions or versions[-1].object.is_revoked:
            return None
        return str(versions[-1].object.content.get("name", id_))

    def _held(self) -> Mapping[str, list[StixObject]]:
        if self._by_name is None:
            self._by_name = {}
            for type_ in MAY_BE:
                for made in self._of_type(type_):
                    names = (made.content.get("name"), *made.content.get("aliases", ()))
                    for key in {key_of(name) for name in names if isinstance(name, str)}:
                        self._by_name.setdefault(key, []).append(made)
        return self._by_name

    def _of_type(self, type_: str) -> Iterator[StixObject]:
        after: StixId | None = None
        for _ in range(0, MOST_LOOKED_AT, _RUN):
            page = self._unit.objects.page(type_=type_, after=after, limit=_RUN)
            yield from (held.object for held in page if not held.object.is_revoked)
            if len(page) < _RUN:
                return
            after = page[-1].object.id
