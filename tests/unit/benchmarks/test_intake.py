from __future__ import annotations

from pathlib import Path

from benchmarks.intake import PAGES, Page, listing, measure, news_page, our_pages, table
from tests.unit.benchmarks.golds import faultless


def page() -> Page:
    return next(our_pages(PAGES / "open", "open pages"))


def test_a_folder_without_the_news_page_gives_none(tmp_path: Path) -> None:
    assert list(news_page(tmp_path)) == []


def test_the_table_tells_raw_counts_and_has_no_rate_where_nothing_was_asked() -> None:
    lines = list(table(measure(page(), lambda *_: {"proposal": 1})))
    total = next(line for line in lines if line.startswith("  all")).split()
    assert total[1] == "0"
    assert total[5:] == ["-", "0.000"]


def test_the_listing_names_each_leaf_with_its_rule_and_each_extra() -> None:
    proposal = faultless(page().gold) | {"countries": ["LB", "GB", "LY"]}
    lines = list(listing(measure(page(), lambda *_: proposal)))
    found = measure(page(), lambda *_: proposal)
    assert sum(line.startswith(("  + ", "  - ")) for line in lines) == len(found.leaves)
    assert "  x countries[2] extra item: 'LY'" in lines
    assert any(line.startswith("  ! countries: 'LY'") for line in lines)
