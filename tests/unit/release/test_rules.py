"""The register of rules names each once, and the reference page is written from it."""

from __future__ import annotations

from sepakat.release.rules import BY_NAME, RULES, reference_page


def test_no_two_rules_have_the_same_name() -> None:
    assert list(BY_NAME) == [rule.name for rule in RULES]


def test_reference_page_has_a_row_for_every_rule_in_order_and_ends_with_a_line_end() -> None:
    page = reference_page()
    rows = [f"| `{rule.name}` | {rule.holds} | {rule.section} |" for rule in RULES]
    assert page.endswith("\n".join(["|---|---|---|", *rows]) + "\n")
    assert max(map(len, page.split("\n")[:6])) <= 120
