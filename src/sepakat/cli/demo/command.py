"""`sepakat demo` as a command: a folder for it, the story, and an end that leaves no process behind."""

from __future__ import annotations

import shutil
import signal
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from sepakat.cli.refusals import NOT_AS_IT_SHOULD
from sepakat.errors import ConfigurationError


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("demo")(demo)


def demo(
    *,
    leave: Annotated[
        bool, typer.Option("--exit", help="End after the story, with status 0, or 1 if anything was not as it should.")
    ] = False,
    folder: Annotated[
        Path | None, typer.Option(help="Where to make the four nodes; a temporary folder if absent.")
    ] = None,
) -> int | None:
    """Start four nodes on this machine and play a story through them, checking every step.

    Everything goes through the same commands and HTTP routes that you have. The nodes keep running until Ctrl-C, with
    their addresses and logins printed; a temporary folder is removed at the end, one that you name is kept.
    """
    from sepakat.cli.demo.cast import Cast
    from sepakat.cli.demo.steps import play
    from sepakat.cli.demo.story import Story

    place = _place(folder)
    # A demo that is told to end, or whose terminal is closed, stops its nodes first; also one that was begun where
    # interrupts are ignored, as in the background of a script.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    cast = Cast(Story(), place)
    try:
        is_well = play(cast)
        if not leave:
            cast.say_settings()
            _wait_for_the_end()
        return None if is_well else NOT_AS_IT_SHOULD
    finally:
        cast.stop()
        if folder is None:
            shutil.rmtree(place, ignore_errors=True)


def _place(folder: Path | None) -> Path:
    if folder is None:
        return Path(tempfile.mkdtemp(prefix="sepakat-demo-"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise ConfigurationError(
                "folder-not-empty",
                f"demo not begun in {folder}: expected a new or empty folder",
                "name another folder, or none",
            )
    except OSError as error:
        raise ConfigurationError(
            "folder-unwritable", f"demo not begun in {folder}: {error.strerror}", "choose a folder you may write"
        ) from error
    return folder


def _wait_for_the_end() -> None:
    with suppress(KeyboardInterrupt):
        threading.Event().wait()
