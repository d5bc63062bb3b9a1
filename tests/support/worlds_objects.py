"""Random STIX objects for the release rule: many types, references that run in circles, ids and secrets in odd places.

What is made is well-formed as far as the release rule reads it; that it is likely is not its aim. All randomness comes
from the `Random` that is handed in. Claims are added by `worlds_claims`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

UNKNOWN_EXTENSION = "extension-definition--00000000-0000-4000-8000-0000000e0001"
TOP_LEVEL_EXTENSION = "extension-definition--00000000-0000-4000-8000-0000000e0002"
CUSTOM_TYPE = "x-acme-case"
LABELS = ("isis", "leak", "ransom", "trade", "cyber", "harmless", "tlp:red")
NAMES = ("Da'ish", "Quiet Bear", "grain deal", "Informant", "Alpha", "Bravo")
SOURCES = ("mitre-attack", "cve", "internal-wiki", "agency")
OBSERVABLES = ("file", "domain-name", "ipv4-addr", "network-traffic", "url", "directory", "email-addr", "process")
DOMAIN_OBJECTS = (
    "identity",
    "indicator",
    "note",
    "note",
    "report",
    "report",
    "observed-data",
    "location",
    "threat-actor",
    "opinion",
    "grouping",
    "malware",
    "attack-pattern",
    "incident",
    "language-content",
    CUSTOM_TYPE,
)


@dataclass
class Plan:
    """All ids of a world before any content: so that references can go anywhere, also in circles."""

    random: Random
    now: datetime
    ids: list[str] = field(default_factory=list)
    identities: list[str] = field(default_factory=list)

    def chance(self, share: float) -> bool:
        """True in that share of cases."""
        return self.random.random() < share

    def pick(self, values: Sequence[Any]) -> Any:
        """One of the values."""
        return values[self.random.randrange(len(values))]

    def some(self, values: Sequence[Any], most: int) -> list[Any]:
        """One to `most` of the values, each once."""
        return self.random.sample(list(values), self.random.randint(1, min(most, len(values))))

    def new_id(self, kind: str) -> str:
        """A fresh random id."""
        return f"{kind}--{uuid.UUID(int=self.random.getrandbits(128), version=4)}"

    def of(self, *kinds: str) -> list[str]:
        """The planned ids of these types."""
        return [identifier for identifier in self.ids if identifier.partition("--")[0] in kinds]

    def moment(self, days: int = 400) -> datetime:
        """An instant before now."""
        return self.now - timedelta(seconds=self.random.randrange(days * 86400))

    def anything(self) -> str:
        """Some planned id; now and then one that nobody holds."""
        return self.new_id("indicator") if self.chance(0.02) else str(self.pick(self.ids))

    def anything_but_links(self) -> str:
        """Some planned id that a relationship may end at."""
        targets = [known for known in self.ids if not known.startswith(("relationship--", "sighting--", "language-"))]
        return str(self.pick(targets or self.ids))


def stamp(instant: datetime) -> str:
    """A STIX timestamp."""
    return instant.strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"


def own_properties(plan: Plan, identifier: str) -> dict[str, Any]:
    """The properties of one version that are not common to all objects."""
    kind = identifier.partition("--")[0]
    maker = _MAKERS.get(kind)
    content = maker(plan) if maker is not None else _custom(plan)
    _add_extras(plan, kind, content)
    return content


def _add_extras(plan: Plan, kind: str, content: dict[str, Any]) -> None:
    is_observable = kind in OBSERVABLES
    if not is_observable:
        if plan.chance(0.35):
            content["labels"] = plan.some(LABELS, 2)
        if plan.chance(0.15):
            content["external_references"] = [_external_reference(plan) for _ in range(plan.random.randint(1, 3))]
        if plan.chance(0.1):
            content["confidence"] = plan.pick((10, 50, 90))
        if plan.chance(0.03):
            content["revoked"] = True
    if plan.chance(0.1):
        content["x_acme_note"] = plan.pick(("seen twice", {"inner": {"deep": ["a", "b"]}}, ["p", {"q": 1}]))
    if plan.chance(0.03):
        content["x_acme_ref"] = plan.anything()
    extensions: dict[str, Any] = {}
    if plan.chance(0.05):
        extensions[UNKNOWN_EXTENSION] = {"extension_type": "property-extension", "weight": 3, "seen": ["here", "there"]}
    if plan.chance(0.03):
        extensions[UNKNOWN_EXTENSION] = {"extension_type": "property-extension", "about": plan.anything()}
    if plan.chance(0.02):
        extensions[UNKNOWN_EXTENSION] = {"extension_type": "property-extension", "by_id": {plan.anything(): 1, "z": 2}}
    if plan.chance(0.02):
        extensions[TOP_LEVEL_EXTENSION] = {"extension_type": "toplevel-property-extension"}
        content["acme_rank"] = 4
    if kind == "network-traffic" and plan.chance(0.2):
        extensions["http-request-ext"] = {
            "request_method": "get",
            "request_value": "/drop",
            "request_header": {"Host": ["example.org", "example.net"]},
        }
    if extensions:
        content["extensions"] = {**content.get("extensions", {}), **extensions}


def _external_reference(plan: Plan) -> dict[str, Any]:
    reference: dict[str, Any] = {"source_name": plan.pick(SOURCES)}
    if plan.chance(0.5):
        reference["external_id"] = plan.pick(("T1059", "CVE-2026-0001", "W-17"))
    if plan.chance(0.5):
        reference["url"] = "https://example.org/" + (plan.anything() if plan.chance(0.1) else "a")
    if plan.chance(0.05):
        reference["x_page"] = 12
    return reference


def _text(plan: Plan) -> str:
    if plan.chance(0.12):
        known = plan.anything()
        return str(plan.pick((f"see {known} for more", known, f"compare {known.upper()}, and {plan.anything()}")))
    return str(plan.pick(("plain words", "more words", "a line about Kobane")))


def _described(plan: Plan, **content: Any) -> dict[str, Any]:
    if plan.chance(0.6):
        content["description"] = _text(plan)
    return content


def _named(plan: Plan, **content: Any) -> dict[str, Any]:
    content = _described(plan, name=plan.pick(NAMES), **content)
    if plan.chance(0.25):
        content["aliases"] = plan.some(NAMES, 2)
    return content


def _identity(plan: Plan) -> dict[str, Any]:
    kind = plan.pick(("individual", "organization", "group"))
    content = _described(plan, name=plan.pick(NAMES), identity_class=kind)
    if plan.chance(0.4):
        content["contact_information"] = "+00 123"
    if plan.chance(0.3):
        content["roles"] = plan.some(("minister", "driver", "cook"), 2)
    return content


def _indicator(plan: Plan) -> dict[str, Any]:
    pattern = "[domain-name:value = 'example.org']"
    if plan.chance(0.06):
        pattern = f"[x-ref:value = '{plan.anything()}']"
    content = _described(plan, pattern=pattern, pattern_type="stix", valid_from=stamp(plan.moment()))
    if plan.chance(0.4):
        content["name"] = plan.pick(NAMES)
    if plan.chance(0.3):
        content["kill_chain_phases"] = [_phase(plan) for _ in range(plan.random.randint(1, 2))]
    if plan.chance(0.3):
        content["indicator_types"] = plan.some(("malicious-activity", "anomalous-activity", "benign"), 3)
    return content


def _phase(plan: Plan) -> dict[str, Any]:
    phase = {"kill_chain_name": "acme", "phase_name": plan.pick(("first", "second"))}
    if plan.chance(0.05):
        phase["x_order"] = "7"
    return phase


def _note(plan: Plan) -> dict[str, Any]:
    content: dict[str, Any] = {"content": _text(plan), "object_refs": _refs(plan, 3)}
    if plan.chance(0.4):
        content["abstract"] = _text(plan)
    if plan.chance(0.4):
        content["authors"] = plan.some(("A. Writer", "B. Reader", "C. Third"), 3)
    return content


def _refs(plan: Plan, most: int) -> list[str]:
    return list(dict.fromkeys(plan.anything() for _ in range(plan.random.randint(1, most))))


def _report(plan: Plan) -> dict[str, Any]:
    return _described(plan, name=plan.pick(NAMES), published=stamp(plan.moment()), object_refs=_refs(plan, 5))


def _grouping(plan: Plan) -> dict[str, Any]:
    return _described(plan, context="suspicious-activity", object_refs=_refs(plan, 4))


def _opinion(plan: Plan) -> dict[str, Any]:
    content: dict[str, Any] = {"opinion": "disagree", "object_refs": _refs(plan, 2)}
    if plan.chance(0.5):
        content["explanation"] = _text(plan)
    return content


def _observed_data(plan: Plan) -> dict[str, Any]:
    seen = plan.of(*OBSERVABLES) or plan.ids
    return {
        "first_observed": stamp(plan.moment()),
        "last_observed": stamp(plan.now),
        "number_observed": plan.random.randint(1, 50),
        "object_refs": plan.some(seen, 3),
    }


def _location(plan: Plan) -> dict[str, Any]:
    content = _described(plan, name=plan.pick(("Anbar", "Paris", "Here")))
    if plan.chance(0.6):
        content["country"] = plan.pick(("IQ", "SY", "FR", "RU", "iq", "IRQ"))
    if plan.chance(0.3):
        content["region"] = plan.pick(("middle-east", "western-asia", "europe"))
    if plan.chance(0.3):
        content["administrative_area"] = plan.pick(("IQ-AN", "IQ-BB", "SY-XX", "FR-75", "nowhere"))
    if plan.chance(0.3):
        content["latitude"], content["longitude"] = 33.3, 44.4
    return content


def _malware(plan: Plan) -> dict[str, Any]:
    content = _named(plan, is_family=plan.chance(0.5))
    files = plan.of("file")
    if files and plan.chance(0.5):
        content["sample_refs"] = plan.some(files, 2)
    return content


def _language_content(plan: Plan) -> dict[str, Any]:
    others = [known for known in plan.ids if not known.startswith("language-content--")]
    return {
        "object_ref": plan.pick(others or plan.ids),
        "contents": {"id": {"name": "kata", "description": _text(plan)}, "fr": {"name": "mot"}},
    }


def _custom(plan: Plan) -> dict[str, Any]:
    content: dict[str, Any] = {"number": 7, "name": plan.pick(NAMES)}
    if plan.chance(0.5):
        content["about_refs"] = _refs(plan, 2)
    if plan.chance(0.3):
        content["main_ref"] = plan.anything()
    return content


def _relationship(plan: Plan) -> dict[str, Any]:
    kind = plan.pick(("uses", "targets", "located-at", "indicates", "related-to", "derived-from"))
    places = plan.of("location")
    target = plan.pick(places) if kind == "located-at" and places else plan.anything_but_links()
    return _described(plan, relationship_type=kind, source_ref=plan.anything_but_links(), target_ref=target)


def _sighting(plan: Plan) -> dict[str, Any]:
    content = _described(plan, sighting_of_ref=plan.anything_but_links())
    seen, where = plan.of("observed-data"), plan.of("identity", "location")
    if seen and plan.chance(0.6):
        content["observed_data_refs"] = plan.some(seen, 2)
    if where and plan.chance(0.8):
        content["where_sighted_refs"] = plan.some(where, 2)
    if plan.chance(0.6):
        content |= {"count": 12, "first_seen": stamp(plan.moment()), "summary": False}
    return content


def _file(plan: Plan) -> dict[str, Any]:
    content: dict[str, Any] = {"name": plan.pick(("a.exe", "b.doc"))}
    if plan.chance(0.6):
        content["hashes"] = {"MD5": "0" * 32, "SHA-256": "1" * 64}
    if plan.chance(0.4):
        content["size"] = 77
    parents = plan.of("directory")
    if parents and plan.chance(0.3):
        content["parent_directory_ref"] = plan.pick(parents)
    return content


def _domain_name(plan: Plan) -> dict[str, Any]:
    content: dict[str, Any] = {"value": "example.org"}
    resolved = plan.of("ipv4-addr", "domain-name")
    if resolved and plan.chance(0.5):
        content["resolves_to_refs"] = plan.some(resolved, 2)
    return content


def _network_traffic(plan: Plan) -> dict[str, Any]:
    content: dict[str, Any] = {"protocols": plan.some(("tcp", "http", "ipv4"), 3), "dst_port": 80}
    ends = plan.of("ipv4-addr", "domain-name")
    if ends:
        content["src_ref"] = plan.pick(ends)
    if plan.chance(0.4):
        content["src_byte_count"] = 1000
    traffic = plan.of("network-traffic")
    if traffic and plan.chance(0.3):
        content["encapsulates_refs"] = plan.some(traffic, 2)
    return content


def _directory(plan: Plan) -> dict[str, Any]:
    content: dict[str, Any] = {"path": "/tmp/x"}
    inside = plan.of("file", "directory")
    if inside and plan.chance(0.6):
        content["contains_refs"] = plan.some(inside, 3)
    return content


def _process(plan: Plan) -> dict[str, Any]:
    content: dict[str, Any] = {"pid": 4, "command_line": _text(plan), "environment_variables": {"A": "1", "B": "2"}}
    images = plan.of("file")
    if images and plan.chance(0.5):
        content["image_ref"] = plan.pick(images)
    return content


def _email_addr(plan: Plan) -> dict[str, Any]:
    return {"value": "a@example.org", **({"display_name": "A"} if plan.chance(0.5) else {})}


_MAKERS: dict[str, Callable[[Plan], dict[str, Any]]] = {
    "identity": _identity,
    "indicator": _indicator,
    "note": _note,
    "report": _report,
    "grouping": _grouping,
    "opinion": _opinion,
    "observed-data": _observed_data,
    "location": _location,
    "threat-actor": _named,
    "malware": _malware,
    "attack-pattern": _named,
    "incident": lambda plan: _described(plan, name=plan.pick(NAMES)),
    "language-content": _language_content,
    "relationship": _relationship,
    "sighting": _sighting,
    "file": _file,
    "domain-name": _domain_name,
    "ipv4-addr": lambda _: {"value": "192.0.2.1"},
    "url": lambda _: {"value": "https://example.org/x"},
    "email-addr": _email_addr,
    "network-traffic": _network_traffic,
    "directory": _directory,
    "process": _process,
}
