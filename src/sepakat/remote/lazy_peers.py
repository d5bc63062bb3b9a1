"""The way to other nodes, wired when somebody is first spoken to: most commands speak to nobody, and start sooner so.

Decides nothing; what speaks HTTP is `peers`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sepakat.exchange.ports import Node, Peer
    from sepakat.exchange.records import Party
    from sepakat.remote.peers import HttpPeers


class LazyPeers:
    """The way to other nodes over HTTP, wired when somebody is first spoken to."""

    def __init__(self) -> None:
        self._node: Node | None = None
        self._peers: HttpPeers | None = None

    def serve(self, node: Node) -> Node:
        """Speak in the name of this node."""
        self._node = node
        return node

    def to(self, party: Party) -> Peer:
        if self._peers is None:
            from sepakat.remote.peers import HttpPeers  # noqa: PLC0415 -- httpx takes longer than most commands

            assert self._node is not None, "peers are wired together with their node"
            self._peers = HttpPeers(self._node)
        return self._peers.to(party)

    def close(self) -> None:
        """Close all connections; a party that is spoken to later gets new ones."""
        peers, self._peers = self._peers, None
        if peers is not None:
            peers.close()
