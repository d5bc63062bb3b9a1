"""One party's node as its people run it: commands in processes of their own, and one process that serves it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sepakat.cli.options import NODE_VARIABLE
from sepakat.cli.refusals import DEBUG_VARIABLE, NOT_AS_IT_SHOULD
from sepakat.errors import SepakatError

SEPAKAT = (sys.executable, "-m", "sepakat")
COMMAND_SECONDS = 120
START_SECONDS = 60
AT_ONCE = 4
OUTPUT_WIDTH = 130

T = TypeVar("T")
R = TypeVar("R")


class CommandFailed(SepakatError):
    """A command of the story did not end as it should."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How one command ended."""

    status: int
    output: str
    complaint: str


class Machine:
    """A party with its node's folder, its commands and its server."""

    def __init__(self, party: str, name: str, country: str, place: Path) -> None:
        self.party = party
        self.name = name
        self.country = country
        self.folder = place / party
        self.log = place / f"{party}.log"
        self.address = ""
        self.password = ""
        self._server: subprocess.Popen[bytes] | None = None

    def run(self, *arguments: str, statuses: Iterable[int] = (0,), folder: Path | None = None) -> Ran:
        """Run one command on this node (or on a copy of its folder).

        Raises:
            CommandFailed: it ended with another status than those expected.
        """
        command = " ".join(arguments)
        try:
            ran = subprocess.run(
                [*SEPAKAT, *arguments],
                env={**_environment(), NODE_VARIABLE: str(folder or self.folder)},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=COMMAND_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise CommandFailed(
                "demo-command", f"`sepakat {command}` at {self.party} did not end within {COMMAND_SECONDS} seconds"
            ) from error
        if ran.returncode not in statuses:
            said = (ran.stderr or ran.stdout).strip()
            raise CommandFailed(
                "demo-command", f"`sepakat {command}` at {self.party} ended with status {ran.returncode}: {said}"
            )
        return Ran(ran.returncode, ran.stdout, ran.stderr)

    def ask(self, *arguments: str, statuses: Iterable[int] = (0,), folder: Path | None = None) -> Any:
        """Run one command with --json; what it printed.

        Raises:
            CommandFailed: it ended with another status than those expected, or printed no JSON.
        """
        ran = self.run(*arguments, "--json", statuses=statuses, folder=folder)
        try:
            return json.loads(ran.output)
        except ValueError as error:
            said = (ran.complaint or ran.output).strip()
            words = f"`sepakat {' '.join(arguments)}` at {self.party} printed no JSON: {said}"
            raise CommandFailed("demo-command", words) from error

    def synchronise(self, giver: str) -> list[str]:
        """Take what a partner gives; what of it was not as it should be, and why."""
        faults: list[str] = []
        for report in self.ask("sync", giver, statuses=(0, NOT_AS_IT_SHOULD)):
            faults += (*report["refused_messages"], *report["alarms"])
            faults += [f"{one['id']}: {one['reason']}" for part in report["collections"] for one in part["refused"]]
        return [f"{self.party}: {fault}" for fault in faults]

    def serve(self) -> None:
        """Start the server and wait until it says where it is.

        Raises:
            CommandFailed: it did not start.
        """
        with self.log.open("wb") as log:
            self._server = subprocess.Popen(
                [*SEPAKAT, "serve", str(self.folder), "--port", "0"],
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl-C is for the demo, which then stops the nodes one by one.
                start_new_session=True,
            )
        pause = threading.Event()
        said = ""
        for _ in range(START_SECONDS * 20):
            said = self.log.read_text(encoding="utf-8", errors="replace")
            if said.startswith("Serving ") and said.endswith("\n"):
                self.address = said.split()[-1]
                return
            if self._server.poll() is not None:
                break
            pause.wait(0.05)
        raise CommandFailed(
            "demo-command", f"`sepakat serve {self.folder}` did not start: {said.strip() or 'no answer'}"
        )

    def stop(self) -> None:
        """Stop the server, by force if it does not listen."""
        if self._server is None:
            return
        self._server.terminate()
        try:
            self._server.wait(10)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        self._server = None

    @property
    def is_served(self) -> bool:
        """Whether the server still runs."""
        return self._server is not None and self._server.poll() is None


def _environment() -> dict[str, str]:
    """Ours, without what is set there for a node of the user's own."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("SEPAKAT_")}
    debug = {name: value for name, value in os.environ.items() if name == DEBUG_VARIABLE}
    return {**ours, **debug, "PYTHONIOENCODING": "utf-8", "COLUMNS": str(OUTPUT_WIDTH)}


def together(do: Callable[[T], R], things: Iterable[T]) -> list[R]:
    """Do the same with several things at once; the first fault ends it."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(do, things))
