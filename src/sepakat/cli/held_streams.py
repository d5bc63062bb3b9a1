"""Streams held open at partners, so that what they have for us is read at once without their reaching us.

One daemon thread each. A stream that ends is opened again; one that breaks off, after a while. What a stream says is
only a hint, so a thread that ends in the middle leaves nothing half done.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from sepakat.cli.refusals import DEBUG_VARIABLE, complain
from sepakat.errors import SepakatError

if TYPE_CHECKING:
    from sepakat.exchange.ports import Node
    from sepakat.exchange.synchronising import SyncReport
    from sepakat.stix.identifiers import PartyId

HOLD_SECONDS = 2.0
AGAIN_SECONDS = 15.0
MOST_STREAMS = 100


class HeldStreams:
    """The streams of one process: at every partner, at `only` one, or at those that cannot push to us themselves."""

    def __init__(
        self,
        node: Node,
        ended: threading.Event,
        say: Callable[[SyncReport], object],
        *,
        only_unreached: bool = False,
        only: str | None = None,
    ) -> None:
        self._node = node
        self._ended = ended
        self._say = say
        self._only_unreached = only_unreached
        self._only = only
        # Only the thread that holds looks at it; it lives as long as the process.
        self._threads: dict[str, threading.Thread] = {}

    def hold(self) -> None:
        """See to it that a stream is open at every partner where there should be one."""
        from sepakat.exchange.news import partners_to_follow

        partners = partners_to_follow(self._node, only_unreached=self._only_unreached)
        for giver in [one for one in partners if self._only in (None, one)][:MOST_STREAMS]:
            known = self._threads.get(giver)
            if known is None or not known.is_alive():
                thread = threading.Thread(
                    target=self._follow, args=(giver,), name=f"sepakat-stream-{giver}", daemon=True
                )
                self._threads[giver] = thread
                thread.start()

    def _follow(self, giver: PartyId) -> None:
        from sepakat.exchange.news import read_if_new, stream_of

        try:
            for newest in stream_of(self._node, giver):
                if self._ended.is_set():
                    return
                report = read_if_new(self._node, giver, newest)
                if report is not None:
                    self._say(report)
                    if not report.messages:
                        # It announced what it did not have: it is not asked as often as it likes to say so.
                        self._ended.wait(HOLD_SECONDS)
        except SepakatError:
            # What is wrong is said by the timer, which asks the same partner.
            self._ended.wait(AGAIN_SECONDS)
        except Exception as error:
            if os.environ.get(DEBUG_VARIABLE) == "1":
                raise
            if not self._ended.is_set():
                complain(f"stream of {giver}: unexpected: {type(error).__name__}: {error}")
                self._ended.wait(AGAIN_SECONDS)
