"""One report while a person reviews it, inside one writing unit: its proposals, what they need, what becomes held.

Decides nothing: `reviewing` says what is to happen. What becomes held goes through the checks of every intake, under an
intake of its own that names the page as source and the person who confirmed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sepakat.claims.reading import claim_faults
from sepakat.errors import Fault, InputError, NotFound
from sepakat.exchange.cataloguing import enter
from sepakat.exchange.known_entities import KnownEntities
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import StoredVersion, TakeIn
from sepakat.exchange.releasing import ReleaseSummary, update_views
from sepakat.exchange.report_records import Proposal, ProposalState, ReadReport, ReviewStep
from sepakat.exchange.reports import content_of
from sepakat.intake.reports.confirming import confirmed_content, needed
from sepakat.intake.reports.notes import claim_of, is_claim
from sepakat.stix.identifiers import StixId
from sepakat.stix.instants import format_instant, parse_instant
from sepakat.stix.objects import StixObject, VersionRef
from sepakat.stix.validation import faults_of

MILLISECOND = timedelta(milliseconds=1)
REPORT = "report"
SETTLED = frozenset({ProposalState.CONFIRMED, ProposalState.JOINED})


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What one call did: the numbers of the proposals that changed, those that were so already, what became held."""

    report: str
    changed: tuple[int, ...]
    unchanged: tuple[int, ...] = ()
    needed: tuple[int, ...] = ()
    """Those among the changed that were not named but that others need."""
    taken: tuple[StixId, ...] = ()
    removed: tuple[StixId, ...] = ()
    intake: str | None = None
    released: ReleaseSummary = field(default_factory=ReleaseSummary)


