"""`sepakat doctor`: looks at a node's folder, keys, settings, store, objects, clock, port, logs; says what to do."""

from __future__ import annotations

import os
import socket
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sepakat.cli.options import FolderArgument, JsonOption, named_folder
from sepakat.cli.printing import counted, say, say_json
from sepakat.cli.refusals import NOT_AS_IT_SHOULD
from sepakat.errors import SepakatError

if TYPE_CHECKING:
    from datetime import timedelta

    from sepakat.exchange.ports import Node

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
LEAST_FREE_BYTES = 200 * 2**20
BODIES_SECONDS = 10.0
"""So long at most are bodies compared with their hashes, unless it is to be thorough."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: whether it is as it should be, what was found, and what to do."""

    what: str
    is_well: bool
    found: str
    remedy: str | None = None


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("doctor")(doctor)


def doctor(
    folder: FolderArgument = None,
    *,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Compare every body of an object with its hash, however long it takes.")
    ] = False,
    as_json: JsonOption = False,
) -> int | None:
    """Look whether a node's folder is well; change nothing. Exits with 1 if anything is not.

    Bodies of objects are compared with their hashes for ten seconds, at each call beginning elsewhere.
    """
    checks = list(examine(named_folder(folder), thorough=thorough))
    if as_json:
        say_json([{"what": one.what, "well": one.is_well, "found": one.found, "remedy": one.remedy} for one in checks])
    else:
        for one in checks:
            say(f"{'✓' if one.is_well else '✗'} {one.what}: {one.found}")
            if one.remedy and not one.is_well:
                say(f"    {one.remedy}")
    return None if all(one.is_well for one in checks) else NOT_AS_IT_SHOULD


def examine(folder: Path, *, thorough: bool = False) -> Iterator[Check]:
    """Look at everything, in an order in which later checks need the earlier ones."""
    if not folder.is_dir():
        yield Check("folder", False, f"{folder} is not there", f"`sepakat init {folder} ...` makes a node")
        return
    yield _folder(folder)
    yield _space(folder)
    settings = _try("settings", lambda: _settings(folder))
    yield settings
    if not settings.is_well:
        return
    yield _try("store", lambda: _store(folder))
    node, opening = _open(folder)
    yield opening
    if node is None:
        return
    yield _try("bodies", lambda: _bodies(folder, thorough=thorough))
    yield _try("own card", lambda: _card(node))
    yield _try("clock", lambda: _clock(node))
    yield _try("port", lambda: _port(folder))
    yield _try("outbox", lambda: _outbox(node))
    yield _try("logs", lambda: _logs(node))


def _try(what: str, look: Callable[[], Check]) -> Check:
    try:
        return look()
    except SepakatError as error:
        return Check(what, False, error.message, error.hint)


def _folder(folder: Path) -> Check:
    if folder.stat().st_mode & _OTHERS:
        return Check("folder", False, f"{folder} may be entered by others", f"chmod 700 {folder}")
    if not os.access(folder, os.W_OK):
        return Check("folder", False, f"{folder} cannot be written by this user", "run as the node's user")
    return Check("folder", True, f"{folder}, for its owner alone")


def _space(folder: Path) -> Check:
    import shutil

    free = shutil.disk_usage(folder).free
    words = f"{free // 2**20} MiB free"
    return Check("disk", free >= LEAST_FREE_BYTES, words, "make room: a full disk refuses every change")


def _settings(folder: Path) -> Check:
    from sepakat.composition import read_settings

    settings = read_settings(folder)
    return Check("settings", True, f"party {settings.party}, address {settings.address or 'none yet'}")


def _store(folder: Path) -> Check:
    from sepakat.composition import read_settings, store_address

    address = store_address(read_settings(folder))
    return _store_file(folder) if address is None else _store_server(address)


def _store_server(address: str) -> Check:
    """The PostgreSQL server: that it answers, which it is, and that no table lost an index."""
    from sepakat.stores.postgresql import examine_server

    found = examine_server(address)
    return Check("store", not found.faults, f"{found.place}: {found.words}", "; ".join(found.faults))


def _store_file(folder: Path) -> Check:
    """SQLite's own check of the file, on a connection that cannot write."""
    import sqlite3

    from sepakat.composition import STORE_FILE

    path = folder / STORE_FILE
    if not path.is_file():
        return Check("store file", False, f"{path} is not there", "restore a backup of the folder")
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check(5)")]
            found += [
                f"row {row[1]} of {row[0]} refers to nothing" for row in connection.execute("PRAGMA foreign_key_check")
            ]
    except sqlite3.DatabaseError as error:
        found = [str(error)]
    if found != ["ok"]:
        return Check("store file", False, f"{path} is damaged: {found[0]}", "stop the node and restore a backup")
    exposed = path.stat().st_mode & _OTHERS
    return Check(
        "store file",
        not exposed,
        f"{path}, whole" + (", but others may read it" if exposed else ""),
        f"chmod 600 {path}",
    )


