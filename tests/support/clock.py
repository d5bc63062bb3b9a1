"""A clock that stands still until a test moves it, and ids and secrets that come out the same on every run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import shake_256
from uuid import UUID

START = datetime(2030, 5, 1, 12, 0, tzinfo=UTC)


@dataclass
class FixedClock:
    """The port `Clock`: an instant that only `advance` changes."""

    at: datetime = START

    def now(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class SeededIds:
    """The port `Ids`: what looks random and is a function of a seed and a count."""

    seed: str
    count: int = 0

    def uuid(self) -> str:
        return str(UUID(bytes=self._next(16), version=4))

    def secret(self, size: int) -> bytes:
        return self._next(size)

    def _next(self, size: int) -> bytes:
        self.count += 1
        return shake_256(f"{self.seed}/{self.count}".encode()).digest(size)
