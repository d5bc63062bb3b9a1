"""What holds for every route: a role, headers, no script, no trace, nothing changed. Read from the application."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from sepakat.exchange.ports import Node
from sepakat.exchange.records import Role
from sepakat.web.access import MAY_OPEN, is_public, may_open
from sepakat.web.asking import Ask
from sepakat.web.guard import Guard
from sepakat.web.sessions import Sessions
from sepakat.web.site import routes
from sepakat.web.static_files import static_path
from tests.integration.web.browser import Browser, another, browser, text_of
from tests.integration.web.conftest import signed_in
from tests.integration.web.objects import CUT, GROUP
from tests.support import records
from tests.support.simulator import Simulation

FILLED = {"object": GROUP, "party": "ru", "agreement": "us-ru", "file": "x.css", "path": "no/such/page"}
FILLED |= {
    "notice": "no-such",
    "recall": "no-such",
    "consent": "no-such",
    "report": "newest",
    "question": "strength",
    "area": "delta",
}
"""What stands in the paths when a test opens every page."""


def pages(node: Node) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Every route of the application: name, a path that fits it, methods."""
    for route in Starlette(routes=routes(node)).routes:
        assert isinstance(route, Route)
        assert isinstance(route.app, Guard)
        path = re.sub(r"\{(\w+)(:\w+)?\}", lambda found: FILLED[found[1]], route.path)
        yield route.name, path, route.app.methods


def readable(node: Node) -> list[str]:
    """The paths of all pages behind sign-in that are read."""
    found = [path for name, path, methods in pages(node) if not is_public(name) and "GET" in methods]
    return [path for path in found if path != "/no/such/page"]


def only_read(node: Node) -> list[str]:
    """The paths of all pages behind sign-in that take no form."""
    return [path for name, path, methods in pages(node) if not is_public(name) and methods == ("GET",)]


def test_every_route_is_in_the_table_of_roles_and_the_table_names_no_other(node: Node) -> None:
    assert sorted(name for name, _, _ in pages(node)) == sorted(MAY_OPEN)


def test_every_route_behind_sign_in_redirects_a_stranger(node: Node) -> None:
    closed = [(name, path, methods) for name, path, methods in pages(node) if not is_public(name)]
    assert len(closed) > 5
    for name, path, methods in closed:
        response = browser(node).client.request(methods[0], path)
        assert (response.status_code, response.headers["location"][:8]) == (303, "/sign-in"), name
        assert not response.content


def test_only_sign_in_and_static_files_are_public() -> None:
    assert {name for name in MAY_OPEN if is_public(name)} == {"sign-in", "static", "language"}


def test_page_that_is_not_in_the_table_opens_to_nobody(node: Node, anna: Browser) -> None:
    guard = Guard(node, Sessions(node.secret), "forgotten", lambda ask: Response("shown"))
    person = another(Starlette(routes=[Route("/forgotten", guard)]))
    assert person.get("/forgotten").status_code == 303
    cookie = anna.client.cookies["__Host-sepakat-session"]
    assert person.get("/forgotten", Cookie=f"__Host-sepakat-session={cookie}").status_code == 403
    assert not any(may_open("forgotten", role) for role in Role)


