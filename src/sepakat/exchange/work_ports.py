"""Ports for work that several processes of a node share: what waits, and who may do it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Job:
    """Work that waits for any process of the node: one for each kind and subject.

    What it works on (a file, say) is kept beside it, so that a list of jobs stays small.
    """

    kind: str
    subject: str
    due_at: datetime | None
    """When it is to be done; None: given up, a person has to look."""
    asked_at: datetime
    by: str
    """The user who asked for it, or `node` for what the node does by itself."""
    attempts: int = 0
    """How often it was begun and not done since it last was."""
    error: str | None = None


class Jobs(Protocol):
    """Work that waits in the store for any process; who does it holds the lease of its name meanwhile."""

    def put(self, job: Job) -> None:
        """Keep it in place of the one of the same kind and subject; its content stays."""

    def put_content(self, kind: str, subject: str, content: bytes) -> None: ...
    def content(self, kind: str, subject: str) -> bytes | None: ...
    def get(self, kind: str, subject: str) -> Job | None: ...
    def due(self, now: datetime, limit: int = 100) -> list[Job]:
        """The longest due first."""

    def everything(self, limit: int = 1_000) -> list[Job]:
        """By kind, then subject."""

    def remove(self, kind: str, subject: str) -> None: ...


class Lease(Protocol):
    """The right to do one thing alone. It ends with its process or its connection, by itself, and by no clock."""

    def is_held(self) -> bool:
        """Whether it is still ours; once it is not, it never is again."""

    def release(self) -> None:
        """Let others have it."""
