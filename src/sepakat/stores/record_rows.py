"""Small records as rows: a table whose columns are named after the fields of a record, and the four ways to use it.

`Form` ties a record class to its table; a field that takes several columns (a view, a version) is named in `pairs`.
Invariant: what is added and then read is equal. Adding what is there changes nothing; adding something else is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, select

from sepakat.errors import StoreError
from sepakat.stores.statements import insert

R = TypeVar("R")


@dataclass(frozen=True)
class Form(Generic[R]):
    """How one class of records stands in one table. `identity` names the columns by which a record is found again."""

    record: type[R]
    table: Table
    identity: tuple[str, ...]
    pairs: Mapping[str, tuple[Callable[..., Any], tuple[str, ...]]] = field(default_factory=dict)

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(one.name for one in fields(cast(Any, self.record)))

    @property
    def what(self) -> str:
        """The record in words, for errors."""
        return self.table.name.replace("_", " ")

    def values(self, record: R) -> dict[str, Any]:
        """The record by column."""
        if not self.pairs:
            return {name: getattr(record, name) for name in self._names}
        values: dict[str, Any] = {}
        for name in self._names:
            value = getattr(record, name)
            if name in self.pairs:
                values.update(zip(self.pairs[name][1], value, strict=True))
            else:
                values[name] = value
        return values

    def select(self) -> Select[Any]:
        """All records, no order."""
        names = [column for name in self._names for column in self.pairs.get(name, (None, (name,)))[1]]
        return select(*(self.table.c[name] for name in names))

    def build(self, row: Row[Any]) -> R:
        """The record of a row that `select` gave."""
        if not self.pairs:
            return self.record(*cast(Any, row))
        parts = iter(row)
        arguments = []
        for name in self._names:
            if name in self.pairs:
                make, names = self.pairs[name]
                arguments.append(make(*(next(parts) for _ in names)))
            else:
                arguments.append(next(parts))
        return self.record(*arguments)


class RecordRows(Generic[R]):
    """The records of one form, over one connection."""

    def __init__(self, connection: Connection, form: Form[R]) -> None:
        self._connection = connection
        self._form = form

    def add(self, record: R) -> bool:
        """Keep it; False if the same is there already.

        Raises:
            StoreError: `record-conflict`, something else is there under the same identity.
        """
        form, values = self._form, self._form.values(record)
        statement = insert(self._connection, form.table).values(values)
        kept_once = statement.on_conflict_do_nothing(index_elements=form.identity)
        if self._connection.execute(kept_once.returning(form.table.c[form.identity[0]])).first() is not None:
            return True
        names = {name: values[name] for name in form.identity}
        if self.one(*(form.table.c[name] == value for name, value in names.items())) != record:
            raise StoreError(
                "record-conflict", f"{form.what} {', '.join(map(str, names.values()))} refused: held with other content"
            )
        return False

    def put(self, record: R) -> None:
        """Keep it in place of what is there under the same identity."""
        form, values = self._form, self._form.values(record)
        statement = insert(self._connection, form.table).values(values)
        changed = {name: statement.excluded[name] for name in values if name not in form.identity}
        self._connection.execute(statement.on_conflict_do_update(index_elements=form.identity, set_=changed))

    def one(self, *where: ColumnElement[bool]) -> R | None:
        """The record that meets all conditions, or None."""
        row = self._connection.execute(self._form.select().where(*where)).first()
        return None if row is None else self._form.build(row)

    def many(self, *where: ColumnElement[bool], by: Sequence[ColumnElement[Any]], limit: int | None = None) -> list[R]:
        """All records that meet all conditions, in the order of `by`."""
        statement = self._form.select().where(*where).order_by(*by)
        if limit is not None:
            statement = statement.limit(limit)
        return [self._form.build(row) for row in self._connection.execute(statement)]
