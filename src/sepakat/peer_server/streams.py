"""The live stream under /peer/v1/news: server-sent events that say that there are more messages for a partner.

An event says no more than the newest sequence; what there is, is fetched and checked like everything else. It comes
when something was added, and now and then without that, so that both sides see that the other is there. Streams are few
per partner and end by themselves: the partner opens the next one where it stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable

import anyio
import orjson
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from sepakat.errors import NotPermitted, StoreError
from sepakat.exchange.news import newest_for
from sepakat.exchange.ports import Node
from sepakat.peer_server.limits import PeerLimits
from sepakat.stix.identifiers import PartyId

LOOK_SECONDS = 0.1
"""How often a stream looks whether anything was written at all, which costs next to nothing."""
PULSE_SECONDS = 5.0


class Streams:
    """The streams that are open at this process."""

    def __init__(self, node: Node, limits: PeerLimits, is_ending: Callable[[], bool]) -> None:
        self._node = node
        self._limits = limits
        self._is_ending = is_ending
        # Counted in the event loop alone; a stream counts from its first event to its end.
        self._open: Counter[PartyId] = Counter()

    def open(self, party: PartyId, after: int) -> StreamingResponse:
        """A stream for a party that has read up to sequence `after`.

        Raises:
            NotPermitted: it has too many open already.
        """
        if self._open[party] >= self._limits.streams:
            raise NotPermitted(
                "peer-too-many-streams", f"stream refused: {self._limits.streams} are open already", "close one first"
            )
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(self._events(party, after), media_type="text/event-stream", headers=headers)

    async def _events(self, party: PartyId, after: int) -> AsyncIterator[bytes]:
        self._open[party] += 1
        try:
            with anyio.move_on_after(self._limits.stream_seconds):
                mark: object = None
                pulse = anyio.current_time()
                while not self._is_ending():
                    seen = await run_in_threadpool(self._node.store.written)
                    newest = after
                    if seen != mark:
                        newest = await run_in_threadpool(newest_for, self._node, party, after)
                        mark = seen
                    if newest > after or anyio.current_time() >= pulse:
                        after, pulse = newest, anyio.current_time() + PULSE_SECONDS
                        yield b"event: more\ndata: " + orjson.dumps({"last": after}) + b"\n\n"
                    await anyio.sleep(LOOK_SECONDS)
        except StoreError:
            # The partner is told nothing of what is wrong here; it opens the next stream later.
            return
        finally:
            self._open[party] -= 1
