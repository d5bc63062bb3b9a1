"""An ASGI application served on a free port of this machine, in a thread, for clients that speak HTTP themselves."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn


@contextmanager
def served(application: Any, **options: Any) -> Iterator[str]:
    """The address under which the application answers while the block runs."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        config = uvicorn.Config(application, log_level="error", access_log=False, lifespan="off", ws="none", **options)
        server = _QuietServer(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        scheme = "https" if options.get("ssl_certfile") else "http"
        try:
            # The socket listens already: a client that comes before the server is ready waits in its queue.
            yield f"{scheme}://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)


class _QuietServer(uvicorn.Server):
    """Leaves the signals of the process alone, which a thread may not touch."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
