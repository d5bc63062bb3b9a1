"""The port for reports: what was read, what it proposes, what persons said. The guarantees are those of `ports`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from sepakat.exchange.report_records import Proposal, ProposalState, ReadReport, ReportContent, ReviewStep


class Reports(Protocol):
    """Reports that were read, what they propose, and what persons said about it. Nothing here is held or released."""

    def add(self, report: ReadReport, content: ReportContent, proposals: Sequence[Proposal]) -> None: ...
    def get(self, id_: str) -> ReadReport | None: ...
    def with_digest(self, digest: str) -> ReadReport | None: ...
    def content(self, report: str) -> ReportContent | None: ...
    def latest(self, limit: int = 50, before: datetime | None = None) -> list[ReadReport]:
        """Newest first."""

    def counts(self, reports: Iterable[str]) -> Mapping[str, Mapping[ProposalState, int]]:
        """How many proposals of each report are in which state."""

    def remove(self, report: str) -> None:
        """Forget a report with its proposals and steps."""

    def proposals(self, report: str) -> list[Proposal]:
        """By number."""

    def put(self, proposal: Proposal) -> None: ...
    def settled(self, name: str) -> list[Proposal]:
        """Proposals of that folded name, in any report, that were confirmed or joined."""

    def keep(self, step: ReviewStep) -> None:
        """Keep a step, or replace what is kept of it (undone_at, undone_by)."""

    def steps(self, report: str) -> list[ReviewStep]:
        """By sequence."""

    def steps_in(self, take_in: str) -> list[ReviewStep]:
        """Those by which something became held in that intake."""
