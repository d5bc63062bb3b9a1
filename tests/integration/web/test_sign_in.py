"""Sign-in, sessions and forms: who gets in, for how long, and whose forms are taken."""

from __future__ import annotations

import re
from dataclasses import replace

import httpx
import pytest
from starlette.applications import Starlette

from sepakat.exchange.people import disable_user, set_password
from sepakat.exchange.ports import Node
from sepakat.web.site import routes
from tests.integration.web.browser import PASSWORD, Browser, another, browser
from tests.support.clock import FixedClock, SeededIds


def words_of_refusal(response: httpx.Response) -> str:
    found = re.search(r'<p class="notice bad" role="alert">(.*?)</p>', response.text, re.DOTALL)
    assert found is not None
    return found[1]


def moved(node: Node, **by: float) -> None:
    clock = node.clock
    assert isinstance(clock, FixedClock)
    clock.advance(**by)


def cookies_set(response: httpx.Response) -> dict[str, str]:
    """Attributes of the cookies that an answer sets, by name."""
    return {line.partition("=")[0]: line.lower() for line in response.headers.get_list("set-cookie")}


def test_wrong_password_is_refused_in_the_same_words_as_an_unknown_and_a_disabled_user(node: Node) -> None:
    disable_user(node, "overseer")
    person = browser(node)
    refusals = [
        person.sign_in("analyst", "wrong horse battery"),
        person.sign_in("nobody", "wrong horse battery"),
        person.sign_in("overseer"),
    ]
    assert {response.status_code for response in refusals} == {403}
    assert len({words_of_refusal(response) for response in refusals}) == 1
    assert not any("__Host-sepakat-session" in cookies_set(response) for response in refusals)


def test_page_without_sign_in_redirects_and_comes_back_afterwards(node: Node) -> None:
    person = browser(node)
    away = person.get("/decisions?before=7")
    assert away.status_code == 303
    address = away.headers["location"]
    assert address == "/sign-in?next=%2Fdecisions%3Fbefore%3D7"
    wanted = re.search(r'action="/sign-in">.*?name="next" value="([^"]*)"', person.get(address).text, re.DOTALL)
    assert wanted is not None
    assert person.sign_in("analyst", next=wanted[1]).headers["location"] == "/decisions?before=7"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "\\/evil", "/a\r\nX: y", "javascript:1", ""],
)
def test_sign_in_leads_on_only_within_this_node(node: Node, elsewhere: str) -> None:
    assert browser(node).sign_in("analyst", next=elsewhere).headers["location"] == "/"


def test_password_does_not_come_back_with_the_form(node: Node) -> None:
    assert "wrong horse" not in browser(node).sign_in("analyst", "wrong horse battery").text


def test_cookie_over_https_is_for_this_host_alone_and_no_script(node: Node) -> None:
    cookie = cookies_set(browser(node).sign_in("analyst"))["__Host-sepakat-session"]
    assert all(attribute in cookie for attribute in ("; secure", "; httponly", "; samesite=lax", "; path=/"))
    assert "domain=" not in cookie


def test_cookie_behind_a_proxy_is_secure_though_the_proxy_speaks_plain_http(node: Node) -> None:
    person = browser(node, scheme="http", is_behind_proxy=True)
    response = person.get("/sign-in")
    assert "; secure" in cookies_set(response)["__Host-sepakat-form"]
    assert "strict-transport-security" in response.headers


def test_plain_http_works_on_loopback_without_the_secure_attribute(node: Node) -> None:
    person = browser(node, scheme="http")
    assert "; secure" not in cookies_set(person.sign_in("analyst"))["sepakat-session"]
    assert person.get("/").status_code == 200


def test_form_without_its_token_is_refused(node: Node) -> None:
    person = browser(node)
    person.token()
    response = person.client.post("/sign-in", data={"name": "analyst", "password": PASSWORD})
    assert response.status_code == 403
    assert "__Host-sepakat-session" not in cookies_set(response)


def test_token_of_another_browser_is_refused(node: Node) -> None:
    application = Starlette(routes=routes(node))
    theirs = another(application).token()
    person = another(application)
    person.token()
    data = {"token": theirs, "name": "analyst", "password": PASSWORD}
    assert person.client.post("/sign-in", data=data).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_form_sent_from_another_site_is_refused(anna: Browser, headers: dict[str, str]) -> None:
    assert anna.sign_out(**headers).status_code == 403
    assert anna.get("/").status_code == 200


def test_form_sent_from_our_own_page_is_taken(anna: Browser) -> None:
    response = anna.sign_out(**{"Origin": "https://us.example", "Sec-Fetch-Site": "same-origin"})
    assert (response.status_code, response.headers["location"]) == (303, "/sign-in")


