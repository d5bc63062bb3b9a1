"""Makes the committed store of the schema of today: `python -m tests.support.make_store_fixture`.

Run it once, when a new schema is finished; the fixtures of earlier schemas stay as they were made.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sepakat.stores.schema import REVISION
from sepakat.stores.sqlite import SqliteLimits, create_store
from tests.support import records

FIXTURES = Path(__file__).parent.parent / "fixtures" / "stores"


def make(path: Path) -> None:
    """A small store with some of everything, as one file without a log beside it."""
    path.unlink(missing_ok=True)
    store = create_store(path, SqliteLimits(page_size=1024))
    with store.writing() as unit:
        records.fill(unit)
    store.close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.execute("VACUUM")
    connection.close()


if __name__ == "__main__":
    target = FIXTURES / f"{REVISION}_store.sqlite"
    make(target)
    print(f"wrote {target}")