class ReviewState:
    """The proposals of one report and the steps that a call adds to its review."""

    def __init__(self, node: Node, unit: Unit, report: ReadReport, by: str) -> None:
        self.node = node
        self.unit = unit
        self.report = report
        self.by = by
        self.now: datetime = node.clock.now()
        self.proposals = {one.number: one for one in unit.reports.proposals(report.id)}
        self.by_object = {one.object_id: one.number for one in self.proposals.values()}
        self.steps = unit.reports.steps(report.id)
        self.known = KnownEntities(unit)
        self.take_in = node.ids.uuid()
        self.taken: list[StixObject] = []
        self._needed: dict[bytes, list[int]] = {}

    def named(self, numbers: Iterable[int]) -> list[Proposal]:
        """The proposals of these numbers, in order, each once.

        Raises:
            NotFound: one of them is not there; all are named.
        """
        wanted = sorted(dict.fromkeys(numbers))
        absent = [number for number in wanted if number not in self.proposals]
        if absent:
            raise NotFound(
                "proposal-unknown",
                f"report {self.report.id} has no proposal {', '.join(map(str, absent))}",
                f"`sepakat review show {self.report.id}` shows all {len(self.proposals)}",
            )
        return [self.proposals[number] for number in wanted]

    # What a proposal needs.

    def needs(self, proposal: Proposal) -> list[Proposal]:
        """The other proposals that it refers to. The report itself lists what is confirmed, and needs none of it."""
        if proposal.kind == REPORT:
            return []
        return [self.proposals[number] for number in self._numbers_needed(proposal)]

    def _numbers_needed(self, proposal: Proposal) -> list[int]:
        # Worked out once per content, which a correction replaces; lives as long as the call.
        known = self._needed.get(proposal.content)
        if known is None:
            refs = needed(content_of(proposal))
            known = self._needed[proposal.content] = sorted(
                self.by_object[one] for one in refs if one in self.by_object
            )
        return known

    def missing(self, proposal: Proposal, chosen: frozenset[int]) -> list[Proposal]:
        """Those that it needs and nobody has judged, the chosen ones apart."""
        needs = self.needs(proposal)
        return [one for one in needs if one.state is ProposalState.PROPOSED and one.number not in chosen]

    def impossible(self, proposal: Proposal) -> list[Proposal]:
        """Those that it cannot do without and that were rejected."""
        content = content_of(proposal)
        vital = {content.get("source_ref"), content.get("target_ref")}
        if is_claim(content):
            vital.add(claim_of(content).speaker_ref)
        rejected = [one for one in self.needs(proposal) if one.state is ProposalState.REJECTED]
        about = content.get("object_refs")
        if proposal.kind != REPORT and about and {one.object_id for one in rejected} >= set(about):
            return rejected
        return [one for one in rejected if one.object_id in vital]

    def dependents(self, proposal: Proposal, leaving: frozenset[int]) -> list[Proposal]:
        """The confirmed proposals that refer to it, those that leave with it apart."""
        return [
            one
            for one in self.proposals.values()
            if one.state is ProposalState.CONFIRMED
            and one.number not in leaving
            and one.kind != REPORT
            and proposal.number in self._numbers_needed(one)
        ]

    # What becomes held.

    def settled(self) -> dict[StixId, StixId | None]:
        """From the id of each judged proposal to what is held in its place; None for a rejected one."""
        judged = [one for one in self.proposals.values() if one.state is not ProposalState.PROPOSED]
        return {one.object_id: one.target for one in judged}

    def speaker_name(self, proposal: Proposal) -> str | None:
        """By which name the speaker of a claim is known."""
        content = content_of(proposal)
        speaker = claim_of(content).speaker_ref if is_claim(content) else None
        number = self.by_object.get(speaker) if speaker is not None else None
        if number is None:
            return None
        known = self.proposals[number]
        if known.state is ProposalState.JOINED and known.target is not None:
            return self.known.name_of(known.target)
        return str(content_of(known).get("name", "")) or None

    def hold(self, proposal: Proposal) -> StixObject:
        """The object that a proposal becomes, to be taken in at the end of the call."""
        if proposal.kind == REPORT:
            content = {**content_of(proposal), "object_refs": self.listed()}
        else:
            content = confirmed_content(content_of(proposal), self.settled(), self.speaker_name(proposal))
        made = StixObject.from_content(content)
        self.taken.append(made)
        return made

    def listed(self) -> list[StixId]:
        """What the report lists: everything of it that is held, in order."""
        settled = [one for one in self.proposals.values() if one.state in SETTLED and one.kind != REPORT]
        return list(dict.fromkeys(one.target for one in settled if one.target is not None))

    def change(self, proposal: Proposal, act: str, after: Proposal, reason: str | None, *, is_held: bool) -> None:
        """Keep a step of the review and how the proposal stands after it."""
        self.proposals[proposal.number] = after
        self.unit.reports.put(after)
        step = ReviewStep(
            report=self.report.id,
            number=proposal.number,
            sequence=(self.steps[-1].sequence if self.steps else 0) + 1,
            at=self.now,
            by=self.by,
            act=act,
            reason=reason,
            state_before=proposal.state,
            content_before=proposal.content,
            target_before=proposal.target,
            take_in=self.take_in if is_held else None,
        )
        self.steps.append(step)
        self.unit.reports.keep(step)

    def finish(
        self,
        changed: Sequence[int],
        *,
        unchanged: tuple[int, ...] = (),
        needed: tuple[int, ...] = (),
        removed: tuple[StixId, ...] = (),
    ) -> Reviewed:
        """Take in what became held, bring the report's list up to date, and decide every view anew."""
        self._refresh_report()
        self._check()
        released = ReleaseSummary()
        if self.taken:
            origins = frozenset({self.report.origin or self.node.party})
            self.unit.objects.add_many(
                [StoredVersion(made, origins, self.now, (), self.take_in) for made in self.taken]
            )
            count = len(self.taken)
            source, digest = self.report.source, self.report.digest
            batch = TakeIn(self.take_in, self.now, self.by, source, digest, taken=count, known=0, refused=0)
            self.unit.intakes.add(batch)
        if removed:
            enter(self.unit, frozenset(removed))
        if self.taken or removed:
            released = update_views(self.node, self.unit, self.now)
        return Reviewed(
            self.report.id,
            tuple(changed),
            unchanged,
            needed,
            taken=tuple(dict.fromkeys(made.id for made in self.taken)),
            removed=removed,
            intake=self.take_in if self.taken else None,
            released=released,
        )

    def _refresh_report(self) -> None:
        """A confirmed report lists what is confirmed: a new version whenever that changes."""
        mine = next((one for one in self.proposals.values() if one.kind == REPORT), None)
        if mine is None or mine.state is not ProposalState.CONFIRMED or mine.target is None:
            return
        if any(made.id == mine.target for made in self.taken):
            return
        versions = self.unit.objects.get(mine.target)
        if not versions or versions[-1].object.is_revoked:
            return
        content, listed = versions[-1].object.content, self.listed()
        if content["object_refs"] != listed:
            later = {"object_refs": listed, "modified": self.after(content["modified"])}
            self.taken.append(StixObject.from_content({**content, **later}))

    def after(self, modified: str) -> str:
        """A time of change: now, or just after the last one."""
        return format_instant(max(self.now, parse_instant(modified) + MILLISECOND))

    def _check(self) -> None:
        faults: list[Fault] = []
        for made in self.taken:
            found = (*faults_of(made.content), *claim_faults(made.content))
            faults += [Fault(f"{made.id}: {one.path}", one.expected, one.found) for one in found]
        if faults:
            raise InputError("content-invalid", f"nothing confirmed: {faults[0]}", "correct the proposal first", faults)


def removable(state: ReviewState, id_: StixId, take_ins: Collection[str]) -> list[VersionRef]:
    """The versions of an object that these intakes of a review brought."""
    return [held.object.version_ref for held in state.unit.objects.get(id_) if held.take_in in take_ins]
