from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sepakat.agreements.topics import TopicDefinition, TopicTable
from sepakat.release.decision import Outcome
from sepakat.release.engine import decide_all
from sepakat.release.fixpoint import Fixpoint
from tests.unit.release.small import (
    NOW,
    TLP,
    VIEW,
    agreement,
    clause,
    failing,
    held,
    malware,
    observable,
    outcome,
    party_id,
    policy,
    ref,
    related,
    sid,
    stix,
    terms,
    under,
    view,
    world,
)

HIDDEN = [{"marking_ref": TLP["red"], "selectors": ["description"]}]
TOPICS = TopicTable((TopicDefinition("isis", names=frozenset({"Daesh"})),))


def report(*targets: dict[str, Any], **content: Any) -> dict[str, Any]:
    refs = [target["id"] for target in targets]
    return stix("report", "r", name="r", published="2026-01-01T00:00:00Z", object_refs=refs, **content)


def secret(called: str = "secret") -> dict[str, Any]:
    return malware(called, tlp="red")


def test_required_reference_that_is_out_takes_the_object_along() -> None:
    link = related(malware(), secret())
    asked = world(malware(), secret(), link)
    assert failing(asked, link) == {"ReferencesInView"}


def test_reference_to_what_is_not_held_is_out() -> None:
    link = related(malware(), malware("elsewhere"))
    assert outcome(world(malware(), link), link) is Outcome.OUT


def test_list_loses_items_that_are_out_and_the_object_its_last_one() -> None:
    both, none = report(malware(), secret()), report(secret())
    assert outcome(world(malware(), secret(), both), both) is Outcome.VARIANT
    assert failing(world(secret(), none), none) == {"SomethingRemains"}


def test_reference_to_a_variant_makes_a_variant() -> None:
    cut = malware(description="x", granular_markings=HIDDEN)
    link = related(malware("other"), cut)
    asked = world(malware("other"), cut, link)
    assert (outcome(asked, cut), outcome(asked, link)) == (Outcome.VARIANT, Outcome.VARIANT)


def test_optional_reference_that_is_out_is_cut() -> None:
    mail = observable("email-addr", "e", value="a@example.org", belongs_to_ref=sid("user-account", "gone"))
    assert outcome(world(mail), mail) is Outcome.VARIANT


def test_third_partys_object_goes_whole_or_not_at_all() -> None:
    thing = report(malware(), secret(), tlp="clear", created_by_ref=party_id("fr"))
    asked = world(malware(), secret(), held(thing, origins=("us",), received=(terms("fr"),)))
    assert "ReferencesInView" in failing(asked, thing)


def test_own_object_that_a_partner_owns_the_marking_of_is_not_cut() -> None:
    thing = malware(tlp="clear", description="x", granular_markings=HIDDEN)
    asked = world(held(thing, received=(terms("fr"),)))
    assert failing(asked, thing) == {"MarkingsOfProperties"}


def test_reference_is_whole_when_one_version_of_its_target_is() -> None:
    first = malware(description="x", granular_markings=HIDDEN)
    second = {**malware(), "modified": "2026-01-02T00:00:00.000Z"}
    link = related(malware("other"), first)
    asked = world(malware("other"), first, second, link)
    assert (outcome(asked, first), outcome(asked, second)) == (Outcome.VARIANT, Outcome.WHOLE)
    assert outcome(asked, link) is Outcome.WHOLE


def test_falling_passes_on_along_a_chain() -> None:
    chain = [stix("note", f"n{number}", content="c") for number in range(20)]
    for note, below in zip(chain, [*chain[1:], secret()], strict=True):
        note["object_refs"] = [below["id"]]
    asked = world(*chain, secret())
    assert {outcome(asked, note) for note in chain} == {Outcome.OUT}


def circle(size: int, **last: Any) -> list[dict[str, Any]]:
    ids = [sid("note", f"c{number}") for number in range(size)]
    made = [stix("note", f"c{number}", content="c", object_refs=[ids[(number + 1) % size]]) for number in range(size)]
    made[-1].update(last)
    return made


def test_circle_that_nothing_withholds_stays_whole() -> None:
    notes = circle(5)
    assert {outcome(world(*notes), note) for note in notes} == {Outcome.WHOLE}


@pytest.mark.parametrize("breaks", [True, False])
def test_circle_of_ten_thousand_ends_after_a_few_steps_for_each_of_it(
    monkeypatch: pytest.MonkeyPatch, breaks: bool
) -> None:
    steps = 0

    def counted(step: Callable[..., Any]) -> Callable[..., Any]:
        def count(*arguments: Any) -> Any:
            nonlocal steps
            steps += 1
            return step(*arguments)

        return count

    for name in ("_start", "_weigh", "_fall", "_pass_on", "_look_again"):
        monkeypatch.setattr(Fixpoint, name, counted(getattr(Fixpoint, name)))
    notes = circle(10_000, **({"object_marking_refs": [TLP["red"]]} if breaks else {}))
    verdicts = decide_all(world(*notes), NOW)
    assert verdicts.outcome(ref(notes[0]), VIEW) is (Outcome.OUT if breaks else Outcome.WHOLE)
    assert len(notes) < steps <= 8 * len(notes)


