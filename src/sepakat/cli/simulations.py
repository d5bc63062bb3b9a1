"""`sepakat agreements lint` and `simulate`: an agreement looked at before anybody signs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sepakat.cli.options import JsonOption, NodeOption, open_named, read_input
from sepakat.cli.printing import counted, instant, say, say_json, say_table
from sepakat.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sepakat.exchange.simulating import Simulation
    from sepakat.release.simulation import Item, TakerEffect

MOST_BYTES = 1_000_000
MOST_ARCHIVE_BYTES = 500_000_000

FileArgument = Annotated[
    str, typer.Argument(metavar="FILE", help="The agreement (YAML), or `-` for standard input.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("lint")(lint)
    app.command("simulate")(simulate)


def lint(file: FileArgument, *, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """Say whether a valid agreement is wise, by what this node holds. Exits with 1 if it must not be offered."""
    from sepakat.agreements.lint import is_refused
    from sepakat.exchange.simulating import lint_agreement

    agreement, findings = lint_agreement(open_named(node), _read(file, MOST_BYTES))
    if as_json:
        say_json(
            {
                "id": agreement.id,
                "refused": is_refused(findings),
                "findings": [{"level": one.level.value, "path": one.path, "text": one.text} for one in findings],
            }
        )
    else:
        rows = [(one.level.value, one.path, one.text) for one in findings]
        say_table(("level", "where", "what"), rows, f"Nothing to remark on {agreement.id}.")
    if is_refused(findings):
        raise typer.Exit(1)


def simulate(
    file: FileArgument,
    *,
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="ARCHIVE", help="Try it on a file of STIX objects, not on what is held."),
    ] = None,
    samples: Annotated[int, typer.Option("--samples", min=0, help="How many objects to name of each list.")] = 5,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what would newly go to whom, and what would stop, if all signed this agreement now. Changes nothing.

    The riskiest objects are named first: personal data, what comes from others, the higher marking.
    """
    from sepakat.exchange.simulating import simulate_agreement

    archive = _read(against, MOST_ARCHIVE_BYTES) if against is not None else None
    done = simulate_agreement(open_named(node), _read(file, MOST_BYTES), archive=archive, name=against or "")
    if as_json:
        say_json(_as_json(done))
        return
    agreement, effect = done.agreement, done.effect
    say(f"If all signed {agreement.id}, version {agreement.version}, as of {instant(effect.at)}, on {done.source}:")
    for clause, count in effect.matches.items():
        say(f"  clause {clause} matches {counted(count, 'object')} of {effect.held} by its own conditions")
    for taker in effect.takers:
        say()
        say(f"{taker.taker}: {_summary(taker)}")
        for words, items in _lists(taker):
            if items:
                _say_items(done, words, items, samples)


def _summary(taker: TakerEffect) -> str:
    parts = [f"{len(items)} {words}" for words, items in _lists(taker) if items]
    personal = sum(item.is_personal for item in (*taker.new, *taker.more))
    if personal:
        parts.append(f"{personal} of what is added is personal data")
    return "; ".join(parts) or "nothing would change"


def _lists(taker: TakerEffect) -> tuple[tuple[str, Sequence[Item]], ...]:
    return (
        ("would newly go", taker.new),
        ("would go whole instead of in part", taker.more),
        ("would go in part instead of whole", taker.less),
        ("would stop", taker.stops),
        ("would wait for approval", taker.waits),
    )


def _say_items(done: Simulation, words: str, items: Sequence[Item], samples: int) -> None:
    from sepakat.release.simulation import by_type

    counts = ", ".join(f"{count} {type_}" for type_, count in by_type(items).items())
    say(f"  {len(items)} {words}: {counts}")
    rows = [
        (item.version[0], done.title(item), item.after.value, "; ".join(item.risks) or "-") for item in items[:samples]
    ]
    if rows:
        say_table(("id", "what", "as", "look, because"), rows, "")


def _as_json(done: Simulation) -> dict[str, Any]:
    from sepakat.release.simulation import by_type

    def listed(items: Sequence[Item]) -> dict[str, Any]:
        return {
            "count": len(items),
            "personal": sum(item.is_personal for item in items),
            "by_type": by_type(items),
            "objects": [
                {
                    "id": item.version[0],
                    "version": item.version[1],
                    "title": done.title(item),
                    "before": item.before.value,
                    "after": item.after.value,
                    "risks": list(item.risks),
                }
                for item in items
            ],
        }

    return {
        "agreement": done.agreement.id,
        "version": done.agreement.version,
        "at": instant(done.effect.at),
        "source": done.source,
        "held": done.effect.held,
        "matches": dict(done.effect.matches),
        "takers": {
            taker.taker: {
                "new": listed(taker.new),
                "more": listed(taker.more),
                "less": listed(taker.less),
                "stops": listed(taker.stops),
                "waits": listed(taker.waits),
            }
            for taker in done.effect.takers
        },
    }


def _read(file: str, most: int) -> bytes:
    data = read_input(file, most)
    if len(data) > most:
        raise InputError("file-too-large", f"{file} refused: it has more than {most} bytes")
    return data
