"""What an agreement would change is told by kind, and the riskiest of it first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sepakat.agreements.terms import Agreement, Onward, OnwardRule
from sepakat.claims.extension import CLAIM_EXTENSION
from sepakat.release.decision import Outcome
from sepakat.release.question import HeldVersion
from sepakat.release.simulation import PERSONAL, TakerEffect, by_type, matches_of, simulate, with_agreement
from tests.unit.release.small import (
    FR,
    NOW,
    RU,
    STATEMENT,
    TLP,
    VIEW,
    agreement,
    clause,
    held,
    malware,
    policy,
    ref,
    related,
    stix,
    terms,
    topics,
    verdicts,
    view,
    world,
)


def effect(*objects: Mapping[str, Any], agreed: Agreement | None = None) -> TakerEffect:
    """What the generous agreement, or another, would change for `ru` where nothing is agreed."""
    (found,) = simulate(world(*objects, views=()), agreed or agreement(), {RU: "RU"}, NOW).takers
    return found


def test_all_that_would_newly_go_is_new_and_nothing_waits() -> None:
    made = malware()
    found = effect(made)
    assert [item.version for item in found.new] == [ref(made)]
    assert (found.more, found.less, found.stops, found.waits) == ((), (), (), ())


def test_what_goes_already_is_told_in_no_list() -> None:
    (found,) = simulate(world(malware()), agreement(), {RU: "RU"}, NOW).takers
    assert found == TakerEffect(RU, (), (), (), (), ())


def test_what_persons_would_have_to_approve_waits() -> None:
    made = malware()
    found = effect(made, agreed=agreement(clause(release={"approval": "one", "delay": "PT0S"})))
    assert [item.version for item in found.waits] == [ref(made)]
    assert found.new == ()


def test_what_nothing_lets_go_does_not_wait_either() -> None:
    found = effect(malware(tlp="red"), agreed=agreement(clause(ceiling={"tlp": "green", "pap": "red"})))
    assert found == TakerEffect(RU, (), (), (), (), ())


def test_a_high_marking_comes_first_and_what_goes_whole_before_a_variant() -> None:
    plain, marked = malware("plain", tlp="clear"), malware("marked", tlp="amber")
    cut = malware("cut", tlp="clear", x_acme="is no property of the standard")
    found = effect(cut, plain, marked)
    assert [(item.version[0], item.after, item.score, item.risks) for item in found.new] == [
        (marked["id"], Outcome.WHOLE, 21, ("marked TLP:AMBER",)),
        (plain["id"], Outcome.WHOLE, 1, ()),
        (cut["id"], Outcome.VARIANT, 0, ()),
    ]


def test_personal_data_weighs_more_than_any_marking_and_what_is_not_ours_alone_more_than_most() -> None:
    person = stix("identity", "somebody", tlp="clear", name="Somebody", identity_class="individual")
    foreign = held(
        malware("foreign", tlp="clear"), origins=("us", "fr"), received=(terms("fr", Onward(OnwardRule.NAMED, (RU,))),)
    )
    allowed = agreement(clause(persons={"rule": "categories", "allow": ["victim"]}))
    made = world(person, foreign, views=(), policies=policy(person, person_category="victim"))
    (found,) = simulate(made, allowed, {RU: "RU"}, NOW).takers
    assert [(item.type, item.score, item.risks, item.is_personal) for item in found.new] == [
        ("identity", 1001, (PERSONAL,), True),
        ("malware", 101, ("comes from fr",), False),
    ]
    assert by_type(found.new) == {"identity": 1, "malware": 1}


def test_types_are_counted_the_most_first() -> None:
    found = effect(malware("one"), malware("two"), stix("tool", "t", name="t"), stix("campaign", "c", name="c"))
    for items in (found.new, found.new[::-1]):
        assert list(by_type(items).items()) == [("malware", 2), ("campaign", 1), ("tool", 1)]


def test_matches_are_counted_by_clause_over_the_newest_versions() -> None:
    one, other = malware("one"), stix("tool", "other", name="other")
    agreed = agreement(clause(id="S1", types=["malware"]), clause(id="S2", types=["malware", "tool"]))
    asked = with_agreement(world(one, other, views=()), agreed, {RU: "RU"})
    assert matches_of(verdicts(asked), VIEW, agreed.share) == {"S1": 1, "S2": 2}


def simulated(before: Agreement, after: Agreement, *objects: Mapping[str, Any]) -> TakerEffect:
    """What changes for `ru` when an agreement takes the place of its version before."""
    (found,) = simulate(world(*objects, views=(view(before),)), after, {RU: "RU"}, NOW).takers
    return found


HIDDEN = malware(description="d", granular_markings=[{"marking_ref": TLP["amber"], "selectors": ["description"]}])
WIDE, NARROW = agreement(), agreement(clause(ceiling={"tlp": "green", "pap": "red"}))
NOTHING = agreement(clause(types=["tool"]))


@pytest.mark.parametrize(
    ("before", "after", "kind", "outcomes"),
    [
        (NOTHING, WIDE, "new", (Outcome.OUT, Outcome.WHOLE)),
        (NOTHING, NARROW, "new", (Outcome.OUT, Outcome.VARIANT)),
        (NARROW, WIDE, "more", (Outcome.VARIANT, Outcome.WHOLE)),
        (WIDE, NARROW, "less", (Outcome.WHOLE, Outcome.VARIANT)),
        (WIDE, NOTHING, "stops", (Outcome.WHOLE, Outcome.OUT)),
        (NARROW, NOTHING, "stops", (Outcome.VARIANT, Outcome.OUT)),
    ],
)
def test_change_is_of_one_kind(
    before: Agreement, after: Agreement, kind: str, outcomes: tuple[Outcome, Outcome]
) -> None:
    found = simulated(before, after, HIDDEN)
    by_kind = {name: getattr(found, name) for name in ("new", "more", "less", "stops", "waits")}
    ((told, (item,)),) = ((name, items) for name, items in by_kind.items() if items)
    assert (told, item.version, (item.before, item.after)) == (kind, ref(HIDDEN), outcomes)


def test_what_takes_two_persons_waits_for_them() -> None:
    found = effect(malware(), agreed=agreement(clause(release={"approval": "two", "delay": "PT0S"})))
    assert [(item.before, item.after) for item in found.waits] == [(Outcome.OUT, Outcome.WHOLE)]


def test_answer_of_a_party_is_that_of_all_its_views_and_of_no_other_party() -> None:
    thing = malware()
    besides = view(agreement(name="b"))
    others = view(agreement(name="c", takers=("fr",)), "fr", country="FR")
    closed = view(agreement(name="d"), in_force=False)
    for views, new in (((besides,), 0), ((others,), 1), ((closed,), 1), ((closed, besides), 0)):
        (found,) = simulate(world(thing, views=views), agreement(), {RU: "RU"}, NOW).takers
        assert len(found.new) == new
    (found,) = simulate(world(thing, views=(besides, others)), NOTHING, {RU: "RU"}, NOW).takers
    assert found == TakerEffect(RU, (), (), (), (), ())


def test_whole_simulation_says_when_how_much_and_by_which_clause() -> None:
    agreed = agreement(clause(id="S1", types=["malware"]), clause(id="S2", types=["tool"]), takers=("fr", "ru"))
    made = world(malware("one"), malware("two"), views=())
    found = simulate(made, agreed, {RU: "RU", FR: "FR"}, NOW)
    # The marking that nobody can read is an object too, and no scaffold.
    assert (found.at, found.held, found.matches) == (NOW, 3, {"S1": 2, "S2": 0})
    assert [(one.taker, len(one.new)) for one in found.takers] == [(RU, 2), (FR, 2)]
    nobody = simulate(made, agreed, {}, NOW)
    assert (nobody.takers, nobody.held, nobody.matches) == ((), 3, {})


def test_marking_that_is_no_level_is_no_risk() -> None:
    stated = malware(tlp=None, object_marking_refs=[STATEMENT])
    (item,) = effect(stated).new
    assert (item.score, item.risks) == (1, ())


def matches(*objects: HeldVersion | Mapping[str, Any], **keys: Any) -> int:
    """How many objects one clause matches by itself."""
    agreed = agreement(clause(**keys))
    made = world(*objects, views=(), topics=topics(**{"terrorism/isis": frozenset({"isis"})}))
    return matches_of(verdicts(with_agreement(made, agreed, {RU: "RU"})), VIEW, agreed.share)["S1"]


def test_match_needs_topic_and_region_and_leaves_readers_and_origins_aside() -> None:
    wanted = {"topics": {"any": ["terrorism/isis"]}, "regions": {"any": ["IQ"]}}
    place = stix("location", "p", tlp="clear", country="IQ")
    about_both = stix("location", "b", tlp="red", country="IQ", labels=["isis"])
    assert matches(malware(labels=["isis"]), place, **wanted) == 0
    assert matches(malware(labels=["isis"]), place, about_both, **wanted) == 1
    assert matches(held(about_both, origins=("fr",)), **wanted) == 1


def test_match_takes_a_relationship_as_in_the_view_where_only_its_end_keeps_it_out() -> None:
    actor, tool = stix("threat-actor", "a", name="a", labels=["isis"]), stix("tool", "t", name="t")
    link = related(actor, tool)
    wanted = {"topics": {"any": ["terrorism/isis"]}}
    assert matches(actor, held(tool, origins=("fr",)), link, **wanted) == 3


def test_version_that_cannot_be_read_matches_nothing() -> None:
    odd = stix("note", "n", content="c", object_refs=[malware()["id"]], extensions={CLAIM_EXTENSION: "no claim"})
    assert matches(odd, types=["note"]) == 0
