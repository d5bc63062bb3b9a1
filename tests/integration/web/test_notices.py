"""Urgent notices and corrections on the pages: given, seen, acknowledged, at two nodes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from sepakat.exchange.notices import list_notices
from tests.integration.web.browser import Browser, section, text_of
from tests.integration.web.conftest import signed_in, two_nodes
from tests.integration.web.objects import CUT, GROUP
from tests.support.simulator import Simulation


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Simulation]:
    """`us` has given `ru` a group, and keeps a campaign to itself."""
    with two_nodes(tmp_path, "red") as made:
        yield made


def send(person: Browser, path: str, **form: str) -> httpx.Response:
    return person.client.post(path, data={"token": person.token("/sessions"), **form})


def test_notice_is_given_told_on_the_front_page_there_and_acknowledged(two: Simulation) -> None:
    us, ru = signed_in(two["us"], "releaser"), signed_in(two["ru"], "releaser")
    until = (two.clock.now() + timedelta(hours=2)).replace(tzinfo=None).isoformat(timespec="minutes")
    given = send(us, f"/objects/{GROUP}/notice", party="ru", text="move the convoy", acknowledge_by=until)
    assert given.headers["location"] == f"/objects/{GROUP}?said=noticed"
    two.settle()
    assert "move the convoy urgent notice of us" in text_of(section(ru.get("/").text, "waits"))
    words = ru.text("/notices")
    assert "Black Banner Group" in words
    assert "answer due by" in words
    [notice] = list_notices(two["ru"])
    for role in ("analyst", "overseer", "administrator"):
        assert send(signed_in(two["ru"], role), f"/notices/{notice.hash}/acknowledge").status_code == 403
    seen = send(ru, f"/notices/{notice.hash}/acknowledge", text="on the way")
    assert seen.headers["location"] == "/notices?said=acknowledgement-sent"
    two.settle()
    assert "acknowledged" in us.text("/notices")
    assert "move the convoy" not in text_of(section(ru.get("/").text, "waits"))
    assert send(ru, "/notices/no-such/acknowledge").status_code == 404


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        (f"{GROUP}/notice", {"party": "ru", "text": "x", "acknowledge_by": "soon"}, 400),
        (f"{GROUP}/notice", {"party": "ru", "text": "x", "acknowledge_by": "2001-01-01T00:00"}, 400),
        (f"{GROUP}/notice", {"party": "ru", "text": "", "acknowledge_by": "2099-01-01T00:00"}, 400),
        (f"{GROUP}/notice", {"party": "nobody", "text": "x", "acknowledge_by": "2099-01-01T00:00"}, 404),
        (f"{CUT}/notice", {"party": "ru", "text": "x", "acknowledge_by": "2099-01-01T00:00"}, 403),
        (f"{GROUP}/correct", {"reason": "it was another"}, 403),
        (f"{GROUP}/correct", {"reason": ""}, 400),
    ],
)
def test_notice_that_cannot_be_given_is_refused_and_nobody_is_told(
    two: Simulation, path: str, form: dict[str, str], status: int
) -> None:
    assert send(signed_in(two["us"], "releaser"), f"/objects/{path}", **form).status_code == status
    assert list_notices(two["us"]) == []


def test_correction_reaches_whoever_has_the_object(two: Simulation) -> None:
    newer = two.written_by("us", GROUP, "green", name="Black Flag Group") | {"modified": "2030-05-01T11:00:00.000Z"}
    two.take_in("us", newer)
    us = signed_in(two["us"], "releaser")
    assert "Say what was wrong with it" in us.text(f"/objects/{GROUP}")
    assert send(us, f"/objects/{GROUP}/correct", reason="the name was of another").status_code == 303
    two.settle()
    assert "the name was of another" in signed_in(two["ru"], "analyst").text("/notices")