def _open(folder: Path) -> tuple[Node | None, Check]:
    from sepakat.composition import open_node

    try:
        node = open_node(folder)
        with node.store.reading() as unit:
            held = unit.objects.count()
    except SepakatError as error:
        return None, Check("keys and store", False, error.message, error.hint)
    return node, Check("keys and store", True, f"keys usable, schema current, {counted(held, 'object version')} held")


def _bodies(folder: Path, *, thorough: bool) -> Check:
    """The bytes of objects against the hashes beside them, which no check of the database looks at."""
    from time import monotonic, time

    from sepakat.composition import STORE_FILE, read_settings, store_address
    from sepakat.stores.examining import examine_bodies
    from sepakat.stores.moving import transaction

    place = store_address(read_settings(folder)) or folder / STORE_FILE
    end = monotonic() + BODIES_SECONDS

    def goes_on(done: int, count: int) -> bool:
        if sys.stderr.isatty():
            print(f"\r\033[Kbodies: {100 * done // count} %", end="", file=sys.stderr, flush=True)
        return thorough or monotonic() < end

    found = examine_bodies(lambda: transaction(place, writes=False), goes_on, int(time()))
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)
    if found.changed:
        names = ", ".join(found.changed[:3]) + (" and more" if len(found.changed) > 3 else "")
        words = f"{counted(len(found.changed), 'object')} not as written: {names}"
        return Check("bodies", False, words, "stop the node and restore a backup")
    words = f"{counted(found.looked_at, 'body', 'bodies')} as written"
    return Check("bodies", True, words if found.is_all else f"{words}; `--thorough` looks at the rest too")


def _card(node: Node) -> Check:
    from sepakat.exchange.parties import own_card, read_card
    from sepakat.stix.canonical import canonical_bytes

    card = read_card(canonical_bytes(dict(own_card(node)))).card
    is_ours = any(str(entry.key) == node.signer.public_key and entry.until is None for entry in card.keys)
    return Check("own card", is_ours, f"fingerprint {card.fingerprint}", "serve the node once to issue it anew")


def _clock(node: Node) -> Check:
    """Against the newest thing in the store: a clock that ran backwards withholds what it should not."""
    now = node.clock.now()
    with node.store.reading() as unit:
        latest = max((intake.at for intake in unit.intakes.latest(1)), default=None)
        notes = [note.at for one in unit.logs.counterparts() for note in unit.logs.checkpoints(one, mirror=False)[-1:]]
    newest = max([*notes, *([latest] if latest else [])], default=None)
    if newest is not None and newest > now:
        behind: timedelta = newest - now
        return Check("clock", False, f"{behind} behind what was written before", "set the clock of this machine")
    return Check("clock", True, f"{now.isoformat(timespec='seconds')}, after everything written before")


def _port(folder: Path) -> Check:
    from urllib.parse import urlsplit

    from sepakat.composition import read_settings

    settings = read_settings(folder)
    try:
        port = settings.port or urlsplit(settings.address or "").port
    except ValueError:
        return Check("port", False, f"address {settings.address} in the settings is none", "serve it with --address")
    if not port:
        return Check("port", True, "never served yet, a free one will be taken")
    if _answers(settings.host, port):
        return Check("port", True, f"something answers on port {port} of {settings.host}: served, it seems")
    return Check("port", True, f"port {port} of {settings.host} is free: not served now")


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=2):
            return True
    except OSError:
        return False


def _outbox(node: Node) -> Check:
    from datetime import timedelta

    now = node.clock.now()
    with node.store.reading() as unit:
        waiting = unit.messages.undelivered(now + timedelta(days=400), 1_000)
    late = [one for one in waiting if one.attempts > 3]
    if late:
        parties = ", ".join(sorted({one.counterpart for one in late}))
        return Check(
            "outbox", False, f"{counted(len(late), 'message')} not taken by {parties}", "`sepakat sync` says why"
        )
    return Check("outbox", True, f"{counted(len(waiting), 'message')} on the way")


def _logs(node: Node) -> Check:
    from sepakat.exchange.verifying import verify_logs

    logs = verify_logs(node)
    damage = [finding for log in logs for finding in log.report.findings if finding.is_damage]
    if damage:
        return Check("logs", False, f"{damage[0].message}", "`sepakat log verify` shows everything; restore a backup")
    words = f"{counted(len(logs), 'log')}, all as they were signed"
    with node.store.reading() as unit:
        since = unit.logs.held_back()
    if since is not None:
        words += f"; restored as of {since.isoformat(timespec='seconds')}, sends nothing before `sepakat store resume`"
    return Check("logs", True, words)
