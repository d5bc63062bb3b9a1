"""Reports that people wrote, kept to be reviewed: a page as it came, the text in it, and everything that it proposes.

**Nothing is held by this**, so nothing can be released: `reviewing` makes objects of what a person confirms. The same
bytes are taken in once. No address on a page is ever visited; relative dates count from the time of capture, if the
person who takes the page in knows it, and stay lengths of time otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from sepakat.errors import NotFound, NotPermitted
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import TakeIn
from sepakat.exchange.report_records import Proposal, ProposalState, ReadReport, ReportContent
from sepakat.stix.identifiers import PartyId

if TYPE_CHECKING:
    # Only a page needs what reads pages: everything else is taken in without loading it.
    from sepakat.intake.reports.proposing import FoundReport, ProposedObject
    from sepakat.intake.reports.reading import Reading

NEWEST = "newest"
"""In place of an id: the report taken in last."""


@dataclass(frozen=True, slots=True)
class ReportTaken:
    """What reading a page gave. `id` is None after a dry run; `was_known` if the same bytes were taken in before."""

    id: str | None
    was_known: bool
    title: str | None
    proposals: Mapping[str, int]
    """How many of each kind."""
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A report with how many of its proposals are in which state."""

    report: ReadReport
    counts: Mapping[ProposalState, int] = field(default_factory=dict)

    @property
    def waiting(self) -> int:
        """How many proposals nobody has judged."""
        return self.counts.get(ProposalState.PROPOSED, 0)


def keep_report(unit: Unit, intake: TakeIn, data: bytes, found: FoundReport, origin: PartyId | None) -> ReportTaken:
    """Keep a page that was read, under the id of its intake; nothing if the same bytes were taken in before."""
    known = unit.reports.with_digest(intake.digest)
    if known is not None:
        return known_report(unit, known)
    page, header = found.reading.page, found.reading.page.header
    report = ReadReport(
        id=intake.id,
        at=intake.at,
        by=intake.by,
        source=intake.source,
        digest=intake.digest,
        form=found.form,
        address=found.address,
        captured_at=intake.captured_at,
        origin=origin,
        language=header.language,
        title=header.title,
        publisher=header.publisher,
        published_at=header.published,
    )
    content = ReportContent(intake.id, data, page.text, orjson.dumps(found.document))
    proposals = [_proposal(intake.id, number, one) for number, one in enumerate(found.proposed, 1)]
    unit.reports.add(report, content, proposals)
    unit.intakes.add(intake)
    return report_found(found, intake.id)


def report_found(found: FoundReport, id_: str | None = None) -> ReportTaken:
    """What reading a page gave, kept under `id_` or not at all."""
    kinds = Counter(one.kind for one in found.proposed)
    return ReportTaken(id_, False, found.reading.page.header.title, kinds, _findings(found.reading))


def known_report(unit: Unit, known: ReadReport) -> ReportTaken:
    """A report that was taken in before, as it was read then."""
    kinds = Counter(one.kind for one in unit.reports.proposals(known.id))
    return ReportTaken(known.id, True, known.title, kinds)


def list_reports(node: Node, limit: int = 50, before: datetime | None = None) -> list[ReportLine]:
    """The reports that were taken in, newest first; `before` goes on from the last one's time."""
    with node.store.reading() as unit:
        found = unit.reports.latest(limit, before)
        counts = unit.reports.counts(one.id for one in found)
    return [ReportLine(one, counts.get(one.id, {})) for one in found]


def find_report(unit: Unit, id_: str) -> ReadReport:
    """The report of an id, of the beginning of one, or the newest.

    Raises:
        NotFound: there is none, or several begin so.
    """
    exact = unit.reports.get(id_)
    if exact is not None:
        return exact
    latest = unit.reports.latest(1 if id_ == NEWEST else 1_000)
    found = latest if id_ == NEWEST else [one for one in latest if len(id_) >= 4 and one.id.startswith(id_)]
    if len(found) != 1:
        what = f"no report {id_[:80]}" if not found else f"{len(found)} reports begin with {id_}"
        raise NotFound("report-unknown", what, "`sepakat review list` shows them")
    return found[0]


def forget_report(unit: Unit, take_in: str) -> None:
    """Take back the intake of a page: the page and its proposals, if nothing of it is held.

    Raises:
        NotPermitted: something of it was confirmed, or the intake is that of a review.
    """
    if unit.reports.steps_in(take_in):
        raise NotPermitted(
            "take-in-reviewed",
            f"intake {take_in} is what a review confirmed",
            "`sepakat review undo REPORT NUMBER...` takes it back",
        )
    report = unit.reports.get(take_in)
    if report is None:
        return
    held = [one.number for one in unit.reports.proposals(report.id) if one.state is ProposalState.CONFIRMED]
    if held:
        raise NotPermitted(
            "take-in-confirmed",
            f"intake {take_in} is not undone: {len(held)} of the report's proposals are confirmed, first {held[0]}",
            f"`sepakat review undo {take_in} ...` takes them back",
        )
    unit.reports.remove(report.id)


def _findings(reading: Reading) -> tuple[str, ...]:
    found = list(reading.page.findings)
    if reading.page.header.language is None:
        found.append("neither Indonesian nor English: only what stands around the text was read")
    if reading.page.related and reading.page.captured_at is None:
        found.append("no time of capture: how long ago other stories were stays a length of time")
    return tuple(found)


def _proposal(report: str, number: int, made: ProposedObject) -> Proposal:
    return Proposal(
        report=report,
        number=number,
        kind=made.kind,
        object_id=made.content["id"],
        name=made.name,
        content=orjson.dumps(made.content),
        rule=made.rule,
        score=round(made.score * 100),
        start=made.start,
        end=made.end,
    )


def content_of(proposal: Proposal) -> dict[str, Any]:
    """The proposed object as it now stands."""
    return dict(orjson.loads(proposal.content))
