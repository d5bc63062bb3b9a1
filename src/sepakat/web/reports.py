"""The pages about reports: the list, and one as a page to read and review, with what was found in its text.

The text is cut into runs, each with the kinds of what was found there and the proposal that stands on it; every act of
the review asks `exchange.reviewing` and leads back to the proposal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from sepakat.errors import InputError
from sepakat.exchange import reviewing
from sepakat.exchange.report_view import ProposalView, ReportView, show_report
from sepakat.exchange.reports import list_reports
from sepakat.stix.identifiers import StixId
from sepakat.web.asking import Ask, Handler
from sepakat.web.rendering import page

WIDE = frozenset({"statement", "event"})
"""Kinds that span whole sentences: shown beside the paragraph, the others in it."""


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a paragraph: what it says, what it was found to be, the number of the proposal that stands on it."""

    text: str
    kind: str
    of: str
    number: int | None


@dataclass(frozen=True, slots=True)
class Lines:
    """One paragraph with the proposals that come from it."""

    runs: tuple[Run, ...]
    proposals: tuple[ProposalView, ...]


def list_(ask: Ask) -> Response:
    """Every report that was taken in."""
    before = ask.query.get("before")
    try:
        instant = datetime.fromisoformat(before) if before else None
    except ValueError:
        instant = None
    if before and (instant is None or instant.tzinfo is None):
        raise InputError("place-invalid", "page not shown: `before` in its address is no place in a list")
    return page(ask, "reports.html", shown=list_reports(ask.node, 50, instant))


def show(ask: Ask) -> Response:
    """One report to read and review."""
    shown = show_report(ask.node, ask.named["report"])
    body = [_lines(shown, start, end) for start, end in shown.reading["body"]]
    beside = {one.number for lines in body for one in lines.proposals}
    rest = [one for one in shown.proposals if one.number not in beside]
    return page(
        ask, "report.html", shown=shown, header=shown.reading["header"], body=body, rest=rest, related=_related(shown)
    )


def _lines(shown: ReportView, start: int, end: int) -> Lines:
    spans = [one for one in shown.reading["spans"] if start <= one["start"] and one["end"] <= end]
    small = [one for one in spans if one["kind"] not in WIDE]
    on = {(one.proposal.start, one.proposal.end): one.number for one in shown.proposals}
    edges = sorted({start, end, *(edge for one in small for edge in (one["start"], one["end"]))})
    runs = []
    for begin, stop in pairwise(edges):
        inside = [one for one in small if one["start"] <= begin and stop <= one["end"]]
        # Of what lies inside each other the shortest tells most.
        found = min(inside, key=lambda one: one["end"] - one["start"], default=None)
        number = on.get((found["start"], found["end"])) if found else None
        runs.append(Run(shown.text[begin:stop], found["kind"] if found else "", found["of"] if found else "", number))
    here = tuple(one for one in shown.proposals if one.proposal.start is not None and start <= one.proposal.start < end)
    return Lines(tuple(runs), here)


def _related(shown: ReportView) -> list[dict[str, Any]]:
    """Other stories, each once, with their age as shown; a date only where the page says when it was saved."""
    return list({one["title"]: one for one in shown.reading["related"]}.values())


def _act(do: Callable[[Ask, str, int], object]) -> Handler:
    def handler(ask: Ask) -> Response:
        report = ask.named["report"]
        number = ask.said("number")
        if not number.isdecimal():
            raise InputError("proposal-number", f"no proposal {number}: expected its number")
        do(ask, report, int(number))
        return RedirectResponse(f"/reports/{quote(report)}?at={number}#p{number}", 303)

    return handler


def _correct(ask: Ask, report: str, number: int) -> object:
    proposal = show_report(ask.node, report).proposal(number)
    name = "content" if proposal.content["type"] == "note" else "name"
    return reviewing.correct(ask.node, report, number, {name: ask.said("text")}, ask.who)


ACTS: Mapping[str, Handler] = MappingProxyType(
    {
        "confirm": _act(
            lambda ask, report, number: reviewing.confirm(ask.node, report, [number], ask.who, with_needed=True)
        ),
        "reject": _act(lambda ask, report, number: reviewing.reject(ask.node, report, [number], ask.who)),
        "undo": _act(lambda ask, report, number: reviewing.undo(ask.node, report, [number], ask.who)),
        "correct": _act(_correct),
        "join": _act(
            lambda ask, report, number: reviewing.join(ask.node, report, {number: StixId(ask.said("target"))}, ask.who)
        ),
    }
)
"""What a person may say of a proposal, by the last word of the address."""
