"""Doing something again and again until Ctrl-C or SIGTERM."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable


def every(seconds: float, step: Callable[[], object], stop: threading.Event | None = None) -> None:
    """Do `step` every so many seconds, until `stop` is set or the process is asked to end."""
    ended = stop if stop is not None else threading.Event()
    if stop is None:
        signal.signal(signal.SIGTERM, lambda *_: ended.set())
        signal.signal(signal.SIGINT, lambda *_: ended.set())
    while not ended.wait(seconds):
        step()
