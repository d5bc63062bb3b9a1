"""Damage to a store, of which `sepakat log verify` must name the place: by hand here, row by row."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from sepakat.errors import NotFound, StoreError
from sepakat.exchange.deciding import forget_world
from sepakat.exchange.verifying import verify_logs
from sepakat.stix.identifiers import PartyId
from tests.support.simulator import Simulation

RU = PartyId("ru")
CAMPAIGN = "campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e003"


@pytest.fixture
def given(giving: Simulation) -> Simulation:
    """`us` has given `ru` an object, and both have said so."""
    giving.take_in("us", giving.written_by("us", CAMPAIGN, "amber"))
    giving.sync("ru", "us")
    giving.settle()
    giving.sync("ru", "us")
    return giving


def damage(world: Simulation, party: str, *statements: str) -> None:
    """Change the store of a party behind its back."""
    world.is_damaged = True
    with closing(sqlite3.connect(world[party].store.path, isolation_level=None)) as connection:  # type: ignore[attr-defined]
        connection.execute("PRAGMA foreign_keys=OFF")
        for statement in statements:
            assert connection.execute(statement).rowcount > 0, statement


def codes(world: Simulation, party: str) -> set[str]:
    return {one.code for log in verify_logs(world[party]) for one in log.report.findings if one.is_damage}


def test_undamaged_logs_are_sound(given: Simulation) -> None:
    assert codes(given, "us") == codes(given, "ru") == set()


@pytest.mark.parametrize(
    ("party", "statement", "code"),
    [
        (
            "us",
            "UPDATE messages SET document = CAST(replace(document, 'us-ru', 'us-rx') AS BLOB) WHERE direction = 'out'",
            "message-changed",
        ),
        ("us", "DELETE FROM messages WHERE direction = 'out' AND kind = 'agreement-offer'", "message-missing"),
        (
            "ru",
            "UPDATE messages SET document = CAST(replace(document, 'us-ru', 'us-rx') AS BLOB) WHERE direction = 'in'",
            "message-changed",
        ),
        ("us", "DELETE FROM checkpoints", "checkpoint-missing"),
        ("us", "DELETE FROM logs", "leaves-missing"),
        ("ru", 'DELETE FROM leaves WHERE mirror AND "index" > 2', "leaves-missing"),
        ("us", "UPDATE publications SET digest = zeroblob(33)", "row-changed"),
        ("us", "DELETE FROM parties WHERE id = 'ru'", "party-missing"),
        ("us", "DELETE FROM agreements", "agreement-missing"),
    ],
)
def test_damage_is_named(given: Simulation, party: str, statement: str, code: str) -> None:
    damage(given, party, statement)
    assert code in codes(given, party)


def test_a_log_that_is_gone_with_everything_kept_of_it_is_missed(given: Simulation) -> None:
    damage(given, "us", "DELETE FROM logs", "DELETE FROM leaves", "DELETE FROM checkpoints")
    assert "row-without-leaf" in codes(given, "us")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE publications SET outcome = 'whgle'",
        "UPDATE parties SET card = x'ff' WHERE id = 'ru'",
        "UPDATE agreements SET canonical = CAST(replace(canonical, 'amber', 'clear') AS BLOB)",
        "DELETE FROM parties WHERE id = 'us'",
    ],
)
def test_what_cannot_be_read_any_more_is_one_error_about_the_store(given: Simulation, statement: str) -> None:
    damage(given, "us", statement)
    with pytest.raises(StoreError) as refused:
        verify_logs(given["us"])
    assert refused.value.code == "store-damaged"


def test_an_agreement_that_was_changed_in_the_store_is_not_enforced(given: Simulation) -> None:
    damage(given, "us", "UPDATE agreements SET canonical = CAST(replace(canonical, 'amber', 'clear') AS BLOB)")
    # A process that knew the agreement goes on with what was signed; one that begins reads it anew.
    forget_world(given["us"].store)
    with pytest.raises(StoreError):
        given.take_in("us", given.written_by("us", CAMPAIGN.replace("e003", "e004"), "amber"))


def test_an_unknown_party_has_no_log_to_verify(given: Simulation) -> None:
    with pytest.raises(NotFound):
        verify_logs(given["us"], PartyId("xx"))
