"""The generated reports are what the benchmark says they are."""

from __future__ import annotations

from collections import Counter

from benchmarks.claims_generated import COPIERS, OBSERVERS, VERBATIM, generate

REPORTS = list(generate(2000))


def test_the_same_seed_gives_the_same_and_another_gives_others() -> None:
    assert list(generate(2000)) == REPORTS
    assert list(generate(300)) == REPORTS[:300]
    assert [one.text for one in generate(20, seed=8)] != [one.text for one in REPORTS[:20]]


def test_all_parties_report_and_only_copiers_copy() -> None:
    assert {one.party for one in REPORTS} == {*OBSERVERS, *COPIERS}
    for one in REPORTS:
        assert (one.copied is None) == (one.party in OBSERVERS) == (one.origin == one.index)


def test_a_copy_comes_after_its_source_in_the_same_event_and_has_its_origin() -> None:
    for one in REPORTS:
        if one.copied is not None:
            source = REPORTS[one.copied]
            assert (source.index < one.index, source.event, source.origin) == (True, one.event, one.origin)


def test_every_event_has_independent_reports_that_share_names() -> None:
    at_first_hand = Counter(one.event for one in REPORTS if one.copied is None)
    assert min(list(at_first_hand.values())[:-1]) >= 2
    assert any(one.copied is not None and REPORTS[one.copied].party in COPIERS for one in REPORTS)


def test_rewording_leaves_few_words_in_a_row_and_the_verbatim_copier_many() -> None:
    def runs(text: str) -> set[tuple[str, ...]]:
        words = text.lower().replace(".", "").split()
        return set(zip(words, words[1:], words[2:], words[3:], strict=False))

    shares: dict[bool, list[float]] = {True: [], False: []}
    for one in REPORTS:
        if one.copied is not None:
            mine, theirs = runs(one.text), runs(REPORTS[one.copied].text)
            shares[one.party == VERBATIM].append(len(mine & theirs) / max(1, len(mine | theirs)))
    verbatim, reworded = (sum(shares[key]) / len(shares[key]) for key in (True, False))
    assert verbatim > 0.6
    assert reworded < 0.2
