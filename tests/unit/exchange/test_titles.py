"""The few words by which people know an object."""

from __future__ import annotations

from typing import Any

import pytest

from sepakat.exchange.titles import LONGEST_TITLE, title_of


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ({"type": "campaign", "name": "Delta road"}, "Delta road"),
        ({"type": "campaign", "name": "  ", "description": "A road"}, "A road"),
        ({"type": "ipv4-addr", "value": "198.51.100.7"}, "198.51.100.7"),
        ({"type": "note", "content": "two\n lines"}, "two lines"),
        (
            {
                "type": "relationship",
                "relationship_type": "indicates",
                "source_ref": "indicator--1",
                "target_ref": "malware--2",
            },
            "indicator indicates malware",
        ),
        ({"type": "sighting", "sighting_of_ref": "indicator--1"}, "sighting of indicator"),
        ({"type": "process"}, "process"),
        ({"type": "campaign", "name": 7}, "campaign"),
    ],
)
def test_title_is_what_the_object_says_first(content: dict[str, Any], title: str) -> None:
    assert title_of(content) == title


def test_long_title_is_shortened_in_one_line() -> None:
    title = title_of({"type": "note", "content": "word " * 100})
    assert len(title) <= LONGEST_TITLE
    assert title.endswith("…")
