"""How errors become answers of TAXII: the one table of status codes of this door.

Every refusal, also one that nobody foresaw, is an error message of section 3.6.1 with an id that stands in the log.
What is forbidden and what is absent look alike.
"""

from __future__ import annotations

import logging
from http import HTTPStatus

from sepakat.errors import InputError, NotFound, NotPermitted, SepakatError, StoreError
from sepakat.taxii.resources import error
from sepakat.taxii_server.request import Answer

STATUS_OF_CODE = {
    "not-recognised": 401,
    "request-not-authenticated": 401,
    "credentials-missing": 401,
    "method-not-allowed": 405,
    "not-acceptable": 406,
    "body-slow": 408,
    "body-too-large": 413,
    "content-type-unsupported": 415,
    "envelope-unreadable": 422,
    "too-many-failures": 429,
    "too-many-requests": 429,
    "head-too-large": 431,
    "store-busy": 503,
    "store-unreachable": 503,
    "store-restored": 503,
    "store-full": 507,
}
_STATUS_OF_KIND: tuple[tuple[type[SepakatError], int], ...] = (
    (InputError, 400),
    (NotPermitted, 403),
    (NotFound, 404),
    (StoreError, 500),
    (SepakatError, 500),
)

_log = logging.getLogger("sepakat.taxii")


class TryLater(NotPermitted):
    """Too much in too short a time; `seconds` until it is worth trying again."""

    def __init__(self, code: str, message: str, seconds: int) -> None:
        super().__init__(code, message, f"try again in {seconds} seconds")
        self.seconds = seconds


class MethodNotAllowed(NotPermitted):
    """The resource does not answer this method; `allowed` are those that it does."""

    def __init__(self, code: str, message: str, allowed: tuple[str, ...]) -> None:
        super().__init__(code, message, f"{', '.join(allowed)} are what it answers")
        self.allowed = allowed


def status_of(refusal: SepakatError) -> int:
    """The HTTP status of a refusal."""
    found = STATUS_OF_CODE.get(refusal.code)
    return found or next(status for kind, status in _STATUS_OF_KIND if isinstance(refusal, kind))


def refused(refusal: SepakatError, error_id: str) -> Answer:
    """The answer that tells a client why its request was refused."""
    status = status_of(refusal)
    faults = refusal.faults if isinstance(refusal, InputError) else ()
    details = {"faults": [{"path": one.path, "expected": one.expected, "found": one.found} for one in faults]}
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("taxii request %s failed: %s: %s", error_id, refusal.code, refusal.message)
    description = f"{refusal.message}; {refusal.hint}" if refusal.hint else refusal.message
    # Where the store is, and what is wrong with it, is nothing for a partner.
    if status == HTTPStatus.INTERNAL_SERVER_ERROR or isinstance(refusal, StoreError):
        description = "the server cannot do this now; its operators find the reason by this error's id"
    body = error(status, HTTPStatus(status).phrase, description, refusal.code, error_id, details if faults else None)
    return Answer(status, body, tuple(_headers(refusal, status)))


def failed(error_id: str) -> Answer:
    """The answer to a request on which our own code failed; call it where the exception is being handled."""
    _log.exception("taxii request %s failed", error_id)
    description = "the server failed on this request; its operators find the reason by this error's id"
    return Answer(500, error(500, HTTPStatus(500).phrase, description, "internal-error", error_id))


def _headers(refusal: SepakatError, status: int) -> list[tuple[str, str]]:
    if status == HTTPStatus.UNAUTHORIZED:
        return [("WWW-Authenticate", 'Basic realm="sepakat"')]
    if isinstance(refusal, TryLater):
        return [("Retry-After", str(refusal.seconds))]
    if isinstance(refusal, MethodNotAllowed):
        return [("Allow", ", ".join(refusal.allowed))]
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return [("Retry-After", "1")]
    return []
