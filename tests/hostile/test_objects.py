"""Attacks with objects: a giver that forges, overwrites, hides, widens, or claims what is not its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import orjson
import pytest

from sepakat.exchange import agreeing
from sepakat.exchange.parties import own_card
from sepakat.exchange.synchronising import synchronise
from sepakat.stix.identifiers import StixId
from sepakat.stix.markings import TLP_2
from tests.hostile.liar import object_digest
from tests.hostile.stage import FR, US, Stage
from tests.support.agreements import agreement_text

LATER = "2030-05-01T11:00:00.000Z"


def test_forged_creator_is_kept_apart(stage: Stage) -> None:
    forged = stage.written("fr", "forged")
    report = stage.given(forged)
    assert [one.reason for one in report.refused] == ["it is by fr, whom the statement does not declare as its origin"]
    assert stage.names(forged["id"]) == []


def test_object_in_our_own_name_is_kept_apart(stage: Stage) -> None:
    forged = stage.written("us", "in our name")
    report = stage.given(forged)
    assert [one.reason for one in report.refused] == [
        "it claims this node's party as its creator, and is not held here"
    ]


@pytest.mark.parametrize("origins", [["us"], ["ru", "us"]])
def test_claim_that_something_is_ours_is_kept_apart(stage: Stage, origins: list[str]) -> None:
    made = stage.written("ru", "said to be yours")
    report = stage.given(made, origins=origins)
    assert [one.reason for one in report.refused] == [
        "it claims this node's party as its origin, and is not held here as its own"
    ]


def test_newer_version_of_our_own_object_is_kept_apart(stage: Stage) -> None:
    ours = stage.written("us", "ours")
    stage.world.take_in("us", ours)
    report = stage.given(ours | {"modified": LATER, "name": "twisted"}, origins=["us"])
    assert len(report.refused) == 1
    assert stage.names(ours["id"]) == ["ours"]


def test_receipt_does_not_tell_what_we_hold_from_elsewhere(stage: Stage) -> None:
    """The liar gives a version of something that it guesses that we hold, and looks at what we acknowledge."""
    held, not_held = stage.written("ru", "held", created_by_ref=None), stage.written("ru", "not", created_by_ref=None)
    for made in (held, not_held):
        del made["created_by_ref"]
    stage.world.take_in("us", held)
    report = stage.given(held | {"modified": LATER, "name": "twisted"}, not_held)
    assert [one.object_id for one in report.refused] == [held["id"]]
    assert stage.node.last("receipt")["body"]["count"] == 2


def of_fr(stage: Stage) -> dict[str, Any]:
    """An object that `fr` gave us."""
    stage.world.conclude(agreement_text("fr-us", "fr", ("us",)), "fr", "us")
    made = stage.written("fr", "from fr")
    stage.world.take_in("fr", made)
    assert synchronise(stage.us, FR).error is None
    assert stage.names(made["id"]) == ["from fr"]
    return made


@pytest.mark.parametrize("origins", [["ru"], ["fr"], ["fr", "ru"]])
def test_newer_version_of_another_partys_object_is_kept_apart(stage: Stage, origins: list[str]) -> None:
    theirs = of_fr(stage)
    report = stage.given(theirs | {"modified": LATER, "name": "twisted"}, origins=origins)
    assert len(report.refused) == 1
    assert stage.names(theirs["id"]) == ["from fr"]


def test_same_version_with_other_bytes_is_kept_apart(stage: Stage) -> None:
    theirs = of_fr(stage)
    report = stage.given(theirs | {"name": "twisted"}, origins=["fr"])
    assert [one.reason for one in report.refused] == ["it is held with other content under this version"]
    assert stage.names(theirs["id"]) == ["from fr"]


def test_liars_own_version_cannot_change_its_bytes_later(stage: Stage) -> None:
    made = stage.written("ru", "first")
    stage.given(made)
    report = stage.given(made | {"name": "second"})
    assert "first" in stage.names(made["id"])
    assert "second" not in stage.names(made["id"])
    assert report.refused


def test_forgery_that_came_first_gives_way_to_what_the_creator_itself_gives(stage: Stage) -> None:
    """Else a liar that learned an id could keep its creator's object away from us for ever."""
    made = stage.written("fr", "from fr")
    stage.given(made | {"name": "twisted"}, origins=["fr"])
    assert stage.names(made["id"]) == ["twisted"]
    of_fr(stage)
    assert stage.names(made["id"]) == ["from fr"]
    assert "its creator fr gave us other content under this version" in stage.reasons()


def test_object_taken_over_by_changing_its_creator_is_kept_apart(stage: Stage) -> None:
    theirs = of_fr(stage)
    report = stage.given(theirs | {"modified": LATER, "created_by_ref": stage.liar.identity, "name": "mine now"})
    assert [one.reason for one in report.refused] == ["it is held as an object of another creator"]


def test_other_identity_for_a_known_party_is_kept_apart(stage: Stage) -> None:
    identity = _identity(stage, "fr") | {"name": "FR, but worse", "modified": "2030-05-01T12:00:01.000Z"}
    report = stage.given(identity)
    assert "the identity of fr with other content" in report.refused[0].reason


