"""Claims as the claims' own code builds them, under the release rule: what is cut, and what counting still knows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sepakat.claims.building import Carrier, build_claim
from sepakat.claims.claim import Basis, Claim, Lineage, Person, Source
from sepakat.claims.extension import CLAIM_EXTENSION
from sepakat.claims.lineage import Report, distinct_roots, secret_token
from sepakat.claims.reading import read_claim
from sepakat.release.decision import Outcome
from sepakat.stix.identifiers import StixId
from sepakat.stix.instants import parse_instant
from tests.unit.release.small import SINCE, TLP, clause, failing, malware, outcome, party_id, sid, under, world
from tests.unit.release.test_cutting import left

ABOUT = malware("about")
TOKEN = secret_token(b"s" * 32, "coalition", "heron", "report 7")
SOURCED = Claim(
    "report",
    source=Source(TOKEN, "admiralty", "B", None, "was there himself", "a cook of the camp"),
    credibility=2,
    lineage=Lineage((TOKEN,)),
    status="live",
)


def note(called: str, claim: Claim, marking: str = "green") -> dict[str, Any]:
    at = parse_instant(SINCE)
    properties = {"object_refs": [ABOUT["id"]], "object_marking_refs": [TLP[marking]]}
    carrier = Carrier(StixId(sid("note", called)), at, at, StixId(party_id("us")), properties)
    return build_claim(claim, carrier, "They are on the road.")


@pytest.mark.parametrize("level", ["none", "rating", "descriptor"])
def test_the_root_stays_when_the_source_is_cut_so_that_independence_survives(level: str) -> None:
    first, copy = note("first", SOURCED), note("copy", SOURCED)
    asked = world(ABOUT, first, copy, views=under(clause(source=level)))
    released = [left(asked, one) for one in (first, copy)]
    lineages = [one["extensions"][CLAIM_EXTENSION]["lineage"] for one in released]
    assert lineages == [{"roots": [TOKEN]}] * 2
    reports = [Report(str(place), Lineage(tuple(one["roots"]))) for place, one in enumerate(lineages)]
    assert distinct_roots(reports).sentence == "2 reports, 1 origin"


@pytest.mark.parametrize("level", ["none", "rating"])
def test_what_identifies_the_source_is_in_no_word_of_what_goes(level: str) -> None:
    made = note("n", SOURCED)
    remains = left(world(ABOUT, made, views=under(clause(source=level))), made)
    assert [word for word in ("cook", "himself") if word in str(remains)] == []
    assert "token" not in str(remains["extensions"][CLAIM_EXTENSION].get("source", {}))


def test_what_remains_of_a_claim_is_read_as_a_claim() -> None:
    made = note("n", SOURCED)
    remains = left(world(ABOUT, made, views=under(clause(source="none"))), made)
    read = read_claim({**remains, "id": made["id"], "created": SINCE, "modified": SINCE})
    assert read is not None
    assert (read.kind, read.source, read.lineage) == ("report", None, Lineage((TOKEN,)))


@pytest.mark.parametrize("role", ["quotes", "derived", "primary-source"])
def test_a_claim_inherits_the_label_of_what_it_quotes(role: str) -> None:
    secret = note("secret", SOURCED, marking="red")
    quoting = note("quoting", Claim("report", basis=(Basis(role, object_ref=StixId(secret["id"])),)))
    asked = world(ABOUT, secret, quoting)
    assert outcome(asked, quoting) is Outcome.OUT
    assert "BasisAllows" in failing(asked, quoting)
    free = note("quoting", Claim("report", basis=(Basis("supports", object_ref=StixId(secret["id"])),)))
    assert "BasisAllows" not in failing(world(ABOUT, secret, free), free)


@pytest.mark.parametrize(("category", "goes"), [("office-holder", True), ("suspect", False), ("unknown", False)])
def test_a_claim_about_a_person_goes_by_the_persons_category(category: str, goes: bool) -> None:
    made = note("n", replace(SOURCED, person=Person(category)))
    only = {"rule": "categories", "allow": ["office-holder"]}
    asked = world(ABOUT, made, views=under(clause(persons=only)))
    assert (outcome(asked, made) is not Outcome.OUT) is goes
    assert ("PersonsRule" in failing(asked, made)) is not goes
