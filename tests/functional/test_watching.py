"""Watch areas, alerts and commitments on the command line of one node."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from sepakat.cli.background import Watcher
from sepakat.composition import close_node, open_node
from sepakat.errors import PeerError
from sepakat.exchange.alerting import Ring
from sepakat.remote.bells import Bells
from tests.functional.test_claims import make, speaker
from tests.support.command_line import CommandLine

ANBAR = "location--0b9f6f0e-3c55-4b0e-9c0f-000000000001"
PARIS = "location--0b9f6f0e-3c55-4b0e-9c0f-000000000002"


@pytest.fixture
def here(node: Path, sepakat: CommandLine, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line, its node, and two places."""
    monkeypatch.setenv("SEPAKAT_NODE", str(node))
    stamp = "2014-10-01T00:00:00.000Z"
    base: dict[str, Any] = {"type": "location", "spec_version": "2.1", "created": stamp, "modified": stamp}
    anbar = base | {"id": ANBAR, "name": "Anbar", "country": "IQ", "administrative_area": "IQ-AN"}
    anbar |= {"latitude": 33.4, "longitude": 43.3}
    paris = base | {"id": PARIS, "name": "Paris", "country": "FR", "latitude": 48.86, "longitude": 2.35}
    for one in (anbar, paris):
        sepakat.ok("take-in", "-", stdin=json.dumps(one).encode())
    return sepakat


@pytest.mark.parametrize(
    "places",
    [
        ("--region", "IQ"),
        ("--region", "IQ-AN"),
        ("--region", "western-asia"),
        ("--region", "142"),
        ("--circle", "33,43,100"),
        ("--corner", "30,40", "--corner", "36,40", "--corner", "36,46", "--corner", "30,46"),
    ],
)
def test_an_area_shows_what_is_new_in_it_and_nothing_from_elsewhere(here: CommandLine, places: tuple[str, ...]) -> None:
    here.ok("watch", "add", "anbar", *places, "--kind", "estimate")
    inside = make(here, "Seen in Anbar.", "estimate", "--about", ANBAR)
    make(here, "Seen in Paris.", "estimate", "--about", PARIS)
    make(here, "Said of Anbar.", "report", "--about", ANBAR)
    found = here.ask("watch", "show", "anbar")
    assert [(one["what"], one["subject"]) for one in found] == [("new", inside["id"])]
    assert found[0]["points"] == [[33.4, 43.3]]


def test_what_was_looked_at_is_not_shown_again_and_changes_are(here: CommandLine) -> None:
    here.ok("watch", "add", "anbar", "--region", "IQ", "--name", "Anbar and around")
    made = make(here, "Seen in Anbar.", "estimate", "--about", ANBAR, "--quantity", "about:20", "--unit", "people")
    assert here.ask("watch", "show", "anbar")
    here.ok("watch", "looked", "anbar")
    assert here.ask("watch", "show", "anbar") == []
    here.ok("claims", "correct", made["id"], "--quantity", "22", "--unit", "people")
    assert [one["what"] for one in here.ask("watch", "show", "anbar")] == ["changed"]
    assert "Anbar and around" in here.ok("watch", "list").out


def test_a_topic_and_a_contested_question_are_found(here: CommandLine) -> None:
    here.ok("topics", "define", "terrorism/isis", "--name", "Islamic State")
    here.ok("watch", "add", "isis", "--topic", "terrorism")
    key = "strength/fighters:2014-10"
    for number in ("about:500", "about:20"):
        make(
            here,
            "They are many.",
            "estimate",
            "--quantity",
            number,
            "--unit",
            "people",
            "--question",
            key,
            "--topic",
            "terrorism/isis",
        )
    found = here.ask("watch", "show", "isis")
    assert sorted(one["what"] for one in found) == ["contested", "new", "new"]
    assert [one["subject"] for one in found if one["what"] == "contested"] == [key]


def test_every_development_is_told_once_and_acknowledged_by_a_person(here: CommandLine) -> None:
    make(here, "Before.", "estimate", "--about", ANBAR)
    here.ok("watch", "add", "anbar", "--region", "IQ")
    make(here, "After.", "estimate", "--about", ANBAR)
    here.ask("watch", "alerts")
    [alert] = here.ask("watch", "alerts")
    assert alert["text"].startswith("new in anbar: ")
    assert here.ask("watch", "list")[0]["open_alerts"] == 1
    here.ok("watch", "acknowledge", alert["id"], "--by", "ann")
    here.ok("watch", "acknowledge", alert["id"], "--by", "ben")
    assert here.ask("watch", "alerts") == []
    [seen] = here.ask("watch", "alerts", "--all")
    assert seen["acknowledged_by"] == "ann"
    here.ok("watch", "remove", "anbar")
    assert here.ask("watch", "list") == []
    assert here("watch", "show", "anbar").status == 5


class _Hook(BaseHTTPRequestHandler):
    status = 200
    got: ClassVar[list[dict[str, Any]]] = []

    def do_POST(self) -> None:
        self.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