def test_page_of_one_role_is_refused_to_another(node: Node, anna: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sepakat.web.access.MAY_OPEN", {**MAY_OPEN, "today": frozenset({Role.OVERSEER})})
    refused = anna.get("/")
    assert refused.status_code == 403
    assert "Not permitted" in text_of(refused.text)
    assert signed_in(node, "overseer").get("/").status_code == 200


@pytest.mark.parametrize("role", list(Role))
def test_every_role_reads_exactly_the_pages_of_the_table(world: Simulation, role: Role) -> None:
    person = signed_in(world["us"], role.value)
    for name, path, methods in pages(world["us"]):
        if "GET" in methods and not is_public(name) and name != "nowhere":
            expected = 200 if may_open(name, role) else 403
            assert person.get(path).status_code == expected, (name, role)


@pytest.mark.parametrize("role", list(Role))
def test_no_role_does_what_only_another_may(node: Node, role: Role) -> None:
    person = signed_in(node, role.value)
    token = person.token("/sessions")
    for name, path, methods in pages(node):
        if "POST" in methods and not is_public(name) and not may_open(name, role):
            refused = person.client.post(path, data={"token": token})
            assert refused.status_code == 403, (name, role)
            assert "Not permitted" in text_of(refused.text), (name, role)


def test_each_act_is_somebodys_and_none_is_everybodys() -> None:
    acts = {"object-hold", "object-recall", "approve", "consent-answer", "agreement-accept", "user-add", "account-add"}
    for name in acts:
        roles = [role for role in Role if may_open(name, role)]
        assert 0 < len(roles) < len(Role), name


def test_overseer_changes_nothing(node: Node) -> None:
    changing = [name for name, _, methods in pages(node) if "POST" in methods and not is_public(name)]
    own = {"sign-out", "session-end", "log-verify", "object-consult", "search-save", "search-forget"} | {"try"}
    assert {name for name in changing if may_open(name, Role.OVERSEER)} == own


def test_reading_every_page_changes_nothing(world: Simulation) -> None:
    person = signed_in(world["us"], "overseer")
    with world["us"].store.reading() as unit:
        before = records.everything_in(unit)
    for path in readable(world["us"]):
        person.get(path)
    with world["us"].store.reading() as unit:
        assert records.everything_in(unit) == before


def test_no_page_takes_a_method_that_could_change_anything(world: Simulation) -> None:
    person = signed_in(world["us"], "releaser")
    for path in only_read(world["us"]):
        if path in ("/administration", "/no/such/page"):
            continue
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            response = person.client.request(method, path)
            assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD"), (method, path)


def test_every_answer_carries_the_headers_that_keep_it_safe(world: Simulation) -> None:
    person, stranger = signed_in(world["us"], "analyst"), browser(world["us"])
    answers = [person.get(path) for _, path, _ in pages(world["us"])]
    answers += [stranger.get("/"), stranger.get("/sign-in"), stranger.sign_in("analyst", "wrong horse battery")]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"


def test_no_page_has_a_script_but_our_files_or_asks_another_host(world: Simulation) -> None:
    person = signed_in(world["us"], "analyst")
    written = [path for path in readable(world["us"]) if not path.endswith("bundle") and path != "/administration"]
    for path in [*written, f"/objects/{CUT}", "/no/such/page"]:
        if person.get(path).status_code == 403:
            continue
        html = person.get(path).text
        assert all(f'src="{static_path(name)}"' in html for name in ("htmx.js", "sepakat.js")), path
        own = re.sub(r'<script src="/static/[a-z]+\.[0-9a-f]{16}\.js" defer></script>', "", html)
        assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|<iframe|<object|<embed", own), path
        assert not re.search(r'(?:src|href|action)="(?!/|#|\?)', html), path
        assert not re.search(r'(?:src|href|action)="//', html), path


def test_static_files_are_kept_by_browsers_under_a_name_of_their_content(node: Node) -> None:
    person = browser(node)
    answer = person.get(static_path("sepakat.css"))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    for other in ("/static/sepakat.css", "/static/sepakat.0000000000000000.css", "/static/site.py"):
        assert person.get(other).status_code == 404


def test_style_sheet_names_no_other_host(node: Node) -> None:
    assert not re.search(r"@import|url\(|https?:", browser(node).get(static_path("sepakat.css")).text)


@pytest.mark.parametrize(
    "path",
    [
        "/objects/campaign--3b1c9a52-6c1e-4f0a-9d57-00000000ffff",
        "/objects/nonsense",
        "/parties/nobody/came",
        "/parties/us/came",
        "/parties/nobody/sees",
        "/parties/us/sees",
        "/parties/iq/sees?under=us-ru",
        "/parties/ru/went/no-such",
        "/no/such/page",
    ],
)
def test_what_is_not_there_is_said_in_words(reader: Browser, path: str) -> None:
    answer = reader.get(path)
    assert answer.status_code == 404
    assert "Not here" in text_of(answer.text)


@pytest.mark.parametrize("place", ["x", "-1", "1.5", "9" * 30, "²", ""])
def test_place_in_a_list_that_is_none_is_refused(reader: Browser, place: str) -> None:
    assert reader.get(f"/decisions?before={place}").status_code == 400


@pytest.mark.parametrize("place", ["x", "2030-01-01T10:00", "2030-01-01"])
def test_place_in_the_list_of_reports_that_is_none_is_refused(reader: Browser, place: str) -> None:
    assert reader.get(f"/reports?before={place}").status_code == 400
    assert reader.get("/reports?before=2031-01-01T10:00:00%2B00:00").status_code == 200


def test_page_that_breaks_says_so_and_shows_nothing_of_the_inside(
    node: Node, anna: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(ask: Ask) -> Response:
        raise RuntimeError("the secret of the inside")

    guard = Guard(node, Sessions(node.secret), "today", broken)
    cookie = anna.client.cookies["__Host-sepakat-session"]
    answer = another(Starlette(routes=[Route("/", guard)])).get("/", Cookie=f"__Host-sepakat-session={cookie}")
    assert answer.status_code == 500
    words = text_of(answer.text)
    assert "Something broke" in words
    assert "secret of the inside" not in answer.text
    assert "Traceback" not in answer.text
    reference = re.search(r"<code>([0-9a-f]{8})</code>", answer.text)
    assert reference is not None
    assert reference[1] in caplog.text


def test_head_is_answered_like_get(anna: Browser) -> None:
    assert anna.client.head("/").status_code == 200
