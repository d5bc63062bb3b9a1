"""What operators see: counters that add up over processes, events and spans without content."""

from __future__ import annotations

import io
import json
import logging
import re
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from sepakat.cli.events import Events, JsonEvents, PlainEvents, events_for
from sepakat.cli.observing import Counters, Observed, Span, added_up, door_of, no_span
from sepakat.cli.tracing import spans_through, spans_to
from sepakat.errors import NotPermitted
from tests.support.asgi import AsgiTransport

SECRET = "campaign-of-the-secret-group"


def counters(folder: Path | None = None, own: str = "0", text: str = "") -> Counters:
    return Counters(folder, own, [lambda: text], lambda: "# TYPE up gauge\nup 1\n")


def test_counters_of_several_processes_add_up(tmp_path: Path) -> None:
    one = counters(tmp_path, "one", 'sepakat_taxii_pages_total{account="ru"} 2\n')
    other = counters(tmp_path, "other", 'sepakat_taxii_pages_total{account="ru"} 3\n')
    for _ in range(2):
        one.answered("taxii", 200, 0.01)
    other.answered("taxii", 200, 3.0)
    one.keep()
    other.keep()
    text = other.text()
    assert text == one.text()
    assert 'sepakat_requests_total{door="taxii",status="200"} 3\n' in text
    assert 'sepakat_request_seconds_bucket{door="taxii",le="0.025"} 2\n' in text
    assert 'sepakat_request_seconds_bucket{door="taxii",le="+Inf"} 3\n' in text
    assert 'sepakat_request_seconds_sum{door="taxii"} 3.020000\n' in text
    assert 'sepakat_taxii_pages_total{account="ru"} 5\n' in text
    assert "# TYPE sepakat_request_seconds histogram\n" in text
    assert text.endswith("# TYPE up gauge\nup 1\n")


def test_each_family_has_one_type_before_its_first_line() -> None:
    lines = added_up(["# TYPE a counter\na 1\nb_seconds_sum 2\n", "# TYPE a counter\na 2\n"]).splitlines()
    assert lines == ["# TYPE a counter", "a 3", "# TYPE b_seconds histogram", "b_seconds_sum 2"]


def test_buckets_stand_in_the_order_of_their_bounds() -> None:
    counted = counters()
    for seconds in (20.0, 0.001, 1.0):
        counted.answered("taxii", 200, seconds)
    counted.counted("sepakat_other_total", role="x", simple="y")
    bounds = re.findall(r'_bucket\{door="taxii",le="(.+)"\} \d', counted.text())
    assert bounds == ["0.005", "0.025", "0.1", "0.5", "2.5", "10.0", "+Inf"]


@pytest.mark.parametrize(
    ("path", "door"),
    [
        ("/taxii2/", "taxii"),
        ("/taxii2x", "pages"),
        ("/api/v1/take-in", "api"),
        ("/peer/v1/messages", "peer"),
        ("/ready", "operations"),
    ],
)
def test_a_request_belongs_to_the_door_of_its_path(path: str, door: str) -> None:
    assert door_of(path) == door


def observed(events: Events, span: Span = no_span) -> tuple[Observed, Counters]:
    def answer(request: Request) -> PlainTextResponse:
        if request.query_params.get("fail"):
            raise ValueError(SECRET)
        return PlainTextResponse("yes", 418)

    counted = counters()
    return Observed(Starlette(routes=[Route("/taxii2/{rest:path}", answer)]), counted, events, span), counted


def asked_of(application: Observed, path: str) -> httpx.Response:
    return httpx.Client(transport=AsgiTransport(application), base_url="https://us.example").get(path)


def test_an_event_tells_door_and_status_and_nothing_that_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    said = io.StringIO()
    monkeypatch.setattr(sys, "stderr", said)
    application, counted = observed(JsonEvents(party="us", worker=1))
    asked_of(application, f"/taxii2/{SECRET}?match={SECRET}")
    with pytest.raises(ValueError, match=SECRET):
        asked_of(application, f"/taxii2/{SECRET}?fail=1")
    events = [json.loads(line) for line in said.getvalue().splitlines()]
    assert [(one["door"], one["method"], one["status"], one["worker"]) for one in events] == [
        ("taxii", "GET", 418, 1),
        ("taxii", "GET", 500, 1),
    ]
    assert SECRET not in said.getvalue()
    assert 'sepakat_requests_total{door="taxii",status="500"} 1' in counted.text()


def test_errors_are_told_to_programs_by_their_code_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    said = io.StringIO()
    monkeypatch.setattr(sys, "stderr", said)
    root = logging.getLogger()
    before = root.handlers
    try:
        events = events_for("json", party="us")
        events.failed("sync", NotPermitted("held-back", f"{SECRET} is held"))
        events.failed("sync", ValueError(SECRET))
        try:
            raise KeyError(SECRET)
        except KeyError:
            logging.getLogger("uvicorn.error").exception(SECRET)
    finally:
        root.handlers = before
    lines = [json.loads(line) for line in said.getvalue().splitlines()]
    assert [line["code"].partition(" ")[0] for line in lines] == ["held-back", "ValueError", "KeyError"]
    assert lines[2]["code"].startswith("KeyError at test_observing.py:")
    assert SECRET not in said.getvalue()


def test_people_are_told_what_is_wrong_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    events = PlainEvents()
    events.happened("answered", status=200)
    events.failed("sync", NotPermitted("held-back", "it is held"))
    events.alarm("ru", "a leaf is missing")
    assert capsys.readouterr().err == "sepakat: error: sync: it is held\nsepakat: error: ALARM: ru: a leaf is missing\n"


def test_a_span_tells_door_and_status_and_no_error_text() -> None:
    exporter = InMemorySpanExporter()
    span, end = spans_through(SimpleSpanProcessor(exporter), "us")
    application, _ = observed(PlainEvents(), span)
    asked_of(application, f"/taxii2/{SECRET}")
    with pytest.raises(ValueError, match=SECRET):
        asked_of(application, "/taxii2/x?fail=1")
    spans = exporter.get_finished_spans()
    end()
    assert [one.name for one in spans] == ["GET taxii", "GET taxii"]
    attributes: list[Any] = [dict(one.attributes or {}) for one in spans]
    assert attributes[0] == {"http.request.method": "GET", "sepakat.door": "taxii", "http.response.status_code": 418}
    assert all(SECRET not in one.to_json() for one in spans)


def test_nothing_is_traced_unless_asked_for() -> None:
    span, end = spans_to(None, "us")
    with span("x", {}) as current:
        assert current is None
    end()
