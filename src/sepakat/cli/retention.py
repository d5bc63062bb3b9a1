"""`sepakat retention`: how long what is kept, and erasing what is over its time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sepakat.cli.options import ByOption, JsonOption, NodeOption, open_named, person
from sepakat.cli.printing import at_minute, counted, instant, say, say_json, say_table

if TYPE_CHECKING:
    from sepakat.exchange.retaining import Due, Rules

app = typer.Typer(help="How long what is kept: by type, and by the clauses under which it came.", no_args_is_help=True)

TypeArgument = Annotated[
    str, typer.Argument(metavar="TYPE", help="An object type, or `any` for types without a rule.", show_default=False)
]


@app.command("list")
def list_(*, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """List every rule: this party's by type, those of agreements under which things came; and what is over its time."""
    from sepakat.exchange.retaining import list_rules

    rules = list_rules(open_named(node))
    if as_json:
        say_json(_as_json(rules))
        return
    rows = [(rule.type, rule.period, "our rule", at_minute(rule.set_at)) for rule in rules.by_type]
    rows += [
        ("personal data", one.retention, f"agreement {one.agreement} of {one.giver}, clause {one.clause}", "")
        for one in rules.by_clause
    ]
    say_table(("what", "kept for", "by", "since"), rows, "No rules: everything is kept until somebody removes it.")
    _say_due(rules.due)
    for owed in rules.deletions:
        say(f"{owed.about} has ended: `sepakat agreements confirm-deletion {owed.about}` deletes what came by it")


@app.command("set")
def set_(
    type_: TypeArgument,
    period: Annotated[str, typer.Argument(metavar="PERIOD", help="Such as P1Y, P6M or P30D.", show_default=False)],
    *,
    by: ByOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep objects of a type for a period from when their newest version came; then a served node erases them."""
    from sepakat.exchange.erasure_records import EVERY_TYPE
    from sepakat.exchange.retaining import set_rule
    from sepakat.stix.standard import TYPES

    rule = set_rule(open_named(node), type_, period, by=person(by))
    if as_json:
        say_json({"type": rule.type, "period": rule.period})
    else:
        say(f"{rule.type}: kept for {rule.period}. `sepakat retention run --dry-run` shows what goes.")
        if rule.type not in (EVERY_TYPE, *TYPES):
            say(f"STIX 2.1 has no type {rule.type}: right for a type of somebody's own, else nothing ever goes by it.")


@app.command("unset")
def unset(type_: TypeArgument, *, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """Keep objects of a type without an end again."""
    from sepakat.exchange.retaining import remove_rule

    remove_rule(open_named(node), type_)
    if as_json:
        say_json({"type": type_, "period": None})
    else:
        say(f"No rule for {type_} any more.")


@app.command("run")
def run(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what is over its time.")] = False,
    by: ByOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Erase now what is over its time, with a proof for each rule. A served node does so every few minutes."""
    from sepakat.exchange.retaining import list_rules, run_retention

    opened = open_named(node)
    if dry_run:
        rules = list_rules(opened)
        if as_json:
            say_json(_as_json(rules))
        else:
            _say_due(rules.due)
        return
    done = run_retention(opened, by=person(by))
    if as_json:
        erasures = [
            {"rule": rule, "erasure": one.proof.number, "counts": dict(one.proof.counts)} for rule, one in done.done
        ]
        say_json({"erasures": erasures, "terms_dropped": done.terms_dropped, "waiting": done.waiting})
        return
    for rule, one in done.done:
        objects = counted(len(one.proof.objects), "object")
        say(f"Erased {objects} (erasure {one.proof.number}): {rule}.")
    if done.terms_dropped:
        say(f"{counted(done.terms_dropped, 'version')} stay, which we have from elsewhere too.")
    if not done.done and not done.terms_dropped:
        say("Nothing is over its time.")


def _say_due(due: tuple[Due, ...]) -> None:
    for one in due:
        say(f"Over its time: {counted(len(one.ids), 'object')}, first {one.ids[0]} ({one.rule})")
    if not due:
        say("Nothing is over its time.")


def _as_json(rules: Rules) -> dict[str, Any]:
    return {
        "types": [
            {"type": rule.type, "period": rule.period, "at": instant(rule.set_at), "by": rule.set_by}
            for rule in rules.by_type
        ],
        "clauses": [
            {"agreement": one.agreement, "giver": one.giver, "clause": one.clause, "retention": one.retention}
            for one in rules.by_clause
        ],
        "due": [{"rule": one.rule, "objects": list(one.ids)} for one in rules.due],
        "deletions": [{"agreement": owed.about, "due": instant(owed.due)} for owed in rules.deletions],
    }
