"""`sepakat serve --workers`: real processes on a real PostgreSQL, killed and told to stop."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from sepakat.cli.main import run
from tests.support.command_line import SEPAKAT, CommandLine
from tests.support.postgresql import shared_server
from tests.support.records import stix_object

PATIENCE = 600
"""So many looks, a twentieth of a second apart, before a test gives up."""


@dataclass
class Serving:
    """A node that is being served by several processes."""

    process: subprocess.Popen[bytes]
    log: Path
    address: str
    folder: Path

    def workers(self) -> list[int]:
        """The processes that serve now."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split()]


def until(what: object, pause: threading.Event | None = None) -> None:
    assert callable(what)
    pause = pause or threading.Event()
    for _ in range(PATIENCE):
        if what():
            return
        pause.wait(0.05)
    raise AssertionError("it did not come to that")


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[Serving]:
    log = folder.parent / "serve.log"
    with log.open("wb") as file:
        command = [*SEPAKAT, "serve", str(folder), "--workers", "2", *options]
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)
    try:
        until(lambda: b"Serving us at" in log.read_bytes() or process.poll() is not None)
        address = log.read_text(encoding="utf-8").split()[-1]
        yield Serving(process, log, address, folder)
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(30)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A node whose store is in PostgreSQL."""
    place, address = tmp_path / "us", shared_server().new_database(template=None)
    assert run(["init", str(place), "--party", "us", "--name", "US", "--country", "US", "--store", address]) == 0
    return place


def is_ready(address: str) -> bool:
    try:
        return httpx.get(f"{address}/ready").status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.needs_postgresql
def test_killed_worker_is_replaced_and_all_stop_in_order(folder: Path, tmp_path: Path) -> None:
    with serving(folder) as node:
        assert node.log.read_text(encoding="utf-8").startswith("2 workers: Serving us at")
        until(lambda: is_ready(node.address))
        before = node.workers()
        assert len(before) == 2
        os.kill(before[0], signal.SIGKILL)
        until(lambda: len(node.workers()) == 2 and before[0] not in node.workers())
        # A file that waits is taken in by one of them.
        file = tmp_path / "one.json"
        file.write_bytes(stix_object(1, type_="campaign", name="one", created="2026-01-01T00:00:00.000Z").raw)
        assert run(["jobs", "take-in", str(file), "--node", str(folder)]) == 0
        until(lambda: "sepakat_jobs_waiting 0" in httpx.get(f"{node.address}/metrics").text)
        # The worker in the killed one's place has counted nothing before its first answer, and learns of the other's
        # counts when that writes them.
        counted = re.compile(r'^sepakat_requests_total\{door="operations",status="200"\} \d+$', re.MULTILINE)
        until(lambda: counted.search(httpx.get(f"{node.address}/metrics").text) is not None)
        node.process.terminate()
        assert node.process.wait(30) == 0
        said = node.log.read_text(encoding="utf-8")
        assert re.search(r"worker 0 \(\d+\) ended with -9; another takes its place", said)
        assert said.endswith("Stopped serving us.\n")


@pytest.mark.needs_postgresql
def test_workers_end_when_the_process_that_watches_them_is_killed(folder: Path) -> None:
    with serving(folder) as node:
        until(lambda: is_ready(node.address))
        workers = node.workers()
        node.process.kill()
        node.process.wait(30)
        until(lambda: not any(is_running(pid) for pid in workers))


def is_running(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def test_several_workers_on_sqlite_are_refused_with_a_hint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sepakat = CommandLine(capsys, monkeypatch)
    sepakat.ok("init", tmp_path / "us", "--party", "us", "--name", "US")
    ended = sepakat("serve", tmp_path / "us", "--workers", "2")
    assert ended.status == 8
    assert "lets one process write at a time" in ended.err
    assert "sepakat store move --to postgresql://" in ended.err
