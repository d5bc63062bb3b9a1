"""The processes of the soak: two nodes as `sepakat serve` runs them, one of them of two workers on PostgreSQL.

Any of them, and PostgreSQL, can be killed; what is gone is started again at the same address. How much was killed is
counted by what it was.
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.support.agreements import agreement_text
from tests.support.command_line import SEPAKAT
from tests.support.postgresql import Server

PATIENCE = 120.0


def command(*arguments: str | Path, node: Path | None = None) -> Any:
    """A command line, with --json; what it printed."""
    words = [*SEPAKAT, *map(str, arguments), "--json", *(["--node", str(node)] if node else [])]
    ended = subprocess.run(words, check=False, capture_output=True, stdin=subprocess.DEVNULL)
    if ended.returncode:
        raise RuntimeError(f"{arguments}: {ended.stderr.decode()}")
    return json.loads(ended.stdout)


@dataclass
class Serving:
    """One served node."""

    folder: Path
    workers: int
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Serve it, if it is not being served, and wait until it answers."""
        deadline = time.monotonic() + PATIENCE
        while not self.is_ready():
            if self.process is None or self.process.poll() is not None:
                words = [*SEPAKAT, "serve", str(self.folder), "--port", str(self.port), "--workers", str(self.workers)]
                with self.folder.with_suffix(".log").open("ab") as log:
                    self.process = subprocess.Popen(words, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
            if time.monotonic() > deadline:
                raise RuntimeError(self.folder.with_suffix(".log").read_text(encoding="utf-8")[-2000:])
            time.sleep(0.2)

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.address}/ready", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def children(self) -> list[int]:
        """The worker processes."""
        if self.process is None:
            return []
        with suppress(OSError):
            found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii")
            return [int(pid) for pid in found.split()]
        return []

    def kill(self) -> None:
        """End the process that was started, with no word; its workers notice by themselves."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> int:
        """Stop it in order; its status."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(60)


@dataclass
class Machines:
    """Everything that runs, and what was killed of it."""

    database: Server
    us: Serving
    ru: Serving
    chance: random.Random
    killed: Counter[str] = field(default_factory=Counter)

    def kill_one(self) -> str:
        """Kill something at random, and see that all is served again; what it was."""
        victims = ["a worker of us", "us", "ru", "a worker of us", "ru", "PostgreSQL"]
        what = self.chance.choice(victims)
        if what == "PostgreSQL":
            self.database.stop(signal.SIGQUIT)
            self.database.start()
        elif what == "us":
            self.us.kill()
        elif what == "ru":
            self.ru.kill()
        else:
            children = self.us.children()
            if children:
                with suppress(ProcessLookupError):
                    os.kill(self.chance.choice(children), signal.SIGKILL)
        self.killed[what] += 1
        self.us.start()
        self.ru.start()
        return what


def make_machines(place: Path, database: Server, seed: int) -> Machines:
    """Two nodes that know each other and give each other what is up to TLP:AMBER, both being served."""
    address = database.new_database(template=None)
    us, ru = (Serving(place / party, workers, _free_port()) for party, workers in (("us", 2), ("ru", 1)))
    for serving, where in ((us, ("--store", address)), (ru, ())):
        party = serving.folder.name
        words = [*SEPAKAT, "init", serving.folder, "--party", party, "--name", party.upper(), *where]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    machines = Machines(database, us, ru, random.Random(seed))
    us.start()
    ru.start()
    for one, other in ((us, ru), (ru, us)):
        card = ("party", "card", "--fingerprint", "--node", other.folder)
        shown = subprocess.run([*SEPAKAT, *map(str, card)], check=True, capture_output=True)
        command("party", "add", other.address, "--fingerprint", shown.stdout.decode().strip(), node=one.folder)
    for giver, taker in ((us, ru), (ru, us)):
        name = f"{giver.folder.name}-{taker.folder.name}"
        text = agreement_text(
            name, giver.folder.name, (taker.folder.name,), from_="2020-01-01T00:00:00Z", to="2099-01-01T00:00:00Z"
        )
        file = place / f"{name}.yaml"
        file.write_text(text, encoding="utf-8")
        command("agreements", "offer", file, node=giver.folder)
        _accepted(name, taker)
    return machines


def _accepted(name: str, taker: Serving) -> None:
    """The offer travels by itself: accept it when it is there."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            command("agreements", "accept", name, node=taker.folder)
        except RuntimeError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        else:
            return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
