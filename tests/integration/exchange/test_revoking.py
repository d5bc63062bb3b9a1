"""A key that its party says to have lost before now: what it signed since then does not count any more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sepakat.agreements.life import State
from sepakat.errors import InputError
from sepakat.exchange import agreeing, consenting
from sepakat.exchange.messaging import deliver
from sepakat.exchange.parties import issue_card
from sepakat.stix.identifiers import PartyId, StixId
from tests.support.agreements import agreement_text
from tests.support.simulator import Simulation, TestSigner, restarted

US, RU, FR = PartyId("us"), PartyId("ru"), PartyId("fr")
OBJECT = StixId("campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e001")


def revoke(world: Simulation, party: PartyId, **ago: int) -> None:
    """The party changes its key and says since when the one before is stolen."""
    node = world[party]
    renewed = restarted(node, signer=TestSigner(f"{party}, second key".encode()))
    issue_card(
        renewed, address=f"https://{party}.example", previous=node.signer, ended=node.clock.now() - timedelta(**ago)
    )
    world.network.nodes[party] = renewed
    deliver(renewed)
    world.settle()


def states(world: Simulation, party: PartyId, agreement: str) -> set[State]:
    return {one.state for one in agreeing.show(world[party], agreement).standings.values()}


@pytest.fixture
def world(giving: Simulation) -> Simulation:
    """`us` gives `ru` since an hour ago."""
    giving.clock.advance(hours=1)
    return giving


def test_agreement_signed_after_the_end_of_the_key_is_suspended_on_both_sides(world: Simulation) -> None:
    world.conclude(agreement_text("ru-us", "ru", ("us",)), "ru", "us")
    world.clock.advance(hours=1)
    revoke(world, RU, minutes=90)
    for party in (US, RU):
        assert states(world, party, "ru-us") == {State.SUSPENDED}
        assert states(world, party, "us-ru") == {State.IN_FORCE}


def test_key_that_simply_changed_leaves_everything_as_it_was(world: Simulation) -> None:
    world.conclude(agreement_text("ru-us", "ru", ("us",)), "ru", "us")
    world.clock.advance(hours=1)
    revoke(world, RU, minutes=0)
    assert states(world, US, "ru-us") == {State.IN_FORCE}


def test_object_released_after_the_end_of_the_key_is_held_and_goes_nowhere(world: Simulation) -> None:
    world.take_in("us", world.written_by("us", OBJECT, "amber"))
    world.sync("ru", "us")
    world.clock.advance(hours=1)
    revoke(world, US, minutes=90)
    with world["ru"].store.reading() as unit:
        policy = unit.policies.get(OBJECT)
    assert policy is not None
    assert str(policy.hold).startswith("signed by a key of us that had ended on 2030-05-01T")


def test_grant_given_after_the_end_of_the_key_does_not_count(world: Simulation) -> None:
    world.introduce(("ru", "fr"))
    world.conclude(agreement_text("ru-fr", "ru", ("fr",)), "ru", "fr")
    world.take_in("us", world.written_by("us", OBJECT, "green"))
    world.sync("ru", "us")
    world.clock.advance(hours=3)
    (asked,) = consenting.request_consent(world["ru"], OBJECT, FR, "joint operation").consents
    world.settle()
    consenting.grant_consent(world["us"], asked.id)
    world.settle()
    (granted,) = consenting.list_consents(world["ru"])
    assert granted.granted
    assert granted.withdrawn_at is None
    world.clock.advance(hours=1)
    revoke(world, US, minutes=90)
    (granted,) = consenting.list_consents(world["ru"])
    assert granted.withdrawn_at is not None
    assert "had ended" in str(granted.reason)


def test_key_cannot_have_ended_before_it_began_or_in_the_future(world: Simulation) -> None:
    renewed = restarted(world["us"], signer=TestSigner(b"another"))
    now = world.clock.now()
    for ended in (now + timedelta(seconds=1), now - timedelta(days=30)):
        with pytest.raises(InputError, match="expected an end between"):
            issue_card(renewed, address="https://us.example", previous=world["us"].signer, ended=ended)
