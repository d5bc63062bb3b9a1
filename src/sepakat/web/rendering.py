"""Turns templates into pages: the Jinja environment, and how instants, ids and states read.

Texts go through gettext functions, English being the text itself; catalogues take the place of the null ones.
Everything is escaped; nothing that came from outside is ever marked as safe.
"""

from __future__ import annotations

import gettext
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from sepakat.exchange.titles import MarkingLine
from sepakat.release.decision import Decision
from sepakat.release.explanation import sentence
from sepakat.web.asking import Ask
from sepakat.web.static_files import static_path
from sepakat.web.texts import MARKINGS, WORDS


def page(ask: Ask, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page from its template; `values` are what it shows."""
    text = _environment().get_template(template).render(ask=ask, own=ask.node.party, status=status, **values)
    return HTMLResponse(text, status)


@cache
def _environment() -> Environment:
    """The templates, compiled once a process."""
    environment = Environment(
        loader=PackageLoader("sepakat.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.globals.update(static_path=static_path)
    environment.filters.update({function.__name__: function for function in _FILTERS})
    translations = gettext.NullTranslations()
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        translations.gettext, translations.ngettext, newstyle=True
    )
    return environment


def minute(instant: datetime) -> str:
    """An instant as it stands in a table: `22 Nov 2026 10:46`, UTC."""
    return instant.astimezone(UTC).strftime("%d %b %Y %H:%M")


def exact(instant: datetime) -> str:
    """An instant to the millisecond."""
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] + " UTC"


def machine_time(instant: datetime) -> str:
    """An instant for programs."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def words(value: str) -> str:
    """A state in words; one that has none stands for itself."""
    return gettext.NullTranslations().gettext(WORDS.get(str(value), str(value)))


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


def marking_words(line: MarkingLine) -> str:
    """Who may read what is marked so, as its publisher says."""
    return gettext.NullTranslations().gettext(MARKINGS.get(f"{line.scheme} {line.level}".strip(), ""))


def told(decision: Decision) -> str:
    """The decision in one sentence without its subject: the page is about that object."""
    return capital(sentence(decision).removeprefix(f"{decision.version[0]} "))


def stix_time(text: str) -> str:
    """A timestamp as given, for reading."""
    return text.replace("T", " ").replace("Z", " UTC")


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


_INSIDE = frozenset({"type", "spec_version", "id", "object_marking_refs", "revoked"})
_LATE = frozenset({"created", "modified", "created_by_ref"})
_FILTERS = (
    minute,
    exact,
    machine_time,
    words,
    pretty,
    capital,
    breakable,
    marking_words,
    stix_time,
    plain_facts,
    told,
)
