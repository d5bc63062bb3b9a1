"""Attacks on the log: forked, rolled back, with leaves missing; and co-signatures that prove something else."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import httpx
import pytest

from sepakat.exchange.verifying import verify_logs
from tests.hostile.liar import canonical, leaf_hash, root_of, sha
from tests.hostile.stage import RU, Stage


def with_news(stage: Stage, name: str = "news") -> str:
    made = stage.written("ru", name)
    stage.serve(made)
    stage.liar.statement(stage.take, [made])
    return str(made["id"])


def test_checkpoint_of_a_forked_log_is_noticed_and_nothing_more_is_read(stage: Stage) -> None:
    with_news(stage)
    stage.sync()
    forked = [*stage.liar.log[:-1], b"something else"]
    assert stage.post(stage.liar.message("checkpoint", {"note": stage.liar.note(forked)}, log=False)) == (
        422, "log-forked",
    )  # fmt: skip


def test_log_rewritten_behind_our_back_is_noticed_at_the_next_synchronisation(stage: Stage) -> None:
    with_news(stage)
    stage.sync()
    # The liar swaps a leaf that we have, and goes on as if nothing had been.
    stage.liar.log[1] = b'{"leaf":"another"}'
    id_ = with_news(stage, "after the fork")
    report = stage.sync()
    assert report.alarms
    assert stage.names(id_) == []
    assert stage.sync().alarms, "the alarm stays until people have looked"


def test_log_rolled_back_is_noticed(stage: Stage) -> None:
    """A liar that restored an old backup says something else at a place that it had filled."""
    with_news(stage)
    stage.sync()
    del stage.liar.log[-2:]
    id_ = with_news(stage, "after the rollback")
    report = stage.sync()
    assert report.alarms or report.refused_messages
    assert stage.names(id_) == []


def test_leaf_that_was_never_shown_is_noticed(stage: Stage) -> None:
    stage.liar.log.append(b'{"leaf":"hidden"}')
    id_ = with_news(stage)
    report = stage.sync()
    assert "leaves are missing or were put in" in report.alarms[0]
    assert stage.names(id_) == []


def test_message_that_was_never_logged_is_noticed(stage: Stage) -> None:
    document = stage.liar.message("checkpoint", {"note": stage.liar.note()}, log=False)
    stage.liar.sent.append(document)
    id_ = with_news(stage)
    assert stage.sync().alarms
    assert stage.names(id_) == []


def test_something_that_is_no_message_in_the_outbox_is_an_alarm_and_not_a_crash(stage: Stage) -> None:
    stage.liar.sent.append(b"{}")
    assert stage.sync().alarms
    stage.liar.sent[-1] = b"1e999"
    assert stage.sync().alarms or stage.sync().error


def test_head_that_promises_leaves_which_never_come_is_noticed(stage: Stage) -> None:
    note = stage.liar.note(size=len(stage.liar.log) + 1_000, root=b"\x00" * 32)
    stage.say("checkpoint", {"note": note})
    report = stage.sync()
    assert "shows only" in report.alarms[0]


def lie_in_statement(stage: Stage, **changes: Any) -> str:
    made = stage.written("ru", "news")
    stage.serve(made)
    stage.liar.statement(stage.take, [made], change=lambda body: body | changes)
    return str(made["id"])


def test_statement_with_a_proof_for_another_place_is_refused(stage: Stage) -> None:
    id_ = lie_in_statement(stage, index=0)
    assert "is not in the tree it names" in stage.sync().refused_messages[0]
    assert stage.names(id_) == []


def test_statement_with_a_proof_of_nonsense_is_refused(stage: Stage) -> None:
    id_ = lie_in_statement(stage, inclusion=["00" * 32] * 3)
    assert "is not in the tree it names" in stage.sync().refused_messages[0]
    assert stage.names(id_) == []


def test_statement_under_the_checkpoint_of_another_log_is_refused(stage: Stage) -> None:
    note = stage.liar.note().replace("sepakat/ru/us", "sepakat/ru/fr")
    id_ = lie_in_statement(stage, checkpoint=note)
    assert stage.sync().refused_messages
    assert stage.names(id_) == []


def test_statement_under_an_unsigned_checkpoint_is_refused(stage: Stage) -> None:
    text = stage.liar.note().partition("\n\n")[0]
    id_ = lie_in_statement(stage, checkpoint=f"{text}\n\n\u2014 ru AAAAAGFiYw==\n")
    assert stage.sync().refused_messages
    assert stage.names(id_) == []


# Our log for the liar.


def our_note(stage: Stage) -> str:
    """The head of our log for the liar, from the last statement that we sent it."""
    stage.world.take_in("us", stage.written("us", "ours"))
    stage.world.settle()
    return str(stage.node.last("release-statement")["body"]["checkpoint"])


def cosigned(stage: Stage) -> list[bool]:
    with stage.us.store.reading() as unit:
        return [one.cosigned for one in unit.logs.checkpoints(RU, mirror=False)]


def test_honest_cosignature_is_kept_and_the_log_stays_sound(stage: Stage) -> None:
    assert stage.say("checkpoint", {"note": stage.liar.cosigned(our_note(stage))}) == (200, "taken")
    assert any(cosigned(stage))
    assert all(log.report.is_sound for log in verify_logs(stage.us, RU))


def test_cosignature_over_a_head_that_we_never_had_is_refused(stage: Stage) -> None:
    note = our_note(stage)
    lines = note.split("\n")
    forged = "\n".join([lines[0], str(int(lines[1]) + 1), *lines[2:]])
    assert stage.say("checkpoint", {"note": stage.liar.cosigned(forged)})[0] == 422
    assert not any(cosigned(stage))


def test_cosignature_without_our_own_signature_is_refused(stage: Stage) -> None:
    note = our_note(stage)
    text = note.partition("\n\n")[0] + "\n"
    bare = stage.liar.cosigned(f"{text}\n")
    assert stage.say("checkpoint", {"note": bare}) == (422, "checkpoint-unsigned")
    assert not any(cosigned(stage))


def test_our_own_head_sent_back_is_no_cosignature(stage: Stage) -> None:
    assert stage.say("checkpoint", {"note": our_note(stage)}) == (422, "checkpoint-not-cosigned")


def test_receipt_for_a_leaf_that_is_not_ours_is_refused(stage: Stage) -> None:
    our_note(stage)
    body = stage.node.last("release-statement")["body"]
    receipt = {
        "collection": body["collection"],
        "agreement": "us-ru",
        "through": body["index"],
        "leaves": ["00" * 32],
        "digest": "00" * 32,
        "count": 1,
    }
    assert stage.say("receipt", receipt) == (403, "receipt-wrong")


def test_receipt_through_another_leaf_is_refused(stage: Stage) -> None:
    our_note(stage)
    body = stage.node.last("release-statement")["body"]
    receipt = {
        "collection": body["collection"],
        "agreement": "us-ru",
        "through": body["index"] + 5,
        "leaves": [leaf_hash(canonical(body["leaf"])).hex()],
        "digest": "00" * 32,
        "count": 1,
    }
    assert stage.say("receipt", receipt) == (403, "receipt-wrong")
    assert stage.say("receipt", receipt | {"through": body["index"], "count": 1_000}) == (403, "receipt-wrong")
    assert stage.say("receipt", receipt | {"through": body["index"], "agreement": "ru-us"}) == (403, "receipt-wrong")


def test_statement_that_we_sent_proves_itself_to_a_second_implementation(stage: Stage) -> None:
    """The liar checks our log by its own arithmetic: what we sign can be held against us."""
    our_note(stage)
    stage.world.take_in("us", stage.written("us", "more"))
    answer = stage.ask("GET", "/peer/v1/messages?after=0").json()["messages"]
    leaves: list[bytes] = []
    for one in answer:
        if one["kind"] == "release-statement":
            assert one["body"]["index"] == len(leaves)
            leaves.append(canonical(one["body"]["leaf"]))
            root = root_of([leaf_hash(leaf) for leaf in leaves])
            assert b64decode(one["body"]["checkpoint"].split("\n")[2]) == root
        said = {k: v for k, v in one.items() if k not in ("key", "signature")}
        leaves.append(
            canonical(
                {"leaf": "message/1", "direction": "sent", "kind": one["kind"], "message": sha(said), "at": one["at"]}
            )
        )


def test_giver_that_sends_messages_for_ever_is_cut_off(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sepakat.exchange.synchronising.MOST_PAGES", 5)
    asked = 0

    def lie(request: httpx.Request) -> httpx.Response | None:
        nonlocal asked
        if request.url.path != "/peer/v1/messages" or request.method != "GET":
            return None
        asked += 1
        document = stage.liar.message("checkpoint", {"note": stage.liar.note()})
        return httpx.Response(200, content=b'{"messages":[' + document + b"]}")

    stage.node.lie = lie
    stage.sync()
    assert asked == 5
