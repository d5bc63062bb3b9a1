"""What a served node says of itself on stderr: lines for people, or one JSON object a line for programs.

Never content: no object, no name, no path of a request, no text of an error, which may quote one. A program gets the
code of an error, whose meaning stands in the reference; a person gets the words that the command line always shows.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import Any, Protocol

from sepakat.cli.refusals import DEBUG_VARIABLE, complain
from sepakat.errors import SepakatError


class Events(Protocol):
    """Where events go; called from every thread."""

    def happened(self, event: str, **facts: str | int | float) -> None:
        """Something ordinary: a start, an answer, a stop."""

    def failed(self, where: str, error: Exception) -> None:
        """Something that is not as it should be, and goes on."""

    def alarm(self, party: str, words: str) -> None:
        """What a person has to look at: a log that contradicts itself."""


class PlainEvents:
    """For people: what is wrong, and nothing of what is right."""

    def happened(self, event: str, **facts: str | int | float) -> None:
        """Ordinary things are not said."""

    def failed(self, where: str, error: Exception) -> None:
        if isinstance(error, SepakatError):
            complain(f"{where}: {error.message}")
        elif os.environ.get(DEBUG_VARIABLE) == "1":
            complain(f"{where}: unexpected: {type(error).__name__}: {error}")
        else:
            complain(f"{where}: unexpected: {_place_of(error)}")

    def alarm(self, party: str, words: str) -> None:
        complain(f"ALARM: {party}: {words}")


class JsonEvents:
    """For programs: every event with its facts, as JSON."""

    def __init__(self, **always: str | int) -> None:
        import structlog

        self._logger: Any = structlog.wrap_logger(
            structlog.PrintLogger(sys.stderr),
            processors=[structlog.processors.TimeStamper(fmt="iso", utc=True), structlog.processors.JSONRenderer()],
        ).bind(**always)

    def happened(self, event: str, **facts: str | int | float) -> None:
        self._logger.msg(event, level="info", **facts)

    def failed(self, where: str, error: Exception) -> None:
        code = error.code if isinstance(error, SepakatError) else _place_of(error)
        self._logger.msg("failed", level="error", where=where, code=code)

    def alarm(self, party: str, words: str) -> None:
        # The words name leaves and heads of a log, which are no content, and parties.
        self._logger.msg("alarm", level="critical", party=party, words=words)


class _Handler(logging.Handler):
    """Takes what libraries log: where it came from and which error, never its text."""

    def __init__(self, events: Events) -> None:
        super().__init__(logging.WARNING)
        self._events = events

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, Exception):
            self._events.failed(record.name, error)
        else:
            self._events.happened("logged", logger=record.name, kind=record.levelname.lower())


def events_for(form: str, **always: str | int) -> Events:
    """The events of a process, as the setting `log` says; for JSON, those of libraries too."""
    if form != "json":
        return PlainEvents()
    events = JsonEvents(**always)
    root = logging.getLogger()
    root.handlers = [_Handler(events)]
    for name in ("uvicorn", "uvicorn.error", "sepakat"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    return events


def _place_of(error: BaseException) -> str:
    """The kind of an unexpected error and the line of ours that it came from."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f" at {os.path.basename(place.tb_frame.f_code.co_filename)}:{place.tb_lineno}" if place else ""  # noqa: PTH119
    return f"{type(error).__name__}{where}"
