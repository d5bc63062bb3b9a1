"""Puts right what misp-stix made of a part: ids of observables, times, creators, markings, comments that it drops.

What MISP keeps only to say that it was deleted becomes a revoked version of what it was, without observables of its
own. An observable gets the id that the standard makes of its value, so that one value is one object whichever event it
stands in; what stands under two ids then is one object with the markings of both. Every object has the markings of the
event and of the record that it was made of; a relationship has those of both its ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sepakat.errors import InputError
from sepakat.intake.misp.events import Record, is_deleted
from sepakat.intake.misp.markings import Marker, is_marking_tag, joined, tag_names
from sepakat.stix.identifiers import StixId, contributing_values, is_stix_id, observable_id
from sepakat.stix.markings import FIXED_MARKINGS
from sepakat.stix.standard import category_of

Content = dict[str, Any]


class Finisher:
    """Finishes the parts of one event; knows every observable of the event that it has renamed."""

    def __init__(
        self, event: Record, marker: Marker, creator: StixId, created: str, standing: frozenset[StixId] = frozenset()
    ) -> None:
        self._marker = marker
        self._creator = creator
        self._created = created
        self._standing = FIXED_MARKINGS.keys() | standing
        self._records = dict(_records_by_uuid(event))
        self._gone: set[str] = set()
        self.renamed: dict[str, StixId] = {}
        self.markings: dict[str, tuple[StixId, ...]] = {}

    def finish(self, contents: Iterable[Content]) -> list[Content]:
        """The objects of one part as they are kept; fixed markings, which every node has, are left out."""
        kept = [content for content in contents if content.get("id") not in self._standing]
        for content in kept:
            self._complete(content)
        self._gone |= {content["id"] for content in kept if self._is_deleted(content)}
        kept = [content for content in kept if not (content["id"] in self._gone and is_observable(content))]
        for content in kept:
            if content["id"] in self._gone or content.get("source_ref") in self._gone:
                content["revoked"] = True
        self._rename(kept)
        # Ends of relationships first: they need the markings of what they join.
        for content in kept:
            if content["type"] not in ("relationship", "sighting"):
                self._mark(content)
        for content in kept:
            if content["type"] in ("relationship", "sighting"):
                self._mark(content)
        return _without_repeats(kept)

    def _is_deleted(self, content: Content) -> bool:
        record = self._records.get(content["id"].partition("--")[2])
        return record is not None and is_deleted(record)

    def _complete(self, content: Content) -> None:
        if is_observable(content):
            if content.get("defanged") is False:
                del content["defanged"]
            return
        content.setdefault("created", self._created)
        content.setdefault("modified", content["created"])
        content["created"] = min(content["created"], content["modified"])
        if content["type"] not in ("marking-definition", "identity"):
            content.setdefault("created_by_ref", self._creator)
        record = self._records.get(content["id"].partition("--")[2], {})
        if content["type"] == "observed-data" and record.get("comment"):
            # Beside an indicator misp-stix gives the comment to that; an observation alone would lose it.
            content["x_misp_comment"] = str(record["comment"])
        if content["type"] == "indicator" and content.get("pattern_type", "stix") != "stix":
            _as_written(content, record)
        listed = [label for label in content.get("labels", ()) if not is_marking_tag(label)]
        tags = [name for name in tag_names(record) if not is_marking_tag(name) and not name.startswith("misp-galaxy:")]
        labels = list(dict.fromkeys([*listed, *tags]))
        if labels:
            content["labels"] = labels
        elif "labels" in content:
            del content["labels"]

    def _rename(self, contents: Sequence[Content]) -> None:
        """Ids of observables by value; those that refer to others after the others."""
        waiting = [content for content in contents if is_observable(content)]
        own = {content["id"] for content in waiting}
        here: dict[str, StixId] = {}
        while waiting:
            ready = [content for content in waiting if not (_named(content) & own) - here.keys() - {content["id"]}]
            for content in ready or waiting:
                before = content["id"]
                self._replace(content, here)
                if contributing_values(content):
                    with_id = _observable_id(content)
                    if with_id is not None:
                        content["id"] = with_id
                here[before] = StixId(content["id"])
            if not ready:
                break
            waiting = [content for content in waiting if content not in ready]
        self.renamed |= here
        for content in contents:
            if not is_observable(content):
                self._replace(content, here)
        for before, after in here.items():
            record = self._records.get(before.partition("--")[2])
            self.markings[after] = joined(self.markings.get(after, ()), self.markings_of(record))

    def _replace(self, content: Content, ids: Mapping[str, str]) -> None:
        for name, value in content.items():
            if name == "id":
                continue
            if isinstance(value, str):
                content[name] = ids.get(value, value)
            elif isinstance(value, list):
                replaced = [ids.get(item, item) if isinstance(item, str) else item for item in value]
                content[name] = list(dict.fromkeys(replaced)) if name.endswith("_refs") else replaced

    def _mark(self, content: Content) -> None:
        if content["type"] == "marking-definition":
            return
        id_ = content["id"]
        marked = joined(
            self.markings.get(id_, ()),
            self.markings_of(self._records.get(id_.partition("--")[2])),
            tuple(content.get("object_marking_refs", ())),
            *(
                self.markings.get(content[end], ())
                for end in ("source_ref", "target_ref", "sighting_of_ref")
                if end in content
            ),
        )
        self.markings[id_] = marked
        content["object_marking_refs"] = list(marked)

    def markings_of(self, record: Record | None) -> tuple[StixId, ...]:
        """The markings of what is made of a record: its own, those of what it contains and stands in, the event's."""
        if record is None:
            return self._marker.of_event
        inner = [one for one in record.get("Attribute") or () if isinstance(one, dict)]
        above = record.get("_within")
        return self._marker.of(record, *inner, *([above] if above else []))


def is_observable(content: Content) -> bool:
    """Whether it is an object of a value, without a creator or versions."""
    return category_of(content["type"]) == "sco"


def _as_written(content: Content, record: Record) -> None:
    """A rule of another language stands in brackets and with the version of STIX patterns, which it has not."""
    content.pop("pattern_version", None)
    pattern = content["pattern"]
    value = record.get("value")
    if isinstance(value, str) and pattern == f"[{value}]":
        content["pattern"] = value
    elif pattern.startswith("[") and pattern.endswith("]") and not record:
        content["pattern"] = pattern[1:-1]


def _records_by_uuid(event: Record) -> Iterable[tuple[str, Record]]:
    for name in ("Attribute", "Object", "EventReport"):
        for record in event.get(name) or ():
            yield record["uuid"], record
            for inner in record.get("Attribute") or ():
                if isinstance(inner, dict):
                    yield inner["uuid"], {**inner, "_within": record}


def _named(content: Content) -> set[str]:
    values = [value for name, value in content.items() if name.endswith(("_ref", "_refs"))]
    return {item for value in values for item in (value if isinstance(value, list) else [value]) if is_stix_id(item)}


def _observable_id(content: Content) -> StixId | None:
    try:
        return observable_id(content)
    except InputError:
        return None


def _without_repeats(contents: Sequence[Content]) -> list[Content]:
    kept: dict[str, Content] = {}
    for content in contents:
        first = kept.setdefault(content["id"], content)
        if first is not content and is_observable(content):
            for name, value in content.items():
                first.setdefault(name, value)
            first["object_marking_refs"] = content["object_marking_refs"]
    return list(kept.values())
