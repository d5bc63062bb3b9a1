"""Looks through the claims that are held for undeclared copying, and says it as warnings with their evidence.

Only reports of different speakers without a common declared root are a warning: what says where it is from hides
nothing. A warning changes nothing that is counted; a person may ask the parties.
"""

from __future__ import annotations

from dataclasses import dataclass

from sepakat.claims.copying import CopyIndex, Evidence
from sepakat.claims.telling import Telling, one_report_each
from sepakat.exchange.ports import Node
from sepakat.exchange.tellings import every_telling, held_telling
from sepakat.stix.identifiers import StixId


@dataclass(frozen=True, slots=True)
class PossibleCopy:
    """Two claims that share what independent ones would not share."""

    first: Telling
    second: Telling
    evidence: Evidence


def find_copies(node: Node, question: str | None = None) -> list[PossibleCopy]:
    """All warnings among the claims that are held, or among those of one question, in the order of their ids.

    What is rare is judged by everything that is held, also where one question is asked about.
    """
    with node.store.reading() as unit:
        everything = list(every_telling(unit))
        ids = [one.id for one in everything]
        asked = {one.id for one in everything if question in (None, one.claim.question)}
        index = CopyIndex([one.statement for one in everything])
        warnings = [
            (ids[one.first], ids[one.second], one.evidence)
            for one in index.warnings()
            if ids[one.first] in asked and ids[one.second] in asked
        ]
    held = {one.id: one for one in everything}
    pairs = ((held[first], held[second], evidence) for first, second, evidence in warnings)
    return [PossibleCopy(*pair) for pair in pairs if _is_undeclared(pair[0], pair[1])]


def copies_of(node: Node, object_id: StixId) -> list[PossibleCopy]:
    """The warnings that concern one claim, the strongest first.

    Raises:
        NotFound: no such claim.
    """
    with node.store.reading() as unit:
        asked = held_telling(unit, object_id)
        others = [one for one in every_telling(unit) if one.id != object_id]
    index = CopyIndex(one.statement for one in others)
    found = ((others[number], evidence) for number, evidence in index.copies_of(asked.statement))
    return [PossibleCopy(asked, other, evidence) for other, evidence in found if _is_undeclared(asked, other)]


def _is_undeclared(one: Telling, other: Telling) -> bool:
    """Whether two speak, neither says that it has it from the other, and they are not one re-published report."""
    roots = [
        frozenset(telling.claim.lineage.roots) if telling.claim.lineage else frozenset() for telling in (one, other)
    ]
    has_common_root = bool(roots[0] & roots[1])
    is_one_report = len(set(one_report_each([one, other]).values())) == 1
    names_the_other = any(
        entry.object_ref == to.id for of, to in ((one, other), (other, one)) for entry in of.claim.basis
    )
    is_by_one_party = one.origins == other.origins and one.claim.speaker_ref == other.claim.speaker_ref
    return not (has_common_root or is_one_report or names_the_other or is_by_one_party)
