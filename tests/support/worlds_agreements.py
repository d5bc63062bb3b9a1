"""Random agreements for the worlds: canonical documents, generous or not, with keys left out now and then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sepakat.claims.extension import CLAIM_EXTENSION
from tests.support.worlds_objects import (
    CUSTOM_TYPE,
    DOMAIN_OBJECTS,
    OBSERVABLES,
    TOP_LEVEL_EXTENSION,
    UNKNOWN_EXTENSION,
    Plan,
    stamp,
)

FIELD_NAMES = (
    *("name", "description", "object_refs", "content", "pattern", "pattern_type", "valid_from", "published"),
    *("source_ref", "target_ref", "relationship_type", "value", "opinion", "is_family", "protocols", CLAIM_EXTENSION),
)
DENIED = ("description", "labels", UNKNOWN_EXTENSION, "x_acme_note.inner", "aliases", "count", "object_refs")


@dataclass
class Drafting:
    """Drafts agreements; `generosity` is the share of keys that let everything through."""

    plan: Plan
    parties: list[str]
    """The giver first."""
    created: list[datetime]
    """When the objects of the world were created: a window likes to begin at just that instant."""
    generosity: float

    def document(self, agreement: str, takers: list[str]) -> dict[str, Any]:
        """An agreement."""
        window: dict[str, Any] = {
            "from": stamp(self.plan.now - timedelta(days=300)),
            "to": stamp(self.plan.now + timedelta(days=60)),
        }
        window["data_from"] = "any" if self._generous() else stamp(self.plan.pick(self.created))
        window["max_age"] = "any" if self._generous() else self.plan.pick(("P30D", "P180D", "P365D"))
        document: dict[str, Any] = {
            "sepakat": 1,
            "id": agreement,
            "version": 1,
            "title": "A random agreement",
            "giver": self.parties[0],
            "takers": sorted(takers),
            "scope": "organisation",
            "window": window,
            "share": [
                self._clause(f"S{number + 1}")
                for number in range(self.plan.pick((0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3)))
            ],
            "duties": {"receipt": "PT5M", "recall": "PT1H", "correction": "PT24H"},
        }
        if self.plan.chance(0.9):
            document["onward"] = self.onward() if self.plan.chance(0.5) else {"default": "none"}
        return document

    def _generous(self) -> bool:
        return self.plan.chance(self.generosity)

    def _clause(self, name: str) -> dict[str, Any]:
        clause: dict[str, Any] = {"id": name, "release": {"approval": "auto", "delay": "PT0S"}}
        if not self._generous():
            clause["release"] = {
                "approval": self.plan.pick(("auto", "auto", "one", "two")),
                "delay": self.plan.pick(("PT0S", "PT1H", "P2D")),
            }
        clause["topics"] = self._topics_wanted()
        clause["regions"] = self._regions_wanted()
        clause["types"] = self._types_wanted()
        clause["kinds"] = "any" if self._generous() else self.plan.some(("fact", "report", "assessment", "estimate"), 3)
        levels = ("red", "amber+strict", "amber") if self._generous() else ("clear", "green")
        clause["ceiling"] = {"tlp": self.plan.pick(levels)}
        if self.plan.chance(0.6):
            clause["ceiling"]["pap"] = self.plan.pick(("green", "amber", "red"))
        if self.plan.chance(0.5):
            clause["ceiling"]["releasable_to"] = self.plan.pick((["RU"], ["FR", "RU"], ["IQ"], ["US"]))
        clause["minimum"] = {"reliability": "any", "credibility": "any"}
        if not self._generous():
            clause["minimum"] = {
                "reliability": self.plan.pick(("any", "B", "C")),
                "credibility": self.plan.pick(("any", 2, 3)),
                "unrated": self.plan.pick(("allow", "allow", "out")),
            }
            if self.plan.chance(0.3):
                del clause["minimum"][self.plan.pick(("reliability", "credibility", "unrated"))]
        clause["fields"] = self._fields()
        clause["source"] = self.plan.pick(("none", "rating", "descriptor", "identity", "identity", "identity"))
        clause["persons"] = self._persons()
        for key in ("topics", "regions", "types", "kinds", "ceiling", "minimum", "fields", "source", "persons"):
            if self.plan.chance(0.01):
                del clause[key]
        return clause

    def _topics_wanted(self) -> Any:
        if self._generous():
            return "any" if self.plan.chance(0.8) else {"any": "any", "none": ["terrorism/sources"]}
        wanted = {"any": sorted(self.plan.some(("terrorism", "terrorism/isis", "cyber", "trade", "terror"), 2))}
        return {**wanted, "none": ["terrorism/sources"]} if self.plan.chance(0.4) else wanted

    def _regions_wanted(self) -> Any:
        if self._generous():
            return "any"
        wanted = {"any": sorted(self.plan.some(("IQ", "middle-east", "europe", "IQ-AN", "RU", "asia"), 3))}
        return {**wanted, "none": ["SY"]} if self.plan.chance(0.3) else wanted

    def _types_wanted(self) -> Any:
        if self._generous():
            return "any"
        kinds = sorted({*DOMAIN_OBJECTS, *OBSERVABLES, "relationship", "sighting", "marking-definition"})
        return sorted({*self.plan.random.sample(kinds, 12), "relationship", CUSTOM_TYPE})

    def _fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = {"allow": self.plan.pick(("standard", "standard", "any"))}
        if self.plan.chance(0.12):
            fields["allow"] = sorted(self.plan.random.sample(FIELD_NAMES, 12))
        elif self.plan.chance(0.15):
            fields["allow"] = sorted(
                ["standard", self.plan.pick(("x_acme_note", UNKNOWN_EXTENSION, TOP_LEVEL_EXTENSION))]
            )
        if self.plan.chance(0.15):
            fields["deny"] = sorted(self.plan.some(DENIED, 2))
        fields["external_references"] = self.plan.pick(("any", "any", "none", ["cve", "mitre-attack"]))
        fields["tear_line"] = self.plan.pick(("none", "if-needed", "if-needed", "if-needed", "if-needed", "always"))
        return fields

    def _persons(self) -> dict[str, Any]:
        rule = self.plan.pick(("none", "pseudonym", "categories", "categories", "categories"))
        persons: dict[str, Any] = {"rule": rule}
        if rule == "categories":
            persons["allow"] = sorted(self.plan.some(("office-holder", "suspect", "witness"), 3))
        if self.plan.chance(0.25):
            persons["retention"] = self.plan.pick(("P30D", "P1Y", "P6M"))
        if self.plan.chance(0.2):
            persons["necessity"] = "required"
        return persons

    def onward(self) -> dict[str, Any]:
        """A rule about passing on."""
        default = self.plan.pick(("none", "ask", "ask", "named"))
        named = {"named": sorted(self.plan.some(self.parties, 3))} if default == "named" else {}
        return {"default": default, **named}
