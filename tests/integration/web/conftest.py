"""The nodes that the pages are looked at on: real stores, real use cases, a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path

import orjson
import pytest
from argon2 import PasswordHasher

from sepakat.claims.claim import Claim, Quantity
from sepakat.exchange import agreeing, consenting, marking, recalling
from sepakat.exchange.asking import ask_question
from sepakat.exchange.claim_records import WatchArea
from sepakat.exchange.claiming import Draft, make_claim
from sepakat.exchange.notices import give_notice
from sepakat.exchange.parties import add_partner
from sepakat.exchange.ports import Node
from sepakat.exchange.records import Role, User
from sepakat.exchange.taking_in import Provenance, take_in
from sepakat.exchange.watching import watch
from sepakat.stix.identifiers import PartyId
from sepakat.stix.markings import TLP_2
from tests.integration.web.browser import PASSWORD, Browser, browser
from tests.integration.web.objects import CUT, FOR_FRANCE, GROUP, HELD, OPEN, PLACE, SECRET, TAKEN_BACK, WANTED
from tests.support.agreements import agreement_text
from tests.support.simulator import Simulation, simulation
from tests.unit.benchmarks.golds import PAGES


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A node on which nothing happened, with a user of each role, named like it."""
    with simulation(tmp_path, "us") as world:
        add_everybody(world["us"])
        yield world["us"]


@pytest.fixture
def anna(node: Node) -> Browser:
    """The analyst, signed in."""
    return signed_in(node, "analyst")


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulation]:
    """`us` gives to `ru` and `fr`, `ru` gives back; cut, held, recalled, asked for. Only read by tests."""
    with simulation(tmp_path_factory.mktemp("web"), "us", "ru", "fr") as made:
        filled(made)
        yield made


def filled(made: Simulation) -> None:
    """Let happen what `world` has."""
    add_everybody(made["us"])
    made.introduce(("us", "ru"), ("us", "fr"), ("ru", "fr"))
    made.conclude(agreement_text("us-ru", title="Counter-terrorism", ceiling="green"), "us", "ru")
    made.conclude(agreement_text("us-fr", takers=("fr",), title="With France"), "us", "fr")
    made.conclude(agreement_text("ru-us", "ru", ("us",), title="From Russia"), "ru", "us")
    add_partner(made["us"], PartyId("iq"), "Iraq", "IQ")
    agreeing.draft(made["us"], agreement_text("us-iq", takers=("iq",), title="Training"))
    agreeing.offer(made["us"], "us-iq")
    made.take_in(
        "us",
        made.written_by("us", GROUP, "green", name="Black Banner Group"),
        made.written_by(
            "us",
            CUT,
            "green",
            name="Meeting in Washington",
            description="a source names who stayed away",
            granular_markings=[{"marking_ref": TLP_2["red"].id, "selectors": ["description"]}],
        ),
        made.written_by("us", SECRET, "red", name="Safe house list"),
        made.written_by("us", FOR_FRANCE, "amber", name="Convoy on the delta road"),
        made.written_by("us", OPEN, "clear", name='<script>alert("x")</script> & "quoted"'),
        made.written_by("us", HELD, "green", name="Names a witness"),
        made.written_by("us", TAKEN_BACK, "green", name="Rumour of an attack"),
    )
    made.take_in("ru", made.written_by("ru", WANTED, "green", name="Statement of the minister"))
    marking.hold(made["us"], HELD, "names a witness")
    made.sync("ru", "us")
    made.sync("us", "ru")
    consenting.request_consent(made["us"], WANTED, PartyId("fr"), "joint operation")
    made.settle()
    soon = made.clock.now() + timedelta(hours=4)
    give_notice(made["ru"], PartyId("us"), [WANTED], "read it before the meeting", soon)
    made.settle()
    recalling.recall(made["us"], TAKEN_BACK, "the source withdrew it", by="analyst")
    read_and_asked(made["us"])


def read_and_asked(node: Node) -> None:
    """A page that was read, and a question with rival numbers."""
    page = next(PAGES.glob("*/id-1.html"))
    take_in(node, page.read_bytes(), Provenance(page.name, "anna"))
    place = {
        "type": "location",
        "spec_version": "2.1",
        "id": PLACE,
        "created": "2030-05-01T10:00:00.000Z",
        "modified": "2030-05-01T10:00:00.000Z",
        "name": "The crossing",
        "latitude": 34.3,
        "longitude": 41.1,
        "precision": 60000.0,
    }
    take_in(node, orjson.dumps(place), Provenance("-", "anna"))
    ask_question(node, "strength", Draft(Claim(kind="question"), "How many fighters are there?"), "anna")
    for words, number in (("around 500", 500), ("about 300", 300)):
        quantity = Quantity("about", "persons", point=number, as_said=words)
        claim = Claim(kind="estimate", question="strength", quantity=quantity)
        make_claim(node, Draft(claim, f"{words} fighters", about=(PLACE,)), "anna")
    watch(node, WatchArea("delta", "The delta", "anna", node.clock.now(), circle=(34.0, 41.0, 200.0)))
    hypothesis = Claim(kind="hypothesis", question="strength")
    make_claim(node, Draft(hypothesis, "They split into two groups"), "anna")


@pytest.fixture
def reader(world: Simulation) -> Browser:
    """The analyst of the node on which much happened."""
    return signed_in(world["us"], "analyst")


def add_everybody(node: Node) -> None:
    """A user of each role, named like it."""
    with node.store.writing() as unit:
        for role in Role:
            unit.people.put_user(User(role.value, role, _password_hash(), node.clock.now()))


@cache
def _password_hash() -> str:
    """Everybody's password, hashed so that checking it is quick: cheapness is a parameter of the hash itself."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@contextmanager
def two_nodes(folder: Path, level: str) -> Iterator[Simulation]:
    """`us` has given `ru` a group, and a campaign if its TLP level lets it go; everybody can sign in at both."""
    with simulation(folder, "us", "ru") as made:
        for name in ("us", "ru"):
            add_everybody(made[name])
        made.introduce(("us", "ru"))
        made.conclude(agreement_text(), "us", "ru")
        made.take_in(
            "us",
            made.written_by("us", GROUP, "green", name="Black Banner Group"),
            made.written_by("us", CUT, level, name="Autumn raids"),
        )
        made.sync("ru", "us")
        yield made


def signed_in(node: Node, name: str) -> Browser:
    """A browser in which a user is signed in."""
    made = browser(node)
    assert made.sign_in(name).status_code == 303
    return made
