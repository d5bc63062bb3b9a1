"""What the TAXII door takes at most: bytes, seconds, requests. One value, so that tests and operators can set them."""

from __future__ import annotations

from dataclasses import dataclass

from sepakat.taxii.resources import MAX_CONTENT_LENGTH


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """Limits of the TAXII door."""

    head_bytes: int = 64 << 10
    """Request line and headers together."""
    body_bytes: int = MAX_CONTENT_LENGTH
    chunk_seconds: float = 30.0
    """How long the next part of a body may take."""
    body_seconds: float = 600.0
    """How long a whole body may take."""
    bodies_at_once: int = 4
    """Bodies being read or taken in at the same time; the others wait."""
    requests_per_second: float = 1000.0
    """Of one account, on average."""
    burst: int = 2000
    """Requests that an account may make at once after a pause."""
    failures: int = 10
    """Wrong passwords in a row for one account from one address, before they are no longer looked at for a while."""
    lockout_seconds: float = 60.0
    verified_credentials: int = 1024
    """How many right passwords are remembered, by a keyed digest."""
    access_log_rows: int = 500
    """Readings kept back at most before they are written to the access log together."""
    access_log_seconds: float = 1.0


DEFAULT_LIMITS = ServerLimits()
