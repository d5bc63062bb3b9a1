"""The port for erasing and for retention: the only one that takes content away for good. Guarantees as in `ports`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from typing import Protocol

from sepakat.exchange.erasure_records import Erasure, KeptMessage, Removed, RetentionRule
from sepakat.exchange.records import Direction
from sepakat.stix.identifiers import AgreementId, PartyId, StixId


class Retention(Protocol):
    """How long what is kept, and what is over its time."""

    def put(self, rule: RetentionRule) -> None: ...
    def remove(self, type_: str) -> None: ...
    def rules(self) -> list[RetentionRule]:
        """By type."""

    def types(self) -> list[str]:
        """The types of which objects are held, by name."""

    def received_before(self, type_: str, instant: datetime, limit: int) -> list[StixId]:
        """Objects of a type no version of which came at or after an instant, by id."""

    def arrived(self, giver: PartyId, agreement: AgreementId) -> list[StixId]:
        """Objects that a giver sent under an agreement and that were not removed since, by id."""


class Erasures(Protocol):
    """Takes content away everywhere in the store, and remembers that it did, without content.

    What is gone is overwritten in the file where the database can do that; `Store.scrub` does the rest.
    """

    @property
    def retention(self) -> Retention:
        """How long what is kept."""

    def remove_objects(self, ids: Collection[StixId], at: datetime) -> Removed:
        """Everything that is kept of objects: versions, bodies, variants, rows of views (which stay, withdrawn, without
        payload, salt and digest), claims, policies, decisions, judgements, alerts, what they are found by."""

    def remove_texts(self, ids: Collection[StixId], names: Callable[[str], bool], blank: str) -> Removed:
        """What names a subject beside the objects: quarantine, reports, waiting files, notes of persons, texts of
        recalls and consents. `names` says of a text whether it does; a text in a record that stays becomes `blank`."""

    def bodies(self) -> Iterator[tuple[StixId, bytes]]:
        """The bytes of every version that is held, and of everything that was ever released, under the id in them."""

    def originals(self, ids: Collection[StixId]) -> dict[StixId, StixId]:
        """Those ids under which an object was released, each with that object: the same id for what went whole."""

    def messages(self) -> Iterator[KeptMessage]:
        """All messages, sent and received."""

    def replace_message(self, hash_: str, direction: Direction, document: bytes) -> None:
        """Keep other bytes in place of those of a message; it is not tried again if it was refused."""

    def add(self, erasure: Erasure, tokens: Iterable[str]) -> None:
        """Keep a proof with the tokens by which what it erased is known; `put` replaces what is open of it."""

    def put(self, erasure: Erasure) -> None: ...
    def everything(self) -> list[Erasure]:
        """By number."""

    def is_empty(self) -> bool:
        """Whether nothing was ever erased."""

    def known(self, tokens: Iterable[str]) -> dict[str, int]:
        """Those tokens that something erased has, with the number of the erasure."""
