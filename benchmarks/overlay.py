"""The world that the release benchmark decides: ATT&CK with a seeded overlay of policy, 22 parties, 30 agreements.

Everything is made from one seed and described as the oracle's plain values, so that engine and oracle are asked about
the same world. The corpus has public objects of one author with statement markings only; the overlay gives every id a
TLP level, annotates topics and regions, marks parts of 2 % of the versions, lets 5 % of the ids come from other
parties, and adds holds, recalls, expiries, added markings, approvals and consents.
"""

from __future__ import annotations

import gzip
import lzma
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import orjson

from sepakat.agreements.regions import load_regions
from sepakat.claims.extension import CLAIM_EXTENSION, VARIANT_EXTENSION
from sepakat.release.question import World as EngineWorld
from tests.oracle.plain import Grant, Policy, Ref, Terms, Topic, Version, View, ViewName, World
from tests.support.worlds_engine import engine_world

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "stix"
LARGE = DATA / "attack-100k.ndjson.xz"
SMALL = DATA / "attack-10k.ndjson.gz"

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NODE = "us"
OTHERS = tuple(f"p{number:02}" for number in range(1, 22))

_MARKING = "marking-definition--"
CLEAR = _MARKING + "94868c89-83c2-464b-929b-a1a8aa3c8487"
GREEN = _MARKING + "bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
AMBER = _MARKING + "55d920b0-5e8b-4f79-9ee9-91f868d9b421"
AMBER_STRICT = _MARKING + "939a9414-2ddd-4d32-a0cd-375ea402b003"
RED = _MARKING + "e828b379-4e03-4974-9ac4-e53a884c97c1"
PAP_GREEN = _MARKING + "c43594d1-4b11-4c59-93ab-1c9b14d53ce9"
LEVELS = {CLEAR: 34, GREEN: 40, AMBER: 18, AMBER_STRICT: 5, RED: 3}
LINK_LEVELS = {CLEAR: 55, GREEN: 38, AMBER: 5, AMBER_STRICT: 1.5, RED: 0.5}

TOPICS = (
    *("espionage", "espionage/state", "espionage/industry", "crime", "crime/ransomware", "crime/banking"),
    *("sabotage", "sabotage/energy", "sabotage/water", "mobile", "cloud", "supply-chain", "insider"),
)
REGIONS = (
    *("IQ", "SY", "RU", "FR", "DE", "US", "CN", "IR", "UA", "ID", "NL", "BR", "KE", "AU", "JP", "EG"),
    *("middle-east", "western-europe", "eastern-europe", "south-eastern-asia", "africa"),
)
CUSTOM_TYPES = (
    *("x-mitre-analytic", "x-mitre-detection-strategy", "x-mitre-data-component", "x-mitre-tactic"),
    *("x-mitre-data-source", "x-mitre-matrix", "x-mitre-asset"),
)
LONG_AGO = "2015-01-01T00:00:00.000Z"
COMMUNITIES = (4, 6, 8, 10, 12, 14, 16, 18, 21, 21)
"""How many takers each community agreement has."""


@dataclass(frozen=True)
class Overlay:
    """What was made of a corpus."""

    plain: World
    engine: EngineWorld
    shares: Mapping[str, int]


def corpus(path: Path) -> list[dict[str, Any]]:
    """The objects of a corpus, in its order."""
    with (lzma.open if path.suffix == ".xz" else gzip.open)(path) as lines:
        return [orjson.loads(line) for line in lines]


def overlay(objects: Sequence[Mapping[str, Any]], seed: int = 1, takers: int | None = None) -> Overlay:
    """The world of a corpus; with `takers`, as many two-sided agreements and nothing else."""
    maker = _Maker(objects, Random(seed))
    plain = maker.world(takers)
    return Overlay(plain, engine_world(plain), maker.shares)


def identity_of(party: str) -> str:
    """The id of a party's identity."""
    number = 0 if party == NODE else int(party[1:])
    return f"identity--00000000-0000-4000-8000-{number:012}"


