"""The life of an agreement, taker by taker, as a function of what was said: offered, signed, suspended, ended.

    draft -> offered -> in force <-> suspended -> ended

Decides the state from an ordered tuple of events whose authors were verified before. Events of strangers, over another
hash, of the future or of the wrong party change nothing. In force needs the giver's and the taker's signature over the
same hash and an instant inside the window; who suspended must resume; where two readings are possible, the one that
gives less is taken. Storing events, verifying signatures and telling partners is left to others. DESIGN section 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sepakat.agreements.comparison import is_narrowing
from sepakat.agreements.terms import Agreement
from sepakat.agreements.writing import agreement_hash, instant_text
from sepakat.stix.identifiers import PartyId


class State(StrEnum):
    """Where an agreement stands for one taker."""

    DRAFT = "draft"
    OFFERED = "offered"
    IN_FORCE = "in-force"
    SUSPENDED = "suspended"
    ENDED = "ended"


class EventKind(StrEnum):
    """What a party can say about one version of an agreement."""

    OFFERED = "offered"
    SIGNED = "signed"
    ATTESTED = "attested"
    """The taker's assent on paper, recorded by the giver, for a partner without a node."""
    REJECTED = "rejected"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    SUPERSEDED = "superseded"
    """A later version holds from now on."""
    ENDED = "ended"
    """Notice; takes effect after `end.terminate`, or at once where the agreement was never in force."""


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """One thing that one party said over one hash.

    `taker` None means all takers that the document lists; a taker's own events concern itself alone. For an attested
    signature `party` is the taker whose assent it is, `recorded_by` the giver, `paper` where the assent stands.
    """

    kind: EventKind
    agreement_hash: str
    party: PartyId
    at: datetime
    taker: PartyId | None = None
    recorded_by: PartyId | None = None
    paper: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """The state for one taker: since when, why, and when time alone may change it next."""

    state: State
    since: datetime | None
    """None for a draft."""
    because: str
    next_change_at: datetime | None

    @property
    def is_in_force(self) -> bool:
        """Whether something may be released now."""
        return self.state is State.IN_FORCE


_BY_GIVER = frozenset({EventKind.OFFERED, EventKind.SUPERSEDED})
_BY_TAKER = frozenset({EventKind.REJECTED})
_BY_EITHER = frozenset({EventKind.SIGNED, EventKind.SUSPENDED, EventKind.RESUMED, EventKind.ENDED})


def may_change(agreement: Agreement, event: LifeEvent) -> bool:
    """Whether the party of the event may say that about this version at all."""
    return why_not(agreement, event) is None


def why_not(agreement: Agreement, event: LifeEvent) -> str | None:
    """Why an event changes nothing for anybody; None if it is the right party's word over this very version.

    Whether the state lets it have an effect (one cannot reject what is in force) is `standing`'s.
    """
    if event.agreement_hash != agreement_hash(agreement):
        return "it is about another hash"
    return _why_not_by_party(agreement, event)


def standing(
    agreement: Agreement,
    events: Sequence[LifeEvent],
    taker: PartyId,
    now: datetime,
    before: Sequence[Agreement] = (),
) -> Standing:
    """Where the agreement stands for `taker` at `now`, by the events in the order in which they were said.

    `before` are the versions that this one supersedes, oldest first. Where this one only narrows the one before and
    names its hash, what both signed there holds on with the giver's signature alone, as do suspensions and notices.
    """
    chain = _narrowed_chain(agreement, before)
    life = _Life(agreement, taker, chain)
    if taker == agreement.giver or (agreement.community is None and taker not in agreement.takers):
        return Standing(State.DRAFT, None, f"{taker} is no taker of {agreement.id}", None)
    for event in events:
        # What is dated after the question has not been said yet: so the past can be asked about.
        if event.at <= now:
            life.hear(event)
    return life.standing(now)


def _why_not_by_party(agreement: Agreement, event: LifeEvent) -> str | None:
    return _why_no_party(agreement, event) or _why_not_its_word(agreement, event)