def _identity(stage: Stage, party: str) -> dict[str, Any]:
    return dict(own_card(stage.world[party])["identity"])


def test_standard_marking_with_other_content_is_not_taken(stage: Stage) -> None:
    with stage.us.store.reading() as unit:
        before = unit.objects.get(TLP_2["red"].id)
    red = dict(TLP_2["red"].content) | {"name": "TLP:CLEAR"}
    stage.given(red)
    with stage.us.store.reading() as unit:
        assert unit.objects.get(TLP_2["red"].id) == before


@pytest.mark.parametrize("name", ["x_sepakat_internal_hold", "x_sepakat_origin", "_sepakat", "sepakat_received_terms"])
def test_internal_looking_property_sets_nothing_of_ours(stage: Stage, name: str) -> None:
    made = stage.written("ru", "with more") | {name: {"recalled": False, "origins": ["us"]}}
    stage.given(made)
    with stage.us.store.reading() as unit:
        for version in unit.objects.get(StixId(made["id"])):
            assert version.origins == {"ru"}
            assert {terms.sender for terms in version.received} == {"ru"}
        assert unit.policies.get(StixId(made["id"])) is None


def test_release_statement_for_other_bytes_brings_nothing(stage: Stage) -> None:
    stated, served = stage.written("ru", "stated"), stage.written("ru", "stated") | {"name": "served"}
    stage.liar.statement(stage.take, [stated])
    stage.serve(served)
    report = stage.sync()
    assert [one.reason for one in report.refused] == ["its content is not what ru signed in the release statement"]


def test_object_that_no_statement_names_is_kept_apart(stage: Stage) -> None:
    stage.liar.statement(stage.take, [stage.written("ru", "stated")])
    stage.serve(stage.written("ru", "slipped in"))
    assert [one.reason for one in stage.sync().refused] == ["no release statement of ru names it"]


def test_statement_that_opens_its_leaf_to_other_digests_is_refused(stage: Stage) -> None:
    made = stage.written("ru", "one")

    def lie(body: dict[str, Any]) -> dict[str, Any]:
        body["objects"][0]["digest"] = object_digest(made | {"name": "two"})
        return body

    stage.liar.statement(stage.take, [made], change=lie)
    stage.serve(made | {"name": "two"})
    report = stage.sync()
    assert "its leaf does not commit to what it says" in report.refused_messages[0]
    assert stage.names(made["id"]) == []


@pytest.mark.parametrize(
    ("lies", "reason"),
    [
        ({"taker": "fr"}, "not of the sender's log for us"),
        ({"log": "sepakat/ru/fr"}, "not of the sender's log for us"),
        ({"agreement_hash": "0" * 64}, "its version of agreement ru-us is not known"),
        ({"collection": "another-collection"}, "its leaf is of another collection"),
    ],
    ids=["for another taker", "of another log", "unknown hash", "another collection"],
)
def test_statement_about_something_else_is_refused(stage: Stage, lies: dict[str, Any], reason: str) -> None:
    made = stage.written("ru", "one")
    collection = lies.pop("collection", None)
    if collection:

        def lie(body: dict[str, Any]) -> dict[str, Any]:
            return body | {"collection": collection}

        stage.liar.statement(stage.take, [made], change=lie)
    else:
        stage.liar.statement(stage.take, [made], **lies)
    stage.serve(made)
    report = stage.sync()
    assert reason in report.refused_messages[0]
    assert stage.names(made["id"]) == []


def test_statement_under_an_agreement_of_the_other_direction_is_refused(stage: Stage) -> None:
    made = stage.written("ru", "one")
    stage.liar.statement(stage.give, [made])
    stage.serve(made)
    assert "is no agreement by which ru gives us" in stage.sync().refused_messages[0]
    assert stage.names(made["id"]) == []


def test_nothing_is_taken_under_an_agreement_that_we_suspended(stage: Stage) -> None:
    agreeing.suspend(stage.us, "ru-us", "trust lost")
    report = stage.given(stage.written("ru", "late"))
    assert [one.reason for one in report.refused] == ["agreement ru-us of ru is not in force"]


def test_object_dressed_as_a_tombstone_does_not_get_in_after_a_suspension(stage: Stage) -> None:
    agreeing.suspend(stage.us, "ru-us", "trust lost")
    made = stage.written("ru", "not revoked at all")
    stage.liar.statement(stage.take, [], tombstones=[made])
    stage.serve(made)
    assert [one.reason for one in stage.sync().refused] == ["it stands in the statement as a revocation and is none"]


def test_tombstone_for_another_partys_object_is_kept_apart(stage: Stage) -> None:
    theirs = of_fr(stage)
    buried = theirs | {"modified": LATER, "revoked": True}
    stage.liar.statement(stage.take, [], tombstones=[buried])
    stage.serve(buried)
    assert len(stage.sync().refused) == 1
    assert stage.names(theirs["id"]) == ["from fr"]


