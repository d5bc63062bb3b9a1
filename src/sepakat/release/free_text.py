"""Whether free text that would go out tells what the same release withholds (invariant I17).

A cut takes a name out of its property, yet the name may stand in a description beside it. This looks for identifying
strings that were cut, in the object or in what it refers to or derives from, as whole words in the texts that remain.
It finds words and no paraphrases, and decides nothing: what it finds is put on hold for a person to look at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sepakat.stix.selectors import Path, nodes, selector_text

IDENTIFYING = frozenset(
    {
        "name",
        "aliases",
        "x_mitre_aliases",
        "value",
        "display_name",
        "account_login",
        "user_id",
        "contact_information",
        "street_address",
        "email",
        "descriptor",
        "path",
        "subject",
        "serial_number",
    }
)
"""Properties whose values name somebody or something."""

LEAST = 4
"""Shorter strings stand in any text by chance."""


def identifying_strings(content: Mapping[str, Any]) -> frozenset[str]:
    """The strings of an object that name somebody or something, folded."""
    return frozenset(
        folded
        for path, value in nodes(content)
        if isinstance(value, str) and _is_identifying(path) and len(folded := _folded(value)) >= LEAST
    )


def telling(remains: Mapping[str, Any], withheld: Iterable[str]) -> Iterator[str]:
    """The selectors of the texts that remain and contain a withheld string as whole words, in the object's order."""
    texts = sorted(withheld)
    if texts:
        for path, value in nodes(remains):
            if isinstance(value, str) and _tells(_folded(value), texts):
                yield selector_text(path)


def _tells(told: str, texts: Iterable[str]) -> bool:
    """Whether a folded text has one of some others in it as whole words."""
    return any(text in told and re.search(rf"(?<!\w){re.escape(text)}(?!\w)", told) is not None for text in texts)


def _is_identifying(path: Path) -> bool:
    names = [step for step in path if isinstance(step, str)]
    return bool(names) and names[-1] in IDENTIFYING


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
