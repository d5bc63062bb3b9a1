"""One transaction: every port over the same connection, the same on every database.

Opens and ends nothing: what a reading and a writing unit are is left to the store of each database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

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
    """The port `Unit` over one connection that is in a transaction."""

    def __init__(self, connection: Connection) -> None:
        keys = Keys(connection)
        self.changes = SqlChanges(connection)
        self.objects = SqlObjects(connection, keys, self.changes)
        self.intakes = SqlIntakes(connection)
        self.reports = SqlReports(connection)
        self.parties = SqlParties(connection, self.changes)
        self.agreements = SqlAgreements(connection, self.changes)
        self.policies = SqlPolicies(connection, self.changes)
        self.views = SqlViews(connection, keys)
        self.readings = SqlReadings(connection, keys)
        self.logs = SqlLogs(connection)
        self.messages = SqlMessages(connection)
        self.obligations = SqlObligations(connection, self.changes)
        self.people = SqlPeople(connection)
        self.syncs = SqlSyncs(connection)
        self.recent = SqlRecent(connection, keys)
        self.catalogue = SqlCatalogue(connection, keys)
        self.jobs = SqlJobs(connection)
        self.claims = SqlClaims(connection)
        self.watches = SqlWatches(connection)
        self.erasures = SqlErasures(connection, keys, self.changes)


@contextmanager
def written_unit(opened: Callable[[], AbstractContextManager[Connection]]) -> Iterator[SqlUnit]:
    """A writing unit over a connection that commits when it ends well; who waits for the end is told how it was."""
    unit: SqlUnit | None = None
    committed = False
    try:
        with opened() as connection:
            unit = SqlUnit(connection)
            yield unit
            unit.changes.keep()
        committed = True
    finally:
        if unit is not None:
            unit.changes.ended(committed=committed)
