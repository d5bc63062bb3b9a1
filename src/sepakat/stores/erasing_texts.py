"""Finds and takes away what names a subject beside the objects: one table of where content or words of persons stand.

A row that is nothing without its text goes whole; in a record that proves something the text alone is replaced.
Nothing here knows whom it looks for: the caller says of each text whether it names the subject.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson
from sqlalchemy import Column, Connection, Table, delete, select, update

from sepakat.stix.identifiers import StixId
from sepakat.stores.schema import (
    alerts,
    consents,
    consultations,
    jobs,
    judgements,
    messages,
    policies,
    proposals,
    push_statuses,
    quarantined,
    recalls,
    report_contents,
    reports,
    review_steps,
    saved_searches,
    sync_states,
    take_ins,
    topics,
    watch_areas,
)

Names = Callable[[str], bool]

_AT_ONCE = 200

_WHOLE: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (quarantined, ("raw", "reason")),
    (alerts, ("text",)),
    (saved_searches, ("query", "name")),
    (push_statuses, ("document",)),
    (jobs, ("content",)),
)
"""Rows that go when one of these columns names the subject."""

_TEXTS: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (take_ins, ("source",)),
    (recalls, ("reason",)),
    (consents, ("purpose", "reason", "conditions")),
    (consultations, ("purpose",)),
    (judgements, ("reason",)),
    (review_steps, ("reason",)),
    (sync_states, ("last_error",)),
    (jobs, ("error",)),
    (messages, ("refused",)),
    (watch_areas, ("name",)),
    (policies, ("necessity", "hold")),
)
"""Texts that are replaced in a row that stays."""

_BY_ID: tuple[tuple[Table, str], ...] = ((quarantined, "object_id"), (alerts, "subject"))


def remove_texts(
    connection: Connection, ids: frozenset[StixId], names: Names, blank: str
) -> tuple[dict[str, int], list[StixId]]:
    """Take everything away that names the subject; how much of what, and the objects whose policy changed."""
    counts: dict[str, int] = {}
    for table, columns in _WHOLE:
        _count(counts, table, _delete(connection, table, columns, names))
    for table, column in _BY_ID:
        _count(counts, table, connection.execute(delete(table).where(table.c[column].in_(sorted(ids)))).rowcount)
    _count(counts, reports, _remove_reports(connection, ids, names))
    touched: list[StixId] = []
    for table, columns in _TEXTS:
        changed = list(_replace(connection, table, columns, names, blank))
        _count(counts, table, len(changed))
        if table is policies:
            touched += [StixId(row["object_id"]) for row in changed]
    _count(counts, topics, _remove_from_topics(connection, ids, names))
    return counts, touched


def texts_of(value: object) -> Iterator[str]:
    """All texts in a value of a column; bytes are read as JSON, or lines of it, if they are that."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield value.decode("utf-8", "replace")
        # What JSON writes in escapes stands in it only when it is read.
        if b"\\u" in value:
            for part in (value, *value.split(b"\n")):
                try:
                    yield from _strings(orjson.loads(part))
                except orjson.JSONDecodeError:
                    continue


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield name
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _named(row: Mapping[str, Any], columns: tuple[str, ...], names: Names) -> bool:
    return any(names(text) for column in columns for text in texts_of(row[column]))


def _rows(connection: Connection, table: Table, columns: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
    """All rows of a table by primary key with these columns, a few at a time."""
    key = list(table.primary_key.columns)
    asked = select(*key, *(table.c[name] for name in columns)).order_by(*key)
    start = 0
    while found := connection.execute(asked.limit(_AT_ONCE).offset(start)).mappings().all():
        yield from map(dict, found)
        start += len(found)


def _where(table: Table, row: Mapping[str, Any]) -> list[Any]:
    return [column == row[column.name] for column in table.primary_key.columns]


def _delete(connection: Connection, table: Table, columns: tuple[str, ...], names: Names) -> int:
    # First found, then deleted: the pages of the reading count rows.
    found = [row for row in _rows(connection, table, columns) if _named(row, columns, names)]
    for row in found:
        connection.execute(delete(table).where(*_where(table, row)))
    return len(found)


def _replace(
    connection: Connection, table: Table, columns: tuple[str, ...], names: Names, blank: str
) -> Iterator[Mapping[str, Any]]:
    found = [row for row in _rows(connection, table, columns) if _named(row, columns, names)]
    for row in found:
        values = {name: blank for name in columns if _named(row, (name,), names)}
        connection.execute(update(table).where(*_where(table, row)).values(values))
        yield row


def _remove_reports(connection: Connection, ids: frozenset[StixId], names: Names) -> int:
    """Pages that name the subject, with all that they proposed and what was said about it."""
    columns: tuple[tuple[Table, Column[Any], tuple[str, ...]], ...] = (
        (reports, reports.c.id, ("source", "address", "title", "publisher")),
        (report_contents, report_contents.c.report, ("content", "text", "reading")),
        (proposals, proposals.c.report, ("name", "content")),
        (review_steps, review_steps.c.report, ("content_before",)),
    )
    found: set[str] = set()
    for table, name, texts in columns:
        for row in _rows(connection, table, (name.name, *texts)):
            if _named(row, texts, names):
                found.add(row[name.name])
    of_them = select(proposals.c.report).where(proposals.c.target.in_(sorted(ids)))
    found |= set(connection.scalars(of_them))
    for table, name, _ in reversed(columns):
        connection.execute(delete(table).where(name.in_(sorted(found))))
    return len(found)


def _remove_from_topics(connection: Connection, ids: frozenset[StixId], names: Names) -> int:
    changed = 0
    for row in connection.execute(select(topics)).all():
        entities = frozenset(one for one in row.entities if one not in ids)
        words = frozenset(one for one in row.names if not names(one))
        if (entities, words) != (row.entities, row.names):
            changed += 1
            statement = update(topics).where(topics.c.id == row.id)
            connection.execute(statement.values(entities=entities, names=words))
    return changed


def _count(counts: dict[str, int], table: Table, number: int) -> None:
    if number:
        what = str(table.name).replace("_", " ")
        counts[what] = counts.get(what, 0) + number
