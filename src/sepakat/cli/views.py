"""`sepakat view`, `who-has` and `explain`: what a party reads, who holds an object, and why or why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sepakat.cli.options import JsonOption, NodeOption, open_named
from sepakat.cli.printing import at_minute, counted, instant, say, say_json, say_table
from sepakat.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sepakat.exchange.holding import Holder
    from sepakat.exchange.records import Publication
    from sepakat.exchange.viewing import PartyView
    from sepakat.release.decision import Decision

ObjectArgument = Annotated[str, typer.Argument(metavar="ID", help="The object's STIX id.", show_default=False)]
AgreementOption = Annotated[str | None, typer.Option(metavar="AGREEMENT", help="Only under this agreement.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("view")(view)
    app.command("who-has")(who_has)
    app.command("explain")(explain)


def view(
    party: Annotated[str, typer.Argument(metavar="PARTY", help="The taker.", show_default=False)],
    *,
    agreement: AgreementOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a party reads of us now, collection by collection, as it was released."""
    from sepakat.exchange.viewing import view_of
    from sepakat.stix.identifiers import AgreementId, PartyId

    views = view_of(open_named(node), PartyId(party), AgreementId(agreement) if agreement else None)
    if as_json:
        say_json([_view_as_json(one) for one in views])
        return
    if not views:
        say(f"{party} reads nothing of us: no agreement was ever in force for it.")
    for one in views:
        say(f"{one.collection.title}: {counted(len(one.live), 'object')} (collection {one.collection.id})")
        say_table(("id", "what", "as", "since"), [_row(row) for row in one.rows], "Nothing.")


