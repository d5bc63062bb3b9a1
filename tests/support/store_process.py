"""Another process at a store: `python -m tests.support.store_process PLACE WHAT [NUMBER]`. It says `ready` when it is.

`hold` opens a writing unit, writes much, and waits in it to be killed; `commit` does the same but ends the unit first;
`count N` adds N objects, each in a unit of its own that first reads how many there are; `limit N` adds objects in one
unit while no file may grow beyond N bytes, and prints the code of the error.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

from sepakat.errors import StoreError
from sepakat.exchange.ports import Store
from sepakat.stores.postgresql import is_postgresql, open_postgresql_store
from sepakat.stores.sqlite import open_store
from tests.support import records

MUCH = 3000


def start(path: Path | str, *what: str) -> subprocess.Popen[str]:
    """Start one; the caller ends it."""
    command = [sys.executable, "-m", "tests.support.store_process", str(path), *what]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def wait_until_ready(process: subprocess.Popen[str]) -> None:
    """Wait for its `ready`."""
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"


def _say_ready() -> None:
    print("ready", flush=True)


def _hold(store: Store, _: int) -> None:
    with store.writing() as unit:
        records.fill(unit)
        # More than the cache holds, so that the file has pages of a transaction that never ends.
        unit.objects.add_many([records.stored(number, 0, name="x" * 500) for number in range(100, MUCH)])
        _say_ready()
        sys.stdin.read()


def _commit(store: Store, _: int) -> None:
    with store.writing() as unit:
        records.fill(unit)
    _say_ready()
    sys.stdin.read()


def _count(store: Store, number: int) -> None:
    _say_ready()
    for _ in range(number):
        with store.writing() as unit:
            unit.objects.add(records.stored(unit.objects.count()))


def _limit(store: Store, size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    try:
        with store.writing() as unit:
            unit.objects.add_many([records.stored(number, 0, name="x" * 500) for number in range(MUCH)])
    except StoreError as error:
        print(error.code, flush=True)


def _open(place: str) -> Store:
    return open_postgresql_store(place) if is_postgresql(place) else open_store(Path(place))


if __name__ == "__main__":
    path, what, *number = sys.argv[1:]
    actions = {"hold": _hold, "commit": _commit, "count": _count, "limit": _limit}
    actions[what](_open(path), int(number[0]) if number else 0)
