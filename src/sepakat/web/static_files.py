"""The style sheet, the scripts and the mark: read once from the package, under names with their content's hash.

A name never gets other content, so browsers and caches may keep it for good.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from gzip import compress
from hashlib import sha256
from importlib.resources import files

from starlette.responses import Response

from sepakat.errors import NotFound
from sepakat.web.answers import KEPT
from sepakat.web.asking import Ask

_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
_HASH_LENGTH = 16


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file as it is served."""

    path: str
    media_type: str
    content: bytes
    packed: bytes
    """The same, compressed: there is nothing secret in a file that everybody gets."""


def static_path(name: str) -> str:
    """Where a page finds a file: `static_path("sepakat.css")`."""
    return _by_name()[name].path


def static(ask: Ask) -> Response:
    """A file of the package."""
    found = next((one for one in _by_name().values() if one.path == ask.path), None)
    if found is None:
        raise NotFound("page-unknown", f"no page {ask.path}")
    headers = {"Cache-Control": KEPT, "Vary": "Accept-Encoding"}
    if "gzip" in ask.headers.get("accept-encoding", ""):
        return Response(found.packed, media_type=found.media_type, headers={**headers, "Content-Encoding": "gzip"})
    return Response(found.content, media_type=found.media_type, headers=headers)


@cache
def _by_name() -> dict[str, StaticFile]:
    """Every file; kept as long as the process, since what is packaged does not change."""
    found = {}
    for item in files("sepakat.web").joinpath("static").iterdir():
        stem, _, suffix = item.name.rpartition(".")
        if suffix in _TYPES:
            content = item.read_bytes()
            digest = sha256(content).hexdigest()[:_HASH_LENGTH]
            found[item.name] = StaticFile(
                f"/static/{stem}.{digest}.{suffix}", _TYPES[suffix], content, compress(content)
            )
    return found
