"""A node that is being served: where it says it is, and how it stops while somebody is being answered."""

from __future__ import annotations

import base64
import json
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.support.command_line import SEPAKAT, CommandLine
from tests.support.records import stix_object

PATIENCE = 600
PUBLIC = "https://us.example.org"
WAYS = {"one process": (), "behind a proxy": ("--behind-proxy", "--address", PUBLIC)}


@dataclass
class Served:
    """A process that serves, and what it has said."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    @property
    def place(self) -> tuple[str, int]:
        host, _, port = self.said.split()[-1].rpartition("/")[2].rpartition(":")
        return host, int(port)


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[Served]:
    log = folder.parent / "serve.log"
    with log.open("wb") as file:
        process = subprocess.Popen([*SEPAKAT, "serve", str(folder), *options], stdout=file, stderr=subprocess.STDOUT)
    served, pause = Served(process, log), threading.Event()
    try:
        for _ in range(PATIENCE):
            if served.said.endswith("\n") or process.poll() is not None:
                break
            pause.wait(0.05)
        yield served
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(30)


def test_a_node_behind_a_proxy_says_where_the_proxy_finds_it(sepakat: CommandLine, node: Path) -> None:
    refused = sepakat("serve", node, "--behind-proxy")
    assert (refused.status, "--address https://" in refused.err) == (8, True)
    with serving(node, "--behind-proxy", "--address", PUBLIC) as served:
        assert f"at {PUBLIC}, listening on 127.0.0.1:" in served.said
        host, port = served.place
        assert httpx.get(f"http://{host}:{port}/ready").json() == {"status": "ok"}


def campaign(name: str) -> bytes:
    at = "2026-01-01T00:00:00.000Z"
    return stix_object(1, type_="campaign", name=name, created=at, modified=at).raw


def begin(served: Served, password: str, body: bytes) -> socket.socket:
    """A request of which half has come."""
    connection = socket.create_connection(served.place, timeout=30)
    credentials = base64.b64encode(b"anna:" + password.encode()).decode()
    head = f"POST /api/v1/take-in HTTP/1.1\r\nHost: us\r\nAuthorization: Basic {credentials}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    connection.sendall(head.encode())
    # The node asks for the body: the request is under way.
    assert b"100 Continue" in connection.recv(1000)
    connection.sendall(body[:20])
    return connection


@pytest.mark.parametrize("way", WAYS)
def test_a_request_that_is_under_way_is_answered_before_the_node_stops(
    sepakat: CommandLine, node: Path, way: str
) -> None:
    password = sepakat.ask("user", "add", "anna", "--node", node)["password"]
    body = campaign("one")
    with serving(node, *WAYS[way]) as served, begin(served, password, body) as connection:
        served.process.send_signal(signal.SIGTERM)
        with pytest.raises(OSError):  # noqa: PT012 -- until no new connection is taken
            for _ in range(PATIENCE):
                socket.create_connection(served.place, timeout=1).close()
                threading.Event().wait(0.05)
        connection.sendall(body[20:])
        answer = connection.recv(10_000).decode()
        assert answer.startswith("HTTP/1.1 200 "), answer
        assert served.process.wait(30) == 0
        assert served.said.endswith("Stopped serving us.\n")
    assert sepakat.ask("store", "show", "--node", node)["rows"]["versions"] == 1, answer


def test_a_request_that_takes_too_long_does_not_keep_the_node_from_stopping(sepakat: CommandLine, node: Path) -> None:
    password = sepakat.ask("user", "add", "anna", "--node", node)["password"]
    with (node / "settings.toml").open("a", encoding="utf-8") as file:
        file.write("stop_seconds = 1\n")
    with serving(node) as served, begin(served, password, b"x" * 1000):
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(30) == 0
        assert served.said.endswith("Stopped serving us.\n")


def test_logs_for_programs_are_json_and_have_nothing_of_what_was_taken_in(sepakat: CommandLine, node: Path) -> None:
    password = sepakat.ask("user", "add", "anna", "--node", node)["password"]
    secret = "the witness is anna k"
    body = campaign(secret)
    with (node / "settings.toml").open("a", encoding="utf-8") as file:
        file.write('log = "json"\n')
    with serving(node) as served:
        host, port = served.place
        address = f"http://{host}:{port}/api/v1/take-in"
        unreadable, unknown = b'{"x": "' + secret.encode(), body.replace(b"campaign", b"kampagne")
        for sent, status in ((body, 200), (unreadable, 400), (unknown, 200)):
            answer = httpx.post(address, content=sent, auth=("anna", password))
            assert answer.status_code == status, answer.text
        served.process.terminate()
        assert served.process.wait(30) == 0
        said = served.said
    events = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert [event["event"] for event in events if event["event"] != "answered"] == ["serving", "stopped"]
    assert len([event for event in events if event.get("door") == "api"]) == 3
    assert (secret in said, "campaign--" in said, password in said) == (False, False, False)
