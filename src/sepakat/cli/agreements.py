"""`sepakat agreements`: written, checked, offered, signed, changed and ended."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sepakat.cli import simulations
from sepakat.cli.deliveries import delivery_as_json, say_delivery
from sepakat.cli.options import ByOption, JsonOption, NodeOption, open_named, person, read_input
from sepakat.cli.printing import at_minute, counted, instant, say, say_json, say_raw, say_table
from sepakat.errors import InputError

if TYPE_CHECKING:
    from sepakat.agreements.terms import Agreement
    from sepakat.exchange.agreement_states import AgreementState
    from sepakat.stix.identifiers import PartyId

app = typer.Typer(help="Agreements: who gives whom what, signed by both.", no_args_is_help=True)
simulations.register(app)

MOST_BYTES = 1_000_000

FileArgument = Annotated[
    str, typer.Argument(metavar="FILE", help="The agreement (YAML), or `-` for standard input.", show_default=False)
]
AgreementArgument = Annotated[
    str,
    typer.Argument(metavar="AGREEMENT", help="Its id, `id@version`, or the hash of a version.", show_default=False),
]
TakerOption = Annotated[
    str | None, typer.Option("--taker", metavar="PARTY", help="For this taker alone; for all if absent.")
]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; the partner reads it.", show_default=False)]


@app.command("template")
def template(
    *,
    to: Annotated[list[str] | None, typer.Option("--to", metavar="PARTY", help="A taker; repeatable.")] = None,
    community: Annotated[str | None, typer.Option(help="A community as the taker, instead of --to.")] = None,
    id_: Annotated[str | None, typer.Option("--id", help="The agreement's id.")] = None,
    node: NodeOption = None,
) -> None:
    """Print a cautious agreement (YAML) to begin with. Needs no node; with one, it is the giver."""
    from sepakat.agreements.template import template as write
    from sepakat.composition import SystemClock, read_settings
    from sepakat.stix.identifiers import PartyId

    giver = read_settings(node).party if node is not None else PartyId("us")
    takers = tuple(PartyId(party) for party in to or ("partner",))
    say_raw(write(giver, takers, SystemClock().now(), community=community, agreement_id=id_))


@app.command("check")
def check(file: FileArgument, *, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """Check whether a document is a valid agreement, and say in sentences what it would share. Needs no node.

    Every fault is named with its path. Whether it is wise is another question: see the remarks at the end.
    """
    from sepakat.agreements.sentences import sentences
    from sepakat.agreements.writing import agreement_hash
    from sepakat.exchange.agreeing import check as use_case

    agreement = use_case(_document(file))
    remarks = _remarks(agreement)
    if as_json:
        say_json(
            {
                "id": agreement.id,
                "version": agreement.version,
                "hash": agreement_hash(agreement),
                "sentences": list(sentences(agreement)),
                "remarks": [{"level": level, "path": path, "text": text} for level, path, text in remarks],
            }
        )
        return
    say(f"Valid: agreement {agreement.id}, version {agreement.version}, hash {agreement_hash(agreement)}")
    for line in sentences(agreement):
        say(f"  {line}")
    for _, path, text in remarks:
        say(f"Remark: {path}: {text}")


@app.command("draft")
def draft(file: FileArgument, *, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """Keep an agreement as a draft: nobody else learns of it."""
    from sepakat.exchange.agreeing import draft as use_case

    _say(use_case(open_named(node), _document(file)), "kept as a draft", as_json=as_json)


@app.command("offer")
def offer(
    agreement: Annotated[
        str,
        typer.Argument(
            metavar="FILE|AGREEMENT", help="The agreement (YAML), or the id or hash of a draft.", show_default=False
        ),
    ],
    *,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sign an agreement and offer it to its takers. A file is checked and kept as a draft first."""
    from sepakat.exchange.agreeing import draft as keep
    from sepakat.exchange.agreeing import offer as use_case

    opened = open_named(node)
    name = keep(opened, _document(agreement)).record.hash if _is_file(agreement) else agreement
    _say(use_case(opened, name), "signed by us and offered", as_json=as_json)


