"""What an agreement would let go is what it then lets go, and looking changes nothing."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from sepakat.agreements.lint import Level
from sepakat.errors import InputError, NotPermitted
from sepakat.exchange import agreeing, approving, explaining
from sepakat.exchange.simulating import Simulation as Outlook
from sepakat.exchange.simulating import lint_agreement, simulate_agreement
from sepakat.exchange.viewing import view_of
from sepakat.release.decision import Outcome
from sepakat.release.difference import best, differences
from sepakat.stix.identifiers import PartyId, StixId
from tests.support.agreements import agreement_text
from tests.support.simulator import Simulation

US, RU, FR = PartyId("us"), PartyId("ru"), PartyId("fr")
GREEN, AMBER, RED = (StixId(f"campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e0a{n}") for n in range(3))
PERSON = StixId("identity--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e0b0")


@pytest.fixture
def holding(world: Simulation) -> Simulation:
    """`us` holds something at three levels, and a person; it has agreed nothing."""
    world.take_in(
        "us",
        world.written_by("us", GREEN, "green"),
        world.written_by("us", AMBER, "amber"),
        world.written_by("us", RED, "red"),
        world.written_by("us", PERSON, "green", identity_class="individual", name="A. Person"),
    )
    return world


def live(world: Simulation, party: PartyId) -> set[StixId]:
    return {
        row.original[0]
        for view in view_of(world["us"], party)
        for row in view.live
        if not row.id.startswith("marking-")
    }


def ids(outlook: Outlook, kind: str) -> set[StixId]:
    return {item.version[0] for item in getattr(outlook.effect.takers[0], kind)}


def test_what_would_newly_go_is_what_goes_once_signed(holding: Simulation) -> None:
    outlook = simulate_agreement(holding["us"], agreement_text())
    assert ids(outlook, "new") == {GREEN, AMBER}
    assert ids(outlook, "stops") == set()
    assert outlook.effect.matches == {"S1": 2}
    holding.conclude(agreement_text(), "us", "ru")
    assert live(holding, RU) & {GREEN, AMBER, RED, PERSON} == {GREEN, AMBER}


def test_looking_signs_keeps_and_releases_nothing(holding: Simulation) -> None:
    before = holding["us"].store.written()
    simulate_agreement(holding["us"], agreement_text())
    lint_agreement(holding["us"], agreement_text())
    assert holding["us"].store.written() == before
    assert agreeing.list_agreements(holding["us"]) == []


def test_what_a_narrower_version_would_stop_is_told(holding: Simulation) -> None:
    first = holding.conclude(agreement_text(), "us", "ru")
    narrower = agreement_text(version=2, supersedes=first, ceiling="green")
    outlook = simulate_agreement(holding["us"], narrower)
    assert ids(outlook, "new") == set()
    assert ids(outlook, "stops") == {AMBER}


def test_what_goes_to_a_party_by_another_agreement_is_not_new(holding: Simulation) -> None:
    holding.conclude(agreement_text(ceiling="green"), "us", "ru")
    outlook = simulate_agreement(holding["us"], agreement_text(id_="second"))
    assert ids(outlook, "new") == {AMBER}


def test_what_waits_for_a_person_is_told_apart(holding: Simulation) -> None:
    asking = agreement_text(ceiling="red").replace("approval: auto", "approval: one")
    outlook = simulate_agreement(holding["us"], asking)
    assert ids(outlook, "new") == set()
    assert ids(outlook, "waits") == {GREEN, AMBER, RED}
    assert approving.waiting(holding["us"]) == []


def test_persons_come_first_and_are_counted(holding: Simulation) -> None:
    open_to_all = agreement_text().replace("persons: {rule: none}", "persons: {rule: categories, allow: [any]}")
    with pytest.raises(InputError, match=r"persons"):
        simulate_agreement(holding["us"], open_to_all)
    by_pseudonym = agreement_text().replace("persons: {rule: none}", "persons: {rule: pseudonym}")
    outlook = simulate_agreement(holding["us"], by_pseudonym)
    new = outlook.effect.takers[0].new
    assert (new[0].version[0], new[0].after, new[0].is_personal) == (PERSON, Outcome.VARIANT, True)
    assert [item.version[0] for item in new[1:]] == [AMBER, GREEN]
    assert outlook.title(new[0]) == "A. Person"


def test_an_archive_is_tried_in_place_of_what_is_held(holding: Simulation) -> None:
    other = holding.written_by("us", "campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e0c0", "green")
    archive = orjson.dumps({"type": "bundle", "id": "bundle--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e0c1", "objects": [other]})
    outlook = simulate_agreement(holding["us"], agreement_text(), archive=archive, name="archive.json")
    assert ids(outlook, "new") == {StixId(other["id"])}
    assert outlook.source == "archive.json"
    with pytest.raises(InputError):
        simulate_agreement(holding["us"], agreement_text(), archive=b"[{}]")


def test_only_the_giver_can_tell_what_would_go(holding: Simulation) -> None:
    with pytest.raises(NotPermitted, match="its giver is us"):
        simulate_agreement(holding["ru"], agreement_text())


def test_clause_that_matches_nothing_or_everything_is_remarked(holding: Simulation) -> None:
    nothing = agreement_text().replace("types: any", "types: [malware]")
    _, findings = lint_agreement(holding["us"], nothing)
    assert any("matches nothing" in one.text or "nothing" in one.text for one in findings if one.path == "share[0]")
    _, findings = lint_agreement(holding["us"], agreement_text(ceiling="red"))
    assert any("everything" in one.text for one in findings)


def test_topic_built_on_a_protected_attribute_is_refused(holding: Simulation) -> None:
    text = agreement_text().replace("topics: {any: any}", "topics: {any: [people/religion]}")
    _, findings = lint_agreement(holding["us"], text)
    assert next(one.level for one in findings) is Level.REFUSE


def test_the_rules_that_make_the_difference_between_two_parties_are_named(holding: Simulation) -> None:
    holding.conclude(agreement_text(), "us", "ru")
    holding.conclude(agreement_text(id_="us-fr", takers=("fr",), ceiling="green"), "us", "fr")
    ru, fr = (best(explaining.explain(holding["us"], AMBER, party)) for party in (RU, FR))
    assert (ru.outcome, fr.outcome) == (Outcome.WHOLE, Outcome.OUT)
    assert "TlpWithinCeiling" in {one.rule for one in differences(ru, fr)}
    assert differences(ru, replace(ru)) == ()