def who_has(object_id: ObjectArgument, *, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """Show every party that holds an object or something made of it, by the log; onward holders included."""
    from sepakat.exchange.holding import who_has as use_case
    from sepakat.stix.identifiers import StixId

    holders = use_case(open_named(node), StixId(object_id))
    if as_json:
        say_json([_holder_as_json(one) for one in holders])
        return
    rows = [
        (
            one.party,
            one.agreement,
            one.outcome.value,
            one.id,
            at_minute(one.since),
            one.proof,
            one.via or "",
            one.said or "",
        )
        for one in holders
    ]
    say_table(("party", "agreement", "as", "id", "since", "proof", "by way of", "said"), rows, "Nobody else has it.")


def explain(
    object_id: ObjectArgument,
    *,
    to: Annotated[str | None, typer.Option("--to", metavar="PARTY", help="The taker.", show_default=False)] = None,
    diff: Annotated[
        tuple[str, str] | None,
        typer.Option("--diff", metavar="PARTY PARTY", help="Two takers: why one gets it and the other does not."),
    ] = None,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="At another instant, such as 2026-01-31T12:00:00Z.")
    ] = None,
    agreement: AgreementOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Explain whether an object goes to a party: the outcome, and what every rule found; with --diff, to two."""
    from sepakat.exchange.explaining import explain as use_case
    from sepakat.stix.identifiers import AgreementId, PartyId, StixId

    if (to is None) == (diff is None):
        raise InputError("option-missing", "say for whom: --to PARTY, or --diff PARTY PARTY for two, and not both")
    opened, instant_asked = open_named(node), instant_option(at)
    under = AgreementId(agreement) if agreement else None
    takers = [to] if to is not None else list(diff or ())
    found = [use_case(opened, StixId(object_id), PartyId(one), at=instant_asked, agreement=under) for one in takers]
    if diff is not None:
        _say_difference(found[0], found[1], as_json=as_json)
        return
    decisions = found[0]
    if as_json:
        say_json([decision_as_json(decision) for decision in decisions])
        return
    for number, decision in enumerate(decisions):
        if number:
            say()
        _say_decision(decision)


def decision_as_json(decision: Decision) -> dict[str, Any]:
    """A decision for programs."""
    from sepakat.release.explanation import lines, sentence

    return {
        "id": decision.version[0],
        "version": decision.version[1],
        "agreement": decision.view.agreement,
        "taker": decision.view.taker,
        "at": instant(decision.at),
        "outcome": decision.outcome.value,
        "sentence": sentence(decision),
        "lines": list(lines(decision)),
        "cut": list(decision.cut),
        "clauses": list(decision.clauses),
        "findings": [
            {
                "rule": finding.rule,
                "verdict": finding.verdict.value,
                "because": finding.because,
                "clause": finding.clause,
                "evidence": list(finding.evidence),
                "remedy": finding.remedy,
            }
            for finding in decision.findings
        ],
    }


def _say_difference(one: Sequence[Decision], other: Sequence[Decision], *, as_json: bool) -> None:
    """The decisions that give each party most, and the rules that make the difference."""
    from sepakat.release.difference import best, differences
    from sepakat.release.explanation import sentence

    mine, theirs = best(one), best(other)
    found = differences(mine, theirs)
    if as_json:
        say_json(
            {
                "decisions": [decision_as_json(mine), decision_as_json(theirs)],
                "differences": [
                    {
                        "rule": each.rule,
                        mine.view.taker: {"verdict": each.one.verdict.value, "because": each.one.because},
                        theirs.view.taker: {"verdict": each.other.verdict.value, "because": each.other.because},
                    }
                    for each in found
                ],
            }
        )
        return
    say(sentence(mine))
    say(sentence(theirs))
    rows = [(each.rule, each.one.because, each.other.because) for each in found]
    say_table(("rule", mine.view.taker, theirs.view.taker), rows, "Every rule says the same of both.")


def _say_decision(decision: Decision) -> None:
    """The outcome, then what every rule found: first those that say no or cut, then the others in their order."""
    from sepakat.release.decision import Verdict
    from sepakat.release.explanation import sentence

    signs = {Verdict.WITHHOLDS: "✗", Verdict.CUTS: "✂", Verdict.PERMITS: "✓"}
    if decision.view.agreement:
        say(f"Under {decision.view.agreement}:")
    say(sentence(decision))
    if decision.cut:
        say(f"Cut: {', '.join(decision.cut)}")
    rows = [
        (sign, finding.rule, f"{finding.because}\n→ {finding.remedy}" if finding.remedy else finding.because)
        for verdict, sign in signs.items()
        for finding in decision.findings
        if finding.verdict is verdict
    ]
    say_table(("", "rule", "because"), rows, "No rule had anything to say.")
    others = [finding.rule for finding in decision.findings if finding.verdict is Verdict.NOT_APPLICABLE]
    if others:
        say(f"Not applicable: {', '.join(others)}")


def instant_option(text: str | None) -> datetime | None:
    """The instant that an option names.

    Raises:
        InputError: it is none.
    """
    if text is None:
        return None
    from sepakat.stix.instants import is_timestamp, parse_instant

    if not is_timestamp(text):
        raise InputError(
            "time-invalid", f"time refused: expected an instant such as 2026-01-31T12:00:00Z, found {text}"
        )
    return parse_instant(text)


def _row(row: Publication) -> tuple[object, ...]:
    import json

    from sepakat.cli.objects import title_of
    from sepakat.exchange.records import Standing

    how = "tombstone" if row.standing is Standing.TOMBSTONE else row.outcome.value
    return row.id, title_of(json.loads(row.body)), how, at_minute(row.date_added)


def _view_as_json(view: PartyView) -> dict[str, Any]:
    import json

    return {
        "agreement": view.collection.view.agreement,
        "taker": view.collection.view.taker,
        "collection": view.collection.id,
        "title": view.collection.title,
        "objects": [
            {
                "id": row.id,
                "version": row.version,
                "original": row.original[0],
                "outcome": row.outcome.value,
                "standing": row.standing.value,
                "date_added": instant(row.date_added),
                "leaf": row.leaf,
                "content": json.loads(row.body),
            }
            for row in view.rows
        ],
    }


def _holder_as_json(holder: Holder) -> dict[str, Any]:
    return {
        "party": holder.party,
        "agreement": holder.agreement or None,
        "id": holder.id,
        "version": holder.version,
        "outcome": holder.outcome.value,
        "since": instant(holder.since),
        "proof": holder.proof,
        "via": holder.via,
        "said": holder.said,
    }
