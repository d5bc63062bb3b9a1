"""The ports for claims: an index of what carries them, judgements, watch areas and alerts. Guarantees as in `ports`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from sepakat.exchange.claim_records import Alert, Judgement, WatchArea
from sepakat.stix.identifiers import StixId


class Claims(Protocol):
    """Which held objects carry claims, and persons' judgements of evidence.

    The index follows `Objects` by itself. It has what any held version of an object says, so that a reader still looks
    at the newest one.
    """

    def page(
        self, *, question: str | None = None, kind: str | None = None, after: StixId | None = None, limit: int = 100
    ) -> list[StixId]:
        """Objects that carry a claim, by id, keyset."""

    def questions(self) -> list[str]:
        """The keys of all questions that some claim answers or asks, sorted."""

    def of_roots(self, roots: Iterable[str]) -> list[StixId]:
        """Objects some version of which says that it comes from one of these roots, by id."""

    def count(self) -> int:
        """How many objects carry a claim."""

    def put_judgement(self, judgement: Judgement) -> None: ...
    def judgements(self, question: str) -> list[Judgement]:
        """By hypothesis, evidence and person."""


class Watches(Protocol):
    """Watch areas and their alerts."""

    def put_area(self, area: WatchArea) -> None: ...
    def area(self, id_: str) -> WatchArea | None: ...
    def areas(self) -> list[WatchArea]:
        """By id, ended ones included."""

    def add_alert(self, alert: Alert) -> bool:
        """False if the area was told of that development of that subject and version before."""

    def put_alert(self, alert: Alert) -> None:
        """Replace deliveries and acknowledgement."""

    def alert(self, id_: str) -> Alert | None: ...
    def alerts(self, area: str | None = None, *, is_open: bool = False, limit: int = 100) -> list[Alert]:
        """Newest first; `is_open`: only those that nobody has acknowledged."""

    def undelivered(self, limit: int = 100) -> list[Alert]:
        """Alerts with a channel that has not taken them, oldest first."""