@app.command("accept")
def accept(agreement: AgreementArgument, *, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """Sign what a partner has offered us, over exactly its hash."""
    from sepakat.exchange.agreeing import accept as use_case

    _say(use_case(open_named(node), agreement), "signed by us", as_json=as_json)


@app.command("reject")
def reject(
    agreement: AgreementArgument, *, reason: ReasonOption, node: NodeOption = None, as_json: JsonOption = False
) -> None:
    """Say no to what a partner has offered us."""
    from sepakat.exchange.agreeing import reject as use_case

    _say(use_case(open_named(node), agreement, reason), "rejected", as_json=as_json)


@app.command("amend")
def amend(file: FileArgument, *, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """Put a new version in the place of the one before: at once where it only narrows, else when both have signed."""
    from sepakat.exchange.agreeing import amend as use_case

    _say(use_case(open_named(node), _document(file)), "signed by us and offered as the next version", as_json=as_json)


@app.command("suspend")
def suspend(
    agreement: AgreementArgument,
    *,
    reason: ReasonOption,
    taker: TakerOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Stop an agreement at once: nothing more is read under it but what recalls."""
    from sepakat.exchange.agreeing import suspend as use_case

    _say(use_case(open_named(node), agreement, reason, _party(taker)), "suspended", as_json=as_json)


@app.command("resume")
def resume(
    agreement: AgreementArgument,
    *,
    reason: Annotated[str | None, typer.Option("--reason", help="Why; the partner reads it.")] = None,
    taker: TakerOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Lift our own suspension; the partner's stays until it lifts it."""
    from sepakat.exchange.agreeing import resume as use_case

    _say(use_case(open_named(node), agreement, reason, _party(taker)), "resumed by us", as_json=as_json)


@app.command("end")
def end(
    agreement: AgreementArgument,
    *,
    reason: ReasonOption,
    taker: TakerOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give notice: the agreement ends when its `end.terminate` has passed. An offer is withdrawn at once."""
    from sepakat.exchange.agreeing import end as use_case

    _say(use_case(open_named(node), agreement, reason, _party(taker)), "given notice", as_json=as_json)


@app.command("confirm-deletion")
def confirm_deletion(agreement: AgreementArgument, *, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """After the end of an agreement that asks for it: delete what came by it alone, and say so to the giver.

    What came from elsewhere too stays under those terms. `sepakat duties` lists the deletions that are owed.
    """
    from sepakat.exchange.ending import confirm_deletion as use_case
    from sepakat.stix.identifiers import AgreementId

    done = use_case(open_named(node), AgreementId(agreement))
    if as_json:
        say_json({"deleted": done.deleted, "kept": done.kept, **delivery_as_json(done.delivery)})
        return
    say(
        f"Deleted {counted(done.deleted, 'object version')} of agreement {agreement}; "
        f"{done.kept} stay, as they came from elsewhere too."
    )
    say_delivery(done.delivery)


@app.command("attest")
def attest(
    agreement: AgreementArgument,
    *,
    taker: Annotated[str, typer.Option("--taker", metavar="PARTY", help="Who assented.", show_default=False)],
    paper: Annotated[str, typer.Option(help="The paper on which the assent stands.", show_default=False)],
    by: ByOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Record the assent of a partner without a node: who recorded it, and which paper holds it."""
    from sepakat.exchange.agreeing import attest as use_case
    from sepakat.stix.identifiers import PartyId

    state = use_case(open_named(node), agreement, PartyId(taker), by=person(by), paper=paper)
    _say(state, f"assented to by {taker} on paper", as_json=as_json)


@app.command("list")
def list_(*, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """List all agreements, every version, and where each stands for each taker."""
    from sepakat.exchange.agreeing import list_agreements

    states = list_agreements(open_named(node))
    if as_json:
        say_json([_as_json(state) for state in states])
        return
    rows = [
        (
            state.record.agreement.id,
            state.record.agreement.version,
            state.record.agreement.giver,
            taker,
            standing.state.value,
            at_minute(standing.since),
            standing.because,
        )
        for state in states
        for taker, standing in state.standings.items()
    ]
    empty = "No agreements; `sepakat agreements template > agreement.yaml` is a beginning."
    say_table(("agreement", "version", "giver", "taker", "state", "since", "because"), rows, empty)


@app.command("show")
def show(
    agreement: AgreementArgument,
    *,
    document: Annotated[bool, typer.Option("--document", help="Print the document itself (YAML).")] = False,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show an agreement: what it shares in sentences, who has signed what, and where it stands."""
    from sepakat.agreements.sentences import sentences
    from sepakat.agreements.writing import to_yaml
    from sepakat.exchange.agreeing import show as use_case

    state = use_case(open_named(node), agreement)
    record = state.record
    if as_json:
        say_json({**_as_json(state), "sentences": list(sentences(record.agreement)), "events": _events(state)})
    elif document:
        say_raw(to_yaml(record.agreement))
    else:
        say(f"Agreement {record.agreement.id}, version {record.agreement.version}, hash {record.hash}")
        for line in sentences(record.agreement):
            say(f"  {line}")
        _say_standings(state)
        rows = [
            (at_minute(event.at), event.party, event.kind.value, event.taker, event.reason) for event in record.events
        ]
        say_table(("at", "party", "said", "to", "reason"), rows, "Nothing was said about it yet.")


@app.command("diff")
def diff(
    old: Annotated[str, typer.Argument(help="The earlier version: `id@1`, or its hash.", show_default=False)],
    new: Annotated[str, typer.Argument(help="The later version.", show_default=False)],
    *,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what changes from one version to another, and whether that narrows or widens what is shared."""
    from sepakat.exchange.agreeing import diff as use_case

    changes = use_case(open_named(node), old, new)
    if as_json:
        say_json([{"path": one.path, "old": one.old, "new": one.new, "effect": one.effect.value} for one in changes])
        return
    rows = [(one.path, _short(one.old), _short(one.new), one.effect.value) for one in changes]
    say_table(("key", "before", "after", "effect"), rows, "The two say the same.")


def _document(file: str) -> bytes:
    data = read_input(file, MOST_BYTES)
    if len(data) > MOST_BYTES:
        raise InputError("agreement-too-large", f"agreement refused: {file} has more than {MOST_BYTES} bytes")
    return data


def _is_file(name: str) -> bool:
    return name == "-" or Path(name).suffix in (".yaml", ".yml", ".json") or Path(name).is_file()


def _party(name: str | None) -> PartyId | None:
    from sepakat.stix.identifiers import PartyId

    return PartyId(name) if name is not None else None


def _remarks(agreement: Agreement) -> list[tuple[str, str, str]]:
    from sepakat.agreements.lint import lint

    return [(finding.level.value, finding.path, finding.text) for finding in lint(agreement)]


def _say(state: AgreementState, done: str, *, as_json: bool) -> None:
    if as_json:
        say_json({**_as_json(state), **delivery_as_json(state.delivery)})
        return
    agreement = state.record.agreement
    say(f"Agreement {agreement.id}, version {agreement.version}: {done} (hash {state.record.hash[:16]}).")
    _say_standings(state)
    say_delivery(state.delivery)


def _say_standings(state: AgreementState) -> None:
    for taker, standing in state.standings.items():
        say(f"  For {taker}: {standing.state.value} ({standing.because})")
    for one in state.untold:
        say(f"  {one.party} may still show another state: it has not taken our {one.kind} of {at_minute(one.at)}")


def _as_json(state: AgreementState) -> dict[str, Any]:
    agreement = state.record.agreement
    return {
        "id": agreement.id,
        "version": agreement.version,
        "hash": state.record.hash,
        "title": agreement.title,
        "giver": agreement.giver,
        "community": agreement.community,
        "takers": list(state.record.roster),
        "standings": {
            taker: {"state": one.state.value, "since": instant(one.since), "because": one.because}
            for taker, one in state.standings.items()
        },
        "untold": [{"party": one.party, "kind": one.kind, "at": instant(one.at)} for one in state.untold],
    }


def _events(state: AgreementState) -> list[dict[str, Any]]:
    return [
        {
            "kind": event.kind.value,
            "party": event.party,
            "taker": event.taker,
            "at": instant(event.at),
            "reason": event.reason,
            "paper": event.paper,
        }
        for event in state.record.events
    ]


def _short(value: object) -> str:
    import json

    return "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
