"""Cookies and form tokens, without a browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepakat.exchange.records import User
from sepakat.web.sessions import IDLE, LONGEST, RENEW, Session, Sessions
from tests.support import records
from tests.support.records import NOW

ANNA: User = records.user("anna")


def session(id_: str = "s1") -> Session:
    return Session(id_, "anna", NOW, NOW)


def test_what_is_written_is_read() -> None:
    sessions = Sessions(b"secret")
    cookie = sessions.written(session(), ANNA)
    assert sessions.claimed_user(cookie) == "anna"
    assert sessions.read(cookie, ANNA, NOW) == session()


def test_cookie_of_one_user_is_not_another_users() -> None:
    sessions = Sessions(b"secret")
    cookie = sessions.written(session(), ANNA)
    assert sessions.read(cookie, records.user("oscar"), NOW) is None


@given(st.text(max_size=80))
def test_no_text_is_a_session(text: str) -> None:
    assert Sessions(b"secret").read(text, ANNA, NOW) is None


@pytest.mark.parametrize(("after", "holds"), [(IDLE - timedelta(seconds=1), True), (IDLE, False)])
def test_session_ends_exactly_when_it_lay_idle(after: timedelta, holds: bool) -> None:
    assert session().is_over(NOW + after) is not holds


def test_use_does_not_carry_a_session_beyond_its_longest() -> None:
    used = session().used(NOW + LONGEST - timedelta(seconds=1))
    assert not used.is_over(NOW + LONGEST - timedelta(seconds=1))
    assert used.is_over(NOW + LONGEST)


def test_cookie_is_renewed_only_when_it_is_old_enough() -> None:
    assert not session().wants_renewal(NOW + RENEW - timedelta(seconds=1))
    assert session().wants_renewal(NOW + RENEW)


def test_ended_session_is_not_read_and_others_are() -> None:
    sessions = Sessions(b"secret")
    cookies = [sessions.written(session(id_), ANNA) for id_ in ("s1", "s2")]
    sessions.end(session("s1"), NOW)
    assert [sessions.read(cookie, ANNA, NOW) is None for cookie in cookies] == [True, False]


def test_form_token_is_of_one_holder_and_one_node() -> None:
    sessions = Sessions(b"secret")
    token = sessions.form_token("s1")
    assert sessions.is_form_token("s1", token)
    assert not sessions.is_form_token("s2", token)
    assert not Sessions(b"other").is_form_token("s1", token)
    assert not sessions.is_form_token("s1", "")
    assert not sessions.is_form_token("s1", "é")
