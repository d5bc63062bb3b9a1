"""What the demo plays with: the objects of `data/objects.yaml` made into a bundle, the agreements, the expectations.

The expectations stand in the data, worked out by hand; nothing here asks the release rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import resources
from string import Template
from typing import Any

from sepakat.claims.extension import CLAIM_EXTENSION
from sepakat.stix.identifiers import observable_id
from sepakat.stix.instants import format_instant
from sepakat.stix.markings import PAP, TLP_2
from sepakat.stix.standard import SPEC_VERSION, category_of

PACT = "us-ru-ct-2014"
COALITION = "coalition-2014"
ONWARD = "ru-fr-ct"

WHOLE, VARIANT, OUT = "whole", "variant", "out"
_SCHEMES = {"tlp": TLP_2, "pap": PAP}


@dataclass(frozen=True, slots=True)
class Entry:
    """One object of the story: what it is, and what must come of it under the two agreements of `us`."""

    key: str
    id: str
    marked: tuple[str, ...]
    expected: Mapping[str, str]
    """By agreement: whole, variant or out."""
    why: str
    never: tuple[str, ...] = ()
    """Words of it that must reach no partner."""
    not_by_coalition: tuple[str, ...] = ()
    annotate: Mapping[str, Any] = field(default_factory=dict)

    def for_party(self, party: str) -> str:
        """The best that a party gets of it, under any agreement."""
        found = [self.expected[agreement] for agreement in AGREEMENTS_OF[party]]
        return min(found, key=(WHOLE, VARIANT, OUT).index)


AGREEMENTS_OF = {"ru": (PACT, COALITION), "iq": (COALITION,), "fr": (COALITION,)}
"""Under which agreements of `us` each partner takes."""


@dataclass(frozen=True, slots=True)
class Material:
    """The entries in the order of the file, and the objects made of them."""

    entries: tuple[Entry, ...]
    objects: tuple[dict[str, Any], ...]

    def id_of(self, key: str) -> str:
        """The id of an entry."""
        return next(entry.id for entry in self.entries if entry.key == key)

    def bundle(self, identifier: str, *, of_people: bool) -> dict[str, Any]:
        """The bundle of who speaks, or the one of all that is said."""
        objects = [made for made in self.objects if (made["type"] == "identity") is of_people]
        return {"type": "bundle", "id": f"bundle--{identifier}", "objects": objects}

    def annotations(self, *, of_people: bool) -> list[tuple[list[str], Mapping[str, Any]]]:
        """What persons put on the objects of a bundle: ids that get the same together."""
        grouped: dict[str, tuple[list[str], Mapping[str, Any]]] = {}
        for entry in self.entries:
            if entry.annotate and entry.id.startswith("identity--") is of_people:
                grouped.setdefault(repr(entry.annotate), ([], entry.annotate))[0].append(entry.id)
        return list(grouped.values())


def load(now: datetime, creator: str) -> Material:
    """The material as it is at `now`, created by the identity `creator`."""
    import yaml

    raw: list[dict[str, Any]] = yaml.safe_load(_read("objects.yaml"))
    made = _Maker(raw, now, creator)
    return Material(tuple(made.entry(one) for one in raw), tuple(made.object(one) for one in raw))


def agreement_text(name: str, now: datetime) -> str:
    """An agreement (YAML) with its window from the day before to a year later."""
    return _filled(name, now)


def press_agreement_text(giver: str, now: datetime) -> str:
    """The agreement by which a partner gives `us` what it read in the press."""
    return _filled("press", now, GIVER=giver)


def _filled(name: str, now: datetime, **more: str) -> str:
    day_before, year_later = now - timedelta(days=1), now + timedelta(days=365)
    return Template(_read(f"{name}.yaml")).substitute(FROM=_to_second(day_before), TO=_to_second(year_later), **more)


def _read(name: str) -> str:
    return resources.files("sepakat.cli.demo").joinpath("data", name).read_text(encoding="utf-8")


def _to_second(instant: datetime) -> str:
    return format_instant(instant.replace(microsecond=0))


class _Maker:
    """Makes STIX objects of the entries of the file."""

    def __init__(self, raw: list[dict[str, Any]], now: datetime, creator: str) -> None:
        self._now = format_instant(now.replace(microsecond=now.microsecond // 1000 * 1000))
        self._creator = creator
        self._ids = {
            one["key"]: one.get("id") or observable_id({"type": one["type"], **one["properties"]}) for one in raw
        }

    def entry(self, one: Mapping[str, Any]) -> Entry:
        return Entry(
            key=one["key"],
            id=self._ids[one["key"]],
            marked=tuple(one["marked"]),
            expected={PACT: one["pact"], COALITION: one["coalition"]},
            why=one["why"],
            never=tuple(one.get("never", ())),
            not_by_coalition=tuple(one.get("not_by_coalition", ())),
            annotate=one.get("annotate", {}),
        )

    def object(self, one: Mapping[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {"type": one["type"], "spec_version": SPEC_VERSION, "id": self._ids[one["key"]]}
        if category_of(one["type"]) != "sco":
            made |= {"created_by_ref": self._creator, "created": self._now}
            if one["type"] != "marking-definition":
                made["modified"] = self._now
        made |= self._resolved(one["properties"])
        if "claim" in one:
            claim = {"extension_type": "property-extension", **self._resolved(one["claim"])}
            made["extensions"] = {**made.get("extensions", {}), CLAIM_EXTENSION: claim}
        if one["marked"]:
            made["object_marking_refs"] = [self._marking(marking) for marking in one["marked"]]
        if "granular" in one:
            made["granular_markings"] = [self._granular(granular) for granular in one["granular"]]
        return made

    def _granular(self, granular: Mapping[str, Any]) -> dict[str, Any]:
        if "lang" in granular:
            return dict(granular)
        return {"marking_ref": self._marking(granular["marked"]), "selectors": granular["selectors"]}

    def _marking(self, name: str) -> str:
        if name.startswith("ref:"):
            return str(self._resolved(name))
        scheme, _, level = name.partition(":")
        return _SCHEMES[scheme][level].id

    def _resolved(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: self._resolved(member) for name, member in value.items()}
        if isinstance(value, list):
            return [self._resolved(member) for member in value]
        if isinstance(value, str) and value.startswith("ref:"):
            return self._ids[value.removeprefix("ref:")]
        return self._now if value == "now" else value