def test_cookie_is_worth_nothing_after_signing_out(anna: Browser) -> None:
    kept = anna.client.cookies["__Host-sepakat-session"]
    anna.sign_out()
    assert anna.get("/", Cookie=f"__Host-sepakat-session={kept}").status_code == 303


def test_signing_out_without_a_session_leads_to_sign_in(node: Node) -> None:
    assert browser(node).client.post("/sign-out").headers["location"] == "/sign-in"


def test_new_password_ends_the_sessions_of_the_old_one(node: Node, anna: Browser) -> None:
    set_password(node, "analyst", "another horse battery")
    assert anna.get("/").status_code == 303


def test_disabled_user_is_out_at_the_next_request(node: Node, anna: Browser) -> None:
    disable_user(node, "analyst")
    assert anna.get("/").status_code == 303


def test_session_is_over_after_an_hour_without_use(node: Node, anna: Browser) -> None:
    moved(node, minutes=60)
    assert anna.get("/").status_code == 303


def test_session_in_use_goes_on_but_not_beyond_twelve_hours(node: Node, anna: Browser) -> None:
    for _ in range(14):
        moved(node, minutes=50)
        assert anna.get("/").status_code == 200
    moved(node, minutes=50)
    assert anna.get("/").status_code == 303


def test_session_dated_ahead_of_the_clock_is_refused(node: Node, anna: Browser) -> None:
    moved(node, minutes=-5)
    assert anna.get("/").status_code == 303


def test_cookie_changed_in_any_place_is_refused(node: Node, anna: Browser) -> None:
    cookie = anna.client.cookies["__Host-sepakat-session"]
    stranger = browser(node)
    for place in range(0, len(cookie), 7):
        other = "A" if cookie[place] != "A" else "B"
        forged = cookie[:place] + other + cookie[place + 1 :]
        assert stranger.get("/", Cookie=f"__Host-sepakat-session={forged}").status_code == 303, place


@pytest.mark.parametrize("cookie", ["", ".", "a.b", "é.é", "W10.AA", "bnVsbA.AA", "x" * 5000, "WzEsMiwzLDRd.AA"])
def test_cookie_that_is_none_of_ours_is_refused(node: Node, cookie: str) -> None:
    header = f"__Host-sepakat-session={cookie}".encode()
    assert browser(node).client.get("/", headers=[(b"Cookie", header)]).status_code == 303


def test_cookie_of_a_node_with_another_secret_is_refused(node: Node, anna: Browser) -> None:
    cookie = anna.client.cookies["__Host-sepakat-session"]
    other = browser(replace(node, secret=b"another secret, of the same size"))
    assert other.get("/", Cookie=f"__Host-sepakat-session={cookie}").status_code == 303


def test_every_sign_in_has_a_session_of_its_own(node: Node) -> None:
    application = Starlette(routes=routes(replace(node, ids=SeededIds("web"))))
    first, second = another(application), another(application)
    first.sign_in("analyst")
    second.sign_in("analyst")
    first.sign_out()
    assert second.get("/").status_code == 200


def test_signed_in_person_is_not_asked_again(anna: Browser) -> None:
    assert anna.get("/sign-in?next=/decisions").headers["location"] == "/decisions"


def test_guessing_has_to_wait_and_even_the_right_password_waits(node: Node) -> None:
    person = browser(node)
    for _ in range(5):
        assert person.sign_in("analyst", "wrong horse battery").status_code == 403
    waiting = person.sign_in("analyst")
    assert waiting.status_code == 429
    assert int(waiting.headers["retry-after"]) > 0
    assert "Too many attempts" in words_of_refusal(waiting)
    moved(node, minutes=15)
    assert person.sign_in("analyst").status_code == 303


def test_guessing_unknown_names_waits_like_known_ones(node: Node) -> None:
    person = browser(node)
    answers = [person.sign_in("nobody", "wrong horse battery").status_code for _ in range(6)]
    assert answers == [403] * 5 + [429]


def test_guesses_of_a_stranger_do_not_keep_a_person_out(node: Node) -> None:
    application = Starlette(routes=routes(node))
    stranger = another(application, "198.51.100.9")
    for _ in range(7):
        stranger.sign_in("analyst", "wrong horse battery")
    assert another(application, "192.0.2.1").sign_in("analyst").status_code == 303


def test_long_or_unreadable_form_is_refused(node: Node) -> None:
    person = browser(node)
    token = person.token()
    assert person.client.post("/sign-in", data={"token": token, "name": "x" * 20_000}).status_code == 400
    assert person.client.post("/sign-in", content=b"\xff\xfe=1").status_code == 400
    assert person.client.post("/sign-in", content=b"&".join(b"a%d=1" % n for n in range(100))).status_code == 400
