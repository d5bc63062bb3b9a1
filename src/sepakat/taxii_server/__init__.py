"""The TAXII 2.1 door: requests of partners' clients and nodes in, answers out; it decides nothing itself.

Who asks is settled here (credentials or a node's signature), what may be read in `exchange.reading`, what is taken in
`exchange.inbox`. Synchronous code, threads at the ASGI edge.
"""

from __future__ import annotations

from starlette.requests import Request as StarletteRequest
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sepakat.exchange.ports import Node
from sepakat.taxii_server.door import TaxiiDoor
from sepakat.taxii_server.limits import DEFAULT_LIMITS, ServerLimits

_THIS_MACHINE = ("127.0.0.1", "::1")
_FORWARDED = frozenset({"forwarded", "x-forwarded-for", "x-real-ip", "via"})

__all__ = ["DEFAULT_LIMITS", "ServerLimits", "TaxiiDoor", "routes"]


def routes(
    node: Node,
    limits: ServerLimits = DEFAULT_LIMITS,
    *,
    is_behind_proxy: bool = False,
    door: TaxiiDoor | None = None,
) -> list[Route]:
    """The routes of a node's TAXII server: everything under `/taxii2`, and its counters for this machine."""
    door = door or TaxiiDoor(node, limits)
    served = [
        Route("/taxii2", door, name="taxii-discovery"),
        Route("/taxii2/{rest:path}", door, name="taxii"),
    ]
    if is_behind_proxy:
        # A proxy on this machine need not say for whom it asks, so nobody is known to be of this machine.
        return served

    def metrics(request: StarletteRequest) -> Response:
        # Names of accounts stand in it: only for who asks on this very machine, and not through a proxy.
        host = request.client.host if request.client else ""
        if host not in _THIS_MACHINE or not _FORWARDED.isdisjoint(request.headers.keys()):
            return PlainTextResponse("not found\n", 404)
        # Those of the whole node, where it is served as one.
        text = getattr(request.app.state, "counters", door.service.metrics.text)
        return PlainTextResponse(text(), media_type="text/plain; version=0.0.4")

    return [*served, Route("/metrics", metrics, methods=["GET"], name="taxii-metrics")]