class _Maker:
    """Makes one world; each part has its own source of choices, so that one more choice here moves nothing there."""

    def __init__(self, objects: Sequence[Mapping[str, Any]], random: Random) -> None:
        self.objects = objects
        self.seed = random.randrange(2**32)
        self.ids = list(dict.fromkeys(str(content["id"]) for content in objects))
        self.shares: dict[str, int] = {"versions": len(objects), "ids": len(self.ids)}

    def world(self, takers: int | None) -> World:
        """Everything."""
        others = OTHERS if takers is None else tuple(f"p{number:04}" for number in range(1, takers + 1))
        versions = (*self._scaffold(others), *self._versions())
        views = self._views() if takers is None else self._two_sided(others)
        table = load_regions()
        spellings: dict[str, str] = {}
        for region in table.regions.values():
            spellings[region.code.lower()] = region.code
            spellings.setdefault(region.name.lower(), region.code)
            if region.alpha3:
                spellings[region.alpha3.lower()] = region.code
        return World(
            node=NODE,
            parties={identity_of(party): party for party in (NODE, *others)},
            views=views,
            versions=versions,
            policies=self._policies([view.name for view in views]),
            approvals=self._approvals(versions, views),
            grants=self._grants(versions),
            clients=frozenset(OTHERS[:6]),
            topics=self._topics(),
            region_parents={code: region.parents for code, region in table.regions.items()},
            region_spellings=spellings,
            claim_extension=CLAIM_EXTENSION,
            variant_extension=VARIANT_EXTENSION,
        )

    # What is held.

    def _scaffold(self, others: Sequence[str]) -> Iterator[Version]:
        for party in (NODE, *others):
            content = {"type": "identity", "spec_version": "2.1", "id": identity_of(party), "name": party}
            content |= {"identity_class": "organization", "created": LONG_AGO, "modified": LONG_AGO}
            yield _local(content)
        for marking in (*LEVELS, PAP_GREEN):
            yield _local(_definition(marking, definition_type="tlp", definition={"tlp": "x"}))
        held = {str(content["id"]) for content in self.objects}
        for creator in dict.fromkeys(
            str(content["created_by_ref"]) for content in self.objects if "created_by_ref" in content
        ):
            if creator not in held:
                # A part of the corpus may lack its authors.
                author: dict[str, Any] = {"type": "identity", "spec_version": "2.1", "id": creator, "name": "An author"}
                yield _local(author | {"created": LONG_AGO, "modified": LONG_AGO, "object_marking_refs": [CLEAR]})
        for marking in dict.fromkeys(ref for content in self.objects for ref in content.get("object_marking_refs", ())):
            if marking not in held:
                statement = {"statement": f"Statement {len(held)} of the corpus"}
                yield _local(_definition(marking, definition_type="statement", definition=statement))

    def _versions(self) -> Iterator[Version]:
        levels = dict(zip(self.ids, self._levels(), strict=True))
        senders = self._senders()
        random = Random(self.seed + 1)
        received = {party: self._terms(random, party) for party in OTHERS}
        for number, content in enumerate(self.objects):
            identifier = str(content["id"])
            markings = [*content.get("object_marking_refs", ())]
            if levels[identifier]:
                markings.append(levels[identifier])
            if random.random() < 0.01:
                markings.append(PAP_GREEN)
            marked = {**content, **({"object_marking_refs": markings} if markings else {})}
            if random.random() < 0.0236:
                self._mark_parts(marked, random)
            at = NOW - timedelta(minutes=len(self.objects) - number)
            sender = senders.get(identifier)
            if sender is None:
                yield Version(marked, frozenset({NODE}), at)
            else:
                self._count("third-party versions")
                yield Version(marked, frozenset({sender}), at, (received[sender],))

    def _levels(self) -> Iterator[str | None]:
        random = Random(self.seed + 2)
        for identifier in self.ids:
            kind = identifier.partition("--")[0]
            if kind == "identity":
                yield CLEAR
            elif random.random() < 0.04:
                # Only what its author stated about it.
                yield None
            else:
                weights = LINK_LEVELS if kind == "relationship" else LEVELS
                yield random.choices(list(weights), list(weights.values()))[0]

    def _senders(self) -> dict[str, str]:
        random = Random(self.seed + 3)
        return {
            identifier: random.choice(OTHERS)
            for identifier in self.ids
            if not identifier.startswith("identity--") and random.random() < 0.05
        }

    def _terms(self, random: Random, party: str) -> Terms:
        default = random.choice(("ask", "ask", "named", "none"))
        named = {"named": sorted(random.sample(OTHERS, 6))} if default == "named" else {}
        return Terms(
            party, {"default": default, **named}, clients_allowed=random.random() < 0.5, roster=frozenset(OTHERS[:14])
        )

    def _mark_parts(self, content: dict[str, Any], random: Random) -> None:
        names = [
            name for name in ("description", "external_references", "aliases", "x_mitre_detection") if content.get(name)
        ]
        if not names:
            return
        name = random.choice(names)
        selector = f"{name}.[{random.randrange(len(content[name]))}]" if isinstance(content[name], list) else name
        marking = random.choice((AMBER, AMBER_STRICT, RED, GREEN))
        content["granular_markings"] = [{"marking_ref": marking, "selectors": [selector]}]
        self._count("granular markings")

    # What is agreed.

    def _views(self) -> tuple[View, ...]:
        random = Random(self.seed + 4)
        views: list[View] = []
        for number in range(20):
            taker = OTHERS[number % len(OTHERS)]
            document = self._document(random, f"two-sided-{number + 1:02}", number)
            document["takers"] = [taker]
            views.append(View((document["id"], taker), document, in_force=number != 17))
        for number, size in enumerate(COMMUNITIES):
            document = self._document(random, f"community-{number + 1:02}", number + 20)
            document["community"] = f"circle-{number + 1}"
            document["scope"] = "community"
            members = random.sample(OTHERS, size)
            views += [View((document["id"], taker), document, in_force=random.random() > 0.03) for taker in members]
        self.shares["agreements"] = 30
        self.shares["views"] = len(views)
        return tuple(views)

    def _two_sided(self, takers: Sequence[str]) -> tuple[View, ...]:
        random = Random(self.seed + 5)
        views = []
        for number, taker in enumerate(takers):
            # Shapes repeat: that is how a thousand partners are served.
            document = self._document(Random(number % 30), f"two-sided-{number + 1:04}", number % 30)
            document["takers"] = [taker]
            views.append(View((document["id"], taker), document, in_force=random.random() > 0.03))
        return tuple(views)

    def _document(self, random: Random, name: str, number: int) -> dict[str, Any]:
        window: dict[str, Any] = {"from": "2025-01-01T00:00:00Z", "to": "2027-01-01T00:00:00Z"}
        window["data_from"] = "2019-01-01T00:00:00Z" if number % 5 == 2 else "any"
        window["max_age"] = "P3000D" if number % 7 == 3 else "any"
        clauses = [self._clause(random, f"S{place + 1}", number, place) for place in range(1 + number % 4)]
        return {
            "sepakat": 1,
            "id": name,
            "version": 1,
            "title": "An agreement of the benchmark",
            "giver": NODE,
            "scope": "organisation",
            "window": window,
            "share": clauses,
            "duties": {"receipt": "PT5M", "recall": "PT1H", "correction": "PT24H"},
            "onward": {"default": ("none", "ask")[number % 2]},
        }

    def _clause(self, random: Random, name: str, number: int, place: int) -> dict[str, Any]:
        is_narrow = (number + place) % 3 == 2
        fields = {
            "allow": ("any", "standard", ["standard", "x_mitre_version", "x_mitre_domains"], "any")[
                (number + place) % 4
            ],
            "deny": ["x_mitre_contributors"] if number % 6 == 5 else [],
            "external_references": ("any", "any", ["mitre-attack", "capec"])[number % 3],
            "tear_line": ("if-needed", "if-needed", "none", "if-needed", "always" if number == 14 else "if-needed")[
                number % 5
            ],
        }
        clause: dict[str, Any] = {
            "id": name,
            "topics": {"any": sorted(random.sample(TOPICS, 4))} if is_narrow and place else "any",
            "regions": {"any": sorted(random.sample(REGIONS, 6))} if is_narrow and not place else "any",
            "types": "any" if number % 6 == 4 else ["relationship", *_STANDARD_TYPES, *CUSTOM_TYPES],
            "kinds": "any",
            "ceiling": {"tlp": ("red", "amber+strict", "amber", "green")[(number + 2 * place) % 4], "pap": "amber"},
            "minimum": {"reliability": "any", "credibility": "any", "unrated": "allow"},
            "fields": fields,
            "source": ("none", "rating", "identity")[place % 3],
            "persons": {"rule": "categories", "allow": ["office-holder"]} if number % 2 else {"rule": "none"},
            "release": {
                "approval": "one" if number == 11 and place else "auto",
                "delay": "P2D" if number % 9 == 8 else "PT0S",
            },
        }
        if number % 4 == 1:
            clause["topics"] = {"any": "any", "none": ["insider"]}
        if is_narrow and number % 8 == 2 and not place:
            clause["regions"] = {"any": sorted(random.sample(REGIONS, 8)), "none": ["KE"]}
        return clause

    # What persons decided.

    def _policies(self, views: list[ViewName]) -> dict[str, Policy]:
        random = Random(self.seed + 6)
        found: dict[str, Policy] = {}
        for identifier in self.ids:
            kind = identifier.partition("--")[0]
            share = 0.01 if kind == "relationship" else 0.3
            if random.random() >= share:
                continue
            what = random.random()
            found[identifier] = Policy(
                topics=frozenset(random.sample(TOPICS, 1 + (what < 0.3))) if what < 0.7 else frozenset(),
                regions=frozenset(random.sample(REGIONS, 1 + (what > 0.8))) if what > 0.4 else frozenset(),
                person_category="office-holder" if random.random() < 0.01 else None,
                markings=(random.choice((AMBER, AMBER_STRICT)),) if random.random() < 0.02 else (),
                hold=random.random() < 0.005,
                recalled=random.random() < 0.003,
                recalled_views=frozenset(random.sample(views, 2))
                if len(views) > 1 and random.random() < 0.01
                else frozenset(),
                expires_at=NOW + timedelta(days=random.choice((-1, 30))) if random.random() < 0.01 else None,
            )
        self.shares["annotated ids"] = len(found)
        return found

    def _approvals(
        self, versions: Sequence[Version], views: Sequence[View]
    ) -> dict[tuple[Ref, ViewName], tuple[tuple[str, datetime], ...]]:
        random = Random(self.seed + 7)
        given: dict[tuple[Ref, ViewName], tuple[tuple[str, datetime], ...]] = {}
        for version in random.sample(versions, min(len(versions), 3000)):
            for view in random.sample(views, min(len(views), 3)):
                given[version.ref, view.name] = (("ann", NOW - timedelta(hours=1)),)
        return given

    def _grants(self, versions: Sequence[Version]) -> tuple[Grant, ...]:
        random = Random(self.seed + 8)
        origins = {version.id: next(iter(version.origins)) for version in versions if version.received}
        return tuple(
            Grant(
                origin,
                NODE,
                party,
                identifier,
                NOW - timedelta(days=1),
                until=NOW + timedelta(days=random.randint(1, 90)),
            )
            for identifier, origin in origins.items()
            if random.random() < 0.4
            for party in random.sample(OTHERS, 8)
        )

    def _topics(self) -> tuple[Topic, ...]:
        random = Random(self.seed + 9)
        actors = [
            identifier
            for identifier in self.ids
            if identifier.startswith(("intrusion-set--", "malware--", "campaign--"))
        ]
        names = [str(content["name"]) for content in self.objects if content["type"] in ("tool", "malware")]
        return tuple(
            Topic(
                topic,
                entities=frozenset(random.sample(actors, min(12, len(actors)))),
                names=frozenset(random.sample(names, min(3, len(names)))),
                labels=frozenset({topic.replace("/", "-")}),
            )
            for topic in TOPICS
        )

    def _count(self, what: str) -> None:
        self.shares[what] = self.shares.get(what, 0) + 1


_STANDARD_TYPES = (
    *("attack-pattern", "course-of-action", "malware", "intrusion-set", "tool", "campaign", "identity"),
    *("marking-definition", "indicator", "report"),
)


def _local(content: Mapping[str, Any]) -> Version:
    return Version(content, frozenset({NODE}), NOW - timedelta(days=1000))


def _definition(marking: str, **content: Any) -> dict[str, Any]:
    return {"type": "marking-definition", "spec_version": "2.1", "id": marking, "created": LONG_AGO, **content}
