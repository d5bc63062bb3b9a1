"""Doing something again and again until Ctrl-C or SIGTERM."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable


def every(seconds: float, step: Callable[[], object], ended: threading.Event) -> None:
    """Do `step` every so many seconds, until `ended` is set."""
    while not ended.wait(seconds):
        step()


def stopped_by_signals(ended: threading.Event) -> threading.Event:
    """The event, which from now on is set when the process is asked to end."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    return ended
