"""Every page in Chromium: both languages, light and dark, narrow and wide, by eye, by axe and without JavaScript."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from sepakat.web.access import MAY_OPEN
from tests.functional.browser.conftest import SHOTS, Person, Stage
from tests.integration.web.objects import CUT, GROUP, WANTED

pytestmark = pytest.mark.needs_browser

READ = {
    "today": "/",
    "approvals": "/approvals",
    "recalls": "/recalls",
    "consents": "/consents",
    "notices": "/notices",
    "decisions": "/decisions",
    "objects": "/objects?words=",
    "object": f"/objects/{CUT}",
    "object-why": f"/objects/{GROUP}/why/ru",
    "agreements": "/agreements",
    "agreement": "/agreements/us-ru",
    "agreement-editor": "/agreement-editor?taker=ru",
    "parties": "/parties",
    "partner": "/parties/ru",
    "came": "/parties/ru/came",
    "went": "/parties/ru/went/us-ru",
    "as-party": "/parties/ru/sees",
    "reports": "/reports",
    "report": "/reports/newest",
    "questions": "/questions",
    "question": "/questions/strength",
    "watches": "/watches",
    "watch": "/watches/delta?all=1",
    "try": f"/try?object={WANTED}",
    "take-in": "/take-in",
    "log": "/log",
    "log-entries": "/log/ru",
    "sessions": "/sessions",
}
RUN = {"administration": "/administration", "retention": "/administration/retention"}
NO_PAGE = {"static", "sign-in", "nowhere", "object-bundle", "objects-bundle"}


def looked_at(person: Person, name: str, path: str, kind: str) -> list[str]:
    """Open a page, keep its picture, and say everything that is wrong with it."""
    page = person.open(path)
    # What the front page asks for by itself is there before its picture is taken.
    page.locator(".htmx-request").wait_for(state="detached")
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}-{kind}.png", full_page=True)
    wrong = [f"{name}: {violation}" for violation in violations(page)]
    width = page.viewport_size
    assert width is not None
    # What is folded away must have room, too.
    page.evaluate("document.querySelectorAll('details:not([hx-get])').forEach((one) => { one.open = true; })")
    for other in (width["width"], 360 if width["width"] < 1000 else 2560):
        if other != width["width"]:
            page.set_viewport_size({"width": other, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wrong.append(f"{name}: scrolls sideways at {other}")
    page.set_viewport_size(width)
    return wrong


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    assert found.response["passes"]
    return [
        f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for one in found.response["violations"]
        for node in one["nodes"][:2]
    ]


def test_every_route_that_is_read_is_looked_at() -> None:
    posted = {name for name in MAY_OPEN if name not in READ | RUN and name not in NO_PAGE}
    assert not (READ.keys() | RUN.keys()) - MAY_OPEN.keys()
    of_something = (
        "object-",
        "agreement-",
        "user-",
        "account-",
        "search-",
        "report-",
        "watch-",
        "question-",
        "retention-",
        "notice-",
    )
    assert {name for name in posted if not name.startswith(of_something)} == POSTED


POSTED = {
    "language",
    "sign-out",
    "session-end",
    "approve",
    "recall-answer",
    "consent-answer",
    "consent-withdraw",
    "log-verify",
    "party-add",
    "key-change",
}


@pytest.mark.parametrize(("width", "locale", "scheme"), [(1440, "en", "light"), (400, "id", "dark")])
def test_pages_are_as_they_should_be(stage: Stage, width: int, locale: str, scheme: str) -> None:
    kind = f"{locale}-{scheme}-{width}"
    wrong: list[str] = []
    with stage.stranger(width=width, locale=locale, scheme=scheme) as person:
        wrong += looked_at(person, "sign-in", "/sign-in", kind)
    with stage.person(name="releaser", width=width, locale=locale, scheme=scheme) as person:
        for name, path in READ.items():
            wrong += looked_at(person, name, path, kind)
        wrong += person.said
    with stage.person(name="administrator", width=width, locale=locale, scheme=scheme) as person:
        for name, path in RUN.items():
            wrong += looked_at(person, name, path, kind)
        wrong += person.said
    assert wrong == []


def test_reading_pages_work_without_javascript(stage: Stage) -> None:
    with stage.person(name="overseer", scripts=False) as person:
        for path in READ.values():
            if path.startswith(("/agreement-editor", "/take-in")):
                continue
            page = person.open(path)
            assert page.locator("main h1").count() == 1, path
        page = person.open(f"/objects/{GROUP}")
        page.locator("details.partner summary").first.click()
        page.get_by_role("link", name="Why: every rule and what it found").first.click()
        assert "Why" in page.locator("h1").inner_text()


def test_reasons_come_into_the_page_where_javascript_runs(stage: Stage) -> None:
    with stage.person() as person:
        page = person.open(f"/objects/{GROUP}")
        page.locator("details.partner summary").nth(2).click()
        page.locator("details.partner .findings").first.wait_for()
        assert page.url.endswith(f"/objects/{GROUP}")
        assert person.said == []


def test_times_are_read_in_the_zone_of_the_reader_who_points_at_one(stage: Stage) -> None:
    with stage.person(zone="Asia/Makassar") as person:
        time = person.open("/reports/newest").locator("time").first
        assert time.get_attribute("datetime") == "2019-03-13T12:45:00.000Z"
        assert "12:45:00.000 UTC" in (time.get_attribute("title") or "")
        assert "8:45:00 PM GMT+8" in (time.get_attribute("title") or "").replace("\u202f", " ")
