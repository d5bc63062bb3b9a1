"""What every answer of the pages carries: security headers, cookies, and the status that a refusal becomes.

No page runs a script that is not a file of this node, is shown in a frame, is kept by a cache or asks another host for
anything: the policy says so to the browser. OWASP ASVS 5.0, chapter 3.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from starlette.responses import Response

from sepakat.errors import (
    ConfigurationError,
    InputError,
    NotFound,
    NotPermitted,
    PeerError,
    SepakatError,
    StoreError,
)
from sepakat.web.sessions import LONGEST

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        # Not `no-referrer`: with that a browser names no origin with the forms that we check it of.
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
)

NOT_KEPT = "no-store"
KEPT = "public, max-age=31536000, immutable"

STATUS: Mapping[type[SepakatError], int] = MappingProxyType(
    {
        InputError: 400,
        NotPermitted: 403,
        NotFound: 404,
        PeerError: 502,
        StoreError: 503,
        ConfigurationError: 500,
    }
)
"""The status of each kind of refusal."""

_HTTPS_ONLY = "max-age=31536000"


def status_of(error: SepakatError) -> int:
    """The status that a refusal becomes."""
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 500)


def protect(response: Response, *, is_https: bool) -> Response:
    """Put the headers that every answer carries."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    response.headers.setdefault("Cache-Control", NOT_KEPT)
    if is_https:
        response.headers["Strict-Transport-Security"] = _HTTPS_ONLY
    return response


def cookie_name(use: str, *, is_https: bool) -> str:
    """The name of a cookie; over HTTPS one that no other host and no plain page can set."""
    return f"__Host-sepakat-{use}" if is_https else f"sepakat-{use}"


def put_cookie(response: Response, use: str, value: str, *, is_https: bool) -> None:
    """Give the browser a cookie that scripts cannot read and other sites cannot send along."""
    response.set_cookie(
        cookie_name(use, is_https=is_https),
        value,
        max_age=int(LONGEST.total_seconds()),
        path="/",
        secure=is_https,
        httponly=True,
        samesite="lax",
    )


def drop_cookie(response: Response, use: str, *, is_https: bool) -> None:
    """Take a cookie back."""
    name = cookie_name(use, is_https=is_https)
    response.delete_cookie(name, path="/", secure=is_https, httponly=True, samesite="lax")
