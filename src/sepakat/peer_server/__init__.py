"""The door for other nodes: messages in, messages out, our card."""

from sepakat.peer_server.routes import routes

__all__ = ["routes"]
