"""The arguments that many commands share, and the way from `--node FOLDER` to an open node."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from sepakat.errors import ConfigurationError

if TYPE_CHECKING:
    from sepakat.exchange.ports import Node

NODE_VARIABLE = "SEPAKAT_NODE"

NodeOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("--node", envvar="SEPAKAT_NODE", metavar="FOLDER", help="The node's folder.", show_default=False),
]
FolderArgument: TypeAlias = Annotated[
    Path | None,
    typer.Argument(metavar="FOLDER", envvar="SEPAKAT_NODE", help="The node's folder.", show_default=False),
]
JsonOption: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
ByOption: TypeAlias = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who does it; the user of this computer if absent.")
]


_passphrases: dict[Path, str] = {}
"""What was typed, by folder, until this command ends."""
_opened: list[Node] = []
"""The nodes that this command line has opened; `close_all` lets go of them when it ends."""


def close_all() -> None:
    """Close every node that was opened."""
    if _opened:
        from sepakat.composition import close_node

        while _opened:
            close_node(_opened.pop())


def named_folder(folder: Path | None) -> Path:
    """The folder that was named.

    Raises:
        ConfigurationError: none was.
    """
    if folder is None:
        raise ConfigurationError(
            "node-not-named", "no node named", f"add --node FOLDER, or set {NODE_VARIABLE} in the environment"
        )
    return folder


def open_named(folder: Path | None) -> Node:
    """The node that `--node` or the environment names.

    A passphrase that is needed is taken from the environment, or asked for at a terminal.
    """
    place = named_folder(folder)
    node = _open(place)
    _opened.append(node)
    return node


def passphrase_of(folder: Path) -> str | None:
    """The passphrase with which a node was opened, for a process that opens it once more."""
    return _passphrases.get(folder)


def _open(folder: Path) -> Node:
    from sepakat.composition import open_node

    try:
        return open_node(folder)
    except ConfigurationError as error:
        if error.code != "passphrase-missing" or not sys.stdin.isatty():
            raise
    _passphrases[folder] = ask_passphrase(f"Passphrase for the keys in {folder}: ")
    return open_node(folder, _passphrases[folder])


def ask_passphrase(prompt: str) -> str:
    """A passphrase typed at the terminal, unseen."""
    import getpass

    return getpass.getpass(prompt)


def person(name: str | None) -> str:
    """Who does it: the name given, else the user of this computer."""
    if name:
        return name
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"


def read_input(name: str, limit: int) -> bytes:
    """The bytes of a file, or of standard input for `-`; one byte more than `limit` at most, so that it can be seen.

    Raises:
        InputError: the file cannot be read.
    """
    from sepakat.errors import InputError

    try:
        if name == "-":
            return sys.stdin.buffer.read(limit + 1)
        with Path(name).open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        raise InputError("file-unreadable", f"{name} cannot be read: {error.strerror}") from error
