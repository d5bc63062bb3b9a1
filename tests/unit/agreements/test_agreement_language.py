from __future__ import annotations

from pathlib import Path

import pytest

from sepakat.agreements.agreement_language import reference_page
from sepakat.agreements.vocabulary import KEYS, Key

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "agreement-language.md"


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.path)
def test_every_key_has_its_row(key: Key) -> None:
    (row,) = [line for line in reference_page().splitlines() if line.startswith(f"| `{key.path}` |")]
    assert f"| {key.status.value} |" in row
    assert row.replace("\\|", "").count("|") == 6


def test_what_is_not_supported_yet_stands_in_the_page() -> None:
    assert "not supported yet: unclassified, restricted, confidential, secret, top-secret" in reference_page()
    assert "not supported yet: everything else" in reference_page()


def test_the_page_of_the_documentation_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference_page()
