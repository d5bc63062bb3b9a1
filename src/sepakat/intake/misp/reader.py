"""The door of MISP: an export in, STIX objects out, with every loss named.

The event's organisation is the creator, unless it is the party whose information it is taken in as. Objects are kept as
bytes as soon as a part is done, so that a large event needs little more memory than its JSON.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator

import orjson

from sepakat.errors import Fault
from sepakat.intake.misp.accounting import Account, account
from sepakat.intake.misp.additions import Additions, event_labels, event_losses, grouped, timestamp_of
from sepakat.intake.misp.conversion import convert
from sepakat.intake.misp.events import Record, is_deleted, read_events
from sepakat.intake.misp.finishing import Content, Finisher, is_observable
from sepakat.intake.misp.markings import Marker
from sepakat.intake.source import Contents, Item, Kept, Source
from sepakat.stix.identifiers import StixId
from sepakat.stix.instants import format_instant

_REPORTS = ("report", "grouping")


def read(source: Source) -> Contents:
    """The objects of an export.

    Raises:
        InputError: it is no MISP export.
    """
    raws: list[bytes] = []
    losses: list[Item] = []
    warnings: list[Fault] = []
    for event in read_events(source.data):
        reading = EventReading(event, source)
        raws += reading.raws()
        losses += [*event_losses(event), *reading.account.losses]
        warnings += [Fault(event["uuid"], "what misp-stix can convert", text[:300]) for text in reading.told]
    return Contents(Kept(raws), warnings=tuple(warnings), losses=tuple(losses), is_converted=True)


class EventReading:
    """One event on its way to objects; after `raws` its account is there."""

    def __init__(self, event: Record, source: Source) -> None:
        self.event = event
        self.told: list[str] = []
        self.account = Account()
        self._made: dict[str, list[StixId]] = {}
        self._default = format_instant(source.captured_at or source.now)
        self._marker = Marker(event, source.identities)
        self._moment = timestamp_of(event, "timestamp", "publish_timestamp", default=self._default)
        self._creator = self._creator_of(source)
        self._finisher = Finisher(event, self._marker, self._creator, self._moment, frozenset(source.identities))
        self._report: Content | None = None
        self._refs: dict[StixId, None] = {}

    def _creator_of(self, source: Source) -> StixId:
        organisation = self.event.get("Orgc")
        found = organisation.get("uuid") if isinstance(organisation, dict) else None
        try:
            return StixId(f"identity--{uuid.UUID(str(found))}")
        except ValueError:
            return source.creator

    def raws(self) -> list[bytes]:
        """The objects of the event as bytes; markings and organisations first, the report last."""
        kept: set[StixId] = set()
        parts: list[bytes] = []
        for content in self._contents():
            if content["id"] not in kept:
                kept.add(content["id"])
                # The writer leaves room behind what it writes; a copy has none, which for a large event is gigabytes.
                parts.append(bytes(memoryview(orjson.dumps(content))))
        self.account = account(self.event, self._made)
        markings = [orjson.dumps(content) for content in self._marker.made.values()]
        return [*markings, *parts]

    def _contents(self) -> Iterator[Content]:
        observables: dict[str, Content] = {}
        for part in convert(self.event):
            self.told += part.told
            finished = self._finisher.finish(part.contents)
            self._note_made(part.contents)
            for content in finished:
                if content["type"] in _REPORTS and content["id"].endswith(self.event["uuid"]):
                    self._report = self._report or content
                    continue
                if content["id"] == f"note--{self.event['uuid']}":
                    # What misp-stix writes into a report of nothing; there is a report of everything.
                    continue
                if content["type"] not in ("marking-definition", "identity"):
                    self._refs[content["id"]] = None
                if is_observable(content):
                    # A later part may have the same value under stricter markings.
                    observables.setdefault(content["id"], content)
                else:
                    yield content
        for id_, content in observables.items():
            yield {**content, "object_marking_refs": list(self._finisher.markings[id_])}
        report = self._whole_report()
        additions = Additions(self.event, report, self._made)
        for content, record in list(additions.left_out()):
            self._note(record["uuid"], StixId(content["id"]))
            yield self._added(content, record)
        for content, record in additions.everything():
            if content["id"] not in self._refs:
                yield self._added(content, record)
        refs = list(self._refs) or [self._creator]
        yield from grouped(report, refs)

    def _added(self, content: Content, record: Record) -> Content:
        content["object_marking_refs"] = list(self._finisher.markings_of(record))
        if is_deleted(record):
            content["revoked"] = True
        if content["type"] != "note":
            self._refs[content["id"]] = None
        return content

    def _whole_report(self) -> Content:
        report = self._report or {
            "type": "grouping",
            "spec_version": "2.1",
            "id": f"grouping--{self.event['uuid']}",
            "created_by_ref": self._creator,
            "created": self._moment,
            "modified": self._moment,
            "context": "suspicious-activity",
        }
        labels = [*report.get("labels", ()), *event_labels(self.event)]
        return {
            **report,
            "name": self.event["info"],
            "labels": list(dict.fromkeys(labels)),
            "object_marking_refs": list(self._marker.of_event),
        }

    def _note_made(self, contents: Iterable[Content]) -> None:
        """Which objects were made of which record: misp-stix makes ids of uuids; observables were renamed since."""
        for before, after in self._finisher.renamed.items():
            self._note(before.partition("--")[2], after)
        self._finisher.renamed.clear()
        for content in contents:
            self._note(content["id"].partition("--")[2], content["id"])

    def _note(self, record: str, id_: StixId) -> None:
        listed = self._made.setdefault(record, [])
        if id_ not in listed:
            listed.append(id_)
