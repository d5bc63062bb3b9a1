"""Reports that were read, what they propose, and what persons said about it (port `Reports`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from sepakat.exchange.report_records import Proposal, ProposalState, ReadReport, ReportContent, ReviewStep
from sepakat.stores.record_rows import Form, RecordRows
from sepakat.stores.schema import is_settled, proposals, report_contents, reports, review_steps
from sepakat.stores.statements import chunks, insert_all

_REPORTS = Form(ReadReport, reports, ("id",))
_CONTENTS = Form(ReportContent, report_contents, ("report",))
_PROPOSALS = Form(Proposal, proposals, ("report", "number"))
_STEPS = Form(ReviewStep, review_steps, ("report", "sequence"))


class SqlReports:
    """The port `Reports` over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._reports = RecordRows(connection, _REPORTS)
        self._contents = RecordRows(connection, _CONTENTS)
        self._proposals = RecordRows(connection, _PROPOSALS)
        self._steps = RecordRows(connection, _STEPS)

    def add(self, report: ReadReport, content: ReportContent, proposed: Sequence[Proposal]) -> None:
        if self._reports.add(report):
            self._contents.add(content)
            insert_all(self._connection, proposals, [_PROPOSALS.values(one) for one in proposed])

    def get(self, id_: str) -> ReadReport | None:
        return self._reports.one(reports.c.id == id_)

    def with_digest(self, digest: str) -> ReadReport | None:
        return self._reports.one(reports.c.digest == digest)

    def content(self, report: str) -> ReportContent | None:
        return self._contents.one(report_contents.c.report == report)

    def latest(self, limit: int = 50, before: datetime | None = None) -> list[ReadReport]:
        older = () if before is None else (reports.c.at < before,)
        return self._reports.many(*older, by=(reports.c.at.desc(), reports.c.key.desc()), limit=limit)

    def counts(self, ids: Iterable[str]) -> Mapping[str, Mapping[ProposalState, int]]:
        found: dict[str, dict[ProposalState, int]] = {}
        for some in chunks(dict.fromkeys(ids)):
            asked = (
                select(proposals.c.report, proposals.c.state, func.count())
                .where(proposals.c.report.in_(some))
                .group_by(proposals.c.report, proposals.c.state)
            )
            for report, state, count in self._connection.execute(asked):
                found.setdefault(report, {})[state] = count
        return found

    def remove(self, report: str) -> None:
        for table in (review_steps, proposals, report_contents):
            self._connection.execute(delete(table).where(table.c.report == report))
        self._connection.execute(delete(reports).where(reports.c.id == report))

    def proposals(self, report: str) -> list[Proposal]:
        return self._proposals.many(proposals.c.report == report, by=(proposals.c.number,))

    def put(self, proposal: Proposal) -> None:
        self._proposals.put(proposal)

    def settled(self, name: str) -> list[Proposal]:
        by = (proposals.c.report, proposals.c.number)
        return self._proposals.many(proposals.c.name == name, is_settled, by=by)

    def keep(self, step: ReviewStep) -> None:
        self._steps.put(step)

    def steps(self, report: str) -> list[ReviewStep]:
        return self._steps.many(review_steps.c.report == report, by=(review_steps.c.sequence,))

    def steps_in(self, take_in: str) -> list[ReviewStep]:
        by = (review_steps.c.report, review_steps.c.sequence)
        return self._steps.many(review_steps.c.take_in == take_in, by=by)
