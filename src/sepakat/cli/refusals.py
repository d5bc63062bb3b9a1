"""How the command line says no: one table from error classes to exit statuses, and the two lines on stderr.

    sepakat: error: what was refused, which object, expected and found
    sepakat: hint: what to do

A traceback is never shown, unless SEPAKAT_DEBUG=1 asks for the one of an unexpected error.
"""

from __future__ import annotations

import os
import sys

from sepakat.cli.plain_text import plain
from sepakat.errors import (
    ConfigurationError,
    Fault,
    InputError,
    NotFound,
    NotPermitted,
    PeerError,
    SepakatError,
    StoreError,
)

DONE = 0
NOT_AS_IT_SHOULD = 1
USAGE = 2
INTERRUPTED = 130

EXIT_STATUSES: dict[type[SepakatError], int] = {
    InputError: 3,
    NotPermitted: 4,
    NotFound: 5,
    PeerError: 6,
    StoreError: 7,
    ConfigurationError: 8,
}
"""The one place where a kind of error becomes an exit status."""

MEANINGS: dict[int, str] = {
    DONE: "done",
    NOT_AS_IT_SHOULD: "something that was checked is not as it should be, or an unexpected error",
    USAGE: "the command line is wrong",
    3: "what was handed in is wrong; every fault is named",
    4: "a rule, a role or an agreement says no",
    5: "what was named is not here",
    6: "another node answered wrongly, or not at all",
    7: "the store cannot do it: full, locked, damaged or of a newer schema",
    8: "the node's folder, settings, keys or port are wrong",
    INTERRUPTED: "interrupted by Ctrl-C",
}

DEBUG_VARIABLE = "SEPAKAT_DEBUG"
MOST_FAULTS = 50


def exit_status(error: SepakatError) -> int:
    """The exit status for an error."""
    return next((status for kind, status in EXIT_STATUSES.items() if isinstance(error, kind)), NOT_AS_IT_SHOULD)


def refuse(error: SepakatError) -> int:
    """Say an error with all its faults and its hint; give the exit status."""
    complain(error.message)
    faults = error.faults if isinstance(error, InputError) else ()
    _list_faults(faults)
    if error.hint:
        hint(error.hint)
    return exit_status(error)


def refuse_unexpected(error: BaseException) -> int:
    """Say that something happened that should not, in one line; give the exit status."""
    if os.environ.get(DEBUG_VARIABLE) == "1":
        import traceback

        traceback.print_exception(error)
    complain(f"unexpected: {type(error).__name__}: {' '.join(str(error).split())[:300]} (code unexpected)")
    hint(f"this is a defect of Sepakat: please report it with the output of the same command under {DEBUG_VARIABLE}=1")
    return NOT_AS_IT_SHOULD


def complain(text: str) -> None:
    """One error line."""
    print(f"sepakat: error: {plain(text)}", file=sys.stderr)


def hint(text: str) -> None:
    """One hint line."""
    print(f"sepakat: hint: {plain(text)}", file=sys.stderr)


def exit_status_table() -> str:
    """The exit statuses in words, one a line."""
    return "\n".join(f"{status:>3}  {meaning}" for status, meaning in MEANINGS.items())


def _list_faults(faults: tuple[Fault, ...]) -> None:
    # A single fault stands in the message already.
    if len(faults) < 2:
        return
    for fault in faults[:MOST_FAULTS]:
        print(f"  {plain(str(fault))}", file=sys.stderr)
    if len(faults) > MOST_FAULTS:
        print(f"  and {len(faults) - MOST_FAULTS} more", file=sys.stderr)
