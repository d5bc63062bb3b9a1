"""The whole error tree: whose fault it is, which code it has, and what to do about it.

    SepakatError
    ├── InputError            what was handed in is wrong (all faults of it at once)
    ├── NotPermitted          a rule, a role or an agreement says no
    ├── NotFound              what was named is not here (or not for the asker)
    ├── PeerError             another node or server answered wrongly, or not at all
    ├── StoreError            the store cannot do it: full, locked, damaged, of a newer schema
    └── ConfigurationError    the node's settings, keys or folder are wrong

Errors carry no HTTP status and no exit code: each door has one table that turns them into answers.
Texts are lower case without a full stop, name no secret and nothing that belongs to another party.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where (path or object), what was expected, what was found."""

    path: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.path}: expected {self.expected}, found {self.found}"


class SepakatError(Exception):
    """Anything that Sepakat refuses or cannot do.

    `code` is a stable word (`agreement-invalid`), `message` says what was refused and why, `hint` what to do.
    """

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[object, ...]:
        """As it is, whatever its kind asks for when it is made: errors pass between processes."""
        return Exception.__new__, (type(self), *self.args), self.__dict__


class InputError(SepakatError):
    """What was handed in is wrong; `faults` lists everything that is wrong with it."""

    def __init__(self, code: str, message: str, hint: str | None = None, faults: Iterable[Fault] = ()) -> None:
        super().__init__(code, message, hint)
        self.faults = tuple(faults)


class NotPermitted(SepakatError):
    """A rule, a role or an agreement says no."""


class NotFound(SepakatError):
    """What was named is not here, or not for the one who asks: both give the same error."""


class PeerError(SepakatError):
    """Another node or server answered wrongly, late or not at all."""


class StoreError(SepakatError):
    """The store cannot do what was asked: full, locked, damaged or of a newer schema."""


class ConfigurationError(SepakatError):
    """The node's folder, settings or keys are wrong."""
