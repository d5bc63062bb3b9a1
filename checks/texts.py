"""Checks that every text of the pages is translated: `python -m checks.texts`, with `--write` to enter new ones.

Takes the texts out of the templates and of what is marked in the code, and compares them with each catalogue: a text
without translation is a fault, and so is a translation of nothing, one that lost a place to fill in, or a pattern of
findings without its own.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from checks.tree import ROOT
from sepakat.web.findings import patterns, translations

WEB = ROOT / "src" / "sepakat" / "web"
CATALOGUES = WEB / "catalogues"
LANGUAGES = ("id",)
_METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
HEADER = r"""msgid ""
msgstr ""
"Language: LANGUAGE\n"
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=1; plural=0;\n"

"""
_PLACE = re.compile(r"%\(\w+\)s|\{\w+\}")


def texts() -> Catalog:
    """Every text that the pages say, in the order of the files."""
    found = Catalog()
    keywords: dict[str, Any] = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
    options = {"templates/**.html": {"trimmed": "false", "silent": "false"}}
    for name, line, message, comments, context in extract_from_dir(
        WEB, _METHODS, options, keywords, callback=None, strip_comment_tags=False
    ):
        found.add(message, None, [(name, line)], auto_comments=comments, context=context)
    return found


def faults(language: str) -> Iterator[str]:
    """What is wrong with the translations of a language."""
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        known = read_po(file, locale=language)
    wanted = texts()
    for message in wanted:
        if message.id:
            translated = known.get(message.id)
            if translated is None or not _said(translated.string):
                yield f"{language}: not translated: {message.id!r}"
            else:
                yield from _lost(language, _first(message.id), _first(translated.string))
    yield from (f"{language}: translates nothing: {one.id!r}" for one in known if one.id and wanted.get(one.id) is None)
    made = translations(language)
    for pattern in dict.fromkeys(patterns()):
        if _PLACE.sub("", pattern).strip(" ,;:") and pattern not in made:
            yield f"{language}: finding not translated: {pattern!r}"
        elif pattern in made:
            yield from _lost(language, pattern, made[pattern])
    yield from (f"{language}: no such finding: {one!r}" for one in made.keys() - set(patterns()))


def write(language: str) -> None:
    """Enter new texts without translation, and take out what is no longer said."""
    path = CATALOGUES / f"{language}.po"
    with path.open("rb") as file:
        known = read_po(file, locale=language)
    known.update(texts(), no_fuzzy_matching=True)
    known.obsolete.clear()
    known.fuzzy = False
    made = BytesIO()
    write_po(made, known, no_location=True, omit_header=True, width=120, ignore_obsolete=True)
    path.write_bytes(HEADER.replace("LANGUAGE", language).encode() + made.getvalue())


def _said(string: Any) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


def _first(string: Any) -> str:
    return str(string[-1] if isinstance(string, tuple | list) else string)


def _lost(language: str, text: str, translated: str) -> Iterator[str]:
    if set(_PLACE.findall(text)) != set(_PLACE.findall(translated)):
        yield f"{language}: other places to fill in: {text!r} became {translated!r}"


def main() -> int:
    """Check, or write."""
    if "--write" in sys.argv:
        for language in LANGUAGES:
            write(language)
    found = [fault for language in LANGUAGES for fault in faults(language)]
    print("\n".join(found) or "texts: translated")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
