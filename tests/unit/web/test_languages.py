from __future__ import annotations

import pytest

from sepakat.web.findings import finding_in
from sepakat.web.languages import catalogue, language_of


@pytest.mark.parametrize(
    ("asked", "accepted", "expected"),
    [
        ("id", "en", "id"),
        ("", "id-ID,id;q=0.9,en;q=0.8", "id"),
        ("", "in", "id"),
        ("", "fr,de", "en"),
        ("xx", "", "en"),
        ("", "fr, id;q=0.5", "id"),
    ],
)
def test_what_was_asked_for_counts_before_what_the_browser_prefers(asked: str, accepted: str, expected: str) -> None:
    assert language_of(asked, accepted) == expected


def test_indonesian_has_one_form_for_every_count_and_english_two() -> None:
    one, many = "%(num)s object", "%(num)s objects"
    assert {catalogue("id").ngettext(one, many, count) for count in (0, 1, 2)} == {"%(num)s objek"}
    assert [catalogue("en").ngettext(one, many, count) for count in (1, 2)] == [one, many]


def test_findings_keep_their_facts_in_another_language() -> None:
    text = "marked TLP:AMBER, clause S1 of us-ru allows up to TLP:GREEN"
    assert finding_in("id", text) == "marked TLP:AMBER, pasal S1 dari us-ru membolehkan sampai TLP:GREEN"
    assert finding_in("en", text) == text
    assert finding_in("id", "something that no rule says") == "something that no rule says"
