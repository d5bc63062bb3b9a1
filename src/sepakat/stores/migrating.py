"""Leads a store from the schema that it has to the one of this version, in the caller's transaction.

Alembic is loaded only here, since it takes longer than opening a store that needs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from sqlalchemy import Connection, inspect, text

from sepakat.stores.schema import REVISION


def revision_of(connection: Connection) -> str | None:
    """The schema revision of a store; None where there is no store yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)


def upgrade(connection: Connection, to: str = REVISION) -> None:
    """Apply all steps up to `to`; the caller's transaction makes them one."""
    configuration: Any = import_module("alembic.config").Config()
    configuration.set_main_option("script_location", "sepakat.stores:migrations")
    configuration.attributes["connection"] = connection
    import_module("alembic.command").upgrade(configuration, to)


def known_revisions() -> frozenset[str]:
    """All revisions that this version of Sepakat knows, from the first to the newest."""
    configuration: Any = import_module("alembic.config").Config()
    configuration.set_main_option("script_location", "sepakat.stores:migrations")
    scripts = import_module("alembic.script").ScriptDirectory.from_config(configuration)
    return frozenset(script.revision for script in scripts.walk_revisions())
