from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sepakat.agreements.terms import Onward, OnwardRule
from sepakat.release.compiled import Compiled
from sepakat.release.decision import Outcome
from sepakat.release.labels import is_as_strict
from sepakat.release.question import Approval, Grant, HeldVersion, ReceivedTerms, View
from sepakat.release.restrictions import Audience, Restriction
from sepakat.stix.identifiers import PartyId, StixId
from tests.unit.release.small import (
    FR,
    IQ,
    NOW,
    RU,
    STATEMENT,
    TLP,
    UNKNOWN,
    US,
    VIEW,
    agreement,
    compiled,
    failing,
    held,
    malware,
    outcome,
    party_id,
    policy,
    ref,
    takers_in,
    terms,
    view,
    world,
)

CLEAR, GREEN, AMBER, STRICT, RED = (Restriction("m", tlp=level) for level in range(5))
FOR_FRANCE = Restriction("m", audiences=(Audience("parties", frozenset({"fr"})),))
FOR_BANK = Restriction("m", audiences=(Audience("parties", frozenset({"bank"})),))
UNREADABLE = Restriction("m", is_known=False)
NAMED_RU = Onward(OnwardRule.NAMED, (RU,))


def theirs(**content: Any) -> dict[str, Any]:
    return malware(created_by_ref=party_id("fr"), **content)


def grant(**changes: Any) -> Grant:
    whole: dict[str, Any] = {
        "origin": FR,
        "grantee": US,
        "party": RU,
        "object_id": StixId(malware()["id"]),
        "given_at": NOW,
        **changes,
    }
    return Grant(**whole)


@pytest.mark.parametrize("level", ["clear", "green", "amber", "amber+strict"])
def test_own_marking_below_red_is_left_to_the_ceiling(level: str) -> None:
    thing = malware(tlp=level)
    assert outcome(world(thing), thing) is Outcome.WHOLE


def test_own_red_goes_only_to_whom_an_approval_names() -> None:
    thing = malware(tlp="red")
    assert failing(world(thing), thing) == {"AmongReaders"}
    approved = {(ref(thing), VIEW): (Approval("ann", NOW),)}
    assert outcome(world(thing, approvals=approved), thing) is Outcome.WHOLE


# DESIGN section 3, the column of another owner; the origin is this node, so that only the label decides.
@pytest.mark.parametrize(
    ("level", "clients_allowed", "is_client", "in_roster", "goes"),
    [
        ("red", True, True, True, False),
        ("amber+strict", True, True, True, False),
        ("amber", True, True, False, True),
        ("amber", False, True, True, False),
        ("amber", True, False, True, False),
        ("green", False, False, True, True),
        ("green", True, True, False, False),
        ("clear", False, False, False, True),
    ],
)
def test_marking_of_another_owner_follows_the_table(
    level: str, clients_allowed: bool, is_client: bool, in_roster: bool, goes: bool
) -> None:
    under = terms("fr", clients_allowed=clients_allowed, roster=frozenset({RU} if in_roster else ()))
    asked = world(held(theirs(tlp=level), received=(under,)), clients=frozenset({RU} if is_client else ()))
    assert (outcome(asked, theirs(tlp=level)) is Outcome.WHOLE) is goes
    assert goes or failing(asked, theirs(tlp=level)) == {"AmongReaders"}


def test_all_terms_bind_under_which_a_version_came() -> None:
    both = (terms("fr", roster=frozenset({RU})), terms("iq", roster=frozenset()))
    thing = malware(tlp="green")
    assert failing(world(held(thing, received=both)), thing) == {"AmongReaders"}


def test_other_owner_without_terms_admits_nobody_above_clear() -> None:
    assert failing(world(theirs()), theirs()) == {"AmongReaders"}


@pytest.mark.parametrize("marks", [None, [STATEMENT]])
def test_statement_marks_and_restricts_nobody_but_no_marking_is_for_us_alone(marks: list[str] | None) -> None:
    thing = malware(tlp=None, **({"object_marking_refs": marks} if marks else {}))
    assert (outcome(world(thing), thing) is Outcome.WHOLE) is bool(marks)
    assert bool(marks) or failing(world(thing), thing) == {"AmongReaders"}


