"""Leases beside a SQLite file: locks on files, which the system takes away when their process ends.

One file for each name, never deleted: a lock on a file that is gone would keep nobody out. On one machine only, as
SQLite itself. Which process has a lease is told by the system, by no clock.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from urllib.parse import quote


class FileLease:
    """The port `Lease`: the lock on one open file."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def is_held(self) -> bool:
        return self._descriptor is not None

    def release(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


def file_lease(store: Path, name: str) -> FileLease | None:
    """The lease of that name for a store's file, if nobody has it."""
    path = Path(f"{store}-lease-{quote(name, safe='')}")
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return FileLease(descriptor)
