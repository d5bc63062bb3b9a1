"""Running the node on the pages: the signing key, how long what is kept, what was erased."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sepakat.composition import application, close_node, create_node
from sepakat.exchange.erasing import erase
from sepakat.exchange.parties import fingerprint_of, own_card
from sepakat.exchange.ports import Node
from sepakat.exchange.retaining import list_rules, run_retention
from sepakat.stix.identifiers import PartyId
from tests.integration.web.browser import Browser, another, section, text_of
from tests.integration.web.conftest import add_everybody, signed_in, two_nodes
from tests.integration.web.objects import CUT, GROUP
from tests.support.simulator import Simulation, simulation


def send(person: Browser, path: str, **form: str) -> httpx.Response:
    return person.client.post(path, data={"token": person.token("/sessions"), **form})


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Node]:
    """A node with its keys in a folder."""
    node = create_node(tmp_path / "us", PartyId("us"), "United States", "US", None)
    add_everybody(node)
    yield node
    close_node(node)


@pytest.fixture
def boss(kept: Node) -> Browser:
    """Its administrator."""
    made = another(application(kept))
    assert made.sign_in("administrator").status_code == 303
    return made


def test_administrator_changes_the_signing_key_beside_the_serving(kept: Node, boss: Browser) -> None:
    before, card = kept.signer.public_key, fingerprint_of(own_card(kept))
    assert card in boss.text("/administration")
    changed = send(boss, "/administration/key-change", confirm="us")
    assert changed.headers["location"] == "/administration?said=key-changed"
    assert kept.signer.public_key != before
    words = boss.text("/administration")
    assert fingerprint_of(own_card(kept)) in words
    assert card not in words
    assert kept.signer.public_key in words


def test_key_that_was_stolen_ends_at_the_instant_that_is_named(kept: Node, boss: Browser) -> None:
    for wrong in ("yesterday", "2001-01-01T00:00"):
        assert send(boss, "/administration/key-change", confirm="us", stolen_since=wrong).status_code == 400
    assert [entry["until"] for entry in own_card(kept)["keys"]] == [None]
    since = kept.clock.now().replace(tzinfo=None).isoformat(timespec="milliseconds")
    assert send(boss, "/administration/key-change", confirm="us", stolen_since=since).status_code == 303
    ended = [entry["until"] for entry in own_card(kept)["keys"] if entry["until"] is not None]
    assert [one[:23] for one in ended] == [since]


@pytest.mark.parametrize("confirm", ["", "ru", "US"])
def test_key_is_not_changed_without_the_confirmation(kept: Node, boss: Browser, confirm: str) -> None:
    before = kept.signer.public_key
    assert send(boss, "/administration/key-change", confirm=confirm).status_code == 400
    assert kept.signer.public_key == before


def test_key_that_is_in_no_folder_of_the_node_is_not_changed_on_the_pages(node: Node) -> None:
    answer = send(signed_in(node, "administrator"), "/administration/key-change", confirm="us")
    assert answer.status_code == 403
    assert "in no folder" in text_of(answer.text)


def test_user_of_a_role_that_there_is_not_is_refused(node: Node) -> None:
    boss = signed_in(node, "administrator")
    assert send(boss, "/administration/user-add", name="berta", role="emperor").status_code == 400
    with node.store.reading() as unit:
        assert "berta" not in {user.name for user in unit.people.users()}


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Simulation]:
    """A node that has held two objects for two years."""
    with simulation(tmp_path, "us") as made:
        add_everybody(made["us"])
        made.take_in(
            "us",
            made.written_by("us", GROUP, "green", name="Black Banner Group"),
            made.written_by("us", CUT, "green", name="Autumn raids"),
        )
        made.clock.advance(days=730)
        yield made


def test_rule_is_set_shown_with_what_is_due_and_removed(old: Simulation) -> None:
    boss, overseer = signed_in(old["us"], "administrator"), signed_in(old["us"], "overseer")
    assert "everything is kept" in overseer.text("/administration/retention")
    set_ = send(boss, "/administration/retention/set", type="campaign", period="P1Y")
    assert set_.headers["location"] == "/administration/retention?said=rule-set"
    html = overseer.get("/administration/retention").text
    assert "campaign 1 year our rule by administrator" in text_of(section(html, "rules"))
    assert "1 object" in text_of(section(html, "due"))
    assert f'href="/objects/{CUT}"' in section(html, "due")
    assert GROUP not in html
    assert "<form" not in section(html, "rules")
    assert send(boss, "/administration/retention/unset", type="campaign").status_code == 303
    assert list_rules(old["us"]).by_type == ()


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        ("set", {"type": "Campaign!", "period": "P1Y"}, 400),
        ("set", {"type": "campaign", "period": "soon"}, 400),
        ("set", {"type": "campaign", "period": "P0D"}, 400),
        ("set", {"type": "campaign", "period": ""}, 400),
        ("unset", {"type": "campaign"}, 404),
    ],
)
def test_rule_that_is_none_is_refused(old: Simulation, path: str, form: dict[str, str], status: int) -> None:
    boss = signed_in(old["us"], "administrator")
    assert send(boss, f"/administration/retention/{path}", **form).status_code == status
    assert list_rules(old["us"]).by_type == ()


def test_what_was_erased_is_shown_by_its_proof_and_never_by_its_name(old: Simulation) -> None:
    boss = signed_in(old["us"], "administrator")
    send(boss, "/administration/retention/set", type="campaign", period="P1Y")
    run_retention(old["us"])
    erase(old["us"], "Black Banner Group", by="anna", reason="request 2026-17")
    html = boss.get("/administration/retention").text
    words = text_of(section(html, "erased"))
    assert "at a request request 2026-17 by anna" in words
    assert "over its time" in words
    assert "Black Banner" not in html
    assert "Autumn raids" not in html
    assert "Nothing is over its time" in text_of(html)
    assert signed_in(old["us"], "analyst").get("/administration/retention").status_code == 403


@pytest.mark.parametrize("is_received", [False, True])
def test_every_page_opens_after_an_erasure_and_says_nothing_of_what_is_gone(tmp_path: Path, is_received: bool) -> None:
    with two_nodes(tmp_path, "green") as made:
        made.settle()
        here, other = ("ru", "us") if is_received else ("us", "ru")
        erase(made[here], "Black Banner Group", by="anna", reason="request 2026-17")
        person = signed_in(made[here], "overseer")
        for path in (
            "/", "/objects", "/decisions", "/recalls", "/log", f"/log/{other}", "/administration", "/parties",
            f"/parties/{other}", f"/parties/{other}/sees", f"/parties/{other}/came", "/watches", "/questions",
            "/administration/retention", *(() if is_received else (f"/parties/{other}/went/us-ru",)),
        ):  # fmt: skip
            assert "Black Banner" not in person.text(path), path
        assert person.get(f"/objects/{GROUP}").status_code == 404
        assert person.get(f"/objects/{CUT}").status_code == 200
