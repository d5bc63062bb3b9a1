"""`sepakat questions`: what rival claims answer differently, side by side; nothing here picks a winner."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from sepakat.cli import claim_options as options
from sepakat.cli.claim_rows import as_json, rating, short, support_as_json
from sepakat.cli.options import ByOption, JsonOption, NodeOption, open_named, person
from sepakat.cli.printing import at_minute, counted, instant, say, say_fields, say_json, say_raw, say_table

if TYPE_CHECKING:
    from sepakat.claims.hypotheses import Matrix
    from sepakat.exchange.asking import QuestionLine, QuestionView

app = typer.Typer(help="Questions that rival claims answer differently.", no_args_is_help=True)

KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="The question's key.", show_default=False)]


@app.command("ask")
def ask(
    text: Annotated[str, typer.Argument(help="The question, in words.", show_default=False)],
    *,
    subject: Annotated[str | None, typer.Option(help="What it is about: fighters.")] = None,
    predicate: Annotated[str | None, typer.Option(help="What is asked of it: strength.")] = None,
    place: Annotated[str | None, typer.Option(help="Where.")] = None,
    time: Annotated[str | None, typer.Option(metavar="YYYY[-MM[-DD]]", help="Which year, month or day.")] = None,
    key: Annotated[str | None, typer.Option(help="The key itself, instead of subject and predicate.")] = None,
    about: Annotated[list[str] | None, typer.Option(metavar="ID", help="An object it is about; repeatable.")] = None,
    marking: options.MarkOption = None,
    topic: Annotated[list[str] | None, typer.Option(help="A topic (internal, never sent); repeatable.")] = None,
    region: Annotated[list[str] | None, typer.Option(help="A region (internal, never sent); repeatable.")] = None,
    by: ByOption = None,
    node: NodeOption = None,
    as_json_: JsonOption = False,
) -> None:
    """Ask a question; claims with its key answer it, and others can be assigned by hand."""
    from sepakat.claims.claim import Claim
    from sepakat.claims.questions import question_key
    from sepakat.exchange.asking import ask_question
    from sepakat.exchange.claiming import Draft
    from sepakat.stix.identifiers import StixId

    if key is None:
        if subject is None or predicate is None:
            raise typer.BadParameter("give --key, or --subject and --predicate")
        key = question_key(subject, predicate, place, time)
    draft = Draft(
        Claim("question"),
        text,
        about=tuple(StixId(one) for one in about or ()),
        markings=options.markings_of(marking),
        topics=tuple(topic or ()),
        regions=tuple(region or ()),
    )
    line = ask_question(open_named(node), key, draft, person(by))
    if as_json_:
        say_json(_line_as_json(line))
        return
    say(f"Asked {line.key}: {line.text}")
    say(f"{counted(line.claims, 'claim')} answer it.")


@app.command("list")
def list_(*, as_of: options.AsOfOption = None, node: NodeOption = None, as_json_: JsonOption = False) -> None:
    """List questions with their state, how many claims answer them and from how many origins."""
    from sepakat.exchange.asking import list_questions

    lines = list_questions(open_named(node), options.instant_of(as_of))
    if as_json_:
        say_json([_line_as_json(line) for line in lines])
        return
    rows = [(line.key, line.text, line.state.value, line.claims, line.support) for line in lines]
    say_table(("question", "text", "state", "claims", "support"), rows, "No questions; `sepakat questions ask`.")


@app.command("show")
def show(
    key: KeyArgument, *, as_of: options.AsOfOption = None, node: NodeOption = None, as_json_: JsonOption = False
) -> None:
    """Show rival claims side by side, why they conflict, opinions, the matrix of hypotheses and who has settled it."""
    from sepakat.exchange.asking import show_question

    view = show_question(open_named(node), key, options.instant_of(as_of))
    if as_json_:
        say_json(_view_as_json(view))
        return
    _say_view(view)


@app.command("assign")
def assign(
    key: KeyArgument,
    claims: Annotated[list[str], typer.Argument(metavar="ID...", help="The claims.", show_default=False)],
    *,
    by: ByOption = None,
    node: NodeOption = None,
    as_json_: JsonOption = False,
) -> None:
    """Say by hand that claims answer a question; the claims themselves stay as they are."""
    from sepakat.exchange.asking import assign_claims
    from sepakat.stix.identifiers import StixId

    line = assign_claims(open_named(node), key, [StixId(one) for one in claims], person(by))
    if as_json_:
        say_json(_line_as_json(line))
        return
    say(f"{counted(line.claims, 'claim')} answer {key}: {line.state.value}.")


@app.command("judge")
def judge(
    key: KeyArgument,
    hypothesis: Annotated[str, typer.Argument(metavar="HYPOTHESIS", help="A hypothesis' id.", show_default=False)],
    evidence: Annotated[str, typer.Argument(metavar="EVIDENCE", help="A claim's id.", show_default=False)],
    verdict: Annotated[
        Literal["consistent", "inconsistent", "neutral"],
        typer.Argument(help="How the evidence stands to the hypothesis.", show_default=False),
    ],
    *,
    reason: Annotated[str | None, typer.Option(help="Why.")] = None,
    by: ByOption = None,
    node: NodeOption = None,
    as_json_: JsonOption = False,
) -> None:
    """Say how one piece of evidence stands to one hypothesis; kept under your name, beside the words of others."""
    from sepakat.exchange.asking import judge_evidence
    from sepakat.exchange.claim_records import Judgement, Verdict
    from sepakat.stix.identifiers import StixId

    opened = open_named(node)
    word = Judgement(
        key, StixId(hypothesis), StixId(evidence), person(by), Verdict(verdict), opened.clock.now(), reason
    )
    matrix = judge_evidence(opened, word)
    if as_json_:
        say_json(_matrix_as_json(matrix))
        return
    _say_matrix(matrix)


@app.command("settle")
def settle(
    key: KeyArgument,
    *,
    reason: Annotated[str, typer.Option(help="Why it is settled for this party.", show_default=False)],
    rests_on: Annotated[list[str] | None, typer.Option(metavar="ID", help="A claim it rests on; repeatable.")] = None,
    marking: options.MarkOption = None,
    by: ByOption = None,
    node: NodeOption = None,
    as_json_: JsonOption = False,
) -> None:
    """Say that a question is settled for this party: an assessment of its own, which no other party has to share."""
    from sepakat.claims.claim import Claim
    from sepakat.exchange.asking import settle_question
    from sepakat.exchange.claiming import Draft
    from sepakat.stix.identifiers import StixId

    draft = Draft(Claim("assessment"), reason, markings=options.markings_of(marking))
    made = settle_question(open_named(node), key, draft, [StixId(one) for one in rests_on or ()], person(by))
    if as_json_:
        say_json(as_json(made))
        return
    say(f"Settled for this party by {made.id}; every claim stays as it was.")


@app.command("reopen")
def reopen(
    key: KeyArgument,
    *,
    reason: Annotated[str, typer.Option(help="Why.", show_default=False)],
    by: ByOption = None,
    node: NodeOption = None,
    as_json_: JsonOption = False,
) -> None:
    """Take this party's word back that a question is settled."""
    from sepakat.exchange.asking import reopen_question

    withdrawn = reopen_question(open_named(node), key, reason, person(by))
    if as_json_:
        say_json([as_json(one) for one in withdrawn])
        return
    say(f"{key} is not settled any more.")


