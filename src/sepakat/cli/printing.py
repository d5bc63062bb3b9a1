"""What commands print: lines, tables and fields for people, JSON for programs.

People's output goes through Rich with all markup of others taken literally; JSON is UTF-8, indented, keys in a stable
order, instants in UTC. Nothing here knows what it prints.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sepakat.cli.plain_text import plain, plain_lines

if TYPE_CHECKING:
    from rich.console import Console

WIDTH_OF_A_FILE = 240
"""Tables that go into a file or a pipe are not cut at the width of some terminal."""


def say(text: str = "") -> None:
    """One line, or several."""
    print(plain_lines(text))


def say_json(value: Any) -> None:
    """A value for programs."""
    print(json.dumps(value, indent=2, ensure_ascii=False, default=_as_json))


def say_raw(text: str) -> None:
    """Text that is a document of its own, byte for byte."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def say_table(headers: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """A table, or the line `empty` when it would have no rows."""
    listed = list(rows)
    if not listed:
        say(empty)
        return
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for header in headers:
        table.add_column(header, overflow="fold")
    for row in listed:
        table.add_row(*(Text(plain_lines("" if cell is None else cell)) for cell in row))
    console().print(table)


def say_fields(fields: Iterable[tuple[str, object]]) -> None:
    """Names and values, one pair a line; pairs without a value are left out."""
    listed = [(name, value) for name, value in fields if value not in (None, "", ())]
    width = max((len(name) for name, _ in listed), default=0)
    for name, value in listed:
        print(f"{name:<{width}}  {plain(value)}")


def console() -> Console:
    """The terminal as Rich sees it."""
    from rich.console import Console

    is_as_wide_as_it_says = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(width=None if is_as_wide_as_it_says else WIDTH_OF_A_FILE, highlight=False)


def instant(value: datetime | None) -> str | None:
    """An instant as text, UTC, to the millisecond."""
    if value is None:
        return None
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"


def at_minute(value: datetime | None) -> str:
    """An instant for people: UTC, to the second."""
    return "" if value is None else value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: `1 object`, `3 objects`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def _as_json(value: object) -> object:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
