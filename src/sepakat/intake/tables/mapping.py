"""What each column of a table is: proposed from its heading and its cells, seen and changed by a person, kept as JSON.

A proposal is a guess of a machine: a table is taken in only under a mapping that a person has accepted, changed or kept
under a name before (see `reader`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sepakat.errors import InputError
from sepakat.intake.tables.cells import Row
from sepakat.intake.tables.columns import ROLES
from sepakat.intake.tables.values import Named, kind_said, name_value

_HEADINGS = {
    "value": ("value", "indicator", "ioc", "observable", "indikator", "nilai", "data"),
    "type": ("type", "kind", "ioc type", "indicator type", "jenis", "tipe"),
    "name": ("name", "title", "threat", "malware", "nama", "judul"),
    "description": ("description", "comment", "notes", "note", "context", "keterangan", "catatan", "deskripsi"),
    "first-seen": ("first seen", "date", "seen", "timestamp", "created", "reported", "tanggal", "waktu", "valid from"),
    "last-seen": ("last seen", "terakhir"),
    "valid-until": ("valid until", "expires", "expiry", "kedaluwarsa"),
    "confidence": ("confidence", "score", "keyakinan"),
    "tlp": ("tlp", "marking", "sharing"),
    "labels": ("tags", "labels", "tag", "label", "category", "kategori"),
}
_LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """The role of each column by its heading, in the order of the table; whether the first row is headings."""

    columns: Mapping[str, str]
    has_headings: bool = True

    def to_json(self) -> str:
        """The form in which it is kept."""
        return json.dumps({"columns": dict(self.columns), "has_headings": self.has_headings}, ensure_ascii=False)


def parse_mapping(text: str) -> ColumnMapping:
    """A mapping from the form in which it is kept.

    Raises:
        InputError: it is none.
    """
    try:
        document = json.loads(text)
        columns = {str(name): str(role) for name, role in document["columns"].items()}
        has_headings = document.get("has_headings", True) is True
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise InputError("mapping-invalid", f"mapping refused: {type(error).__name__}: {str(error)[:100]}") from error
    return checked(ColumnMapping(columns, has_headings))


def checked(mapping: ColumnMapping) -> ColumnMapping:
    """The mapping, if it can be used.

    Raises:
        InputError: an unknown role, no column of values, or two columns of a role that is one.
    """
    roles = list(mapping.columns.values())
    unknown = sorted({role for role in roles if role not in ROLES})
    if unknown:
        expected = ", ".join(ROLES)
        raise InputError(
            "mapping-invalid", f"mapping refused: expected roles {expected}, found {', '.join(unknown)[:200]}"
        )
    for role in ROLES:
        if role not in ("ignore", "labels", "description", "value") and roles.count(role) > 1:
            raise InputError(
                "mapping-invalid", f"mapping refused: expected one column of {role}, found {roles.count(role)}"
            )
    if "value" not in roles:
        raise InputError(
            "mapping-incomplete",
            "mapping refused: expected a column of values, found none",
            "say which it is: --column 'HEADING=value'",
        )
    return mapping


def propose(rows: Sequence[Row]) -> ColumnMapping:
    """What the columns of a table probably are."""
    width = max(len(row.cells) for row in rows[:_LOOKED_AT])
    first = rows[0].cells
    has_headings = not any(isinstance(name_value(cell), Named) for cell in first if cell) and len(rows) > 1
    headings = headings_of(rows, has_headings=has_headings)
    body = rows[1:_LOOKED_AT] if has_headings else rows[:_LOOKED_AT]
    columns: dict[str, str] = {}
    for place in range(width):
        cells = [row.cells[place] for row in body if place < len(row.cells) and row.cells[place]]
        columns[headings[place]] = _role(headings[place] if has_headings else "", cells, set(columns.values()))
    if has_headings and "value" not in columns.values():
        # A heading alone does not make a column of values, but a column whose cells are some does.
        for place, heading in enumerate(headings[:width]):
            cells = [row.cells[place] for row in body if place < len(row.cells) and row.cells[place]]
            if columns[heading] == "ignore" and cells and _share_of_values(cells) >= 0.5:
                columns[heading] = "value"
    return ColumnMapping(columns, has_headings)


def headings_of(rows: Sequence[Row], *, has_headings: bool) -> list[str]:
    """A name for every column: its heading, made unlike the others, or its number."""
    width = max(len(row.cells) for row in rows)
    names: list[str] = []
    for place in range(width):
        stated = rows[0].cells[place] if has_headings and place < len(rows[0].cells) else ""
        name = stated[:100] or f"column {place + 1}"
        names.append(name if name not in names else f"{name} ({place + 1})")
    return names


def _role(heading: str, cells: Sequence[str], taken: set[str]) -> str:
    word = re.sub(r"[\s_\-:]+", " ", heading.strip().lower())
    role = next((role for role, words in _HEADINGS.items() if word in words), "")
    share = _share_of_values(cells)
    if (not role or role == "name") and share >= 0.8:
        return "value"
    if kind_said(word) is not None and share >= 0.5:
        return "value"
    if role and role not in taken:
        return role
    if not heading and cells and all(kind_said(cell) is not None for cell in cells) and "type" not in taken:
        return "type"
    return "ignore"


def _share_of_values(cells: Sequence[str]) -> float:
    return sum(isinstance(name_value(cell), Named) for cell in cells) / len(cells) if cells else 0.0
