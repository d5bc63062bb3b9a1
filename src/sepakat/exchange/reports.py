"""Reports that people wrote, taken in to be reviewed: a page is read, and everything that it proposes is kept apart.

**Nothing is held by this**, so nothing can be released: `reviewing` makes objects of what a person confirms. The same
bytes are taken in once. No address on a page is ever visited; relative dates count from the time of capture, if the
person who takes the page in knows it, and stay lengths of time otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson

from sepakat.errors import InputError, NotFound, NotPermitted
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import TakeIn
from sepakat.exchange.report_records import Proposal, ProposalState, ReadReport, ReportContent
from sepakat.intake.reports.as_stix import propose_objects
from sepakat.intake.reports.kept_reading import document_of
from sepakat.intake.reports.proposing import Origin, ProposedObject
from sepakat.intake.reports.reading import Reading, read_report
from sepakat.stix.identifiers import PartyId

AHEAD = timedelta(minutes=5)
"""How far a time of capture may lie ahead of the clock."""

FORMS = ("page", "text")
MOST_OF_AN_ADDRESS = 2_000
NEWEST = "newest"
"""In place of an id: the report taken in last."""


@dataclass(frozen=True, slots=True)
class Capture:
    """What the person who takes a page in knows of it. `address` is kept and never visited."""

    source: str
    by: str
    origin: PartyId | None = None
    captured_at: datetime | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class ReportTaken:
    """What reading a page gave. `id` is None after a dry run; `was_known` if the same bytes were taken in before."""

    id: str | None
    was_known: bool
    form: str
    digest: str
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


def take_in_report(
    node: Node, data: bytes, capture: Capture, *, form: str = "auto", is_dry_run: bool = False
) -> ReportTaken:
    """Read a page or text and keep what it proposes.

    Raises:
        InputError: it is no text, too large or empty; the time of capture is to come; the address is none.
        NotFound: the origin is not a known party.
    """
    now = node.clock.now()
    _check(capture, now)
    is_markup = None if form == "auto" else form == "page"
    reading = read_report(data, capture.source, capture.captured_at, is_markup)
    with node.store.reading() if is_dry_run else node.store.writing() as unit:
        if capture.origin is not None and unit.parties.get(capture.origin) is None:
            raise NotFound("party-unknown", f"origin {capture.origin} is not a known party", "`sepakat party list`")
        known = unit.reports.with_digest(reading.page.digest)
        if known is not None:
            return _known(unit, known)
        us = unit.parties.get(node.party)
        assert us is not None, "a node knows its own party"
        proposed = propose_objects(reading, Origin(us.identity.id, now, capture.address))
        taken = ReportTaken(
            None if is_dry_run else node.ids.uuid(),
            False,
            FORMS[not reading.page.is_markup],
            reading.page.digest,
            reading.page.header.title,
            Counter(one.kind for one in proposed),
            _findings(reading),
        )
        if taken.id is not None:
            _keep(unit, taken.id, now, capture, data, (reading, proposed))
    return taken


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


def _check(capture: Capture, now: datetime) -> None:
    if capture.captured_at is not None and capture.captured_at > now + AHEAD:
        raise InputError(
            "capture-to-come", f"time of capture refused: {capture.captured_at.isoformat()} is yet to come", None
        )
    address = capture.address
    if address is None:
        return
    is_one = len(address) <= MOST_OF_AN_ADDRESS and address.isprintable() and " " not in address
    if not is_one or not address.lower().startswith(("http://", "https://")) or len(address) < 11:
        raise InputError("address-invalid", f"address refused: expected http(s)://..., found {address[:80]!r}", None)


def _known(unit: Unit, known: ReadReport) -> ReportTaken:
    kinds = Counter(one.kind for one in unit.reports.proposals(known.id))
    return ReportTaken(known.id, True, known.form, known.digest, known.title, kinds)


def _findings(reading: Reading) -> tuple[str, ...]:
    found = list(reading.page.findings)
    if reading.page.header.language is None:
        found.append("neither Indonesian nor English: only what stands around the text was read")
    if reading.page.related and reading.page.captured_at is None:
        found.append("no time of capture: how long ago other stories were stays a length of time")
    return tuple(found)


def _keep(
    unit: Unit, id_: str, now: datetime, capture: Capture, data: bytes, read: tuple[Reading, list[ProposedObject]]
) -> None:
    reading, proposed = read
    page, header = reading.page, reading.page.header
    report = ReadReport(
        id=id_,
        at=now,
        by=capture.by,
        source=capture.source,
        digest=page.digest,
        form=FORMS[not page.is_markup],
        address=capture.address,
        captured_at=capture.captured_at,
        origin=capture.origin,
        language=header.language,
        title=header.title,
        publisher=header.publisher,
        published_at=header.published,
    )
    content = ReportContent(id_, data, page.text, orjson.dumps(document_of(reading)))
    proposals = [_proposal(id_, number, one) for number, one in enumerate(proposed, 1)]
    unit.reports.add(report, content, proposals)
    unit.intakes.add(TakeIn(id_, now, capture.by, capture.source, page.digest, taken=0, known=0, refused=0))


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
