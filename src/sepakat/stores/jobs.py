"""Work that waits for whichever process gets to it (port `Jobs`). Who may do it is told by leases, not here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, select, update

from sepakat.exchange.work_ports import Job
from sepakat.stores.record_rows import Form, RecordRows
from sepakat.stores.schema import jobs

_JOBS = Form(Job, jobs, ("kind", "subject"))


class SqlJobs:
    """The port `Jobs` over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._jobs = RecordRows(connection, _JOBS)

    def put(self, job: Job) -> None:
        self._jobs.put(job)

    def put_content(self, kind: str, subject: str, content: bytes) -> None:
        self._connection.execute(update(jobs).where(*_of(kind, subject)).values(content=content))

    def content(self, kind: str, subject: str) -> bytes | None:
        found = self._connection.scalar(select(jobs.c.content).where(*_of(kind, subject)))
        return None if found is None else bytes(found)

    def get(self, kind: str, subject: str) -> Job | None:
        return self._jobs.one(*_of(kind, subject))

    def due(self, now: datetime, limit: int = 100) -> list[Job]:
        by = (jobs.c.due_at, jobs.c.kind, jobs.c.subject)
        return self._jobs.many(jobs.c.due_at <= now, by=by, limit=limit)

    def everything(self, limit: int = 1_000) -> list[Job]:
        return self._jobs.many(by=(jobs.c.kind, jobs.c.subject), limit=limit)

    def remove(self, kind: str, subject: str) -> None:
        self._connection.execute(delete(jobs).where(*_of(kind, subject)))


def _of(kind: str, subject: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return jobs.c.kind == kind, jobs.c.subject == subject