class _Mail(socketserver.StreamRequestHandler):
    got: ClassVar[list[str]] = []

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        is_data = False
        for raw in self.rfile:
            line = raw.decode().rstrip("\r\n")
            if is_data:
                is_data = line != "."
                self.got.append(line)
                if not is_data:
                    self.wfile.write(b"250 taken\r\n")
            elif line.lower() == "data":
                is_data = True
                self.wfile.write(b"354 go on\r\n")
            elif line.lower() == "quit":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 ok\r\n")


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1]  # type: ignore[index, misc]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_mail_and_webhook_are_told_once_and_told_nothing_of_the_content(here: CommandLine, node: Path) -> None:
    _Hook.got, _Mail.got, _Hook.status = [], [], 503
    with (
        serving(HTTPServer(("127.0.0.1", 0), _Hook)) as hook,
        serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Mail)) as mail,
    ):
        with (node / "settings.toml").open("a", encoding="utf-8") as settings:
            settings.write(f'smtp = "127.0.0.1:{mail}"\nmail_from = "node@us.example"\n')
        here.ok(
            "watch",
            "add",
            "anbar",
            "--region",
            "IQ",
            "--mail",
            "desk@us.example",
            "--webhook",
            f"http://127.0.0.1:{hook}/a",
        )
        make(here, "A very secret sentence.", "estimate", "--about", ANBAR)
        assert here.ask("watch", "send")["delivered"] == 1
        [alert] = here.ask("watch", "alerts")
        assert [(one["attempts"], bool(one["delivered_at"])) for one in alert["deliveries"]] == [(1, True), (1, False)]
        assert "503" in alert["deliveries"][1]["error"]
        _Hook.status = 200
        assert here.ask("watch", "send")["delivered"] == 1
        assert here.ask("watch", "send") == {"raised": [], "delivered": 0}
    assert [one["alert"] for one in _Hook.got] == [alert["id"]] * 2
    assert set(_Hook.got[0]) == {"alert", "party", "area", "what", "at"}
    text = "\n".join(_Mail.got)
    assert text.count("Subject: Sepakat us: new in watch area anbar") == 1
    assert "secret" not in text


class _Counting:
    """A bell that counts."""

    def __init__(self) -> None:
        self.rung: list[Ring] = []

    def ring(self, channel: str, ring: Ring) -> None:
        self.rung.append(ring)


def test_a_served_node_raises_and_rings_by_itself_once(here: CommandLine, node: Path) -> None:
    opened, bell = open_node(node), _Counting()
    try:
        watcher = Watcher(opened, bell)
        here.ok("watch", "add", "anbar", "--region", "IQ", "--mail", "desk@us.example")
        watcher.look()
        assert bell.rung == []
        make(here, "Seen.", "estimate", "--about", ANBAR)
        for _ in range(3):
            watcher.look()
        [ring] = bell.rung
        assert (ring.party, ring.area, ring.what) == ("us", "anbar", "new")
    finally:
        close_node(opened)


def test_a_channel_that_is_not_there_is_said_so(here: CommandLine) -> None:
    here.ok("watch", "add", "a", "--region", "IQ", "--mail", "x@y.example", "--webhook", "http://example.org/x")
    make(here, "Seen.", "estimate", "--about", ANBAR)
    here.ok("watch", "send")
    [alert] = here.ask("watch", "alerts")
    errors = [one["error"] for one in alert["deliveries"]]
    assert ["name no mail server" in errors[0], "expected https" in errors[1]] == [True, True]
    for wrong in ("http://169.254.169.254/", "file:///etc/passwd", "http://[::1", "nothing"):
        with pytest.raises(PeerError):
            Bells().ring(f"webhook:{wrong}", None)  # type: ignore[arg-type]


def test_areas_of_nothing_nowhere_and_nobody_are_refused(here: CommandLine) -> None:
    for wrong in (
        (),
        ("--region", "Atlantis"),
        ("--kind", "rumour"),
        ("--topic", "religion/islam"),
        ("--circle", "33,43"),
        ("--circle", "99,43,5"),
        ("--circle", "nan,43,5"),
        ("--circle", "33,43,-5"),
        ("--corner", "1,1", "--corner", "2,2"),
        ("--region", "IQ", "--webhook", ""),
    ):
        assert here("watch", "add", "x", *wrong).errors, wrong
    assert here.ask("watch", "list") == []
    assert here("watch", "acknowledge", "none").status == 5


def test_a_commitment_has_what_each_side_says_of_it(here: CommandLine) -> None:
    giver, taker = speaker(here, 1, "Giver"), speaker(here, 2, "Taker")
    offer = make(here, "We offer training.", "offer", "--speaker", giver, "--about", taker)["id"]
    [line] = here.ask("commitments", "list")
    assert (line["statuses"], [one["name"] for one in line["to"]]) == (["offered"], ["Taker"])
    here.ok("commitments", "mark", offer, "accepted", "--text", "We accept.", "--speaker", taker)
    here.ok("commitments", "mark", offer, "done", "--text", "We have trained them.", "--speaker", giver)
    shown = here.ask("commitments", "show", offer)
    assert shown["statuses"] == ["accepted", "done"]
    assert {one["name"]: one["status"] for one in shown["said"]} == {"Giver": "done", "Taker": "accepted"}
    assert [one["status"] for one in shown["steps"]] == ["accepted", "done"]
    report = make(here, "x", "report")["id"]
    assert here("commitments", "mark", report, "done", "--text", "x").errors
    assert here("commitments", "show", report).status == 5
    assert "Taker: accepted" in here.ok("commitments", "list").out
