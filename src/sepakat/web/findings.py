"""Findings and decisions in another language than English: each sentence is known by the pattern that worded it.

The rules word their findings in English, once, from a table of patterns. Here that table is read backwards: the facts
are taken out of a sentence and put into the pattern's translation in `findings.id.json`. A sentence whose pattern has
no translation stays as it is, and a test finds the pattern. Decides nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from sepakat.release.decision import Decision, Outcome
from sepakat.release.explanation import WORDS, sentence

_FIELD = re.compile(r"\{(\w+)\}")

SUMMARIES = (
    "{name} withheld from {taker}: {why}",
    "{name} goes to {taker} as a tear-line under {terms}, without {what}",
    "{name} goes to {taker} as a tear-line under {terms}",
    "{name} goes to {taker} whole under {terms}",
    "no agreement has ever been in force for {taker}",
    "does not apply here",
)
"""Patterns of whole decisions, beside those of the rules."""


def patterns() -> Iterator[str]:
    """Every pattern that a finding or a decision is worded by."""
    for words in WORDS.values():
        yield from (words.permits, words.withholds, words.remedy, words.cuts)
    yield from SUMMARIES


def finding_in(language: str, text: str) -> str:
    """A finding's sentence in a language."""
    if language == "en":
        return text
    for pattern, made in _backwards(language):
        found = pattern.fullmatch(text)
        if found is not None:
            return made.format_map(found.groupdict())
    return text


def sentence_in(language: str, decision: Decision) -> str:
    """A decision in one sentence in a language: reasons one by one, then what holds them together."""
    text = sentence(decision)
    if decision.outcome is Outcome.OUT:
        head, colon, reasons = text.partition(": ")
        text = head + colon + "; ".join(finding_in(language, reason) for reason in reasons.split("; "))
    return finding_in(language, text)


@cache
def translations(language: str) -> Mapping[str, str]:
    """The translated patterns of a language; kept as long as the process."""
    text = files("sepakat.web").joinpath("catalogues", f"findings.{language}.json").read_text("utf-8")
    return {str(one): str(other) for one, other in json.loads(text).items()}


@cache
def _backwards(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Patterns that take the facts out, the most telling first; kept as long as the process."""
    known = translations(language)
    wanted = sorted({one for one in patterns() if one in known}, key=lambda one: -len(_FIELD.sub("", one)))
    return tuple((re.compile(_taken_apart(one), re.DOTALL), known[one]) for one in wanted)


def _taken_apart(pattern: str) -> str:
    seen: set[str] = set()
    made = ""
    for place, part in enumerate(_FIELD.split(pattern)):
        if place % 2 == 0:
            made += re.escape(part)
        elif part in seen:
            made += f"(?P={part})"
        else:
            seen.add(part)
            made += f"(?P<{part}>.*?)"
    return made
