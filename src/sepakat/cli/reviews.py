"""`sepakat review`: what reports propose, and a person's word on each. Nothing unconfirmed is ever released."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import typer

from sepakat.cli.options import ByOption, JsonOption, NodeOption, open_named, person
from sepakat.cli.printing import at_minute, counted, instant, say, say_fields, say_json, say_table

if TYPE_CHECKING:
    from sepakat.exchange.ports import Node
    from sepakat.exchange.report_view import ProposalView, ReportView
    from sepakat.exchange.review_state import Reviewed

app = typer.Typer(
    help="What reports propose; confirm, correct, join with what is known, or reject it.", no_args_is_help=True
)

ReportArgument: TypeAlias = Annotated[
    str, typer.Argument(metavar="REPORT", help="The report's id, its beginning, or `newest`.", show_default=False)
]
NumbersArgument: TypeAlias = Annotated[
    list[str] | None,
    typer.Argument(metavar="NUMBER...", help="Proposals: `3`, `7-12`; with --all or --kind none.", show_default=False),
]
AllOption: TypeAlias = Annotated[bool, typer.Option("--all", help="All proposals that nobody has judged.")]
KindOption: TypeAlias = Annotated[
    list[str] | None, typer.Option("--kind", help="Those of a kind that nobody has judged; repeatable.")
]
ReasonOption: TypeAlias = Annotated[str | None, typer.Option("--reason", help="Why; kept with who said so.")]


@app.command("list")
def list_(
    *,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the reports that were taken in, newest first, with how much of each waits for review."""
    from sepakat.exchange.reports import list_reports

    lines = list_reports(open_named(node), limit)
    if as_json:
        say_json([_report_json(one.report) | {"counts": dict(one.counts), "waiting": one.waiting} for one in lines])
        return
    rows = [
        (
            one.report.id,
            at_minute(one.report.at),
            one.report.publisher,
            one.report.title or one.report.source,
            one.waiting,
            sum(one.counts.values()) - one.waiting,
        )
        for one in lines
    ]
    say_table(
        ("report", "taken in", "publisher", "title", "waiting", "judged"),
        rows,
        "No reports; `sepakat take-in PAGE` takes one in.",
    )


