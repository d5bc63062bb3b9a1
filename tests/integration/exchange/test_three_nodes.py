"""The main way through: three nodes, agreements, an exchange, consent, onward, a recall through two hops."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from sepakat.exchange import agreeing, consenting, recalling
from sepakat.exchange.records import Direction
from sepakat.exchange.taking_in import Provenance, take_in
from sepakat.exchange.verifying import verify_logs
from sepakat.stix.identifiers import PartyId, StixId
from sepakat.stix.markings import TLP_2
from tests.support.agreements import agreement_text
from tests.support.simulator import Simulation, simulation

REPORT = StixId("report--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e001")
GROUP = StixId("threat-actor--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e002")
GREEN = StixId("campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e003")
RED = StixId("campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e004")


def sdo(world: Simulation, id_: str, level: str, **more: Any) -> dict[str, Any]:
    """An object of `us`, marked."""
    return {
        "type": id_.partition("--")[0],
        "spec_version": "2.1",
        "id": id_,
        "created": "2030-05-01T10:00:00.000Z",
        "modified": "2030-05-01T10:00:00.000Z",
        "created_by_ref": identity_of(world, "us"),
        "object_marking_refs": [TLP_2[level].id],
        "name": f"Something {level}",
        **more,
    }


def identity_of(world: Simulation, party: str) -> str:
    with world[party].store.reading() as unit:
        found = unit.parties.get(PartyId(party))
    assert found is not None
    return found.identity.id


def bundle(*objects: dict[str, Any]) -> bytes:
    return orjson.dumps(
        {"type": "bundle", "id": "bundle--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e000", "objects": list(objects)}
    )


def held(world: Simulation, party: str) -> set[str]:
    """What a party holds and may see: ids of objects that are not recalled."""
    with world[party].store.reading() as unit:
        hidden = {policy.object_id for policy in unit.policies.everything() if policy.recalled}
        return {version.object.id for version in unit.objects.everything()} - hidden


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Simulation]:
    with simulation(tmp_path, "us", "ru", "fr") as made:
        made.introduce(("us", "ru"), ("us", "fr"), ("ru", "fr"))
        yield made


def conclude(world: Simulation, text: str, giver: str, *takers: str) -> None:
    state = agreeing.draft(world[giver], text)
    agreeing.offer(world[giver], state.record.hash)
    world.settle()
    for taker in takers:
        agreeing.accept(world[taker], state.record.hash)
    world.settle()


@pytest.fixture
def exchanging(world: Simulation) -> Simulation:
    conclude(world, agreement_text("us-ru", "us", ("ru",)), "us", "ru")
    conclude(world, agreement_text("us-fr", "us", ("fr",), ceiling="green"), "us", "fr")
    conclude(world, agreement_text("ru-fr", "ru", ("fr",)), "ru", "fr")
    take_in(
        world["us"],
        bundle(
            sdo(world, GROUP, "amber"),
            sdo(world, REPORT, "amber", object_refs=[GROUP], published="2030-05-01T10:00:00Z"),
            sdo(world, GREEN, "green"),
            sdo(world, RED, "red"),
        ),
        Provenance(by="alice", source="-"),
    )
    return world


def test_each_taker_holds_what_its_agreement_allows_and_nothing_more(exchanging: Simulation) -> None:
    exchanging.sync("ru", "us")
    exchanging.sync("fr", "us")
    assert {GROUP, REPORT, GREEN} <= held(exchanging, "ru")
    assert GREEN in held(exchanging, "fr")
    assert RED not in held(exchanging, "ru") | held(exchanging, "fr")
    assert not {GROUP, REPORT} & held(exchanging, "fr")


def test_second_synchronisation_takes_nothing_twice(exchanging: Simulation) -> None:
    first = exchanging.sync("ru", "us")
    assert first.taken
    assert not first.refused
    again = exchanging.sync("ru", "us")
    assert (again.taken, again.messages) == (0, 0)


def test_consent_lets_an_object_go_on_and_a_recall_brings_it_back(exchanging: Simulation) -> None:
    world = exchanging
    world.sync("ru", "us")
    world.sync("fr", "ru")
    assert GROUP not in held(world, "fr")

    asked = consenting.request_consent(world["ru"], GROUP, PartyId("fr"), "joint operation").consents[0]
    consenting.grant_consent(world["us"], asked.id)
    world.settle()
    world.sync("fr", "ru")
    assert GROUP in held(world, "fr")
    assert REPORT not in held(world, "fr")

    recalling.recall(world["us"], GROUP, "source withdrew it", by="alice")
    world.settle()
    assert GROUP not in held(world, "ru") | held(world, "fr")
    sent = next(one for one in recalling.list_recalls(world["us"]) if one.direction is Direction.OUT)
    assert {(answer.party, answer.via, answer.action) for answer in sent.answers} == {
        ("ru", None, "restricted"),
        ("fr", "ru", "restricted"),
    }
    # What was recalled stays away, also when it is offered again.
    world.sync("ru", "us")
    world.sync("fr", "ru")
    assert GROUP not in held(world, "ru") | held(world, "fr")


def test_logs_of_all_nodes_verify_and_are_cosigned(exchanging: Simulation) -> None:
    world = exchanging
    world.sync("ru", "us")
    world.sync("fr", "us")
    world.settle()
    for party in ("us", "ru", "fr"):
        for log in verify_logs(world[party]):
            assert log.report.is_sound, (party, log.counterpart, log.is_mirror, log.report.findings)
    with world["us"].store.reading() as unit:
        assert unit.logs.checkpoints(PartyId("ru"), mirror=False)[-1].cosigned
