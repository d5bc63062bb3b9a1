"""Which held objects carry claims (port `Claims`), and the rows that `Objects` keeps for it.

A row says what some held version of an object claims: question and kind; or, behind a mark that no key of a question
has, a root that it comes from. It stays until the last version goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, delete, distinct, func, select

from sepakat.claims.extension import CLAIM_EXTENSION
from sepakat.exchange.claim_records import Judgement
from sepakat.stix.identifiers import StixId
from sepakat.stores.record_rows import Form, RecordRows
from sepakat.stores.schema import claims, judgements, objects
from sepakat.stores.statements import chunks, insert

_ROOT = "ROOT "
"""Before a root in the column of the question: keys of questions are written small."""

_JUDGEMENTS = Form(Judgement, judgements, ("question", "hypothesis", "evidence", "by"))


class SqlClaims:
    """The port `Claims` over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._judgements = RecordRows(connection, _JUDGEMENTS)

    def page(
        self, *, question: str | None = None, kind: str | None = None, after: StixId | None = None, limit: int = 100
    ) -> list[StixId]:
        found = select(objects.c.id).join_from(claims, objects, objects.c.key == claims.c.object_key)
        if question is not None:
            found = found.where(claims.c.question == question)
        if kind is not None:
            found = found.where(claims.c.kind == kind)
        if after is not None:
            found = found.where(objects.c.id > after)
        ordered = found.distinct().order_by(objects.c.id).limit(limit)
        return [StixId(one) for one in self._connection.scalars(ordered)]

    def questions(self) -> list[str]:
        asked = select(claims.c.question).where(claims.c.question != "").distinct().order_by(claims.c.question)
        return [key for key in self._connection.scalars(asked) if not key.startswith(_ROOT)]

    def of_roots(self, roots: Iterable[str]) -> list[StixId]:
        found: set[str] = set()
        joined = select(objects.c.id).join_from(claims, objects, objects.c.key == claims.c.object_key)
        for chunk in chunks(dict.fromkeys(f"{_ROOT}{root}" for root in roots)):
            found.update(self._connection.scalars(joined.where(claims.c.question.in_(chunk))))
        return [StixId(one) for one in sorted(found)]

    def count(self) -> int:
        return self._connection.scalar(select(func.count(distinct(claims.c.object_key)))) or 0

    def put_judgement(self, judgement: Judgement) -> None:
        self._judgements.put(judgement)

    def judgements(self, question: str) -> list[Judgement]:
        row = judgements.c
        return self._judgements.many(row.question == question, by=(row.hypothesis, row.evidence, row.by))


def note_claims(connection: Connection, added: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
    """Keep what the objects given as (key, content) claim; what carries no claim is passed over."""
    for rows in chunks(dict.fromkeys(_rows(added))):
        values = [{"object_key": key, "question": question, "kind": kind} for key, question, kind in rows]
        connection.execute(insert(connection, claims).on_conflict_do_nothing(), values)


def forget_claims(connection: Connection, object_key: int) -> None:
    """No version of the object is held any more."""
    connection.execute(delete(claims).where(claims.c.object_key == object_key))


def _rows(added: Iterable[tuple[int, Mapping[str, Any]]]) -> Iterator[tuple[int, str, str]]:
    for key, content in added:
        extensions = content.get("extensions")
        claim = extensions.get(CLAIM_EXTENSION) if isinstance(extensions, Mapping) else None
        if isinstance(claim, Mapping):
            # What a partner sent may be wrong in form: it is held apart elsewhere, and counts as nothing here.
            question, kind = claim.get("question"), claim.get("kind")
            yield key, question if isinstance(question, str) else "", kind if isinstance(kind, str) else ""
            lineage = claim.get("lineage")
            roots = lineage.get("roots") if isinstance(lineage, Mapping) else None
            for root in roots if isinstance(roots, list) else ():
                if isinstance(root, str):
                    yield key, f"{_ROOT}{root}", ""
