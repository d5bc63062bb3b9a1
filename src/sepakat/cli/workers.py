"""Several processes that serve one node: made, watched, made anew when one ends, told to stop together.

They share the listening socket and nothing else. When the one that watches is killed, the others notice by a pipe that
it alone holds open, and stop in order. What a worker does and how it stops is its own business.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable

from sepakat.cli.refusals import complain
from sepakat.errors import ConfigurationError, SepakatError

PAUSE_SECONDS = 1.0
"""How long to wait before a worker that ended is made anew: one that cannot start must not take the whole machine."""
STOPPED = 0
_ENDING = (signal.SIGINT, signal.SIGTERM)


def check_workers(count: int, store: str | None) -> None:
    """Refuse several processes on SQLite.

    Raises:
        ConfigurationError: the store is SQLite.
    """
    if count > 1 and store is None:
        raise ConfigurationError(
            "workers-need-postgresql",
            f"not served by {count} workers: the store is SQLite, which lets one process write at a time",
            "move it with `sepakat store move --to postgresql://USER@HOST/DATABASE`, or serve with --workers 1",
        )


class Workers:
    """The processes of one serving."""

    def __init__(self, count: int, work: Callable[[int, int], None]) -> None:
        """`work` is called in each process with its place and the end of the pipe; it returns when it was stopped."""
        self._count = count
        self._work = work
        self._places: dict[int, int] = {}
        self._stopping = False
        self._ours, self._theirs = 0, 0

    def run(self, ready: Callable[[], None]) -> None:
        """Make them, call `ready`, watch until told to stop and all have ended."""
        self._theirs, self._ours = os.pipe()
        for number in _ENDING:
            signal.signal(number, self._stop)
        for place in range(self._count):
            self._begin(place)
        ready()
        while self._places:
            pid, status = os.wait()
            place = self._places.pop(pid)
            if self._stopping:
                continue
            complain(f"worker {place} ({pid}) ended with {os.waitstatus_to_exitcode(status)}; another takes its place")
            time.sleep(PAUSE_SECONDS)
            # Told to stop while we waited: then nobody takes its place.
            if not self._stopping:
                self._begin(place)
        os.close(self._ours)
        os.close(self._theirs)

    def _begin(self, place: int) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        # A signal that comes in between would be handled by our own handler in the worker, and be lost to it.
        signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
        pid = os.fork()
        if pid:
            self._places[pid] = place
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
            return
        for number in _ENDING:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
        status = 1
        try:
            os.close(self._ours)
            self._work(place, self._theirs)
            status = STOPPED
        except SepakatError as error:
            complain(f"worker {place}: {error.message}")
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def _stop(self, *_: object) -> None:
        self._stopping = True
        for pid in list(self._places):
            os.kill(pid, signal.SIGTERM)


def when_left_alone(pipe: int, stop: Callable[[], object]) -> None:
    """Call `stop` when the process that watches has ended: then nothing holds the other end of the pipe open."""

    def wait() -> None:
        os.read(pipe, 1)
        stop()

    threading.Thread(target=wait, name="sepakat-watcher", daemon=True).start()