def _why_no_party(agreement: Agreement, event: LifeEvent) -> str | None:
    # Who is of a community's roster is said by the giver's signature that names the member.
    is_closed = agreement.community is None
    if is_closed and event.party != agreement.giver and event.party not in agreement.takers:
        return f"{event.party} is no party to {agreement.id}"
    if event.taker is None:
        return None
    if event.party not in (agreement.giver, event.taker):
        return f"{event.party} speaks for itself alone, not for {event.taker}"
    if event.taker == agreement.giver or (is_closed and event.taker not in agreement.takers):
        return f"{event.taker} is no taker of {agreement.id}"
    return None


def _why_not_its_word(agreement: Agreement, event: LifeEvent) -> str | None:
    is_giver = event.party == agreement.giver
    if event.kind is EventKind.ATTESTED:
        return _why_no_attestation(agreement, event)
    if event.recorded_by is not None and event.recorded_by != event.party:
        return "only an attested signature is recorded by another party"
    if event.kind in _BY_GIVER and not is_giver:
        return f"only the giver {agreement.giver} can say {event.kind.value}"
    if event.kind in _BY_TAKER and is_giver:
        return f"only a taker can say {event.kind.value}"
    return None


def _why_no_attestation(agreement: Agreement, event: LifeEvent) -> str | None:
    if event.party == agreement.giver:
        return "the giver signs itself"
    if event.recorded_by != agreement.giver:
        return f"an attested signature is recorded by the giver {agreement.giver}"
    if not (event.paper or "").strip():
        return "an attested signature names the paper"
    return None


def _narrowed_chain(agreement: Agreement, before: Sequence[Agreement]) -> tuple[str, ...]:
    """Hashes of the versions whose signatures hold on, newest first: each step only narrows the one it names."""
    chain: list[str] = []
    newer = agreement
    for older in reversed(before):
        older_hash = agreement_hash(older)
        if newer.supersedes != older_hash or not is_narrowing(older, newer):
            break
        chain.append(older_hash)
        newer = older
    return tuple(chain)