def test_granular_marking_alone_does_not_mark_the_object() -> None:
    thing = malware(tlp=None, granular_markings=[{"marking_ref": TLP["clear"], "selectors": ["name"]}])
    assert "AmongReaders" in failing(world(thing), thing)


def test_marking_that_this_node_added_marks_the_object() -> None:
    thing = malware(tlp=None)
    asked = world(thing, policies=policy(thing, markings=(StixId(TLP["green"]),)))
    assert outcome(asked, thing) is Outcome.WHOLE


@pytest.mark.parametrize("marking", [UNKNOWN, "marking-definition--00000000-0000-4000-8000-00000000cccc"])
def test_unknown_marking_and_one_that_is_not_held_have_no_reader(marking: str) -> None:
    thing = malware(tlp=None, object_marking_refs=[TLP["clear"], marking])
    assert "AmongReaders" in failing(world(thing), thing)


def test_no_grant_lifts_an_unknown_marking() -> None:
    thing = theirs(tlp=None, object_marking_refs=[UNKNOWN])
    asked = world(held(thing, origins=("fr",), received=(terms("fr"),)), grants=(grant(),))
    assert "AmongReaders" in failing(asked, thing)


def test_grant_lifts_label_origin_and_terms_of_who_gave_it() -> None:
    thing = theirs(tlp="amber")
    version = held(thing, origins=("fr",), received=(terms("fr", Onward(OnwardRule.NONE)),))
    assert failing(world(version), thing) == {"AmongReaders", "OriginAllows"}
    assert outcome(world(version, grants=(grant(),)), thing) is Outcome.WHOLE


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": PartyId("iq")},
        {"grantee": FR},
        {"party": FR},
        {"object_id": StixId(malware("other")["id"])},
        {"given_at": NOW + timedelta(microseconds=1)},
        {"until": NOW - timedelta(microseconds=1)},
        {"withdrawn_at": NOW},
    ],
)
def test_grant_that_is_for_something_else_or_not_valid_now_lifts_nothing(changes: dict[str, Any]) -> None:
    thing = theirs(tlp="amber")
    version = held(thing, origins=("fr",), received=(terms("fr"),))
    assert failing(world(version, grants=(grant(**changes),)), thing) == {"AmongReaders", "OriginAllows"}


@pytest.mark.parametrize("changes", [{"until": NOW}, {"withdrawn_at": NOW + timedelta(microseconds=1)}])
def test_grant_holds_to_its_last_instant(changes: dict[str, Any]) -> None:
    thing = theirs(tlp="amber")
    version = held(thing, origins=("fr",), received=(terms("fr"),))
    assert outcome(world(version, grants=(grant(**changes),)), thing) is Outcome.WHOLE


def test_grant_never_lifts_what_this_node_added() -> None:
    thing = theirs(tlp="green")
    version = held(thing, origins=("fr",), received=(terms("fr"),))
    added = policy(thing, markings=(StixId(TLP["amber"]),))
    assert failing(world(version, grants=(grant(),), policies=added), thing) == {"AmongReaders"}


def test_terms_that_name_the_taker_count_as_consent_of_the_sender() -> None:
    thing = theirs(tlp="amber")
    asked = world(held(thing, origins=("fr",), received=(terms("fr", NAMED_RU),)))
    assert outcome(asked, thing) is Outcome.WHOLE


def test_terms_that_name_the_taker_do_not_count_beside_terms_that_do_not() -> None:
    thing = theirs(tlp="amber")
    both = (terms("fr", NAMED_RU), terms("fr", Onward(OnwardRule.ASK)))
    assert "OriginAllows" in failing(world(held(thing, origins=("fr",), received=both)), thing)


def test_sender_that_is_not_the_owner_names_nobody() -> None:
    thing = malware(created_by_ref=party_id("iq"), tlp="clear")
    asked = world(held(thing, origins=("fr",), received=(terms("fr", NAMED_RU),)))
    assert failing(asked, thing) == {"OriginAllows"}


def test_object_of_unknown_origin_goes_to_nobody() -> None:
    assert failing(world(held(malware(), origins=())), malware()) == {"OriginAllows"}


