"""What restricts a MISP record, as markings that are never weaker: distribution, sharing groups, TLP and PAP tags, ACS.

| distribution | marking |
|---|---|
| 0 your organisation only | TLP:RED |
| 1 this community only | TLP:AMBER+STRICT |
| 2 connected communities | TLP:AMBER |
| 3 all communities | TLP:GREEN |
| 4 sharing group | TLP:AMBER+STRICT and a marking that admits the parties of the group that are known here |
| 5 inherit | that of what it stands in |

Anything else, and an unknown word of TLP or PAP, is RED. Markings of an event bind everything in it: those of an
attribute come on top and can only narrow.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sepakat.intake.misp.events import NAMESPACE, Record
from sepakat.stix.identifiers import PartyId, StixId
from sepakat.stix.markings import PAP, TLP_2

GROUP_TYPE = "misp-sharing-group"
_GROUPS_SINCE = "2026-11-28T00:00:00.000Z"
_BY_DISTRIBUTION = {"0": "red", "1": "amber+strict", "2": "amber", "3": "green", "4": "amber+strict"}
_OLD_WORDS = {"white": "clear"}
_ORGANISATION_ONLY, _GROUP, _INHERIT = "0", "4", "5"


class Marker:
    """The markings of one event's records. `made` are the marking-definitions that had to be written."""

    def __init__(self, event: Record, identities: Mapping[StixId, PartyId]) -> None:
        self._identities = identities
        self._groups: dict[str, Record] = {}
        self.made: dict[StixId, dict[str, Any]] = {}
        self._note_groups(event)
        self.of_event = self._of(event, inherits=False)

    def of(self, *records: Record) -> tuple[StixId, ...]:
        """The markings of something made of records of the event, those of the event included."""
        return _ordered((*self.of_event, *(marking for record in records for marking in self._of(record))))

    def _of(self, record: Record, *, inherits: bool = True) -> tuple[StixId, ...]:
        return _ordered((*self._of_distribution(record, inherits=inherits), *_of_tags(record)))

    def _of_distribution(self, record: Record, *, inherits: bool) -> Iterator[StixId]:
        stated = record.get("distribution")
        level = str(stated) if stated not in (None, "") else (_INHERIT if inherits else _ORGANISATION_ONLY)
        if level == _INHERIT and inherits:
            return
        yield TLP_2[_BY_DISTRIBUTION.get(level, "red")].id
        if level == _GROUP:
            yield self._group(record)

    def _note_groups(self, event: Record) -> None:
        records = [event, *_records(event)]
        for record in records:
            group = record.get("SharingGroup")
            if isinstance(group, dict):
                self._groups.setdefault(str(record.get("sharing_group_id") or group.get("id")), group)

    def _group(self, record: Record) -> StixId:
        group = record.get("SharingGroup")
        if not isinstance(group, dict):
            # A group that is only numbered is known by the whole group elsewhere in the event, else it admits nobody.
            group = self._groups.get(str(record.get("sharing_group_id")), {})
        organisations = [
            entry["Organisation"]
            for entry in group.get("SharingGroupOrg") or ()
            if isinstance(entry, dict) and isinstance(entry.get("Organisation"), dict)
        ]
        ids = (f"identity--{str(one.get('uuid')).lower()}" for one in organisations)
        parties = sorted({self._identities[StixId(id_)] for id_ in ids if StixId(id_) in self._identities})
        name = str(group.get("name") or "a group that the event does not describe")
        key = "\n".join((GROUP_TYPE, str(group.get("uuid") or record.get("sharing_group_id")), *parties))
        identifier = StixId(f"marking-definition--{uuid.uuid5(NAMESPACE, key)}")
        self.made[identifier] = {
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": identifier,
            "created": _GROUPS_SINCE,
            "name": f"MISP sharing group: {name}",
            "definition_type": GROUP_TYPE,
            "definition": {"group": str(group.get("uuid") or ""), "name": name, "parties": parties},
        }
        return identifier


def tag_names(record: Record) -> list[str]:
    """The names of a record's tags, those of its galaxy clusters included."""
    tags = [tag.get("name") for tag in record.get("Tag") or () if isinstance(tag, dict)]
    return [name for name in tags if isinstance(name, str)]


def is_marking_tag(name: str) -> bool:
    """Whether a tag says who may read, and so is a marking instead of a label."""
    return name.lower().startswith(("tlp:", "pap:"))


def _of_tags(record: Record) -> Iterator[StixId]:
    for name in tag_names(record):
        scheme, _, level = name.strip().lower().partition(":")
        if scheme == "tlp":
            yield TLP_2.get(_OLD_WORDS.get(level, level), TLP_2["red"]).id
        elif scheme == "pap":
            yield PAP.get(_OLD_WORDS.get(level, level), PAP["red"]).id


def _records(event: Record) -> Iterator[Record]:
    yield from event.get("Attribute") or ()
    for misp_object in event.get("Object") or ():
        yield misp_object
        yield from (one for one in misp_object.get("Attribute") or () if isinstance(one, dict))
    yield from event.get("EventReport") or ()


def _ordered(markings: Iterable[StixId]) -> tuple[StixId, ...]:
    """Without repeats, in an order that does not depend on where they were found."""
    return _one_for_all(tuple(sorted(set(markings))))


# Guards nothing but memory: a large event has few different lists of markings. Entries die by disuse.
@lru_cache(maxsize=4096)
def _one_for_all(markings: tuple[StixId, ...]) -> tuple[StixId, ...]:
    return markings


def joined(*lists: Sequence[StixId]) -> tuple[StixId, ...]:
    """All markings of several lists."""
    return _ordered(marking for listed in lists for marking in listed)