@app.command("picture")
def picture(
    key: KeyArgument,
    *,
    out: Annotated[Path | None, typer.Option(help="Write it there; to standard output if absent.")] = None,
    as_of: options.AsOfOption = None,
    node: NodeOption = None,
    as_json_: JsonOption = False,
) -> None:
    """Draw the estimates over time with who said them, as SVG: every mark is somebody's number, none is an average."""
    from sepakat.errors import InputError
    from sepakat.exchange.asking import draw_question, show_question

    drawn = draw_question(show_question(open_named(node), key, options.instant_of(as_of)))
    if out is not None:
        try:
            out.write_text(drawn + "\n", encoding="utf-8")
        except OSError as error:
            raise InputError("file-unwritable", f"{out} cannot be written: {error.strerror}") from error
    if as_json_:
        say_json({"question": key, "svg": drawn, "file": None if out is None else str(out)})
    elif out is None:
        say_raw(drawn)
    else:
        say(f"Drawn in {out}.")


def _say_view(view: QuestionView) -> None:
    from sepakat.exchange.asking import speaker_name

    account = view.account
    settled = "; ".join(
        f"{', '.join(one.parties)} since {at_minute(one.at)}: {one.reason}" for one in account.settlements
    )
    say_fields(
        (
            ("question", account.text),
            ("key", account.key),
            ("state", view.state.value),
            ("settled by", settled),
            ("support", view.support.sentence),
        )
    )
    rows = [
        (
            answer.words,
            one.id,
            speaker_name(view, one),
            ", ".join(one.origins) + (" (echo, not counted)" if one.id in view.echoes else ""),
            rating(one) or "",
            at_minute(one.created),
            one.standing,
            _path(one.claim.lineage),
        )
        for answer in account.answers
        for one in answer.claims
    ]
    say()
    say_table(("answer", "claim", "by", "from", "rating", "said", "standing", "root and way"), rows, "No answers.")
    for root, keys in view.support.roots.items():
        if len(keys) > 1:
            say(f"{counted(len(keys), 'report')}, 1 origin {root[:12]}: {', '.join(keys)}")
    for sentence in dict.fromkeys((*account.contested_by, *account.comparisons)):
        say(f"- {sentence}")
    for word in account.opinions:
        say(f"- {', '.join(word.parties)}: {word.opinion} with {word.about}. {' '.join(word.explanation.split())}")
    if view.matrix is not None:
        say()
        _say_matrix(view.matrix)


