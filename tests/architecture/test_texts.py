"""Every text of the pages is translated into every language of the pages, and every pattern of findings too."""

from __future__ import annotations

import pytest

from checks.texts import LANGUAGES, faults, texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    assert list(faults(language)) == []


def test_texts_of_templates_and_of_code_are_found() -> None:
    found = texts()
    assert len(found) > 300
    assert found.get("Who has it, who has not, and why") is not None
    assert found.get("tear-line variant") is not None