def served_as(raw: Callable[[dict[str, Any]], bytes]) -> Callable[[Stage], Any]:
    def play(stage: Stage) -> Any:
        made = stage.written("ru", "odd")
        stage.liar.statement(stage.take, [made])
        stage.node.objects.append(raw(made))
        return stage.sync()

    return play


@pytest.mark.parametrize(
    "play",
    [
        served_as(lambda o: orjson.dumps(o | {"id": "../../../etc/passwd"})),
        served_as(lambda o: orjson.dumps(o | {"id": "campaign--../../x"})),
        served_as(lambda o: orjson.dumps(o | {"id": o["id"] + "'; drop table objects; --"})),
        served_as(lambda o: orjson.dumps(o | {"id": ["a", "list"]})),
        served_as(lambda o: b'{"a":' * 3_000 + b"1" + b"}" * 3_000),
        served_as(lambda o: orjson.dumps(o)[:-1] + b',"name":"twice"}'),
        served_as(lambda o: orjson.dumps(o)[:-1] + b',"x":1e999}'),
        served_as(lambda o: orjson.dumps(o)[:-1] + b',"x":"\\ud800"}'),
        served_as(lambda o: orjson.dumps(o | {"description": "x" * 9_000_000})),
        served_as(lambda o: b'"just text"'),
        served_as(lambda o: b"null"),
        served_as(lambda o: orjson.dumps({k: v for k, v in o.items() if k != "created"})),
    ],
    ids=[
        "a path as id", "a path in an id", "SQL in an id", "a list as id", "nesting", "a key twice", "no number",
        "half a surrogate", "nine megabytes", "text", "null", "not STIX",
    ],
)  # fmt: skip
def test_odd_object_is_kept_apart_and_harms_nothing(stage: Stage, play: Callable[[Stage], Any]) -> None:
    with stage.us.store.reading() as unit:
        before = unit.objects.count()
    report = play(stage)
    assert report.error is None or "not an envelope of TAXII" in report.error
    with stage.us.store.reading() as unit:
        assert unit.objects.count() == before
    stage.node.objects.clear()
    assert stage.given(stage.written("ru", "plain")).taken == 1


def test_object_dated_far_ahead_is_not_taken(stage: Stage) -> None:
    made = stage.written("ru", "from the future", modified="2031-05-01T10:00:00.000Z")
    stage.liar.statement(stage.take, [made])
    stage.serve(made)
    assert "ahead of our clock" in str(stage.sync().error)
    assert stage.names(made["id"]) == []


def test_page_cut_short_loses_nothing_in_the_end(stage: Stage) -> None:
    one, two = stage.written("ru", "one"), stage.written("ru", "two")
    stage.liar.statement(stage.take, [one, two])
    stage.serve(one)
    stage.sync()
    receipt = stage.node.last("receipt")["body"]
    assert receipt["count"] == 1
    stage.serve(two)
    stage.sync()
    assert stage.names(two["id"]) == ["two"]


def test_page_that_says_more_for_ever_ends(stage: Stage) -> None:
    made = stage.written("ru", "one")
    stage.liar.statement(stage.take, [made])
    count = 0

    def lie(request: httpx.Request) -> httpx.Response | None:
        nonlocal count
        if not request.url.path.endswith("/objects/"):
            return None
        count += 1
        return httpx.Response(200, json={"more": True, "next": "always-the-same", "objects": [made]})

    stage.node.lie = lie
    assert stage.sync().error == "page of ru refused: it says more and leads nowhere"
    assert count == 2


def test_page_with_more_objects_than_were_asked_for_is_refused(stage: Stage) -> None:
    stage.liar.statement(stage.take, [stage.written("ru", "one")])
    stage.serve(*(stage.written("ru", f"flood {n}") for n in range(501)))
    report = stage.sync()
    assert report.error == "page of ru refused: it has 501 objects, 500 were asked for"
    assert stage.reasons() == []


def test_refused_flood_is_counted_and_not_all_kept(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sepakat.exchange.synchronising.MOST_KEPT_APART", 10)
    stage.liar.statement(stage.take, [stage.written("ru", "one")])
    stage.serve(*(stage.written("ru", f"flood {n}") for n in range(30)))
    assert len(stage.sync().refused) == 30
    assert len(stage.reasons()) == 10


def test_collection_that_no_statement_names_is_not_read(stage: Stage) -> None:
    stage.node.collection = "another"
    stage.liar.statement(stage.take, [stage.written("ru", "one")])
    stage.serve(stage.written("ru", "one"))
    assert stage.sync().taken == 0
    assert not [one for one in stage.node.asked if one.url.path.endswith("/objects/")]


def test_what_is_refused_is_reported_and_kept_with_its_bytes(stage: Stage) -> None:
    forged = stage.written("fr", "forged")
    stage.given(forged)
    with stage.us.store.reading() as unit:
        (kept,) = unit.intakes.quarantined()
    assert (kept.sender, kept.object_id) == ("ru", forged["id"])
    assert json.loads(kept.raw) == forged
    assert str(US) not in kept.reason