@app.command("show")
def show(
    report: ReportArgument,
    number: Annotated[
        int | None, typer.Argument(metavar="[NUMBER]", help="One proposal, whole.", show_default=False)
    ] = None,
    *,
    kind: KindOption = None,
    state: Annotated[
        Literal["proposed", "confirmed", "joined", "rejected"] | None, typer.Option(help="Only those in this state.")
    ] = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a report and what it proposes, or one proposal with its place in the text and its history."""
    from sepakat.exchange.report_records import ProposalState
    from sepakat.exchange.report_view import show_report

    view = show_report(open_named(node), report)
    if number is not None:
        one = view.proposal(number)
        if as_json:
            say_json(_proposal_json(view, one) | {"object": one.content, "history": _history(one)})
        else:
            _say_proposal(view, one)
        return
    numbers = view.numbers(kinds=kind or (), state=ProposalState(state) if state else None)
    shown = [view.proposal(one) for one in numbers]
    if as_json:
        found = {"reading": view.reading, "proposals": [_proposal_json(view, one) for one in shown]}
        say_json(_report_json(view.report) | found)
        return
    _say_report(view)
    say()
    rows = [
        (one.number, one.state, one.proposal.kind, f"{one.proposal.score}%", one.words, _notes(one)) for one in shown
    ]
    say_table(("no", "state", "kind", "score", "proposal", ""), rows, "No such proposals.")


@app.command("confirm")
def confirm(
    report: ReportArgument,
    numbers: NumbersArgument = None,
    *,
    everything: AllOption = False,
    kind: KindOption = None,
    with_needed: Annotated[
        bool, typer.Option("--with-needed", help="Also confirm those that the named ones refer to.")
    ] = False,
    reason: ReasonOption = None,
    by: ByOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make held objects of proposals. Each was looked at: what is confirmed can be released."""
    from sepakat.exchange import reviewing

    opened = open_named(node)
    chosen = _chosen(opened, report, numbers, kind, everything=everything)
    done = reviewing.confirm(opened, report, chosen, person(by), with_needed=with_needed, reason=reason)
    _say_done(done, "Confirmed", as_json=as_json)


@app.command("reject")
def reject(
    report: ReportArgument,
    numbers: NumbersArgument = None,
    *,
    everything: AllOption = False,
    kind: KindOption = None,
    reason: ReasonOption = None,
    by: ByOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that proposals are wrong or not wanted; they stay in the list and can be taken up again by undo."""
    from sepakat.exchange import reviewing

    opened = open_named(node)
    chosen = _chosen(opened, report, numbers, kind, everything=everything)
    _say_done(reviewing.reject(opened, report, chosen, person(by), reason=reason), "Rejected", as_json=as_json)


@app.command("correct")
def correct(
    report: ReportArgument,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="The proposal.", show_default=False)],
    *,
    changes: Annotated[
        list[str],
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="A property, `text`, or `claim.kind` and the like; JSON or text; empty takes it away. Repeatable.",
            show_default=False,
        ),
    ],
    reason: ReasonOption = None,
    by: ByOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change what a proposal says. One that is confirmed gets a new version; any other stays a proposal."""
    from sepakat.exchange import reviewing

    done = reviewing.correct(open_named(node), report, number, _changes(changes), person(by), reason=reason)
    _say_done(done, "Corrected", as_json=as_json)


@app.command("join")
def join(
    report: ReportArgument,
    numbers: NumbersArgument = None,
    *,
    target: Annotated[
        str | None, typer.Option("--with", metavar="ID", help="The held entity; the only one of that name if absent.")
    ] = None,
    known: Annotated[
        bool,
        typer.Option("--known", help="All that nobody has judged and that have exactly one known entity of the name."),
    ] = False,
    reason: ReasonOption = None,
    by: ByOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that a proposed person, place, organisation or group is one that is held already."""
    from sepakat.exchange import reviewing
    from sepakat.exchange.report_records import ProposalState
    from sepakat.exchange.report_view import show_report
    from sepakat.stix.identifiers import StixId

    opened = open_named(node)
    if known == bool(numbers) or (known and target is not None):
        raise typer.BadParameter("give proposals, or --known alone")
    if known:
        view = show_report(opened, report)
        waiting = (view.proposal(one) for one in view.numbers(state=ProposalState.PROPOSED))
        chosen = [one.number for one in waiting if len(one.candidates) == 1]
    else:
        chosen = _numbers(numbers or [])
    pairs = dict.fromkeys(chosen, StixId(target) if target else None)
    _say_done(reviewing.join(opened, report, pairs, person(by), reason=reason), "Joined", as_json=as_json)


@app.command("undo")
def undo(
    report: ReportArgument,
    numbers: Annotated[
        list[str], typer.Argument(metavar="NUMBER...", help="Proposals: `3`, `7-12`.", show_default=False)
    ],
    *,
    by: ByOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take back the last word on proposals; what became held by it goes, unless it was released."""
    from sepakat.exchange import reviewing

    _say_done(reviewing.undo(open_named(node), report, _numbers(numbers), person(by)), "Undone", as_json=as_json)


def _numbers(texts: list[str]) -> list[int]:
    found: list[int] = []
    for text in texts:
        first, dash, last = text.partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()) or len(text) > 12:
            raise typer.BadParameter(f"{text}: expected a number or a range such as 7-12")
        end = int(last) if dash else int(first)
        if end - int(first) > 10_000:
            raise typer.BadParameter(f"{text}: no report proposes so much")
        found += range(int(first), end + 1)
    return found


def _chosen(
    node: Node, report: str, numbers: list[str] | None, kinds: list[str] | None, *, everything: bool
) -> list[int]:
    if [bool(numbers), bool(kinds), everything].count(True) != 1:
        raise typer.BadParameter("give one of NUMBER..., --kind and --all")
    if numbers:
        return _numbers(numbers)
    from sepakat.exchange.report_records import ProposalState
    from sepakat.exchange.report_view import show_report

    return list(show_report(node, report).numbers(kinds=kinds or (), state=ProposalState.PROPOSED))


def _changes(texts: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not name or not sign:
            raise typer.BadParameter(f"{text}: expected NAME=VALUE")
        try:
            found[name] = json.loads(value) if value else None
        except (ValueError, RecursionError):
            found[name] = value
    return found


def _say_done(done: Reviewed, what: str, *, as_json: bool) -> None:
    if as_json:
        say_json(
            {
                "report": done.report,
                "changed": list(done.changed),
                "unchanged": list(done.unchanged),
                "needed": list(done.needed),
                "taken": list(done.taken),
                "removed": list(done.removed),
                "intake": done.intake,
            }
        )
        return
    say(f"{what}: {_ranges(done.changed) or 'nothing new'}.")
    if done.needed:
        say(f"Confirmed with them, since they refer to it: {_ranges(done.needed)}.")
    if done.unchanged:
        say(f"So already: {_ranges(done.unchanged)}.")
    if done.taken:
        say(f"Now held: {counted(len(done.taken), 'object')} (intake {done.intake}).")
    if done.removed:
        say(f"No longer held: {counted(len(done.removed), 'object')}.")
    for change in done.released.changes:
        went = f"{counted(change.published, 'object')} released, {change.withdrawn} withdrawn"
        say(f"To {change.view.taker} under {change.view.agreement}: {went}.")


def _ranges(numbers: tuple[int, ...]) -> str:
    """Numbers for people: `1-4, 7`."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][-1] + 1:
            parts[-1] = [parts[-1][0], number]
        else:
            parts.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in parts)


def _notes(one: ProposalView) -> str:
    if one.lacks:
        return f"needs {_ranges(one.lacks)}, rejected"
    if one.candidates:
        return f"known: {', '.join(known.id for known in one.candidates[:3])}"
    if one.needs:
        return f"needs {_ranges(one.needs)}"
    return f"as {one.proposal.target}" if one.proposal.target and one.state == "joined" else ""


def _say_report(view: ReportView) -> None:
    report, header = view.report, view.reading["header"]
    say_fields(
        (
            ("report", report.id),
            ("title", report.title),
            ("publisher", report.publisher),
            ("published", header.get("published_raw") or at_minute(report.published_at)),
            ("by", header.get("byline") or header.get("writer")),
            ("agency", header.get("agency")),
            ("from", report.source),
            ("address", report.address),
            ("digest", f"sha256:{report.digest}"),
            ("taken in", f"{at_minute(report.at)} by {report.by}"),
            ("captured", at_minute(report.captured_at)),
            ("note", "; ".join(view.reading["findings"])),
        )
    )
    for story in view.reading["related"]:
        when = story.get("when") or story.get("ago")
        say(f"related story: {story['title']} ({story['as_shown']}{f', {when}' if when else ''})")


def _say_proposal(view: ReportView, one: ProposalView) -> None:
    proposal = one.proposal
    place = None
    if proposal.start is not None and proposal.end is not None:
        around = view.text[max(0, proposal.start - 60) : proposal.start], view.text[proposal.end : proposal.end + 60]
        inside = view.text[proposal.start : proposal.end]
        place = f"{proposal.start}-{proposal.end}: ...{around[0]}[{inside}]{around[1]}..."
    say_fields(
        (
            ("number", one.number),
            ("state", one.state),
            ("kind", proposal.kind),
            ("proposal", one.words),
            ("object", proposal.object_id),
            ("held as", proposal.target),
            ("rule", f"{proposal.rule} ({proposal.score}%)"),
            ("text", " ".join(place.split()) if place else None),
            ("needs", _ranges(one.needs)),
            ("rejected", _ranges(one.lacks)),
            ("known", ", ".join(f"{known.id} {known.name}" for known in one.candidates)),
        )
    )
    for step in one.steps:
        undone = f"; undone {at_minute(step.undone_at)} by {step.undone_by}" if step.undone_at else ""
        say(f"{at_minute(step.at)} {step.act} by {step.by}{f': {step.reason}' if step.reason else ''}{undone}")
    say_json(one.content)


def _report_json(report: Any) -> dict[str, Any]:
    return {
        "report": report.id,
        "at": instant(report.at),
        "by": report.by,
        "source": report.source,
        "digest": report.digest,
        "form": report.form,
        "address": report.address,
        "captured_at": instant(report.captured_at),
        "origin": report.origin,
        "language": report.language,
        "title": report.title,
        "publisher": report.publisher,
        "published_at": instant(report.published_at),
    }


def _proposal_json(view: ReportView, one: ProposalView) -> dict[str, Any]:
    proposal = one.proposal
    is_placed = proposal.start is not None and proposal.end is not None
    return {
        "number": one.number,
        "state": proposal.state,
        "kind": proposal.kind,
        "id": proposal.object_id,
        "words": one.words,
        "rule": proposal.rule,
        "score": proposal.score,
        "start": proposal.start,
        "end": proposal.end,
        "quoted": view.text[proposal.start : proposal.end] if is_placed else None,
        "needs": list(one.needs),
        "rejected": list(one.lacks),
        "known": [{"id": known.id, "name": known.name, "reviewed": known.was_reviewed} for known in one.candidates],
        "target": proposal.target,
    }


def _history(one: ProposalView) -> list[dict[str, Any]]:
    return [
        {
            "at": instant(step.at),
            "by": step.by,
            "act": step.act,
            "reason": step.reason,
            "undone_at": instant(step.undone_at),
            "undone_by": step.undone_by,
        }
        for step in one.steps
    ]
