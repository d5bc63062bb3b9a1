"""A person reviews what a report proposes: confirms, corrects, joins with what is known, rejects, and undoes each.

Only what is confirmed becomes a held object, and only held objects are ever released. Who said what, when and why is
kept step by step. Saying the same twice makes nothing twice; a call does everything it was asked or nothing. A
statement is confirmed together with who speaks and what it names, or after them, never without.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from sepakat.errors import Fault, InputError, NotFound, NotPermitted
from sepakat.exchange.known_entities import MAY_BE
from sepakat.exchange.ports import Node
from sepakat.exchange.report_records import Proposal, ProposalState, ReviewStep
from sepakat.exchange.reports import content_of, find_report
from sepakat.exchange.review_state import REPORT, Reviewed, ReviewState, removable
from sepakat.intake.reports.confirming import corrected_content
from sepakat.intake.reports.gazetteer import key_of
from sepakat.intake.reports.proposing import MOST_OF_A_NAME
from sepakat.stix.identifiers import StixId, type_of

_UNDO = "`sepakat review undo {report} {number}` takes back what was said before"


def confirm(
    node: Node, report: str, numbers: Iterable[int], by: str, *, with_needed: bool = False, reason: str | None = None
) -> Reviewed:
    """Make held objects of proposals; with `with_needed`, also of those that they refer to.

    Raises:
        NotFound: no such report or proposal.
        NotPermitted: one was rejected or joined, or needs another that was not confirmed; all are named.
    """
    with node.store.writing() as unit:
        state = ReviewState(node, unit, find_report(unit, report), by)
        named = state.named(numbers)
        _refuse(state, "confirmed", [one for one in named if one.state in _ELSEWHERE])
        wanted = {one.number: one for one in named if one.state is ProposalState.PROPOSED}
        asked = frozenset(wanted)
        if with_needed:
            _with_needed(state, wanted)
        _check_needs(state, wanted)
        # First what others refer to, so that they find it settled; the report lists all of it and comes last.
        for number in sorted(wanted, key=lambda one: (wanted[one].kind == REPORT, one)):
            proposal = state.proposals[number]
            if proposal.kind == REPORT and not state.listed():
                raise NotPermitted(
                    "report-lists-nothing",
                    f"report {state.report.id} not confirmed: a report lists what was confirmed, and nothing is",
                    f"`sepakat review show {state.report.id}` shows what it proposes",
                )
            after = replace(proposal, state=ProposalState.CONFIRMED, target=proposal.object_id)
            state.hold(proposal)
            state.change(proposal, "confirm", after, reason, is_held=True)
        return state.finish(
            sorted(wanted),
            unchanged=tuple(one.number for one in named if one.number not in wanted),
            needed=tuple(sorted(wanted.keys() - asked)),
        )


def reject(node: Node, report: str, numbers: Iterable[int], by: str, *, reason: str | None = None) -> Reviewed:
    """Say that proposals are wrong or not wanted. Nothing is deleted: it can be undone.

    Raises:
        NotFound: no such report or proposal.
        NotPermitted: one is confirmed or joined; undo that first.
    """
    with node.store.writing() as unit:
        state = ReviewState(node, unit, find_report(unit, report), by)
        named = state.named(numbers)
        settled = (ProposalState.CONFIRMED, ProposalState.JOINED)
        _refuse(state, "rejected", [one for one in named if one.state in settled])
        changed = [one for one in named if one.state is ProposalState.PROPOSED]
        for proposal in changed:
            after = replace(proposal, state=ProposalState.REJECTED)
            state.change(proposal, "reject", after, reason, is_held=False)
        return state.finish([one.number for one in changed], unchanged=_others(named, changed))


def correct(
    node: Node, report: str, number: int, changes: Mapping[str, Any], by: str, *, reason: str | None = None
) -> Reviewed:
    """Change what a proposal says; a confirmed one gets a new version. See `corrected_content` for what may change.

    Raises:
        NotFound: no such report or proposal.
        NotPermitted: it was rejected or joined.
        InputError: the correction changes what is fixed, or its result has faults; all are named.
    """
    with node.store.writing() as unit:
        state = ReviewState(node, unit, find_report(unit, report), by)
        [proposal] = state.named([number])
        _refuse(state, "corrected", [proposal] if proposal.state in _ELSEWHERE else [])
        before = content_of(proposal)
        content = corrected_content(before, changes, state.after(before["modified"]), state.speaker_name(proposal))
        if {**content, "modified": before["modified"]} == before:
            return state.finish([], unchanged=(number,))
        name = key_of(str(content.get("name", "")))[:MOST_OF_A_NAME]
        after = replace(proposal, content=orjson.dumps(content), name=name)
        is_held = proposal.state is ProposalState.CONFIRMED
        state.change(proposal, "correct", after, reason, is_held=is_held)
        if is_held:
            state.hold(after)
        return state.finish([number])


def join(
    node: Node, report: str, pairs: Mapping[int, StixId | None], by: str, *, reason: str | None = None
) -> Reviewed:
    """Say which held entities proposals are; None takes the only candidate of that name.

    Raises:
        NotFound: no such report, proposal or held object.
        NotPermitted: a proposal was judged otherwise before, or cannot be what it is to be joined with.
        InputError: no or several candidates; all such proposals are named.
    """
    with node.store.writing() as unit:
        state = ReviewState(node, unit, find_report(unit, report), by)
        named = state.named(pairs)
        targets = _targets(state, named, pairs)
        same = [one for one in named if one.state is ProposalState.JOINED and one.target == targets[one.number]]
        changed = [one for one in named if one not in same]
        _refuse(state, "joined", [one for one in changed if one.state is not ProposalState.PROPOSED])
        for proposal in changed:
            target = targets[proposal.number]
            _check_join(state, proposal, target)
            after = replace(proposal, state=ProposalState.JOINED, target=target)
            state.change(proposal, "join", after, reason, is_held=False)
        return state.finish([one.number for one in changed], unchanged=_others(named, changed))


def undo(node: Node, report: str, numbers: Iterable[int], by: str) -> Reviewed:
    """Take back the last thing said of each proposal; what became held by it goes, if nothing of it was released.

    Raises:
        NotFound: no such report or proposal.
        NotPermitted: nothing was said of one, or what it became was released or is referred to; all are named.
    """
    with node.store.writing() as unit:
        state = ReviewState(node, unit, find_report(unit, report), by)
        last = {step.number: step for step in state.steps if step.undone_at is None}
        named = state.named(numbers)
        leaving = frozenset(one.number for one in named if _is_leaving(last.get(one.number)))
        faults = [fault for one in named for fault in _reasons_to_stay(state, one, last.get(one.number), leaving)]
        if faults:
            raise NotPermitted(
                "review-not-undone", f"nothing undone: {'; '.join(faults)}", "undo those first, or recall what went out"
            )
        removed: list[StixId] = []
        for proposal in sorted(named, key=lambda one: -last[one.number].sequence):
            removed += _take_back(state, proposal, last[proposal.number])
        mine = next((one for one in state.proposals.values() if one.kind == REPORT), None)
        if mine is not None and mine.state is ProposalState.CONFIRMED and not state.listed():
            raise NotPermitted(
                "report-lists-nothing",
                f"nothing undone: report {state.report.id} (proposal {mine.number}) is confirmed and would be empty",
                f"undo {mine.number} as well",
            )
        return state.finish([one.number for one in named], removed=tuple(dict.fromkeys(removed)))


_ELSEWHERE = (ProposalState.REJECTED, ProposalState.JOINED)


def _others(named: Sequence[Proposal], changed: Sequence[Proposal]) -> tuple[int, ...]:
    done = {one.number for one in changed}
    return tuple(one.number for one in named if one.number not in done)


def _refuse(state: ReviewState, what: str, wrong: Sequence[Proposal]) -> None:
    if wrong:
        first = wrong[0]
        said = ", ".join(f"{one.number} is {one.state}" for one in wrong)
        hint = _UNDO.format(report=state.report.id, number=first.number)
        raise NotPermitted("proposal-judged", f"nothing {what}: {said}", hint)


def _with_needed(state: ReviewState, wanted: dict[int, Proposal]) -> None:
    """Add what is needed, and what that needs in turn."""
    waiting = list(wanted.values())
    while waiting:
        for one in state.missing(waiting.pop(), frozenset(wanted)):
            wanted[one.number] = one
            waiting.append(one)


def _check_needs(state: ReviewState, wanted: Mapping[int, Proposal]) -> None:
    lacks, cannot = [], []
    for proposal in wanted.values():
        missing = state.missing(proposal, frozenset(wanted))
        if missing:
            lacks.append(f"{proposal.number} needs {', '.join(str(one.number) for one in missing)}")
        rejected = state.impossible(proposal)
        if rejected:
            numbers = ", ".join(str(one.number) for one in rejected)
            cannot.append(f"{proposal.number} needs {numbers}, which is rejected")
    if cannot:
        raise NotPermitted(
            "proposal-without-ground", f"nothing confirmed: {'; '.join(cannot)}", "reject it too, or undo the rejection"
        )
    if lacks:
        raise NotPermitted(
            "proposal-needs-others",
            f"nothing confirmed: {'; '.join(lacks)}",
            "confirm, join or reject those first, or add --with-needed",
        )


def _targets(state: ReviewState, named: Sequence[Proposal], pairs: Mapping[int, StixId | None]) -> dict[int, StixId]:
    found: dict[int, StixId] = {}
    faults = []
    for proposal in named:
        given = pairs[proposal.number]
        if given is None and proposal.state is ProposalState.JOINED:
            given = proposal.target
        if given is not None:
            found[proposal.number] = given
            continue
        candidates = state.known.candidates(proposal)
        if len(candidates) == 1:
            found[proposal.number] = candidates[0].id
        else:
            ids = ", ".join(one.id for one in candidates[:5]) or "nothing of that name"
            faults.append(Fault(str(proposal.number), "one known entity of that name", ids))
    if faults:
        raise InputError(
            "join-undecided", f"nothing joined: {faults[0]}", "name the entity: --with ID, or leave it out", faults
        )
    return found


def _check_join(state: ReviewState, proposal: Proposal, target: StixId) -> None:
    types = MAY_BE.get(type_of(proposal.object_id), frozenset())
    if type_of(target) not in types or target == proposal.object_id:
        may_be = " or ".join(sorted(types)) or "nothing"
        raise NotPermitted(
            "join-impossible", f"proposal {proposal.number} not joined with {target}: it can be joined with {may_be}"
        )
    if state.known.name_of(target) is None:
        raise NotFound("object-unknown", f"no object {target} is held", "`sepakat objects list` shows what is")


def _is_leaving(step: ReviewStep | None) -> bool:
    return step is not None and step.act in ("confirm", "join")


def _reasons_to_stay(
    state: ReviewState, proposal: Proposal, step: ReviewStep | None, leaving: frozenset[int]
) -> list[str]:
    if step is None:
        return [f"nothing was said of {proposal.number}"]
    reasons = []
    if step.act in ("confirm", "join"):
        needing = state.dependents(proposal, leaving)
        if needing:
            numbers = ", ".join(str(one.number) for one in needing)
            reasons.append(f"{proposal.number} is needed by {numbers}")
    if step.take_in is not None and proposal.target is not None:
        rows = state.unit.views.rows_of(proposal.target)
        if step.act == "correct":
            versions = {ref[1] for ref in removable(state, proposal.target, {step.take_in})}
            rows = [row for row in rows if row.original[1] in versions]
        if rows:
            reasons.append(f"{proposal.number} was released as {proposal.target}")
        joined = [
            one
            for one in state.unit.reports.settled(proposal.name)
            if proposal.name
            if one.state is ProposalState.JOINED and one.target == proposal.target
        ]
        if step.act == "confirm" and joined:
            reasons.append(f"proposal {joined[0].number} of report {joined[0].report} is joined with {proposal.number}")
    return reasons


def _take_back(state: ReviewState, proposal: Proposal, step: ReviewStep) -> list[StixId]:
    removed = []
    if step.take_in is not None and proposal.target is not None:
        mine = [one.take_in for one in state.steps if one.take_in is not None]
        intakes = {step.take_in} if step.act == "correct" else set(mine)
        for version in removable(state, proposal.target, intakes):
            state.unit.objects.remove(version)
            removed.append(version[0])
    before = replace(proposal, state=step.state_before, content=step.content_before, target=step.target_before)
    name = key_of(str(content_of(before).get("name", "")))[:MOST_OF_A_NAME]
    state.proposals[proposal.number] = replace(before, name=name)
    state.unit.reports.put(state.proposals[proposal.number])
    state.unit.reports.keep(replace(step, undone_at=state.now, undone_by=state.by))
    return removed