def test_every_origin_must_allow() -> None:
    thing = malware(tlp="clear")
    version = held(thing, origins=("us", "fr", "iq"), received=(terms("fr"),))
    assert failing(world(version, grants=(grant(),)), thing) == {"OriginAllows"}


@pytest.mark.parametrize(
    ("ours", "theirs_", "holds"),
    [
        (OnwardRule.NONE, OnwardRule.NONE, True),
        (OnwardRule.NONE, OnwardRule.NAMED, True),
        (OnwardRule.ASK, OnwardRule.NONE, False),
        (OnwardRule.ASK, OnwardRule.ASK, True),
        (OnwardRule.ASK, OnwardRule.NAMED, True),
        (OnwardRule.NAMED, OnwardRule.NONE, False),
        (OnwardRule.NAMED, OnwardRule.ASK, False),
    ],
)
def test_onward_rules_are_ordered_by_strictness(ours: OnwardRule, theirs_: OnwardRule, holds: bool) -> None:
    assert is_as_strict(Onward(ours), Onward(theirs_)) is holds


@pytest.mark.parametrize(("ours", "holds"), [((), True), ((RU,), True), ((RU, FR), True), ((PartyId("iq"),), False)])
def test_named_is_as_strict_only_with_a_subset_of_names(ours: tuple[PartyId, ...], holds: bool) -> None:
    assert is_as_strict(Onward(OnwardRule.NAMED, ours), Onward(OnwardRule.NAMED, (FR, RU))) is holds


# Among several views


def to(taker: str) -> View:
    """A view of an agreement of its own."""
    return view(agreement(name=f"to-{taker}", takers=(taker,)), taker)


THREE = (to("ru"), to("fr"), to("bank"))
BANK = PartyId("bank")
NOBODY = PartyId("nobody")


def tables(*objects: HeldVersion | dict[str, Any], **inputs: Any) -> Compiled:
    return compiled(world(*objects, views=THREE, **inputs))


@pytest.mark.parametrize(("persons", "takers"), [(0, {"fr", "bank"}), (1, {"fr", "bank"}), (2, {"bank"}), (3, set())])
def test_approval_is_for_the_view_that_it_names_by_so_many_persons(persons: int, takers: set[str]) -> None:
    ann, bob = Approval("ann", NOW), Approval("bob", NOW)
    early = Approval("eve", NOW + timedelta(microseconds=1))
    thing = ref(malware())
    asked = tables(approvals={(thing, THREE[1].key): (ann, ann), (thing, THREE[2].key): (bob, ann, early)})
    assert takers_in(asked, asked.labels.approved(thing, persons)) == takers
    assert asked.labels.approved(ref(malware("other")), persons) == 0


@pytest.mark.parametrize(
    ("version", "inputs", "alone"),
    [
        (held(malware()), {}, True),
        (held(malware(), received=(terms(),)), {}, False),
        (held(malware()), {"approvals": {(ref(malware()), VIEW): (Approval("ann", NOW),)}}, False),
        (held(malware()), {"approvals": {(ref(malware("other")), VIEW): (Approval("ann", NOW),)}}, True),
        (held(malware()), {"grants": (grant(),)}, False),
        (held(malware()), {"grants": (grant(object_id=StixId(malware("other")["id"])),)}, True),
    ],
)
def test_readers_are_by_label_alone_without_terms_approvals_and_grants(
    version: HeldVersion, inputs: dict[str, Any], alone: bool
) -> None:
    labels = compiled(world(**inputs)).labels
    assert labels.are_by_label_alone(version, version.object.version_ref) is alone


@pytest.mark.parametrize(
    ("marked", "added", "of_whole", "takers"),
    [
        ((), (), True, set()),
        ((), (), False, {"ru", "fr", "bank"}),
        ((), (GREEN,), True, {"ru", "fr", "bank"}),
        ((GREEN,), (), True, {"ru", "fr", "bank"}),
        ((UNREADABLE,), (), True, set()),
        ((GREEN,), (GREEN, UNREADABLE), False, set()),
        ((FOR_FRANCE,), (GREEN,), True, {"fr"}),
        ((GREEN,), (FOR_FRANCE,), True, {"fr"}),
        ((FOR_FRANCE, FOR_BANK), (), True, set()),
        ((FOR_FRANCE,), (FOR_BANK,), True, set()),
        ((RED,), (), True, set()),
        ((GREEN,), (RED,), True, set()),
    ],
)
def test_readers_of_own_markings_are_in_every_audience(
    marked: tuple[Restriction, ...], added: tuple[Restriction, ...], of_whole: bool, takers: set[str]
) -> None:
    asked = tables()
    assert takers_in(asked, asked.labels.readers(held(malware()), marked, added, of_whole=of_whole)) == takers


