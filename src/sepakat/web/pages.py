"""The pages behind sign-in: each asks one use case and shows what it says."""

from __future__ import annotations

from starlette.responses import Response

from sepakat.errors import NotFound
from sepakat.web.asking import Ask
from sepakat.web.rendering import page


def overview(ask: Ask) -> Response:
    """What came, what went, what was decided, what waits."""
    return page(ask, "overview.html")


def nowhere(ask: Ask) -> Response:
    """What no page has."""
    raise NotFound("page-unknown", "there is no such page", "go back to the overview")


decisions = object_ = came = went = as_party = nowhere
