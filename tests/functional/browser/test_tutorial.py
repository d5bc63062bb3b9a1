"""The tutorial's first ten minutes, done as written: every bold word is found on the page where the text says it is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.functional.browser.conftest import Person, Stage
from tests.integration.web.objects import GROUP

pytestmark = pytest.mark.needs_browser

TEXT = (Path(__file__).parents[3] / "docs" / "tutorial" / "first-ten-minutes.md").read_text("utf-8")
WORDS = re.findall(r"\*\*([^*]+)\*\*", TEXT.partition("## At us")[2])


def follow(person: Person, words: list[str]) -> str:
    """Press what the next bold word names, a link or a button; the word."""
    word = words.pop(0)
    found = person.page.get_by_role("link", name=word, exact=True)
    if found.count() == 0:
        found = person.page.get_by_role("button", name=word, exact=True)
    found.first.click()
    person.page.wait_for_load_state()
    return word


def test_first_ten_minutes_go_as_written(fresh: Stage) -> None:
    words, world = [" ".join(word.split()) for word in WORDS], fresh.world
    group = world.written_by("us", GROUP, "green", type="threat-actor", name="Black Banner Group")
    with fresh.person("us") as us, fresh.person("ru") as ru:
        page, theirs = us.open("/"), ru.page
        assert [follow(us, words), follow(us, words)] == ["Objects", "Take in"]
        page.locator("[name=content]").fill(json.dumps(group))
        follow(us, words)
        assert "1 new object" in page.locator("main").inner_text()
        follow(us, words)
        page.wait_for_url("**/objects?said=taken-in")
        assert [follow(us, words), follow(us, words), follow(us, words)][1] == "Write an agreement"
        for value in ("any", "any"):
            page.get_by_label(words.pop(0), exact=True).fill(value)
        page.get_by_label(words.pop(0)).select_option("auto")
        follow(us, words)
        follow(us, words)
        assert "Black Banner Group" in page.locator("main").inner_text()
        assert [follow(us, words), follow(us, words)] == ["Keep as a draft", "Sign and offer"]
        world.settle()
        ru.open("/")
        assert "1" in theirs.get_by_role("link", name=words.pop(0)).inner_text()
        theirs.locator("#sign a").first.click()
        follow(ru, words)
        world.settle()
        world.sync("ru", "us")
        us.open(f"/objects/{GROUP}")
        assert page.locator("details.partner .state.whole").count() >= 1
        assert [follow(us, words), follow(us, words)] == ["Log", "Verify now"]
        assert page.locator("section:has(#verified) .state.bad").count() == 0
        us.open(f"/objects/{GROUP}")
        assert page.get_by_role("heading", name=words.pop(0)).is_visible()
        us.open("/parties/ru")
        assert page.get_by_role("link", name=words.pop(0)).is_visible()
        us.open(f"/objects/{GROUP}")
        assert page.get_by_text(words.pop(0), exact=True).first.is_visible()
        follow(us, words)
        assert page.locator("html").get_attribute("lang") == "id"
        assert words == []