FROM_FR = terms("fr", roster=frozenset({BANK, NOBODY}), clients_allowed=True)


@pytest.mark.parametrize(
    ("restriction", "received", "takers"),
    [
        (CLEAR, (), {"ru", "fr", "bank"}),
        (GREEN, (), set()),
        (GREEN, (FROM_FR,), {"bank"}),
        (GREEN, (FROM_FR, terms("iq", roster=frozenset({BANK, RU}))), {"bank"}),
        (GREEN, (FROM_FR, terms("iq", roster=frozenset({RU}))), set()),
        (AMBER, (), set()),
        (AMBER, (FROM_FR,), {"fr"}),
        (AMBER, (FROM_FR, terms("iq", clients_allowed=True)), {"fr"}),
        (AMBER, (FROM_FR, terms("iq")), set()),
        (STRICT, (FROM_FR,), set()),
        (RED, (FROM_FR,), set()),
        (FOR_FRANCE, (), {"fr"}),
    ],
)
def test_another_owner_admits_its_roster_at_green_and_our_clients_at_amber(
    restriction: Restriction, received: tuple[ReceivedTerms, ...], takers: set[str]
) -> None:
    asked = tables(clients=frozenset({FR, NOBODY}))
    version = held(malware(), received=received)
    assert takers_in(asked, asked.labels.admitted_by(FR, version, (restriction,))) == takers
    assert takers_in(asked, asked.labels.admitted_by(FR, version, (GREEN, restriction))) == (
        takers & takers_in(asked, asked.labels.admitted_by(FR, version, (GREEN,)))
    )


def test_owner_is_the_creator_else_every_sender_else_this_node() -> None:
    labels = tables().labels
    senders = (terms("fr"), terms("iq"), terms("fr"))
    assert labels.owners(held(theirs(), received=(terms("iq"),))) == (FR,)
    assert labels.owners(held(malware(created_by_ref=malware()["id"]), received=senders)) == (FR, IQ)
    assert labels.owners(held(malware(created_by_ref=7))) == (US,)
    assert labels.owners(held(malware(), received=senders)) == (FR, IQ)
    assert labels.owners(held(malware())) == (US,)


def test_terms_allow_where_ours_are_as_strict_or_their_sender_consents() -> None:
    loose = view(agreement(name="loose", takers=("bank",), onward={"default": "ask"}), "bank")
    strict = view(agreement(name="strict", takers=("ru",)), "ru")
    asked = compiled(world(views=(loose, strict), grants=(grant(party=BANK),)))
    labels, ask = asked.labels, Onward(OnwardRule.ASK)

    def allowed(*received: ReceivedTerms) -> set[str]:
        return takers_in(asked, labels.terms_allow(held(malware(), received=received)))

    assert allowed() == {"bank", "ru"}
    assert allowed(terms("iq")) == {"ru"}
    assert allowed(terms("iq", ask)) == {"bank", "ru"}
    assert allowed(terms("fr")) == {"bank", "ru"}
    assert allowed(terms("iq"), terms("iq", ask)) == allowed(terms("iq", ask), terms("iq")) == {"ru"}


def test_origins_allow_where_each_of_others_consents() -> None:
    asked = tables(grants=(grant(), grant(party=BANK), grant(origin=IQ, party=BANK)))

    def allowed(*origins: str) -> set[str]:
        version = held(malware(), origins=origins)
        return takers_in(asked, asked.labels.origins_allow(version, asked.labels.owners(version)))

    assert allowed("us") == {"ru", "fr", "bank"}
    assert allowed() == set()
    assert allowed("fr") == allowed("us", "fr") == {"ru", "bank"}
    assert allowed("fr", "iq") == {"bank"}
