from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepakat.claims.claim import Lineage
from sepakat.claims.lineage import Report, canonical_address, distinct_roots, is_echo, public_token, secret_token
from sepakat.errors import InputError
from sepakat.stix.identifiers import PartyId

US, RU, FR = PartyId("us"), PartyId("ru"), PartyId("fr")
SECRET = b"s" * 32


def report(key: str, *roots: str, via: Sequence[PartyId] = ()) -> Report:
    return Report(key, Lineage(tuple(roots), tuple(via), len(via)))


parties = st.sampled_from([US, RU, FR])
reports = st.builds(
    Report,
    st.integers(0, 8).map(str),
    st.none()
    | st.builds(
        Lineage, st.lists(st.sampled_from("abcd"), unique=True).map(tuple), st.lists(parties, max_size=2).map(tuple)
    ),
)


def test_five_reports_from_one_root_are_one_origin() -> None:
    support = distinct_roots([report(str(number), "a") for number in range(5)])
    assert (support.least, support.most) == (1, 1)
    assert support.sentence == "5 reports, 1 origin"
    assert support.roots == {"a": ("0", "1", "2", "3", "4")}
    assert not support.is_independently_confirmed


def test_reports_from_two_roots_are_two_origins() -> None:
    support = distinct_roots([report("1", "a"), report("2", "b"), report("3", "a", "b")])
    assert support.sentence == "3 reports, 2 origins"
    assert support.is_independently_confirmed


def test_reports_without_declared_roots_count_as_at_most_one() -> None:
    support = distinct_roots([Report("1"), Report("2"), report("3", via=[RU])])
    assert (support.least, support.most) == (1, 1)
    assert support.sentence == "3 reports, 1 origin; independence unknown for 3, which count as at most one"


def test_undeclared_reports_beside_a_root_may_be_of_the_same_origin() -> None:
    support = distinct_roots([report("1", "a"), Report("2")])
    assert (support.least, support.most) == (1, 2)
    assert support.sentence.startswith("2 reports, 1 or 2 origins; independence unknown for 1")
    assert not support.is_independently_confirmed


def test_echo_is_shown_and_not_counted() -> None:
    support = distinct_roots([report("1", "a"), report("2", "b", via=[US, RU])], listener=US)
    assert support.echoes == ("2",)
    assert support.sentence == "2 reports, 1 origin; 1 echo not counted"


def test_claim_with_only_our_own_root_is_an_echo() -> None:
    assert is_echo(Lineage(("a",)), US, ["a"])
    assert not is_echo(Lineage(("a", "b")), US, ["a"])
    assert not is_echo(Lineage(), US, ["a"])
    assert not is_echo(None, US, ["a"])
    assert is_echo(Lineage((), (RU, US)), US)


def test_our_own_root_beside_another_adds_nothing() -> None:
    assert distinct_roots([report("1", "a", "b")], listener=US, own_roots=["a"]).roots == {"b": ("1",)}


def test_withdrawn_root_takes_its_support() -> None:
    given_reports = [report("1", "a"), report("2", "a", "b")]
    support = distinct_roots(given_reports, withdrawn=["a"])
    assert support.roots == {"b": ("2",)}
    assert support.sentence == "2 reports, 1 origin; 1 report with every root withdrawn, not counted"


def test_no_reports_have_no_origin() -> None:
    support = distinct_roots([])
    assert (support.reports, support.least, support.most) == (0, 0, 0)
    assert support.sentence == "0 reports, 0 origins"


def test_two_versions_of_one_report_are_one_report() -> None:
    assert distinct_roots([report("1", "a"), report("1", "a")]).reports == 1


@given(st.lists(reports, max_size=12), st.randoms(use_true_random=False))
def test_order_of_reports_changes_nothing(some: list[Report], random: object) -> None:
    shuffled = list(some)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert distinct_roots(some, listener=US, own_roots="d") == distinct_roots(shuffled, listener=US, own_roots="d")


@given(st.lists(reports, max_size=12), reports)
def test_echo_never_raises_support(some: list[Report], other: Report) -> None:
    lineage = other.lineage or Lineage()
    echo = Report(other.key, Lineage(lineage.roots, (*lineage.via, US), None))
    before = distinct_roots(some, listener=US)
    after = distinct_roots([*some, echo], listener=US)
    assert after.least <= before.least
    assert after.most <= before.most
    assert after.roots.keys() <= before.roots.keys()


@given(st.lists(reports, max_size=12), st.sampled_from("abcd"))
def test_withdrawing_a_root_never_raises_support(some: list[Report], root: str) -> None:
    before, after = distinct_roots(some), distinct_roots(some, withdrawn=[root])
    assert root not in after.roots
    assert after.roots == {name: keys for name, keys in before.roots.items() if name != root}
    assert after.most <= before.most


@given(st.lists(reports, max_size=12))
def test_every_report_is_accounted_for(some: list[Report]) -> None:
    support = distinct_roots(some, listener=US, own_roots="d", withdrawn="c")
    assert support.reports == len({one.key for one in some})


@pytest.mark.parametrize(
    ("address", "canonical"),
    [
        ("HTTP://News.Example:80/Story/?utm_source=x&id=7&fbclid=y#top", "https://news.example/Story?id=7"),
        ("https://news.example", "https://news.example"),
        ("https://news.example/", "https://news.example"),
        ("https://news.example:8443/a?b", "https://news.example:8443/a?b"),
        ("https://user:word@news.example/a", "https://news.example/a"),
        (" paper of 14 October ", "paper of 14 October"),
        ("ftp://news.example/A", "ftp://news.example/A"),
    ],
)
def test_address_has_one_canonical_form(address: str, canonical: str) -> None:
    assert canonical_address(address) == canonical
    assert canonical_address(canonical) == canonical


def test_public_token_is_the_same_for_all_who_have_the_document() -> None:
    assert public_token("https://a.example", "Caf\u00e9  opens\n") == public_token(
        "https://a.example", "Cafe\u0301 opens"
    )
    assert public_token("https://a.example", "one") != public_token("https://a.example", "two")
    assert public_token("https://a.example", "one") != public_token("https://b.example", "one")


def test_secret_token_depends_on_every_part() -> None:
    token = secret_token(SECRET, "c", "s", "r")
    others = [(b"t" * 32, "c", "s", "r"), (SECRET, "x", "s", "r"), (SECRET, "c", "x", "r"), (SECRET, "c", "s", "x")]
    assert len({token, *(secret_token(*parts) for parts in others)}) == 5


def test_parts_of_a_token_do_not_run_together() -> None:
    assert secret_token(SECRET, "a", "bc", "d") != secret_token(SECRET, "ab", "c", "d")
    assert public_token("ab", "c") != public_token("a", "bc")


def test_short_secret_is_refused() -> None:
    with pytest.raises(InputError, match="32 bytes or more"):
        secret_token(b"short", "c", "s", "r")
