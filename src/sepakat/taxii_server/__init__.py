"""The TAXII 2.1 door: requests of partners' clients and nodes in, answers out; it decides nothing itself.

Who asks is settled here (credentials or a node's signature), what may be read in `exchange.reading`, what is taken in
`exchange.inbox`. Synchronous code, threads at the ASGI edge.
"""

from __future__ import annotations

from starlette.routing import Route

from sepakat.exchange.ports import Node
from sepakat.taxii_server.door import TaxiiDoor
from sepakat.taxii_server.limits import DEFAULT_LIMITS, ServerLimits

__all__ = ["DEFAULT_LIMITS", "ServerLimits", "TaxiiDoor", "routes"]


def routes(node: Node, limits: ServerLimits = DEFAULT_LIMITS) -> list[Route]:
    """The routes of a node's TAXII server, everything under `/taxii2`."""
    door = TaxiiDoor(node, limits)
    return [Route("/taxii2", door, name="taxii-discovery"), Route("/taxii2/{rest:path}", door, name="taxii")]
