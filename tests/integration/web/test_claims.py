"""What a person does with claims and questions on the pages: link, claim, rate, judge, assign, settle."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from sepakat.claims.claim import Claim
from sepakat.exchange import marking
from sepakat.exchange.asking import ask_question, show_question
from sepakat.exchange.claiming import ClaimQuery, Draft, list_claims, make_claim
from sepakat.exchange.ports import Node
from sepakat.stix.identifiers import StixId
from sepakat.stix.markings import TLP_2
from tests.integration.web.browser import Browser, section, text_of
from tests.integration.web.conftest import add_everybody, signed_in
from tests.integration.web.objects import CUT, GROUP, SECRET
from tests.support.agreements import agreement_text
from tests.support.simulator import simulation

KEY = "attack/hotel:2014-11"


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Node]:
    """A node that holds a group and a campaign, and asks a question with two hypotheses and one report."""
    with simulation(tmp_path, "us") as world:
        node = world["us"]
        add_everybody(node)
        world.take_in(
            "us",
            world.written_by("us", GROUP, "green", name="Black Banner Group"),
            world.written_by("us", CUT, "green", name="Autumn raids"),
        )
        ask_question(node, KEY, Draft(Claim("question"), "Who attacked the hotel?"), "anna")
        for kind, words in (
            ("hypothesis", "The group did it"),
            ("hypothesis", "It was an accident"),
            ("report", "Three men fled"),
        ):
            make_claim(node, Draft(Claim(kind, question=KEY), words, about=(GROUP,)), "anna")
        yield node


@pytest.fixture
def analyst(held: Node) -> Browser:
    return signed_in(held, "analyst")


def named(node: Node) -> dict[str, StixId]:
    """Claims by what they say."""
    return {one.statement: one.id for one in list_claims(node, ClaimQuery())}


def send(person: Browser, path: str, **form: str) -> httpx.Response:
    return person.client.post(path, data={"token": person.token("/sessions"), **form})


def test_claim_made_on_an_object_stands_on_its_page_with_number_rating_and_question(
    held: Node, analyst: Browser
) -> None:
    made = send(
        analyst,
        f"/objects/{GROUP}/claim",
        kind="estimate",
        text="The ministry counts fighters",
        question=KEY,
        qualifier="between",
        number="20",
        number_to="31500",
        unit="persons",
        reliability="admiralty:B",
        information="admiralty:2",
        likelihood="icd-203:likely",
        marking="TLP:GREEN",
    )
    assert made.headers["location"] == f"/objects/{GROUP}?said=claimed"
    words = text_of(section(analyst.get(f"/objects/{GROUP}").text, "claims"))
    assert "The ministry counts fighters" in words
    assert "between 20 and 31,500 persons" in words
    assert "Admiralty B2" in words
    [claim] = list_claims(held, ClaimQuery(kind="estimate"))
    assert claim.claim.made_by is not None
    assert claim.claim.made_by.name == "analyst"
    with held.store.reading() as unit:
        content = unit.objects.get(claim.id)[-1].object.content
    assert content["object_marking_refs"] == [TLP_2["green"].id]
    assert GROUP in content["object_refs"]


def test_claim_without_a_marking_reaches_no_partner(tmp_path: Path) -> None:
    with simulation(tmp_path, "us", "ru") as world:
        add_everybody(world["us"])
        world.introduce(("us", "ru"))
        world.conclude(agreement_text(), "us", "ru")
        world.take_in("us", world.written_by("us", GROUP, "green", name="Black Banner Group"))
        person = signed_in(world["us"], "analyst")
        for words, level in (("for us alone", ""), ("for them too", "TLP:GREEN")):
            made = send(person, f"/objects/{GROUP}/claim", kind="report", text=words, marking=level)
            assert made.status_code == 303
        left = section(person.get("/parties/ru/sees").text, "left")
        assert "Black Banner Group" in left
        assert "for us alone" not in left
        assert "for them too" in left


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "rumour"},
        {"text": ""},
        {"question": "Not A Key"},
        {"qualifier": "about", "number": "many", "unit": "persons"},
        {"qualifier": "about", "number": "nan", "unit": "persons"},
        {"qualifier": "about", "number": "9" * 400, "unit": "persons"},
        {"qualifier": "about", "number": "", "unit": "persons"},
        {"qualifier": "roughly", "number": "5", "unit": "persons"},
        {"qualifier": "between", "number": "9", "number_to": "3", "unit": "persons"},
        {"qualifier": "about", "number": "5", "unit": ""},
        {"reliability": "admiralty:Z"},
        {"reliability": "nato:A"},
        {"information": "admiralty:9"},
        {"information": "admiralty:x"},
        {"information": "admiralty:"},
        {"reliability": "admiralty:A", "information": "europol-4x4:1"},
        {"likelihood": "icd-203:surely"},
        {"likelihood": "x"},
        {"role": "quotes", "basis": "nonsense"},
        {"role": "because", "basis": GROUP},
        {"speaker": "nobody"},
        {"marking": "TLP:PINK"},
    ],
)
def test_claim_that_is_none_is_refused_in_words_and_nothing_is_kept(
    held: Node, analyst: Browser, wrong: dict[str, str]
) -> None:
    before = named(held)
    answer = send(analyst, f"/objects/{GROUP}/claim", **{"kind": "report", "text": "It is so", **wrong})
    assert answer.status_code in (400, 404), text_of(answer.text)
    assert named(held) == before


def test_objects_are_linked_in_either_direction(held: Node, analyst: Browser) -> None:
    sent = {
        "kind": "attributed-to",
        "other": CUT,
        "way": "in",
        "description": "by its own word",
        "marking": "TLP:GREEN",
    }
    assert send(analyst, f"/objects/{GROUP}/relate", **sent).headers["location"] == f"/objects/{GROUP}?said=related"
    assert send(analyst, f"/objects/{GROUP}/relate", kind="uses", other=CUT).status_code == 303
    words = analyst.text(f"/objects/{GROUP}")
    assert re.search(r"← attributed-to .*Autumn raids", words)
    assert re.search(r"→ uses", words)
    with held.store.reading() as unit:
        links = [one.object.content for one in unit.objects.page(type_="relationship")]
    marked = [one for one in links if "object_marking_refs" in one]
    assert [(one["source_ref"], one["target_ref"], one["description"]) for one in marked] == [
        (CUT, GROUP, "by its own word")
    ]


@pytest.mark.parametrize(
    "wrong",
    [{"other": GROUP}, {"other": SECRET}, {"other": "nonsense"}, {"other": ""}, {"kind": "Is Part Of"}, {"kind": ""}],
)
def test_link_that_is_none_is_refused(held: Node, analyst: Browser, wrong: dict[str, str]) -> None:
    answer = send(analyst, f"/objects/{GROUP}/relate", **{"kind": "uses", "other": CUT, **wrong})
    assert answer.status_code in (400, 404), text_of(answer.text)
    with held.store.reading() as unit:
        assert unit.objects.page(type_="relationship") == []


def test_rating_is_an_opinion_and_leaves_the_claim_as_it_is(held: Node, analyst: Browser) -> None:
    about = named(held)["Three men fled"]
    before = list_claims(held, ClaimQuery())
    rated = {"opinion": "disagree", "reliability": "admiralty:C", "information": "admiralty:4", "reason": "too dark"}
    answer = send(analyst, f"/objects/{about}/rate", question=KEY, **rated)
    assert answer.headers["location"] == f"/questions/{quote(KEY)}?said=rated"
    words = analyst.text(f"/questions/{KEY}")
    assert "us: disagree" in words
    assert "Rated Admiralty C4" in words
    assert "too dark" in analyst.text(f"/objects/{about}")
    assert list_claims(held, ClaimQuery()) == before
    assert (
        send(analyst, f"/objects/{about}/rate", opinion="agree").headers["location"] == f"/objects/{about}?said=rated"
    )
    four = {"opinion": "agree", "reliability": "europol-4x4:A", "information": "europol-4x4:1"}
    assert send(analyst, f"/objects/{about}/rate", **four).status_code == 303
    assert "Rated Europol 4x4 A1" in analyst.text(f"/objects/{about}")


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"opinion": "perhaps"}, 400),
        ({"reliability": "admiralty:Z"}, 400),
        ({"information": "europol-4x4:6"}, 400),
        ({"reliability": "foo:A"}, 400),
        ({"information": "admiralty:1"}, 403),
    ],
)
def test_rating_that_is_none_or_claims_to_be_confirmed_is_refused(
    held: Node, analyst: Browser, wrong: dict[str, str], status: int
) -> None:
    about = named(held)["Three men fled"]
    assert send(analyst, f"/objects/{about}/rate", **{"opinion": "agree", **wrong}).status_code == status
    assert send(analyst, f"/objects/{GROUP}/rate", opinion="agree").status_code == 404
    assert show_question(held, KEY).account.opinions == ()


def test_cell_of_the_matrix_is_judged_under_the_name_of_who_judges(held: Node, analyst: Browser) -> None:
    claims = named(held)
    cell = {"question": KEY, "hypothesis": claims["It was an accident"], "evidence": claims["Three men fled"]}
    judged = send(analyst, "/questions/-/judge", verdict="inconsistent", reason="nobody flees an accident", **cell)
    assert judged.headers["location"] == f"/questions/{quote(KEY)}?said=judged"
    words = text_of(section(analyst.get(f"/questions/{KEY}").text, "matrix"))
    assert "analyst: inconsistent (nobody flees an accident)" in words
    assert "speaks against: It was an accident" in words or "speak against: It was an accident" in words
    send(signed_in(held, "releaser"), "/questions/-/judge", verdict="consistent", **cell)
    words = text_of(section(analyst.get(f"/questions/{KEY}").text, "matrix"))
    assert "judged differently" in words
    for wrong in ({"verdict": "sure"}, {"verdict": "neutral", "hypothesis": claims["Three men fled"]}):
        assert send(analyst, "/questions/-/judge", **{**cell, **wrong}).status_code == 400
    assert send(analyst, "/questions/-/judge", verdict="neutral", **{**cell, "question": "no/such"}).status_code == 404


def test_question_is_asked_and_a_claim_assigned_that_did_not_name_it(held: Node, analyst: Browser) -> None:
    asked = send(analyst, "/questions/-/ask", text="How many fled?", subject="Men who fled", predicate="Number")
    assert asked.headers["location"] == "/questions/number/men-who-fled?said=question-asked"
    assert "Nobody has answered it yet" in analyst.text("/questions/number/men-who-fled")
    claim = named(held)["Three men fled"]
    form = {"question": "number/men-who-fled", "claims": claim}
    assert send(analyst, "/questions/-/assign", **form).status_code == 303
    assert "Three men fled" in analyst.text("/questions/number/men-who-fled")
    assert "Three men fled" in analyst.text(f"/questions/{KEY}")
    for wrong in ({"claims": GROUP}, {"claims": "nonsense"}, {"question": "no/such"}):
        assert send(analyst, "/questions/-/assign", **{**form, **wrong}).status_code == 404
    assert send(analyst, "/questions/-/ask", text="x", subject="!", predicate="y").status_code == 400
    again = send(analyst, "/questions/-/ask", text="x", subject="Men who fled", predicate="Number")
    assert again.status_code == 403


def test_question_is_settled_by_a_party_and_every_claim_stays(held: Node, analyst: Browser) -> None:
    claim = named(held)["Three men fled"]
    before = {one.id for one in show_question(held, KEY).account.claims}
    settled = send(
        analyst, "/questions/-/settle", question=KEY, reason="The cameras show it", **{f"rests-on-{claim}": "1"}
    )
    assert settled.headers["location"] == f"/questions/{quote(KEY)}?said=settled"
    html = analyst.get(f"/questions/{KEY}").text
    assert "settled for us" in text_of(html)
    assert "us" in text_of(section(html, "settled"))
    assert "The cameras show it" in text_of(section(html, "settled"))
    assert {one.id for one in show_question(held, KEY).account.claims} == before
    assert "winner" not in text_of(html).lower()
    assert send(analyst, "/questions/-/reopen", question=KEY, reason="They were forged").status_code == 303
    assert show_question(held, KEY).account.settlements == ()
    assert send(analyst, "/questions/-/reopen", question=KEY, reason="again").status_code == 404


def test_own_claim_is_withdrawn_and_stays_readable(held: Node, analyst: Browser) -> None:
    claim = named(held)["Three men fled"]
    assert send(analyst, f"/objects/{claim}/withdraw-claim", reason="it was another road").status_code == 303
    words = analyst.text(f"/objects/{claim}")
    assert "Three men fled" in words
    assert "withdrawn" in words
    assert "Withdraw this claim" not in words
    assert send(analyst, f"/objects/{claim}/withdraw-claim", reason="x").status_code == 403


def test_overseer_and_administrator_read_questions_and_find_nothing_to_press(held: Node) -> None:
    for name in ("overseer", "administrator"):
        person = signed_in(held, name)
        for path in ("/questions", f"/questions/{KEY}", f"/objects/{GROUP}"):
            html = person.get(path).text.partition("<main")[2]
            assert "<form" not in re.sub(r'<form method="get"', "", html), path


def test_claim_with_personal_data_shows_what_it_says_only_after_a_purpose(held: Node, analyst: Browser) -> None:
    claim = named(held)["Three men fled"]
    marking.annotate(held, claim, person_category="suspect")
    for path in (f"/objects/{GROUP}", f"/questions/{KEY}"):
        assert "Three men fled" not in analyst.get(path).text, path
        assert "personal data" in analyst.text(path)
    send(analyst, f"/objects/{claim}/consult", purpose="case 12")
    for path in (f"/objects/{GROUP}", f"/questions/{KEY}"):
        assert "Three men fled" in analyst.text(path), path


def test_contested_filter_finds_the_claims_and_what_they_are_about(held: Node, analyst: Browser) -> None:
    send(analyst, f"/objects/{CUT}/claim", kind="report", text="Nothing to do with it")
    for query in ("state=contested", "state=contested&words="):
        html = analyst.get(f"/objects?{query}").text.partition("<tbody")[2]
        assert "Three men fled" in html
        assert "Black Banner Group" in html
        assert "Nothing to do with it" not in html
        assert "Autumn raids" not in html
    marking.annotate(held, GROUP, topics=["terrorism/banner"])
    html = analyst.get("/objects?state=contested&topic=terrorism").text.partition("<tbody")[2]
    assert "Black Banner Group" in html
    assert "Three men fled" not in html
    ids = {one["id"] for one in analyst.get("/objects-bundle?state=contested").json()["objects"]}
    assert ids == {
        GROUP,
        *(named(held)[words] for words in ("Three men fled", "The group did it", "It was an accident")),
    }
