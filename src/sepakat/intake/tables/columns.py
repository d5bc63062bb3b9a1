"""What a column of a table may be, and the columns of one as they would be read, to be shown before any is kept."""

from __future__ import annotations

from dataclasses import dataclass

ROLES = (
    "value", "type", "name", "description", "first-seen", "last-seen", "valid-until", "confidence", "tlp",
    "labels", "ignore",
)  # fmt: skip
"""What a column may be. `first-seen` is when an indicator begins to be valid; `ignore` is left out."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, what it is taken for, and a few of its cells."""

    heading: str
    role: str
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table in their order, and how many rows there are below the headings."""

    columns: tuple[Column, ...]
    rows: int
