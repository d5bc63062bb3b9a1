"""Support by roots over held claims: the properties that make hearsay count once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from sepakat.claims.claim import Claim, Lineage
from sepakat.claims.extension import VARIANT_EXTENSION, variant_document
from sepakat.claims.lineage import Support, distinct_roots
from sepakat.claims.questions import account_of
from sepakat.claims.telling import (
    OPENCTI_EXTENSION,
    Telling,
    as_of,
    copy_names,
    one_report_each,
    read_telling,
    reports_of,
    withdrawn_roots,
)
from sepakat.stix.identifiers import PartyId, StixId
from sepakat.stix.objects import StixObject
from tests.unit.claims.examples import full_note

START = datetime(2014, 10, 14, tzinfo=UTC)
US, RU = PartyId("us"), PartyId("ru")
ROOTS = [f"{number:064x}" for number in range(4)]
PARTIES = [PartyId(name) for name in ("us", "ru", "fr", "iq")]


def telling(number: int, claim: Claim | None = None, **more: object) -> Telling:
    id_ = StixId(f"note--{number:08x}-0000-4000-8000-000000000000")
    made = Telling(id_, "1", claim or Claim("report"), "It was so.", START, START, START, (RU,), names=frozenset({id_}))
    return replace(made, **more)  # type: ignore[arg-type]


def from_roots(number: int, *roots: str, via: tuple[PartyId, ...] = (), status: str = "live") -> Telling:
    return telling(number, Claim("report", lineage=Lineage(roots, via, len(via) or None), status=status))


def support(tellings: list[Telling]) -> Support:
    return distinct_roots(reports_of(tellings), listener=US, withdrawn=withdrawn_roots(tellings))


lineages = st.builds(
    lambda roots, via: Lineage(tuple(sorted(roots)), tuple(via), len(via) or None),
    st.sets(st.sampled_from(ROOTS), max_size=3),
    st.lists(st.sampled_from(PARTIES), max_size=3),
)
claims = st.builds(
    lambda kind, lineage, status: Claim(kind, lineage=lineage, status=status),
    st.sampled_from(["report", "fact", "denial", "hypothesis"]),
    st.none() | lineages,
    st.sampled_from(["live", "live", "corrected", "withdrawn"]),
)
held = st.lists(claims, max_size=8).map(lambda made: [telling(number, one) for number, one in enumerate(made)])


@given(held, claims)
def test_an_echo_never_raises_support(tellings: list[Telling], claim: Claim) -> None:
    lineage = claim.lineage or Lineage()
    echo = telling(99, replace(claim, lineage=replace(lineage, via=(*lineage.via, US, RU), depth=None)))
    before, after = support(tellings), support([*tellings, echo])
    assert after.roots == before.roots
    assert (after.least, after.most) == (before.least, before.most)


@given(held, st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(tellings: list[Telling], random: object) -> None:
    shuffled = list(tellings)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert support(shuffled) == support(tellings)
    assert account_of("k", shuffled) == account_of("k", tellings)


@given(held, st.sampled_from(ROOTS))
def test_withdrawing_a_root_withdraws_its_support_everywhere(tellings: list[Telling], root: str) -> None:
    first_hand = from_roots(50, root)
    others = [one for one in tellings if one.claim.lineage is None or one.claim.lineage.via or one.claim.lineage.depth]
    before = support([*others, first_hand])
    after = support([*others, from_roots(50, root, status="withdrawn")])
    assert root in before.roots
    assert root not in after.roots
    assert after.roots == {token: keys for token, keys in before.roots.items() if token != root}


@given(held)
def test_no_rival_claim_is_lost_or_joined(tellings: list[Telling]) -> None:
    account = account_of("k", tellings)
    shown = [one for answer in account.answers for one in answer.claims]
    assert sorted(one.id for one in shown) == sorted(one.id for one in tellings)
    assert {one.id: one for one in shown} == {one.id: one for one in tellings}


def test_five_reports_of_one_origin_are_one() -> None:
    reports = [from_roots(number, ROOTS[0], via=(RU,) * number) for number in range(5)]
    assert support(reports).sentence == "5 reports, 1 origin"


def test_a_root_stands_as_long_as_somebody_stands_by_it_at_first_hand() -> None:
    gone = from_roots(1, ROOTS[0], status="withdrawn")
    assert withdrawn_roots([gone, from_roots(2, ROOTS[0], via=(RU,))]) == {ROOTS[0]}
    assert withdrawn_roots([gone, from_roots(2, ROOTS[0])]) == frozenset()
    cut = replace(from_roots(2, ROOTS[0]), names=frozenset({"variant:x"}))
    assert withdrawn_roots([gone, cut]) == {ROOTS[0]}


def test_what_was_believed_is_what_had_been_received() -> None:
    early, late = (telling(1, version=str(n), received_at=START + timedelta(days=n)) for n in (1, 3))
    for order in permutations([early, late]):
        assert as_of(order) == late
        assert as_of(order, START + timedelta(days=2)) == early
        assert as_of(order, START) is None


def test_a_copy_under_another_id_is_the_same_report() -> None:
    content = full_note()
    other = "note--11111111-1111-4111-8111-111111111111"
    renamed = {**content, "id": other, "created_by_ref": "identity--22222222-2222-4222-8222-222222222222"}
    by_opencti = {**content, "id": other, "content": "Rewritten", "x_opencti_stix_ids": [content["id"]]}
    extended = {**by_opencti, "extensions": {**content["extensions"], OPENCTI_EXTENSION: {"stix_ids": [content["id"]]}}}
    del extended["x_opencti_stix_ids"]
    for copy in (renamed, by_opencti, extended):
        assert copy_names(copy) & copy_names(content)
    made = [read_telling(StixObject.from_content(one), START, [RU]) for one in (content, renamed)]
    tellings = [one for one in made if one is not None]
    assert len(set(one_report_each(tellings).values())) == 1
    assert distinct_roots(reports_of(tellings)).reports == 1


def test_two_who_say_the_same_are_two() -> None:
    content = full_note()
    later = {**content, "id": "note--11111111-1111-4111-8111-111111111111", "created": "2026-02-01T00:00:00.000Z"}
    assert not copy_names(later) & copy_names(content)
    odd = {**content, "x_opencti_stix_ids": ["no id", 7], "extensions": [OPENCTI_EXTENSION]}
    assert content["id"] in copy_names(odd)


def test_variants_of_one_original_are_one_report_and_others_are_not() -> None:
    content = full_note()
    ids = [f"note--{number}1111111-1111-4111-8111-111111111111" for number in "123"]
    variants = [
        {**content, "id": id_, "extensions": {VARIANT_EXTENSION: variant_document(token)}}
        for id_, token in zip(ids, ("a" * 64, "a" * 64, "b" * 64), strict=True)
    ]
    first, second, third = map(copy_names, variants)
    assert first & second
    assert not first & third
