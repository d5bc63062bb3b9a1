"""The formats that can be taken in: which one a source holds, and the reader of each.

Detection looks at the first bytes and the name, costs nothing, and never guesses past doubt: what no format recognises
is refused with the list of names. A reader's module is loaded when its format is read, since some are large.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, cast

from sepakat.errors import InputError
from sepakat.intake.source import Contents, Source
from sepakat.intake.tables.columns import Columns

MOST_BYTES = 512 << 20
"""The largest source that is read at all; each format may ask for less."""

TABLE = "csv"
"""The name of the format of tables, whatever parts their cells."""

HEAD = 65_536
"""How many bytes of a source detection looks at."""


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its name, the module whose `read` reads it, and whether a source of this name and head is of it."""

    name: str
    module: str
    recognises: Callable[[str, bytes], bool]


_SPACE = b" \t\r\n"
_OF_STIX = re.compile(rb'"(?:spec_version|objects|modified)"\s*:|"(?:id|type)"\s*:\s*"bundle')


def _is_json(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip(_SPACE)[:1] in (b"{", b"[")


def _is_stix(_name: str, head: bytes) -> bool:
    return _is_json(head) and (_OF_STIX.search(head) is not None or head.strip(_SPACE)[:2] in (b"{}", b"[]"))


_OF_MISP = re.compile(rb'"(?:Event|response|Attribute|Orgc)"\s*:\s*[\[{]')


def _is_misp(_name: str, head: bytes) -> bool:
    return _is_json(head) and _OF_MISP.search(head) is not None and b'"spec_version"' not in head


_MARKUP = re.compile(rb"<(?:!doctype html|html|head|body|article|main|div|p|h1|meta|title|table)[\s>/]", re.IGNORECASE)
_PAGES = (".html", ".htm", ".xhtml")
_TEXTS = (".txt", ".text")
_MARKS_OF_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_WORDS_OF_PROSE = 8


def _is_readable(head: bytes) -> bool:
    """Whether this can be text at all: hardly any control characters, but for UTF-16."""
    if head.startswith(_MARKS_OF_UTF_16):
        return True
    controls = sum(head.count(code) for code in range(32)) - sum(head.count(space) for space in b"\t\n\r\f")
    return controls * 50 <= len(head)


def _is_page(name: str, head: bytes) -> bool:
    return _is_readable(head) and (
        name.lower().endswith(_PAGES) or _MARKUP.search(head.replace(b"\x00", b"")) is not None
    )


def _is_text(name: str, head: bytes) -> bool:
    if not _is_readable(head) or _is_json(head):
        return False
    lines = head.replace(b"\x00", b"").splitlines()
    return name.lower().endswith(_TEXTS) or any(len(line.split()) >= _WORDS_OF_PROSE for line in lines)


_TABLES = (".csv", ".tsv", ".tab", ".xlsx", ".xlsm")
_WORKBOOK = b"PK\x03\x04"
_DELIMITERS = (b",", b";", b"\t", b"|")
_LEAST_ROWS = 3


def _is_table(name: str, head: bytes) -> bool:
    if head.startswith(_WORKBOOK):
        return True
    if not _is_readable(head) or _is_json(head):
        return False
    return name.lower().endswith(_TABLES) or (not name.lower().endswith((*_PAGES, *_TEXTS)) and _is_even(head))


def _is_even(head: bytes) -> bool:
    """Whether every line has the same number of the same mark, and at least one."""
    lines = [line for line in head.replace(b"\x00", b"").splitlines() if line.strip()]
    if len(head) == HEAD:
        # The last line may be cut.
        lines = lines[:-1]
    if len(lines) < _LEAST_ROWS or lines[0].lstrip().startswith(b"<"):
        return False
    return any(lines[0].count(mark) and len({line.count(mark) for line in lines}) == 1 for mark in _DELIMITERS)


FORMATS: tuple[Format, ...] = (
    Format("misp", "sepakat.intake.misp.reader", _is_misp),
    Format("stix", "sepakat.intake.stix_json", _is_stix),
    Format(TABLE, "sepakat.intake.tables.reader", _is_table),
    Format("page", "sepakat.intake.report_pages", _is_page),
    Format("text", "sepakat.intake.report_texts", _is_text),
)
"""In the order in which they are asked: the first that recognises a source reads it."""

NAMES = ("auto", *(one.name for one in FORMATS))


def detect(name: str, data: bytes) -> Format:
    """The format of a source.

    Raises:
        InputError: it is empty, or no format recognises it.
    """
    head = data[:HEAD]
    if not head.strip():
        raise InputError("source-empty", f"{name[:200]} refused: it is empty")
    for one in FORMATS:
        if one.recognises(name, head):
            return one
    # Broken JSON is told best by the reader of JSON.
    if _is_json(head):
        return format_named("stix")
    raise InputError(
        "format-unrecognised",
        f"{name[:200]} refused: it is of none of the formats {', '.join(NAMES[1:])}",
        "name the format with --format if you know it",
    )


def format_named(name: str) -> Format:
    """The format of a name.

    Raises:
        InputError: there is none.
    """
    for one in FORMATS:
        if one.name == name:
            return one
    raise InputError("format-unknown", f"format refused: expected one of {', '.join(NAMES)}, got {name[:100]}")


def read_source(source: Source, form: str = "auto") -> tuple[str, Contents]:
    """The name of the format and what the source holds.

    Raises:
        InputError: the format is not known, or the source cannot be read as it.
    """
    found = detect(source.name, source.data) if form == "auto" else format_named(form)
    read = cast("Callable[[Source], Contents]", import_module(found.module).read)
    return found.name, read(source)


def columns_of_source(name: str, data: bytes, options: Mapping[str, Any]) -> Columns | None:
    """The columns of a source as they would be read; None if it is no table.

    Raises:
        InputError: the format is not known, or the table cannot be read, or the options do not fit it.
    """
    found = detect(name, data)
    if found.name != TABLE:
        return None
    columns_of = cast("Callable[[bytes, Mapping[str, Any]], Columns]", import_module(found.module).columns_of)
    return columns_of(data, options)
