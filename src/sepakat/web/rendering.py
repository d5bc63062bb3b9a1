"""Turns templates into pages: one Jinja environment per language, and how instants, numbers, ids and states read.

Every text goes through the catalogue of the person's language. Everything is escaped; nothing that came from outside is
ever marked as safe, but pictures that escape by themselves.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from sepakat.agreements import kalimat, sentences
from sepakat.agreements.value_kinds import parse_duration
from sepakat.claims.claim import Claim, Quantity
from sepakat.claims.words import quantity_words, rating_words
from sepakat.exchange.titles import MarkingLine
from sepakat.release.decision import Decision
from sepakat.release.explanation import sentence
from sepakat.web.access import may_open
from sepakat.web.asking import Ask
from sepakat.web.findings import finding_in, sentence_in
from sepakat.web.languages import LANGUAGES, Catalogue, catalogue
from sepakat.web.static_files import static_path
from sepakat.web.texts import MARKINGS, SAID, WORDS

_INSIDE = frozenset({"type", "spec_version", "id", "object_marking_refs", "revoked"})
_LATE = frozenset({"created", "modified", "created_by_ref"})
_LONGEST_DIFF = 400
_SECOND = timedelta(seconds=1)


def page(ask: Ask, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page from its template; `values` are what it shows."""
    text = (
        _environment(ask.language)
        .get_template(template)
        .render(
            ask=ask,
            own=ask.node.party,
            status=status,
            here_again=_here_again(ask),
            said=SAID.get(ask.query.get("said", "")),
            may=lambda name: ask.user is not None and may_open(name, ask.user.role),
            **values,
        )
    )
    return HTMLResponse(text, status)


def _here_again(ask: Ask) -> str:
    """The address of the page that is shown, to come back to in another language; of a form's answer, its page."""
    if ask.method != "GET":
        return "/" + ask.path.strip("/").partition("/")[0]
    kept = {name: value for name, value in ask.query.items() if name != "said"}
    return f"{ask.path}?{urlencode(kept)}" if kept else ask.path


@cache
def _environment(language: str) -> Environment:
    """The templates, compiled once a process and language."""
    environment = Environment(
        loader=PackageLoader("sepakat.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    texts = catalogue(language)
    environment.globals.update(static_path=static_path, language=language, languages=LANGUAGES)
    environment.filters.update({function.__name__: function for function in _FILTERS})
    environment.filters.update(_filters_of(texts))
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        texts.gettext, texts.ngettext, newstyle=True
    )
    return environment


def _filters_of(texts: Catalogue) -> dict[str, Callable[..., Any]]:
    """The filters that speak."""
    language = texts.language

    def minute(instant: datetime) -> str:
        return format_datetime(instant.astimezone(UTC), "d MMM y HH:mm", tzinfo=UTC, locale=language)

    def day(value: date) -> str:
        return format_date(value, "d MMM y", locale=language)

    def ago(instant: datetime, now: datetime) -> str:
        away = instant - now
        # What is this very second is called past: nothing is in 0 seconds.
        past = away if abs(away) >= _SECOND else -_SECOND
        return format_timedelta(past, add_direction=True, locale=language)

    def period(text: str) -> str:
        duration = parse_duration(text)
        return sentences.duration_words(duration) if language == "en" else kalimat.duration_words(duration)

    def number(value: float) -> str:
        return format_decimal(value, locale=language)

    def words(value: str) -> str:
        return texts.gettext(WORDS.get(str(value), str(value)))

    def marking_words(line: MarkingLine) -> str:
        return texts.gettext(MARKINGS.get(f"{line.scheme} {line.level}".strip(), "")) if line.scheme else ""

    def told(decision: Decision) -> str:
        whole = sentence(decision) if language == "en" else sentence_in(language, decision)
        return capital(whole.removeprefix(f"{decision.version[0]} "))

    def finding_words(text: str) -> str:
        return finding_in(language, text)

    speaking: tuple[Callable[..., Any], ...] = (
        minute,
        day,
        ago,
        period,
        number,
        words,
        marking_words,
        told,
        finding_words,
    )
    return {one.__name__: one for one in speaking}


def drawn(picture: str) -> Markup:
    """A picture that `claims.drawing` made: it escapes what came from outside itself, and draws without styles."""
    return Markup(picture)  # noqa: S704


def exact(instant: datetime) -> str:
    """An instant to the millisecond."""
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] + " UTC"


def machine_time(instant: datetime) -> str:
    """An instant for programs."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def pretty(content: Mapping[str, Any]) -> str:
    """An object as JSON for reading."""
    return json.dumps(content, ensure_ascii=False, indent=2)


def capital(text: str) -> str:
    """The text with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]


def breakable(identifier: str) -> list[str]:
    """The parts of an id between which a line may break."""
    kind, dashes, rest = identifier.partition("--")
    return [kind + dashes, rest] if dashes else [identifier]


def stix_time(text: str) -> str:
    """A timestamp as given, for reading."""
    return text.replace("T", " ").replace("Z", " UTC")


def changed_lines(older: str, newer: str) -> list[tuple[str, str]]:
    """What differs between two texts, line by line: `+`, `-` or a blank, and the line."""
    found = difflib.unified_diff(older.splitlines(), newer.splitlines(), n=2, lineterm="")
    lines = [line for line in found if not line.startswith(("---", "+++", "@@"))]
    return [(line[:1], line[1:]) for line in lines[:_LONGEST_DIFF]]


def plain_facts(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What an object says in properties that read as text, in its order."""
    facts = []
    # When it was written comes after what it says.
    for name, value in sorted(content.items(), key=lambda one: one[0] in _LATE):
        if name in _INSIDE:
            continue
        if isinstance(value, str):
            facts.append((name, value))
        elif isinstance(value, bool | int | float):
            facts.append((name, json.dumps(value)))
        elif isinstance(value, list) and all(isinstance(item, str) for item in value):
            facts.append((name, ", ".join(value)))
    return [(name.replace("_", " "), value) for name, value in facts]


def quantity(value: Quantity) -> str:
    """A number with its hedge and unit, as claims have it in words."""
    return quantity_words(value)


def rated(claim: Claim) -> str:
    """The rating that a claim carries, in words of its own scheme; empty without any."""
    return rating_words(claim.source, claim.credibility) or ""


_FILTERS = (
    quantity,
    rated,
    drawn,
    exact,
    machine_time,
    pretty,
    capital,
    breakable,
    stix_time,
    plain_facts,
    changed_lines,
)
