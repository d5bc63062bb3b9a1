"""What derives from another's object is bound as that object is: its origin is asked, and taking back reaches it."""

from __future__ import annotations

from typing import Any

import pytest

from sepakat.claims.extension import CLAIM_EXTENSION
from sepakat.errors import NotPermitted
from sepakat.exchange import consenting
from sepakat.exchange.records import Consent
from sepakat.stix.identifiers import PartyId, StixId
from tests.support.agreements import agreement_text
from tests.support.simulator import Simulation

US, RU, FR = PartyId("us"), PartyId("ru"), PartyId("fr")
SOURCE = StixId("campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e001")
NOTE, LATER = (StixId(f"note--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e00{n}") for n in (2, 3))
LINK = StixId("relationship--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e004")


def note(world: Simulation, id_: StixId, *basis: StixId) -> dict[str, Any]:
    """An assessment of `ru` that quotes something."""
    claim = {
        "extension_type": "property-extension",
        "kind": "assessment",
        "basis": [{"object_ref": one, "role": "quotes"} for one in basis],
    }
    more = {"content": "we think so", "object_refs": [world.identity("ru")], "extensions": {CLAIM_EXTENSION: claim}}
    made = world.written_by("ru", id_, "clear", **more)
    del made["name"]
    return made


@pytest.fixture
def world(giving: Simulation) -> Simulation:
    """`us` gave `ru` a campaign; `ru` gives `fr`, and wrote a note that quotes it."""
    giving.conclude(agreement_text("ru-fr", "ru", ("fr",)), "ru", "fr")
    giving.take_in("us", giving.written_by("us", SOURCE, "amber"))
    giving.sync("ru", "us")
    giving.take_in("ru", note(giving, NOTE, SOURCE))
    return giving


def asked(world: Simulation, object_id: StixId) -> list[Consent]:
    found = list(consenting.request_consent(world["ru"], object_id, FR, "joint operation").consents)
    world.settle()
    return found


def test_derived_claim_stays_until_the_origin_of_its_basis_agrees(world: Simulation) -> None:
    world.sync("fr", "ru")
    assert NOTE not in world.held("fr")
    (question,) = asked(world, NOTE)
    assert (question.object_id, question.counterpart) == (SOURCE, US)
    consenting.grant_consent(world["us"], question.id)
    world.settle()
    world.sync("fr", "ru")
    assert {NOTE, SOURCE} <= world.held("fr")


def test_origin_is_asked_over_any_number_of_steps_and_round_a_circle(world: Simulation) -> None:
    world.take_in("ru", note(world, LATER, NOTE))
    link = world.written_by(
        "ru", LINK, "clear", relationship_type="derived-from", source_ref=NOTE, target_ref=LATER, name=None
    )
    del link["name"]
    world.take_in("ru", link)
    assert [(one.object_id, one.counterpart) for one in asked(world, LATER)] == [(SOURCE, US)]


def test_what_was_asked_or_granted_is_not_asked_again_and_what_was_denied_is(world: Simulation) -> None:
    (question,) = asked(world, NOTE)
    with pytest.raises(NotPermitted, match="no other origin"):
        consenting.request_consent(world["ru"], NOTE, FR, "joint operation")
    consenting.deny_consent(world["us"], question.id, "not now")
    world.settle()
    assert len(asked(world, NOTE)) == 1


def test_withdrawn_grant_takes_the_derived_claim_out_of_the_view_again(world: Simulation) -> None:
    (question,) = asked(world, NOTE)
    consenting.grant_consent(world["us"], question.id)
    world.settle()
    world.sync("fr", "ru")
    consenting.withdraw_consent(world["us"], question.id, "source at risk")
    world.settle()
    with world["ru"].store.reading() as unit:
        live = {row.id for row in unit.views.rows_of(NOTE) if row.standing.value == "live"}
    assert live == set()
    assert SOURCE not in world.held("fr")
