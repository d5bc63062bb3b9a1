"""`sepakat backup` and `sepakat restore`: a whole node in one encrypted file, and a node made from one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from sepakat.cli.options import JsonOption, NodeOption, ask_passphrase, named_folder
from sepakat.cli.printing import counted, say, say_json
from sepakat.errors import InputError

LEAST_PASSPHRASE = 12


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.", show_default=False)],
    *,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the whole node into one encrypted file: store, settings, keys. The node may be served meanwhile.

    The file is of one instant, and is read back and compared before this ends. The passphrase comes from
    SEPAKAT_BACKUP_PASSPHRASE or is asked for; without it nobody reads the backup, you included.
    """
    from sepakat.cli.node_backups import back_up_node

    phrase = _passphrase(is_new=True)
    made = back_up_node(named_folder(node), file, phrase)
    rows = sum(made.contents.rows.values())
    if as_json:
        say_json({"file": str(file), "party": made.header.party, "at": made.header.at, "rows": made.contents.rows})
        return
    say(f"Wrote {file}: {made.header.party} as of {made.header.at}, {counted(rows, 'row')}, read back and compared.")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.", show_default=False)],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new or empty folder.", show_default=False)],
    *,
    store: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="An empty PostgreSQL database; SQLite in the folder if absent."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a node from a backup, whole or not at all.

    It sends nothing and gives nobody anything to read at first: what was sent, suspended, withdrawn or erased after the
    backup is missing in it. `sepakat store resume` asks the partners and lets it go on. Never let the node that was
    backed up run beside it.
    """
    from sepakat.cli.node_backups import restore_node

    made = restore_node(file, folder, _passphrase(is_new=False), store)
    rows = sum(made.contents.rows.values())
    if as_json:
        say_json({"folder": str(folder), "party": made.header.party, "at": made.header.at, "rows": made.contents.rows})
        return
    say(f"Restored {made.header.party} as of {made.header.at} into {folder}: {counted(rows, 'row')}, all as written.")
    say(f"Until `sepakat store resume --node {folder}` it sends nothing and gives nobody anything to read.")


def _passphrase(*, is_new: bool) -> str:
    from sepakat.composition import BACKUP_PASSPHRASE_VARIABLE

    phrase = os.environ.get(BACKUP_PASSPHRASE_VARIABLE) or ask_passphrase("Passphrase of the backup: ")
    if is_new and len(phrase) < LEAST_PASSPHRASE:
        raise InputError(
            "passphrase-short",
            f"no backup written: expected a passphrase of at least {LEAST_PASSPHRASE} characters",
            "four or more random words are easy to keep",
        )
    if is_new and BACKUP_PASSPHRASE_VARIABLE not in os.environ and phrase != ask_passphrase("Again: "):
        raise InputError("passphrase-differs", "no backup written: the two passphrases are not the same")
    return phrase