def test_ids_inside_texts_and_patterns_are_references() -> None:
    told = malware(description=f"see {secret()['id']}")
    asked = world(told, secret())
    assert outcome(asked, told) is Outcome.VARIANT
    pattern = {"pattern": f"[x:y = '{secret()['id']}']", "pattern_type": "x", "valid_from": "2026-01-01T00:00:00Z"}
    indicator = stix("indicator", "i", **pattern)
    assert failing(world(indicator, secret()), indicator) == {"ReferencesInView"}


def test_scaffold_is_in_for_every_reference() -> None:
    thing = malware(created_by_ref=party_id("iq"), tlp="clear")
    assert outcome(world(thing), thing) is Outcome.WHOLE


def test_references_do_not_mix_between_views() -> None:
    tool = stix("tool", "t", name="t")
    link = related(malware(), tool)
    views = (
        view(agreement(clause(types=["malware", "relationship"]))),
        view(agreement(clause(types=["tool", "relationship"]), name="b")),
    )
    asked = world(malware(), tool, link, views=views)
    assert {outcome(asked, link, key) for key in asked.views} == {Outcome.OUT}


# Evidence over relationships: DESIGN section 4, rule 4.


def about(**changes: Any) -> Any:
    return under(clause(topics={"any": ["isis"]}, **changes))


def test_topic_comes_one_hop_over_a_relationship_in_the_view() -> None:
    actor, tool = stix("threat-actor", "a", name="Daesh"), malware()
    link = related(actor, tool)
    asked = world(actor, tool, link, views=about(), topics=TOPICS)
    assert outcome(asked, tool) is Outcome.WHOLE


def test_topic_does_not_come_two_hops() -> None:
    actor, near, far = stix("threat-actor", "a", name="Daesh"), malware("near"), malware("far")
    links = [related(actor, near), related(near, far)]
    asked = world(actor, near, far, *links, views=about(), topics=TOPICS)
    assert outcome(asked, near) is Outcome.WHOLE
    assert outcome(asked, far) is Outcome.OUT


def test_topic_does_not_come_over_a_relationship_that_is_out() -> None:
    actor, tool = stix("threat-actor", "a", name="Daesh"), malware()
    link = related(actor, tool, tlp="red")
    asked = world(actor, tool, link, views=about(), topics=TOPICS)
    assert failing(asked, tool) == {"TopicShared", "ClauseMatches"}


def test_topic_does_not_come_from_what_is_out_itself() -> None:
    actor, tool = stix("threat-actor", "a", name="Daesh", tlp="red"), malware()
    asked = world(actor, tool, related(actor, tool), views=about(), topics=TOPICS)
    assert outcome(asked, tool) is Outcome.OUT


def test_topic_and_region_may_come_over_different_relationships() -> None:
    actor, place, tool = stix("threat-actor", "a", name="Daesh"), stix("location", "p", country="IQ"), malware()
    links = [related(actor, tool), related(tool, place, "targets")]
    notes = policy(actor, regions=frozenset({"IQ"})) | policy(place, topics=frozenset({"isis"}))
    views = under(clause(topics={"any": ["isis"]}, regions={"any": ["IQ"]}))
    asked = world(actor, place, tool, *links, views=views, topics=TOPICS, policies=notes)
    assert outcome(asked, tool) is Outcome.WHOLE


def test_two_that_hold_each_other_up_stay() -> None:
    one, other = malware("one"), malware("other")
    link = related(one, other)
    notes = policy(one, topics=frozenset({"isis"})) | policy(other, regions=frozenset({"IQ"}))
    views = under(clause(topics={"any": ["isis"]}, regions={"any": ["IQ"]}))
    asked = world(one, other, link, views=views, topics=TOPICS, policies=notes)
    assert {outcome(asked, thing) for thing in (one, other, link)} == {Outcome.WHOLE}


def test_what_falls_takes_the_topic_of_its_neighbours_along() -> None:
    actor = stix("threat-actor", "a", name="Daesh")
    note = stix("note", "n", content="c", object_refs=[secret()["id"]])
    tool = malware()
    link = related(actor, tool)
    # The relationship hangs on a note that falls only because of what it refers to.
    link["description"] = f"as in {note['id']}"
    views = under(clause(topics={"any": ["isis"]}, fields={"allow": "standard", "tear_line": "none"}))
    asked = world(actor, note, tool, link, secret(), views=views, topics=TOPICS)
    assert outcome(asked, tool) is Outcome.OUT
