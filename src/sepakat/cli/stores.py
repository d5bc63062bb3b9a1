"""`sepakat store`: where the store is, and moving it between SQLite and PostgreSQL."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sepakat.cli.options import JsonOption, NodeOption, named_folder, open_named
from sepakat.cli.printing import counted, say, say_fields, say_json
from sepakat.cli.refusals import NOT_AS_IT_SHOULD
from sepakat.errors import InputError, StoreError

if TYPE_CHECKING:
    from sepakat.exchange.ports import Store
    from sepakat.exchange.resuming import Asked, Resumption

app = typer.Typer(help="Where the node's store is.", no_args_is_help=True)


@app.command("show")
def show(*, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """Show where the store is and how many rows each table has, with a digest that is the same in every database."""
    from sepakat.stores.copying import contents_of
    from sepakat.stores.moving import shown, transaction

    place = _place(named_folder(node))
    with transaction(place, writes=False) as connection:
        contents = contents_of(connection)
    if as_json:
        say_json({"store": shown(place), "rows": contents.rows, "digests": contents.digests})
        return
    say(f"Store: {shown(place)}")
    say_fields((name, f"{rows:>9}  {contents.digests[name][:16]}") for name, rows in contents.rows.items() if rows)


@app.command("move")
def move(
    *,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="ADDRESS", help="An empty PostgreSQL database: postgresql://USER@HOST/DB."),
    ] = None,
    back: Annotated[bool, typer.Option("--back", help="Into the SQLite file of the node's folder.")] = False,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Move the store, with everything in it, to PostgreSQL or back.

    Most is copied while the node is being served; only for the rest does writing stand still, for moments. Every table
    is compared by digest and every log is verified before the new store is used. Then serve the node anew: what was
    served meanwhile is refused the old store. A move that was interrupted is called again and goes on.
    """
    from sepakat.composition import STORE_FILE, STORE_VARIABLE, read_settings, store_address, write_settings
    from sepakat.stores.moving import move_store, shown

    if (to is None) == (not back):
        raise InputError("target-unclear", "store not moved: give either --to ADDRESS or --back")
    folder = named_folder(node)
    settings = read_settings(folder)
    source, target = _place(folder), to if to is not None else folder / STORE_FILE
    if shown(source) == shown(target):
        raise InputError("target-unclear", f"store not moved: it is at {shown(target)} already")
    if store_address(settings) != settings.store:
        raise InputError(
            "target-unclear", f"store not moved: {STORE_VARIABLE} names it, not the settings", f"unset {STORE_VARIABLE}"
        )
    moved = move_store(source, target, _progress, lambda copy: _check_logs(folder, copy))
    # A replica follows the store that was left.
    write_settings(folder, replace(settings, store=to, read_store=None))
    rows = sum(moved.contents.rows.values())
    if as_json:
        say_json(
            {
                "from": shown(source),
                "to": shown(target),
                "rows": moved.contents.rows,
                "copied": moved.copied,
                "copied_in_the_switch": moved.copied_in_the_switch,
                "digests": moved.contents.digests,
            }
        )
        return
    say(f"Moved {counted(rows, 'row')} from {shown(source)} to {shown(target)}; all digests equal, all logs verified.")
    say(f"{counted(moved.copied_in_the_switch, 'row')} had changed during the copy. Next: serve the node anew.")
    if settings.read_store is not None:
        say("Readers had a replica of the old store: `read_store` is out of the settings.")


@app.command("resume")
def resume(
    *,
    without: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PARTY", help="A partner that cannot be asked, and by your word knows no more; repeatable."
        ),
    ] = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> int | None:
    """Let a node that was restored from a backup catch up with its partners, and send again.

    Every partner with a node is asked what it knows of our log for it. What we have forgotten it gives back: our own
    messages, which are checked leaf by leaf and take effect again. If one cannot be asked, knows more than it gives
    back, or gives back what is not ours, the node goes on sending nothing, and this exits with 1.
    """
    from sepakat.exchange.resuming import resume as resume_node
    from sepakat.stix.identifiers import PartyId

    found = resume_node(open_named(node), {PartyId(one) for one in without or ()})
    if as_json:
        asked = [
            {
                "party": one.party,
                "ours": one.ours,
                "theirs": one.theirs,
                "regained": one.regained,
                "error": one.error,
                "fault": one.fault,
            }
            for one in found.asked
        ]
        say_json({"held_since": found.held_since, "asked": asked, "goes_on": found.goes_on})
    elif found.held_since is None:
        say("Nothing is held back.")
    else:
        for one in found.asked:
            say(f"{'✗' if one.stops or one.error else '✓'} {one.party}: {_known_there(one)}")
        _say_what_next(found)
    return None if found.goes_on else NOT_AS_IT_SHOULD


def _known_there(asked: Asked) -> str:
    """What a partner knows of our log, in words."""
    if asked.fault is not None:
        return asked.fault
    if asked.error is not None:
        return f"not asked: {asked.error}"
    known = f"knows {asked.theirs} of our {counted(asked.ours + asked.regained, 'leaf', 'leaves')}"
    return f"{known}; it gave back {asked.regained}" if asked.regained else known


def _say_what_next(found: Resumption) -> None:
    if found.goes_on and found.held_since is not None:
        since = found.held_since.isoformat(timespec="seconds")
        say(f"The node goes on. Before you serve it, do again what no partner could tell, after {since}:")
        say("objects held or erased, accounts disabled, objects taken in, what plain TAXII clients were told.")
        return
    if any(one.stops for one in found.asked):
        say("The node sends nothing: restore a newer backup, or find out with that partner what became of the log.")
    if any(one.error is not None for one in found.asked):
        say("The node sends nothing while a partner cannot be asked: ask again once it is reached, or call this with")
        say("--without PARTY if you are sure that it got nothing from us after the backup.")


def _place(folder: Path) -> Any:
    from sepakat.composition import STORE_FILE, read_settings, store_address

    return store_address(read_settings(folder)) or folder / STORE_FILE


def _check_logs(folder: Path, copy: Store) -> None:
    from sepakat.composition import open_node
    from sepakat.exchange.verifying import verify_logs

    for log in verify_logs(open_node(folder, store=copy)):
        damage = [finding for finding in log.report.findings if finding.is_damage]
        if damage:
            raise StoreError(
                "move-differs",
                f"store not moved: the log for {log.counterpart} is not as it was signed: {damage[0].message}",
                "`sepakat log verify` shows everything; the old store is in use as before",
            )


def _progress(table: str, rows: int) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{table}: {rows} rows", end="", file=sys.stderr, flush=True)
