"""The database goes away under a node that is being served, and comes back: nobody restarts anything, nothing is lost.

How long it is gone is told by what is asked meanwhile, never by a clock: every door has answered that it cannot,
several times over, before the server is started again.
"""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import orjson
import pytest

from sepakat.cli.main import run
from sepakat.stores.postgresql import PostgresqlStore
from tests.integration.processes.test_workers import Serving, is_ready, serving, until
from tests.support.command_line import CommandLine
from tests.support.postgresql import Server, make_server
from tests.support.records import stix_id

pytestmark = pytest.mark.needs_postgresql

MANY = 200
GONE_LOOKS = 3
"""So often each door says that the store is gone."""
WAYS = {
    "stopped in order": signal.SIGINT,
    "killed in the middle of an intake": signal.SIGQUIT,
}


@pytest.fixture(scope="module")
def database() -> Iterator[Server]:
    """A server of our own, which keeps what was committed whatever happens to it."""
    made = make_server("synchronous_commit=on")
    made.start()
    yield made
    made.stop()


def bundle(first: int, count: int) -> bytes:
    stamp = "2026-01-01T00:00:00.000Z"
    shared = {"type": "campaign", "spec_version": "2.1", "created": stamp, "modified": stamp}
    made = [{**shared, "id": stix_id(one, "campaign"), "name": f"number {one}"} for one in range(first, first + count)]
    id_ = "bundle--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e000"
    return orjson.dumps({"type": "bundle", "id": id_, "objects": made})


class Asking:
    """A program of the own party that takes in over HTTP."""

    def __init__(self, node: Serving, password: str) -> None:
        self._node = node
        self._password = password

    def take_in(self, data: bytes) -> httpx.Response | None:
        """The answer; None when there was none."""
        address = f"{self._node.address}/api/v1/take-in"
        try:
            return httpx.post(address, content=data, auth=("soak", self._password), timeout=60)
        except httpx.TransportError:
            return None

    def is_refused(self) -> bool:
        answer = self.take_in(bundle(1, 1))
        return answer is not None and answer.status_code == 503


@pytest.fixture
def sepakat(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    return CommandLine(capsys, monkeypatch)


@pytest.mark.parametrize("way", WAYS)
def test_a_node_whose_database_was_gone_goes_on_by_itself(
    way: str, database: Server, tmp_path: Path, sepakat: CommandLine
) -> None:
    folder, address = tmp_path / "us", database.new_database(template=None)
    assert run(["init", str(folder), "--party", "us", "--name", "US", "--store", address]) == 0
    password = sepakat.ask("user", "add", "soak", "--node", folder)["password"]
    with serving(folder) as node:
        until(lambda: is_ready(node.address))
        workers, asking = node.workers(), Asking(node, password)
        first = asking.take_in(bundle(1, 10))
        assert first is not None
        assert first.status_code == 200, first.text
        answers: list[httpx.Response | None] = []
        busy = threading.Thread(target=lambda: answers.append(asking.take_in(bundle(100, MANY))))
        if "intake" in way:
            busy.start()
        database.stop(WAYS[way])
        for _ in range(GONE_LOOKS):
            ready = httpx.get(f"{node.address}/ready", timeout=60)
            assert (ready.status_code, ready.json()["status"]) == (503, "store-unreachable")
            assert httpx.get(f"{node.address}/health").status_code == 200
            taxii = httpx.get(f"{node.address}/taxii2/", auth=("a", "b"), timeout=60)
            assert (taxii.status_code, "postgresql" in taxii.text) == (503, False)
        until(asking.is_refused)
        database.start()
        until(lambda: is_ready(node.address))
        if "intake" in way:
            busy.join(60)
            assert len(answers) == 1
        # What had no answer, or a refusal, is asked again: held once, whether it had been kept or not.
        again = asking.take_in(bundle(100, MANY))
        assert again is not None
        assert again.status_code == 200, again.text
        # What the processes do by themselves goes on too.
        file = tmp_path / "one.json"
        file.write_bytes(bundle(5_000, 3))
        assert run(["jobs", "take-in", str(file), "--node", str(folder)]) == 0
        until(lambda: "sepakat_jobs_waiting 0" in httpx.get(f"{node.address}/metrics").text)
        assert node.workers() == workers, "nobody was started anew"
    store = PostgresqlStore(address)
    with store.reading() as unit:
        held = [version.object.version_ref for version in unit.objects.everything()]
    store.close()
    assert len(held) == len(set(held)) == 10 + MANY + 3
    assert all(log["sound"] for log in json.loads(sepakat.ok("log", "verify", "--json", "--node", folder).out))
