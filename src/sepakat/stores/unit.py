"""One transaction: every port over the same connection, the same on every database.

Opens and ends nothing: what a reading and a writing unit are is left to the store of each database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property

from sqlalchemy import Connection

from sepakat.stores.agreements import SqlAgreements
from sepakat.stores.catalogue import SqlCatalogue
from sepakat.stores.changes import SqlChanges
from sepakat.stores.claims import SqlClaims
from sepakat.stores.erasures import SqlErasures
from sepakat.stores.held_objects import SqlObjects
from sepakat.stores.intakes import SqlIntakes
from sepakat.stores.jobs import SqlJobs
from sepakat.stores.keys import Keys
from sepakat.stores.logs import SqlLogs
from sepakat.stores.messages import SqlMessages
from sepakat.stores.obligations import SqlObligations
from sepakat.stores.parties import SqlParties
from sepakat.stores.people import SqlPeople
from sepakat.stores.policies import SqlPolicies
from sepakat.stores.readings import SqlReadings
from sepakat.stores.recent import SqlRecent
from sepakat.stores.reports import SqlReports
from sepakat.stores.syncs import SqlSyncs
from sepakat.stores.views import SqlViews
from sepakat.stores.watches import SqlWatches


class SqlUnit:
    """The port `Unit` over one connection that is in a transaction; its parts are made as they are asked for."""

    def __init__(self, connection: Connection, *, writes: bool = False) -> None:
        self._connection = connection
        self._keys = Keys(connection, is_alone=writes)
        self.changes = SqlChanges(connection)

    @cached_property
    def objects(self) -> SqlObjects:
        return SqlObjects(self._connection, self._keys, self.changes)

    @cached_property
    def intakes(self) -> SqlIntakes:
        return SqlIntakes(self._connection)

    @cached_property
    def reports(self) -> SqlReports:
        return SqlReports(self._connection)

    @cached_property
    def parties(self) -> SqlParties:
        return SqlParties(self._connection, self.changes)

    @cached_property
    def agreements(self) -> SqlAgreements:
        return SqlAgreements(self._connection, self.changes)

    @cached_property
    def policies(self) -> SqlPolicies:
        return SqlPolicies(self._connection, self.changes)

    @cached_property
    def views(self) -> SqlViews:
        return SqlViews(self._connection, self._keys)

    @cached_property
    def readings(self) -> SqlReadings:
        return SqlReadings(self._connection, self._keys)

    @cached_property
    def logs(self) -> SqlLogs:
        return SqlLogs(self._connection)

    @cached_property
    def messages(self) -> SqlMessages:
        return SqlMessages(self._connection)

    @cached_property
    def obligations(self) -> SqlObligations:
        return SqlObligations(self._connection, self.changes)

    @cached_property
    def people(self) -> SqlPeople:
        return SqlPeople(self._connection)

    @cached_property
    def syncs(self) -> SqlSyncs:
        return SqlSyncs(self._connection)

    @cached_property
    def recent(self) -> SqlRecent:
        return SqlRecent(self._connection, self._keys)

    @cached_property
    def catalogue(self) -> SqlCatalogue:
        return SqlCatalogue(self._connection, self._keys)

    @cached_property
    def jobs(self) -> SqlJobs:
        return SqlJobs(self._connection)

    @cached_property
    def claims(self) -> SqlClaims:
        return SqlClaims(self._connection)

    @cached_property
    def watches(self) -> SqlWatches:
        return SqlWatches(self._connection)

    @cached_property
    def erasures(self) -> SqlErasures:
        return SqlErasures(self._connection, self._keys, self.changes, self.objects.forget_made)


@contextmanager
def written_unit(opened: Callable[[], AbstractContextManager[Connection]]) -> Iterator[SqlUnit]:
    """A writing unit over a connection that commits when it ends well; who waits for the end is told how it was."""
    unit: SqlUnit | None = None
    committed = False
    try:
        with opened() as connection:
            unit = SqlUnit(connection, writes=True)
            yield unit
            unit.changes.keep()
        committed = True
    finally:
        if unit is not None:
            unit.changes.ended(committed=committed)
