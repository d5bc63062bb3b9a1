"""One report as a person reviews it: the page, its text, what was found where, and every proposal with its history.

For doors to show; changes nothing. Offsets of proposals and of `reading["spans"]` count in `text`, in characters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from sepakat.claims.words import quantity_words
from sepakat.errors import NotFound
from sepakat.exchange.known_entities import Candidate
from sepakat.exchange.ports import Node
from sepakat.exchange.report_records import Proposal, ProposalState, ReadReport, ReviewStep
from sepakat.exchange.reports import content_of, find_report
from sepakat.exchange.review_state import ReviewState
from sepakat.intake.reports.notes import claim_of, is_claim, text_of
from sepakat.stix.identifiers import StixId


@dataclass(frozen=True, slots=True)
class ProposalView:
    """One proposal. `needs` are the numbers of those that it refers to and nobody has judged; `lacks` were rejected."""

    proposal: Proposal
    content: Mapping[str, Any]
    words: str
    needs: tuple[int, ...]
    lacks: tuple[int, ...]
    candidates: tuple[Candidate, ...]
    steps: tuple[ReviewStep, ...]

    @property
    def number(self) -> int:
        """Its number in the report."""
        return self.proposal.number

    @property
    def state(self) -> ProposalState:
        """What was said of it."""
        return self.proposal.state


@dataclass(frozen=True, slots=True)
class ReportView:
    """One report. `reading` has header, body, related stories, findings and spans, as `kept_reading` writes them."""

    report: ReadReport
    text: str
    reading: Mapping[str, Any]
    proposals: tuple[ProposalView, ...]

    def numbers(self, *, kinds: Sequence[str] = (), state: ProposalState | None = None) -> tuple[int, ...]:
        """The numbers of the proposals of these kinds (any if none) in that state (any if None)."""
        return tuple(
            one.number
            for one in self.proposals
            if (not kinds or one.proposal.kind in kinds) and state in (None, one.state)
        )

    def proposal(self, number: int) -> ProposalView:
        """The proposal of a number.

        Raises:
            NotFound: there is none.
        """
        for one in self.proposals:
            if one.number == number:
                return one
        raise NotFound("proposal-unknown", f"report {self.report.id} has no proposal {number}")


def show_report(node: Node, id_: str) -> ReportView:
    """The report of an id, of the beginning of one, or the newest.

    Raises:
        NotFound: there is none, or several begin so.
    """
    with node.store.reading() as unit:
        report = find_report(unit, id_)
        content = unit.reports.content(report.id)
        assert content is not None, "a report is kept together with its content"
        state = ReviewState(node, unit, report, "")
        views = tuple(_view(state, one) for one in state.proposals.values())
    return ReportView(report, content.text, orjson.loads(content.reading), views)


def saved_page(node: Node, id_: str) -> bytes:
    """The bytes of a report as they came.

    Raises:
        NotFound: there is no such report.
    """
    with node.store.reading() as unit:
        content = unit.reports.content(find_report(unit, id_).id)
    assert content is not None, "a report is kept together with its content"
    return content.content


def _view(state: ReviewState, proposal: Proposal) -> ProposalView:
    content = content_of(proposal)
    is_open = proposal.state is ProposalState.PROPOSED
    return ProposalView(
        proposal,
        content,
        _words(state, proposal, content),
        tuple(one.number for one in state.missing(proposal, frozenset())) if is_open else (),
        tuple(one.number for one in state.impossible(proposal)) if is_open else (),
        state.known.candidates(proposal) if is_open else (),
        tuple(step for step in state.steps if step.number == proposal.number),
    )


def _words(state: ReviewState, proposal: Proposal, content: Mapping[str, Any]) -> str:
    """The proposal in one line for people."""
    if is_claim(content):
        claim = claim_of(content)
        speaker = _name(state, claim.speaker_ref) if claim.speaker_ref is not None else None
        number = f" ({quantity_words(claim.quantity)})" if claim.quantity is not None else ""
        what = ", ".join((*content.get("labels", ()), claim.kind)) + number
        return f"{what}{f' by {speaker}' if speaker else ''}: {' '.join(text_of(content).split())}"
    if content["type"] == "relationship":
        source, target = (_name(state, content[name]) for name in ("source_ref", "target_ref"))
        return f"{source} {content['relationship_type']} {target}"
    more = [*content.get("roles", ()), *content.get("aliases", ()), content.get("country")]
    return str(content["name"]) + "".join(f", {one}" for one in more if one)


def _name(state: ReviewState, id_: StixId) -> str:
    number = state.by_object.get(id_)
    if number is None:
        return id_
    known = state.proposals[number]
    content = content_of(known)
    if content["type"] == "note":
        text = " ".join(text_of(content).split())
        return f'"{text[:60]}{"..." if len(text) > 60 else ""}"'
    if known.state is ProposalState.JOINED and known.target is not None:
        return state.known.name_of(known.target) or known.target
    return str(content.get("name", id_))
