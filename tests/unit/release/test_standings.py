"""Which views a change concerns: where something stands or is cut otherwise, and no other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sepakat.release.question import View
from sepakat.release.standings import EVERY, Since, Standings, concerned, may_tell_otherwise
from sepakat.release.state import Decided
from sepakat.release.versions import Unit, Version
from sepakat.stix.identifiers import StixId
from tests.unit.release.small import (
    NOW,
    VIEW,
    agreement,
    clause,
    held,
    malware,
    observable,
    ref,
    related,
    stix,
    view,
    world,
)
from tests.unit.release.test_changing import arrives, leaves

RU, FR = 1 << 0, 1 << 2
HUB, OTHER = malware("hub"), malware("other")
BETWEEN = related(HUB, OTHER)


def views() -> tuple[View, ...]:
    """Two takers, each with two clauses: bits 0 and 2 of a set of views."""
    clauses = clause(), clause(id="S2")
    return view(agreement(*clauses)), view(agreement(*clauses, name="b", takers=("fr",)), "fr", country="FR")


def decided_with(*contents: Mapping[str, Any]) -> tuple[Decided, Standings]:
    decided = Decided(world(*map(held, contents), views=views()), NOW)
    return decided, Standings(decided)


def version_of(decided: Decided, content: Mapping[str, Any]) -> Version:
    return decided.verdicts.compiled.by_ref[ref(content)]


def of(decided: Decided, content: Mapping[str, Any], standings: Standings) -> tuple[int, int]:
    identifier = StixId(content["id"])
    decided.verdicts.compiled.held[identifier].refresh()
    return standings.otherwise(decided, identifier)


def test_what_stands_as_before_concerns_no_view() -> None:
    decided, standings = decided_with(HUB, OTHER, BETWEEN)
    assert version_of(decided, HUB).whole == RU | FR
    assert of(decided, HUB, standings) == (0, 0)
    changed = {StixId(HUB["id"]), StixId(BETWEEN["id"])}
    assert concerned(decided, standings, Since(changed), {}) == {}


def test_what_left_a_view_concerns_it_there_and_as_a_target() -> None:
    decided, standings = decided_with(HUB, OTHER, BETWEEN)
    version_of(decided, HUB).whole = RU
    assert of(decided, HUB, standings) == (FR, FR)
    assert concerned(decided, standings, Since({StixId(HUB["id"])}), {}) == {HUB["id"]: FR, BETWEEN["id"]: FR}


def test_what_becomes_a_variant_concerns_it_there_and_as_a_target() -> None:
    decided, standings = decided_with(HUB)
    version = version_of(decided, HUB)
    version.whole, version.variant = RU, FR
    assert of(decided, HUB, standings) == (FR, FR)


def test_where_a_version_is_whole_and_where_a_variant_are_told_apart() -> None:
    decided, standings = decided_with(HUB)
    version = version_of(decided, HUB)
    version.whole, version.variant = RU, FR
    decided.verdicts.compiled.held[version.id].refresh()
    standings.settle(decided, [version.id])
    assert of(decided, HUB, standings) == (0, 0)
    version.variant = 0
    assert of(decided, HUB, standings) == (FR, FR)
    version.whole, version.variant = 0, FR
    assert of(decided, HUB, standings) == (RU, RU)
    version.variant = 0
    assert of(decided, HUB, standings) == (RU | FR, RU | FR)
    standings.settle(decided, [version.id])
    version.variant = FR
    assert of(decided, HUB, standings) == (FR, FR)


def test_a_variant_with_other_parts_or_gone_beside_another_version_concerns_where_it_is() -> None:
    later = {**HUB, "modified": "2026-01-02T00:00:00.000Z"}
    decided, standings = decided_with(HUB, later)
    first = version_of(decided, HUB)
    first.whole, first.variant = 0, FR
    decided.verdicts.compiled.held[first.id].refresh()
    standings.settle(decided, [first.id])
    first.units = (*first.units, Unit(("name",), 0))
    assert of(decided, HUB, standings) == (FR, 0)
    first.variant = 0
    assert of(decided, HUB, standings) == (FR, 0)
    standings.settle(decided, [first.id])
    first.variant = FR
    assert of(decided, HUB, standings) == (FR, 0)


def test_other_clauses_that_match_concern_the_object_alone() -> None:
    decided, standings = decided_with(HUB, OTHER, BETWEEN)
    version_of(decided, HUB).matched &= ~(FR << 1)
    assert of(decided, HUB, standings) == (FR, 0)
    assert concerned(decided, standings, Since({StixId(HUB["id"])}), {}) == {HUB["id"]: FR}


def test_a_pseudonym_concerns_the_object_alone() -> None:
    decided, standings = decided_with(HUB)
    version_of(decided, HUB).pseudonym_slots ^= RU << 1
    assert of(decided, HUB, standings) == (RU, 0)


def test_other_parts_concern_the_object_wherever_it_is() -> None:
    decided, standings = decided_with(HUB)
    version = version_of(decided, HUB)
    version.units = (*version.units, Unit(("name",), 0))
    assert of(decided, HUB, standings) == (RU | FR, 0)


def test_a_version_that_left_concerns_the_object_though_another_stays() -> None:
    later = {**HUB, "modified": "2026-01-02T00:00:00.000Z"}
    decided, standings = decided_with(HUB, later)
    version_of(decided, HUB).whole = version_of(decided, HUB).variant = 0
    assert of(decided, HUB, standings) == (RU | FR, 0)


def test_what_arrives_and_leaves_concerns_where_it_is() -> None:
    decided, standings = decided_with(OTHER)
    decided.apply(arrives(HUB), NOW)
    assert standings.otherwise(decided, StixId(HUB["id"])) == (RU | FR, RU | FR)
    standings.settle(decided, [StixId(HUB["id"])])
    assert standings.otherwise(decided, StixId(HUB["id"])) == (0, 0)
    decided.apply(leaves(HUB), NOW)
    assert standings.otherwise(decided, StixId(HUB["id"])) == (RU | FR, RU | FR)


def test_what_was_written_concerns_every_view_and_what_names_it_only_where_it_stands_otherwise() -> None:
    decided, standings = decided_with(HUB, OTHER, BETWEEN)
    identifier = StixId(HUB["id"])
    assert concerned(decided, standings, Since({identifier}, written={identifier}), {}) == {identifier: EVERY}


def test_of_what_nobody_knows_how_it_stands_all_that_names_it_is_concerned() -> None:
    decided, standings = decided_with(HUB, OTHER, BETWEEN)
    identifier = StixId(HUB["id"])
    found = concerned(decided, standings, Since({identifier}, unsure={identifier}), {})
    assert found == {identifier: EVERY, BETWEEN["id"]: EVERY}


def test_an_observable_concerns_what_names_it_along_a_chain() -> None:
    address = observable("ipv4-addr", "a", value="198.51.100.1")
    traffic = observable("network-traffic", "t", src_ref=address["id"], protocols=["tcp"])
    report = stix("report", "r", name="r", published=NOW.isoformat(), object_refs=[traffic["id"]])
    note = stix("note", "n", content="n", object_refs=[report["id"]])
    decided, standings = decided_with(address, traffic, report, note)
    identifier = StixId(address["id"])
    found = concerned(decided, standings, Since({identifier}, written={identifier}), {})
    assert found == dict.fromkeys([address["id"], traffic["id"], report["id"]], EVERY)
    told = may_tell_otherwise(decided, frozenset({identifier}))
    assert told == {address["id"], traffic["id"], report["id"], note["id"]}


def test_what_names_something_and_what_names_that_may_tell_otherwise() -> None:
    note = stix("note", "n", content="n", object_refs=[BETWEEN["id"]])
    decided, _ = decided_with(HUB, OTHER, BETWEEN, note)
    assert may_tell_otherwise(decided, frozenset({StixId(HUB["id"])})) == {HUB["id"], BETWEEN["id"], note["id"]}


def test_scaffold_that_a_view_showed_and_does_not_now_concerns_it() -> None:
    decided, standings = decided_with(HUB)
    now = decided.verdicts.publication.of(VIEW)
    gone = StixId("marking-definition--00000000-0000-4000-8000-00000000dddd")
    assert concerned(decided, standings, Since(), {VIEW: now | {gone}}) == {gone: RU}
    assert concerned(decided, standings, Since(), {VIEW: now}) == {}


def test_a_world_that_was_read_anew_says_nothing_of_how_things_stood() -> None:
    _, standings = decided_with(HUB)
    decided, _ = decided_with(HUB)
    assert standings.otherwise(decided, StixId(HUB["id"])) == (EVERY, EVERY)
    standings.settle(decided, ())
    assert standings.otherwise(decided, StixId(HUB["id"])) == (0, 0)
