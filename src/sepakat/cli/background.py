"""What a served node does by itself: sends its outbox, asks its givers, does what waits, lets time change its views.

One thread each, so that a partner that does not answer holds up nothing else. Every process of a node runs all of them:
leases see to it that one sends the outbox and sweeps, and that a giver is asked and a job done by one at a time. A
fault is said on stderr, once while it lasts, and never ends the thread. All decisions are those of the use cases.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from sepakat.cli.events import Events, PlainEvents
from sepakat.cli.held_streams import HOLD_SECONDS, HeldStreams
from sepakat.cli.observing import Span, no_span
from sepakat.cli.refusals import DEBUG_VARIABLE
from sepakat.errors import SepakatError
from sepakat.exchange.working import Duty

if TYPE_CHECKING:
    from datetime import datetime

    from sepakat.exchange.alerting import Bell
    from sepakat.exchange.ports import Node
    from sepakat.exchange.synchronising import SyncReport

DELIVERY_SECONDS = 0.2
NEWS_SECONDS = 0.2
NEWS_AGAIN_SECONDS = 5.0
SWEEP_SECONDS = 3.0
ALERT_SECONDS = 2.0
RING_AGAIN_SECONDS = 60.0
CATALOGUE_SECONDS = 0.5
"""A pause between pieces too, so that nobody who writes waits long."""
JOBS_SECONDS = 0.5
RETENTION_SECONDS = 300.0
SYNC_LOOK_SECONDS = 1.0


class Background:
    """The threads of one served node, from `start` to `stop`."""

    def __init__(
        self, node: Node, sync_seconds: float, bell: Bell, events: Events | None = None, span: Span = no_span
    ) -> None:
        self._node = node
        self._events = events or PlainEvents()
        self._span = span
        # Tells every thread to end; lives as long as the serving.
        self._ended = threading.Event()
        self._every = timedelta(seconds=sync_seconds)
        self._outbox = Duty(node.store, "outbox")
        self._cataloguer = Duty(node.store, "cataloguer")
        self._sweeper = _Sweeper(node)
        self._watcher = Watcher(node, bell)
        # When a giver whose news could not be read is asked again; only the thread for news looks at it.
        self._again: dict[str, datetime] = {}
        self._seen: object = None
        self._keeper = Duty(node.store, "retention")
        self._follower = Duty(node.store, "streams")
        self._streams = HeldStreams(node, self._ended, self._say_alarms, only_unreached=True)
        self._threads = [
            self._thread("outbox", DELIVERY_SECONDS, self._deliver),
            self._thread("news", NEWS_SECONDS, self._read_news),
            self._thread("sync", min(sync_seconds, SYNC_LOOK_SECONDS), self._synchronise),
            self._thread("streams", HOLD_SECONDS, self._hold_streams),
            self._thread("jobs", JOBS_SECONDS, self._do_jobs),
            self._thread("sweeper", SWEEP_SECONDS, self._sweeper.sweep),
            self._thread("catalogue", CATALOGUE_SECONDS, self._catalogue),
            self._thread("retention", RETENTION_SECONDS, self._retain),
            self._thread("alerts", ALERT_SECONDS, self._watcher.look),
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = 5.0) -> None:
        """End, waiting a while for what is under way; every step is a transaction, so that none is left half done."""
        self._ended.set()
        for thread in self._threads:
            thread.join(seconds)
        # Another process goes on at once.
        for duty in (
            self._outbox,
            self._cataloguer,
            self._keeper,
            self._follower,
            self._sweeper.duty,
            self._watcher.duty,
        ):
            duty.end()

    def _thread(self, name: str, seconds: float, step: Callable[[], object]) -> threading.Thread:
        return threading.Thread(target=self._loop, args=(name, seconds, step), name=f"sepakat-{name}", daemon=True)

    def _loop(self, name: str, seconds: float, step: Callable[[], object]) -> None:
        said = ""
        while not self._ended.wait(seconds):
            try:
                step()
                said = ""
            except Exception as error:
                if not isinstance(error, SepakatError) and os.environ.get(DEBUG_VARIABLE) == "1":
                    raise
                # Once, for as long as it lasts.
                if str(error) != said:
                    self._events.failed(name, error)
                said = str(error)

    def _deliver(self) -> None:
        from sepakat.exchange.messaging import deliver

        if self._outbox.is_ours():
            report = deliver(self._node)
            if report.count:
                self._events.happened("delivered", messages=report.count)

    def _read_news(self) -> None:
        """Read at once from a giver that has just said what it released."""
        from sepakat.exchange.news import givers_with_news
        from sepakat.exchange.working import synchronise_with

        mark, now = self._node.store.written(), self._node.clock.now()
        if mark == self._seen and not any(at <= now for at in self._again.values()):
            return
        self._seen = mark
        for giver in givers_with_news(self._node):
            if self._again.get(giver, now) > now:
                continue
            self._again.pop(giver, None)
            with self._span("synchronise", {"sepakat.party": giver}):
                report = synchronise_with(self._node, giver, self._every)
            if report is None or report.error is not None:
                self._again[giver] = now + timedelta(seconds=NEWS_AGAIN_SECONDS)
            self._say_alarms(report)

    def _catalogue(self) -> None:
        """Enter a piece of what was taken in, for the pages to find."""
        from sepakat.exchange.cataloguing import catch_up

        if self._cataloguer.is_ours():
            catch_up(self._node)

    def _retain(self) -> None:
        """Erase what is over its time, and finish erasures that waited for partners."""
        from sepakat.exchange.retaining import run_retention

        if self._keeper.is_ours():
            for _, done in run_retention(self._node).done:
                self._events.happened("erased", erasure=done.proof.number, objects=len(done.proof.objects))

    def _synchronise(self) -> None:
        from sepakat.exchange.working import givers_due, synchronise_with

        for giver in givers_due(self._node, self._every):
            if self._ended.is_set():
                return
            with self._span("synchronise", {"sepakat.party": giver}):
                report = synchronise_with(self._node, giver, self._every)
            if report is not None:
                self._events.happened("synchronised", party=giver, taken=report.taken, refused=len(report.refused))
            self._say_alarms(report)

    def _hold_streams(self) -> None:
        if self._follower.is_ours():
            self._streams.hold()

    def _do_jobs(self) -> None:
        from sepakat.exchange.working import do_due

        for done in do_due(self._node):
            self._events.happened(
                "job done" if done.error is None else "job not done", kind=done.job.kind, job=done.job.subject
            )

    def _say_alarms(self, report: SyncReport | None) -> None:
        for alarm in report.alarms if report is not None else ():
            assert report is not None
            self._events.alarm(report.giver, alarm)


class Watcher:
    """Raises alerts after somebody wrote something, and tells their channels; those that fail again a minute later."""

    def __init__(self, node: Node, bell: Bell) -> None:
        self.duty = Duty(node.store, "alerts")
        self._node = node
        self._bell = bell
        self._seen: object = None
        self._again: datetime | None = None

    def look(self) -> None:
        """Look once."""
        if not self.duty.is_ours():
            return
        from sepakat.exchange.alerting import send_alerts
        from sepakat.exchange.watching import raise_alerts

        mark, now = self._node.store.written(), self._node.clock.now()
        is_due = self._again is not None and now >= self._again
        if mark != self._seen:
            self._seen = mark
            is_due = bool(raise_alerts(self._node)) or is_due or self._again is None
        if is_due:
            send_alerts(self._node, self._bell)
            self._again = now + timedelta(seconds=RING_AGAIN_SECONDS)


class _Sweeper:
    """Decides anew when time alone may have changed a view: at the instant that the last decision named.

    Commands in other processes change things too, and with them that instant; the store tells whether somebody wrote. A
    look that finds no reason costs next to nothing.
    """

    def __init__(self, node: Node) -> None:
        self.duty = Duty(node.store, "sweeper")
        self._node = node
        self._seen: object = None
        self._due: datetime | None = None

    def sweep(self) -> None:
        """Look, and bring the views up to date if there is a reason."""
        if not self.duty.is_ours():
            # Who leads next decides anew at once.
            self._seen = None
            return
        now = self._node.clock.now()
        if self._node.store.written() == self._seen and (self._due is None or now < self._due):
            return
        from sepakat.exchange.releasing import update_views

        with self._node.store.writing() as unit:
            self._due = update_views(self._node, unit, now).next_change_at
        # What this sweep itself wrote is no reason for the next one.
        self._seen = self._node.store.written()
