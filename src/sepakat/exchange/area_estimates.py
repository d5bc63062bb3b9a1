"""The estimates in a watch area over time, a picture for each thing that they count; every mark is somebody's number.

Reads the developments that were found and decides nothing. What is withdrawn stays, marked so, as on a question's page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sepakat.claims.drawing import Mark, draw_estimates
from sepakat.claims.telling import Telling
from sepakat.exchange.ports import Node
from sepakat.exchange.tellings import speaker_names
from sepakat.exchange.watching import Found
from sepakat.stix.identifiers import StixId

MOST_UNITS = 4
MOST_MARKS = 30


@dataclass(frozen=True, slots=True)
class Estimates:
    """The numbers of one unit: how many there are, and the picture of the newest `MOST_MARKS`."""

    unit: str
    count: int
    picture: str


def estimates_in(node: Node, found: Sequence[Found], title: str) -> tuple[Estimates, ...]:
    """The estimates among developments by what they count, the most frequent first."""
    by_unit: dict[str, list[Telling]] = {}
    for one in found:
        if one.telling is not None and one.telling.claim.quantity is not None:
            by_unit.setdefault(one.telling.claim.quantity.unit, []).append(one.telling)
    chosen = sorted(by_unit.items(), key=lambda one: (-len(one[1]), one[0]))[:MOST_UNITS]
    newest = {unit: sorted(claims, key=lambda one: one.created)[-MOST_MARKS:] for unit, claims in chosen}
    with node.store.reading() as store:
        names = speaker_names(store, [one for claims in newest.values() for one in claims])
    pictures = []
    for unit, claims in newest.items():
        marks = [
            Mark(_name(one, names), one.created, one.claim.quantity, one.is_believed)
            for one in claims
            if one.claim.quantity is not None
        ]
        pictures.append(Estimates(unit, len(by_unit[unit]), draw_estimates(marks, f"{title}: {unit}")))
    return tuple(pictures)


def _name(one: Telling, names: dict[StixId, str]) -> str:
    speaker = one.claim.speaker_ref
    return (names.get(speaker) if speaker is not None else None) or ", ".join(one.origins)