def _path(lineage: Any) -> str:
    if lineage is None or not lineage.roots:
        return "independence unknown"
    return " > ".join((*(root[:12] for root in lineage.roots), *lineage.via))


def _say_matrix(matrix: Matrix) -> None:
    headers = ("evidence", *matrix.hypotheses, "tells apart")
    rows: list[tuple[str, ...]] = [
        (row.evidence, *(cell.verdict or "" for cell in row.cells), f"{row.diagnosticity:.2f}") for row in matrix.rows
    ]
    rows.append(("origins against", *(str(one.count) for one in matrix.against), ""))
    say_table(headers, rows, "")
    for one in matrix.against:
        say(f"Against {one.hypothesis}: {one.support.sentence}" + "".join(f"\n  {id_}" for id_ in one.evidence))
    if matrix.least_against:
        say(f"Least against: {', '.join(matrix.least_against)}. New evidence can change that.")


def _line_as_json(line: QuestionLine) -> dict[str, Any]:
    return {
        "key": line.key,
        "text": line.text,
        "state": line.state.value,
        "claims": line.claims,
        "support": line.support,
        "contested_by": list(line.contested_by),
    }


def _view_as_json(view: QuestionView) -> dict[str, Any]:
    account = view.account
    return {
        "key": account.key,
        "text": account.text,
        "state": view.state.value,
        "as_of": instant(view.instant),
        "answers": [
            {
                "answer": answer.words,
                "claims": [
                    as_json(one)
                    | {
                        "short": short(one),
                        "rating": rating(one),
                        "is_echo": one.id in view.echoes,
                        "speaker": view.speakers.get(one.claim.speaker_ref) if one.claim.speaker_ref else None,
                    }
                    for one in answer.claims
                ],
            }
            for answer in account.answers
        ],
        "support": support_as_json(view.support),
        "comparisons": list(account.comparisons),
        "contested_by": list(account.contested_by),
        "opinions": [
            {
                "id": one.id,
                "about": one.about,
                "opinion": one.opinion,
                "explanation": one.explanation,
                "parties": list(one.parties),
                "at": instant(one.said_at),
            }
            for one in account.opinions
        ],
        "settled_by": [
            {"claim": one.id, "parties": list(one.parties), "at": instant(one.at), "reason": one.reason}
            for one in account.settlements
        ],
        "matrix": None if view.matrix is None else _matrix_as_json(view.matrix),
    }


def _matrix_as_json(matrix: Matrix) -> dict[str, Any]:
    return {
        "hypotheses": list(matrix.hypotheses),
        "rows": [
            {
                "evidence": row.evidence,
                "diagnosticity": row.diagnosticity,
                "cells": [
                    {
                        "verdict": cell.verdict,
                        "judged": [{"by": one.by, "verdict": one.verdict, "reason": one.reason} for one in cell.judged],
                    }
                    for cell in row.cells
                ],
            }
            for row in matrix.rows
        ],
        "against": [
            {"hypothesis": one.hypothesis, "evidence": list(one.evidence), "support": support_as_json(one.support)}
            for one in matrix.against
        ],
        "least_against": list(matrix.least_against),
    }
