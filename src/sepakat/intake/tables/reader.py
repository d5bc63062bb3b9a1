"""The door of tables: rows in, indicators out, every fault with the number of its row.

Options: `columns` (heading or number of a column -> role), `mapping` (JSON as it is kept), `accepts_mapping` (the
proposal is good as it is). Without any of them the proposal is shown and nothing is taken: it is a guess.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sepakat.errors import Fault, InputError
from sepakat.intake.source import Contents, Item, Source
from sepakat.intake.tables.cells import Row, read_rows
from sepakat.intake.tables.columns import Column, Columns
from sepakat.intake.tables.indicators import Said, objects_of
from sepakat.intake.tables.mapping import ColumnMapping, checked, headings_of, parse_mapping, propose
from sepakat.stix.objects import StixObject

_EXAMPLES = 3
_LOOKED_AT = 50


def read(source: Source) -> Contents:
    """The indicators of a table.

    Raises:
        InputError: it cannot be read, or its mapping was not accepted by a person.
    """
    rows = read_rows(source.data)
    mapping, is_accepted = _mapping(rows, source.options)
    if not is_accepted and not source.options.get("is_dry_run"):
        shown = ", ".join(f"{heading} = {role}" for heading, role in mapping.columns.items())
        raise InputError(
            "mapping-not-accepted",
            f"nothing taken in: nobody has accepted the mapping proposed for {source.name[:200]}: {shown[:1500]}",
            "look at it with --dry-run, then add --accept-mapping, or --column 'HEADING=ROLE', or name a kept one",
        )
    return _contents(rows, checked(mapping), source)


def columns_of(data: bytes, options: Mapping[str, Any]) -> Columns:
    """The columns of a table as they would be read under these options.

    Raises:
        InputError: it cannot be read, or the options do not fit it.
    """
    rows = read_rows(data)
    mapping, _ = _mapping(rows, options)
    body = rows[1:] if mapping.has_headings else rows
    headings = headings_of(rows, has_headings=mapping.has_headings)
    columns = []
    for place, heading in enumerate(headings):
        cells = (row.cells[place] for row in body[:_LOOKED_AT] if place < len(row.cells) and row.cells[place])
        role = mapping.columns.get(heading, "ignore")
        columns.append(Column(heading, role, tuple(dict.fromkeys(cells))[:_EXAMPLES]))
    return Columns(tuple(columns), len(body))


def _mapping(rows: Sequence[Row], options: Mapping[str, Any]) -> tuple[ColumnMapping, bool]:
    """The mapping to be used, and whether a person stands behind it."""
    kept = options.get("mapping")
    if isinstance(kept, str):
        mapping = parse_mapping(kept)
        _check_headings(rows, mapping)
        is_accepted = True
    else:
        mapping, is_accepted = propose(rows), options.get("accepts_mapping") is True
    changed = options.get("columns") or {}
    if changed:
        mapping, is_accepted = _changed(mapping, changed), True
    return mapping, is_accepted


def _check_headings(rows: Sequence[Row], mapping: ColumnMapping) -> None:
    """A kept mapping is for tables with its headings; another table is not read by it."""
    found = set(headings_of(rows, has_headings=mapping.has_headings))
    missing = [heading for heading, role in mapping.columns.items() if role != "ignore" and heading not in found]
    if missing:
        raise InputError(
            "mapping-of-other-table",
            f"mapping refused: the table has no column {', '.join(missing)[:300]}",
            "take the table in with --dry-run to see its own",
        )


def _changed(mapping: ColumnMapping, changed: Mapping[str, str]) -> ColumnMapping:
    columns = dict(mapping.columns)
    headings = list(columns)
    for named, role in changed.items():
        place = int(named) - 1 if named.isascii() and named.isdigit() and named not in columns else None
        heading = headings[place] if place is not None and 0 <= place < len(headings) else named
        if heading not in columns:
            raise InputError(
                "column-unknown", f"column refused: expected one of {', '.join(headings)[:500]}, got {named[:100]}"
            )
        columns[heading] = role
    return ColumnMapping(columns, mapping.has_headings)


def _contents(rows: Sequence[Row], mapping: ColumnMapping, source: Source) -> Contents:
    headings = headings_of(rows, has_headings=mapping.has_headings)
    objects: dict[str, StixObject] = {}
    refused: list[Item] = []
    warnings: list[Fault] = []
    places: dict[str, int] = {}
    for row in rows[1:] if mapping.has_headings else rows:
        made, faults = objects_of(_said(row, headings, mapping), source.creator, source.captured_at or source.now)
        if faults:
            refused.append(Item(f"row {row.number}", "; ".join(faults)))
        for one in made:
            first = objects.setdefault(one.id, one)
            if first is not one and first.raw != one.raw:
                warnings.append(
                    Fault(f"row {row.number}", "each value once", f"the value of row {places[one.id]}, which counts")
                )
            places.setdefault(one.id, row.number)
    ignored = tuple(Item(f"column {name}", "ignored") for name, role in mapping.columns.items() if role == "ignore")
    return Contents(
        tuple(objects.values()),
        refused=tuple(refused),
        warnings=tuple(warnings),
        losses=ignored,
        is_converted=True,
        asks={"mapping": {"columns": dict(mapping.columns), "has_headings": mapping.has_headings}},
    )


def _said(row: Row, headings: Sequence[str], mapping: ColumnMapping) -> Said:
    cells: dict[str, tuple[str, ...]] = {}
    for place, cell in enumerate(row.cells):
        role = mapping.columns.get(headings[place], "ignore") if place < len(headings) else "ignore"
        if role != "ignore":
            cells[role] = (*cells.get(role, ()), cell)
    return Said(cells)
