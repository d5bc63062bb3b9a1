"""Leads a store from the schema that it has to the one of this version, in the caller's transaction.

Alembic is loaded only here, since it takes longer than opening a store that needs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from sqlalchemy import Connection, inspect, text

from sepakat.errors import StoreError
from sepakat.stores.schema import REVISION

MOVED, MOVING = "moved", "moving"
"""What stands in place of a revision in a store that was left for another, and in one that is being filled."""


def mark(connection: Connection, revision: str) -> None:
    """Put a revision, or one of the two marks, in place of what stands there."""
    connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def revision_of(connection: Connection) -> str | None:
    """The schema revision of a store; None where there is no store yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)


def check_revision(connection: Connection, place: object) -> None:
    """The first thing that a unit reads: with it a reading unit takes its snapshot.

    Raises:
        StoreError: `store-newer`, `store-older`, `store-moved`.
    """
    revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if revision != REVISION:
        check_known(str(revision), place)
        raise StoreError(
            "store-older",
            f"store {place} has schema {revision}, this version of Sepakat uses {REVISION}",
            "open it again",
        )


def check_known(revision: str, place: object) -> None:
    """Refuse what a newer Sepakat made: revisions are numbered, so that it can be told without knowing it.

    Raises:
        StoreError: `store-newer`, `store-moved`.
    """
    if revision in (MOVED, MOVING):
        raise StoreError(
            "store-moved",
            f"store {place} is not in use: "
            + ("it was moved" if revision == MOVED else "a move to it was not finished"),
            "start the node anew if it was served meanwhile; a move that was interrupted is called again as it was",
        )
    if revision > REVISION:
        raise StoreError(
            "store-newer",
            f"store {place} refused: its schema is {revision}, this version of Sepakat knows up to {REVISION}",
            "use the newer Sepakat that made it, or restore a backup of before",
        )


def upgrade(connection: Connection, to: str = REVISION) -> None:
    """Apply all steps up to `to`; the caller's transaction makes them one."""
    import_module("alembic.command").upgrade(_configuration(connection), to)


def downgrade(connection: Connection, to: str) -> None:
    """Take back all steps after `to`, with what only they could hold; the caller's transaction makes them one."""
    import_module("alembic.command").downgrade(_configuration(connection), to)


def _configuration(connection: Connection | None) -> Any:
    configuration: Any = import_module("alembic.config").Config()
    configuration.set_main_option("script_location", "sepakat.stores:migrations")
    configuration.attributes["connection"] = connection
    return configuration


def known_revisions() -> frozenset[str]:
    """All revisions that this version of Sepakat knows, from the first to the newest."""
    scripts = import_module("alembic.script").ScriptDirectory.from_config(_configuration(None))
    return frozenset(script.revision for script in scripts.walk_revisions())