class _Life:
    """What was said so far that counts for one taker."""

    def __init__(self, agreement: Agreement, taker: PartyId, chain: tuple[str, ...]) -> None:
        self._agreement = agreement
        self._taker = taker
        self._own_hash = agreement_hash(agreement)
        self._chain = chain
        self._offered_at: datetime | None = None
        self._signed: dict[tuple[str, PartyId], datetime] = {}
        self._voided: set[str] = set()
        self._suspended: dict[PartyId, datetime] = {}
        self._resumed_at: datetime | None = None
        self._notice: tuple[datetime, PartyId] | None = None
        self._over: tuple[datetime, str] | None = None

    def hear(self, event: LifeEvent) -> None:
        """Take one event into account, if it counts."""
        if not self._counts(event):
            return
        is_own = event.agreement_hash == self._own_hash
        match event.kind:
            case EventKind.OFFERED:
                if is_own:
                    self._note_offer(event.at)
            case EventKind.SIGNED | EventKind.ATTESTED:
                self._sign(event)
            case EventKind.REJECTED:
                self._void(event, f"rejected by {event.party}")
            case EventKind.SUSPENDED:
                self._suspended.setdefault(event.party, event.at)
            case EventKind.RESUMED:
                if self._suspended.pop(event.party, None) is not None:
                    self._resumed_at = event.at
            case EventKind.SUPERSEDED:
                if is_own:
                    self._end(event.at, "superseded by a later version")
            case EventKind.ENDED:
                self._give_notice(event)

    def standing(self, now: datetime) -> Standing:
        """The state at an instant, from what was heard."""
        window = self._agreement.window
        agreed_at = self._agreed_at()
        if self._over is not None:
            return Standing(State.ENDED, *self._over, None)
        if self._notice is not None and self._notice[0] <= now:
            return Standing(State.ENDED, self._notice[0], f"ended by {self._notice[1]}", None)
        if window.to is not None and window.to <= now and self._offered_at is not None:
            return Standing(State.ENDED, window.to, "its window is over", None)
        if agreed_at is None:
            return self._not_agreed()
        if now < window.from_:
            because = f"signed by both, in force from {instant_text(window.from_)}"
            return Standing(State.OFFERED, agreed_at, because, self._next_after(window.from_))
        if self._suspended:
            since = min(self._suspended.values())
            because = f"suspended by {' and '.join(sorted(self._suspended))}"
            return Standing(State.SUSPENDED, since, because, self._next_after())
        since = max(agreed_at, window.from_, self._resumed_at or agreed_at)
        return Standing(State.IN_FORCE, since, "signed by both", self._next_after())

    def _counts(self, event: LifeEvent) -> bool:
        if event.agreement_hash != self._own_hash and event.agreement_hash not in self._chain:
            return False
        if _why_not_by_party(self._agreement, event) is not None:
            return False
        if event.party != self._agreement.giver:
            return event.party == self._taker
        if event.taker is None and event.kind is EventKind.SIGNED:
            # A roster is not in the document: a member comes in by a signature that names it.
            return self._agreement.community is None
        return event.taker in (None, self._taker)

    def _note_offer(self, at: datetime) -> None:
        if self._offered_at is None:
            self._offered_at = at

    def _sign(self, event: LifeEvent) -> None:
        if self._over is not None or event.agreement_hash in self._voided:
            return
        self._signed.setdefault((event.agreement_hash, event.party), event.at)
        if event.party == self._agreement.giver and event.agreement_hash == self._own_hash:
            self._note_offer(event.at)

    def _give_notice(self, event: LifeEvent) -> None:
        if self._agreed_at() is None and self._agreed_before() is None:
            self._void(event, f"withdrawn by {event.party}")
            return
        effective = self._agreement.end.terminate.after(event.at)
        if self._notice is None or effective < self._notice[0]:
            self._notice = (effective, event.party)

    def _void(self, event: LifeEvent, because: str) -> None:
        """Nothing becomes of a version that was rejected or withdrawn before both had signed it."""
        is_own = event.agreement_hash == self._own_hash
        agreed_at = self._agreed_at() if is_own else self._both_signed(event.agreement_hash)
        if agreed_at is not None:
            return
        self._voided.add(event.agreement_hash)
        if is_own:
            self._end(event.at, because)

    def _end(self, at: datetime, because: str) -> None:
        if self._over is None:
            self._over = (at, because)

    def _agreed_at(self) -> datetime | None:
        """When the second of the two signatures over this hash came, or the giver's over what only narrows."""
        giver = self._signed.get((self._own_hash, self._agreement.giver))
        taker = self._signed.get((self._own_hash, self._taker)) or self._agreed_before()
        return None if giver is None or taker is None else max(giver, taker)

    def _agreed_before(self) -> datetime | None:
        """When both had signed a version before that this one only narrows; None if they had not."""
        agreed = (self._both_signed(older) for older in self._chain)
        return next((at for at in agreed if at is not None), None)

    def _both_signed(self, agreement_hash: str) -> datetime | None:
        giver = self._signed.get((agreement_hash, self._agreement.giver))
        taker = self._signed.get((agreement_hash, self._taker))
        is_void = agreement_hash in self._voided
        return None if is_void or giver is None or taker is None else max(giver, taker)

    def _not_agreed(self) -> Standing:
        if self._offered_at is None:
            return Standing(State.DRAFT, None, "not offered yet", None)
        missing = [
            party for party in (self._agreement.giver, self._taker) if (self._own_hash, party) not in self._signed
        ]
        because = f"waits for the signature of {' and '.join(missing)}"
        return Standing(State.OFFERED, self._offered_at, because, self._next_after())

    def _next_after(self, *more: datetime) -> datetime | None:
        """When time alone changes the state next, given that neither the window's end nor a notice has come."""
        notice = None if self._notice is None else self._notice[0]
        return min((at for at in (self._agreement.window.to, notice, *more) if at is not None), default=None)
