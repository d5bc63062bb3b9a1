"""The command line as tests use it: in this process for speed, or in one of its own where that matters."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sepakat.cli.main import run

SEPAKAT = (sys.executable, "-m", "sepakat")
START_SECONDS = 60
LIMITED = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))
os.execv(sys.executable, [sys.executable, "-m", "sepakat", *sys.argv[1:]])
"""


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def errors(self) -> list[str]:
        """The error lines, without their lead."""
        lead = "sepakat: error: "
        return [line.removeprefix(lead) for line in self.err.splitlines() if line.startswith(lead)]


class CommandLine:
    """Runs `sepakat` in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def __call__(self, *arguments: str | Path, stdin: bytes | None = None) -> Ended:
        if stdin is not None:
            self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        self._capsys.readouterr()
        status = run([str(argument) for argument in arguments])
        printed = self._capsys.readouterr()
        return Ended(status, printed.out, printed.err)

    def ok(self, *arguments: str | Path, stdin: bytes | None = None) -> Ended:
        """Run a command that must be done."""
        ended = self(*arguments, stdin=stdin)
        assert ended.status == 0, f"{arguments}: {ended.status}\n{ended.out}\n{ended.err}"
        return ended

    def ask(self, *arguments: str | Path) -> Any:
        """Run a command that must be done, with --json."""
        return self.ok(*arguments, "--json").json


def in_process_of_its_own(
    *arguments: str | Path,
    environment: Mapping[str, str] | None = None,
    stdin: Callable[[Any], None] | None = None,
    largest_file: int | None = None,
    seconds: int = 120,
) -> Ended:
    """Run `sepakat` in a process; `stdin` writes into it while it reads, `largest_file` limits what it writes."""
    command = SEPAKAT if largest_file is None else (sys.executable, "-c", LIMITED.format(size=largest_file))
    process = subprocess.Popen(
        [*command, *map(str, arguments)],
        stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **(environment or {})},
    )
    if stdin is not None and process.stdin is not None:
        with suppress(BrokenPipeError), process.stdin:
            stdin(process.stdin)
        # What was closed must not be flushed once more.
        process.stdin = None
    out, err = process.communicate(timeout=seconds)
    return Ended(process.returncode, out.decode(), err.decode())


@contextmanager
def served(folder: Path, *options: str) -> Iterator[str]:
    """A node served by a process of its own; its address."""
    log = folder.parent / f"{folder.name}.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [*SEPAKAT, "serve", str(folder), "--port", "0", *options], stdout=file, stderr=subprocess.STDOUT
        )
    try:
        pause = threading.Event()
        said = ""
        for _ in range(START_SECONDS * 20):
            said = log.read_text(encoding="utf-8")
            if said.endswith("\n") or process.poll() is not None:
                break
            pause.wait(0.05)
        assert said.startswith("Serving "), said
        yield said.split()[-1]
    finally:
        process.terminate()
        status = process.wait(30)
    assert status == 0, log.read_text(encoding="utf-8")


def copy_of(folder: Path, target: Path) -> Path:
    """A node's folder, copied: the same node once more."""
    return Path(shutil.copytree(folder, target))


def state_of(folder: Path) -> str:
    """A digest of everything that a node keeps: settings, keys and every row of its store."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("store.sqlite"):
            digest.update(path.name.encode() + path.read_bytes())
    connection = sqlite3.connect(folder / "store.sqlite")
    try:
        for line in connection.iterdump():
            digest.update(line.encode())
    finally:
        connection.close()
    return digest.hexdigest()
