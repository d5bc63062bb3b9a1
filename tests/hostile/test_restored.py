"""Attacks on a node that was restored from a backup: whatever it is given back, it neither takes it nor goes on."""

from __future__ import annotations

import httpx
import pytest

from sepakat.errors import StoreError
from sepakat.exchange.resuming import Asked, resume
from sepakat.transparency.merkle import Frontier
from tests.hostile.stage import RU, Stage

EMPTY = Frontier().root().hex().encode()


def asked(stage: Stage, content: bytes) -> Asked:
    """What asking the liar came to when it gives this back; held all the same, and nothing was appended."""
    with stage.us.store.writing() as unit:
        unit.logs.hold_back(stage.world.clock.now())
        had = unit.logs.leaves(RU, mirror=False)
    stage.node.lie = lambda request: (
        httpx.Response(200, content=content) if request.url.path == "/peer/v1/mirror" else None
    )
    found = resume(stage.us)
    with stage.us.store.reading() as unit:
        assert unit.logs.leaves(RU, mirror=False) == had
        assert unit.logs.held_back() is not None
    assert not found.goes_on
    with pytest.raises(StoreError, match="backup of"):
        stage.world.take_in("us", stage.written("us", "more"))
    return next(one for one in found.asked if one.party == RU)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"\xff",
        b"{" * 100_000,
        b'{"size":-1,"root":"%b","leaves":[],"beside":[]}' % EMPTY,
        b'{"size":1e400,"root":"%b","leaves":[],"beside":[]}' % EMPTY,
        b'{"size":0,"root":"zz","leaves":[],"beside":[]}',
        b'{"size":0,"root":"%b","leaves":[1],"beside":[]}' % EMPTY,
        b'{"size":0,"root":"%b","leaves":[{}],"beside":[]}' % EMPTY,
        b'{"size":0,"root":"%b","leaves":[]}' % EMPTY,
    ],
)
def test_what_is_no_mirror_of_a_log_is_not_read(stage: Stage, content: bytes) -> None:
    assert "not a mirror of a log" in str(asked(stage, content).error)


@pytest.mark.parametrize(
    "content",
    [
        b'{"size":%d,"root":"%b","leaves":[],"beside":[]}' % (10**18, EMPTY),
        b'{"size":0,"root":"%b","leaves":[{"leaf":null}],"beside":[]}' % EMPTY,
        b'{"size":0,"root":"%b","leaves":[{"leaf":{"leaf":"message/1"}}],"beside":[]}' % EMPTY,
        b'{"size":0,"root":"","leaves":[],"beside":[]}',
        b'{"size":0,"root":"%b","leaves":[],"beside":[null]}' % EMPTY,
        b'{"size":0,"root":"%b","leaves":[],"beside":[{"kind":"recall"}]}' % EMPTY,
        b'{"size":0,"root":"%b","leaves":[],"beside":[%b]}' % (EMPTY, b"[" * 200 + b"]" * 200),
    ],
)
def test_what_is_not_our_log_is_not_taken(stage: Stage, content: bytes) -> None:
    assert "as ru gives it back is not taken" in str(asked(stage, content).fault)


def test_the_liars_own_messages_are_not_taken_for_ours(stage: Stage) -> None:
    document = stage.liar.message("checkpoint", {"note": stage.liar.note()})
    content = b'{"size":0,"root":"%b","leaves":[],"beside":[%b]}' % (EMPTY, document)
    assert "not signed by a key of ours" in str(asked(stage, content).fault)


def test_a_message_of_ours_that_is_given_back_for_ever_is_read_once(stage: Stage) -> None:
    document = stage.ask("GET", "/peer/v1/messages?after=0").content[len(b'{"messages":[') : -len(b"]}")]
    first = document[: document.index(b'},{"at"') + 1] if b'},{"at"' in document else document
    content = b'{"size":0,"root":"%b","leaves":[],"beside":[%b]}' % (EMPTY, first)
    assert "given back twice" in str(asked(stage, content).fault)


def test_a_partner_that_talks_for_ever_is_cut_off(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sepakat.exchange.resuming.MOST_PAGES", 5)
    document = stage.liar.message("checkpoint", {"note": stage.liar.note()})
    with stage.us.store.writing() as unit:
        unit.logs.hold_back(stage.world.clock.now())
    stage.node.lie = lambda _: httpx.Response(200, content=b'{"messages":[' + document + b"]}")
    found = next(one for one in resume(stage.us).asked if one.party == RU)
    assert "without an end" in str(found.error)
