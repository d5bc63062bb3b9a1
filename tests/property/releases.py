"""What the engine lets out of a world, as the taker of each view would get it: for the tests of the invariants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sepakat.release.decision import Outcome
from sepakat.release.engine import Verdicts, decide_all
from sepakat.release.question import HeldVersion, ViewKey, World
from sepakat.release.variants import Projections, VariantKeys, same_as, variant_id, variant_object
from sepakat.stix.identifiers import StixId
from sepakat.stix.markings import parse_marking
from sepakat.stix.objects import VersionRef

SECRET = b"the node's secret for the tests!"


@dataclass(frozen=True)
class Released:
    """One object that a view holds."""

    version: VersionRef
    outcome: Outcome
    original: Mapping[str, Any]
    content: Mapping[str, Any]


@dataclass(frozen=True)
class Given:
    """One world decided, with everything that goes out."""

    world: World
    now: datetime
    secret: bytes = SECRET

    @cached_property
    def verdicts(self) -> Verdicts:
        """The engine's verdicts."""
        return decide_all(self.world, self.now)

    @cached_property
    def held(self) -> dict[VersionRef, HeldVersion]:
        """Every held version by its name."""
        return {version.object.version_ref: version for held in self.world.versions.values() for version in held}

    @cached_property
    def views(self) -> dict[ViewKey, tuple[Released, ...]]:
        """What each view holds, in order of id and version."""
        return {key: tuple(self._released(key)) for key in self.world.views}

    @cached_property
    def _projections(self) -> Projections:
        return Projections(VariantKeys(self.secret))

    def _released(self, view: ViewKey) -> Iterator[Released]:
        versions: Counter[StixId] = Counter()
        for version, outcome in sorted(self.verdicts.released(view)):
            original = self.held[version].object.content
            content = original if outcome is Outcome.WHOLE else self._variant(version, view, versions[version[0]])
            versions[version[0]] += 1
            yield Released(version, outcome, original, content)

    def _variant(self, version: VersionRef, view: ViewKey, number: int) -> Mapping[str, Any]:
        projection = self._projections.of(self.verdicts, version, view).content
        identifier = variant_id(self.secret, view, version[0], 0)
        giver = next(identity for identity, party in self.world.parties.items() if party == self.world.node)
        modified = self.now + timedelta(milliseconds=number)
        token = same_as(self.secret, view.agreement, version[0])
        return variant_object(projection, identifier, self.now, modified, giver, token).content

    def is_scaffold(self, identifier: StixId) -> bool:
        """Whether an object is scaffold."""
        kind = identifier.partition("--")[0]
        if kind == "marking-definition":
            held = self.world.versions.get(identifier, ())
            return any(parse_marking(version.object.content).scheme != "unknown" for version in held)
        return kind == "extension-definition" or identifier in self.world.parties

    def objects(self) -> Iterator[tuple[ViewKey, Released]]:
        """Everything that goes out but scaffold, with its view."""
        for key, released in self.views.items():
            for one in released:
                if not self.is_scaffold(one.version[0]):
                    yield key, one
