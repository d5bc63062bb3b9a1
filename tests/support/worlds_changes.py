"""What can happen to a random world, one change after another, for tests of deciding again what a change concerns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from sepakat.agreements.terms import Clause, TearLine, Tlp
from sepakat.release.question import HeldVersion, ObjectPolicy, World
from sepakat.release.state import Change
from sepakat.stix.identifiers import StixId
from tests.support.worlds import random_case
from tests.support.worlds_engine import engine_world


def story_of(seed: int) -> Story:
    """The story of a seed; the same on every run."""
    return Story(engine_world(random_case(seed).world), Random(seed))


class Story:
    """A world and what happens to it."""

    def __init__(self, whole: World, random: Random) -> None:
        self.random = random
        self.whole = whole
        self.now: datetime = max(self._received(whole))
        free = [identifier for identifier in whole.versions if not self._is_fixed(identifier)]
        absent = {identifier for identifier in free if random.random() < 0.3}
        self.free = free
        kept = {identifier: held for identifier, held in whole.versions.items() if identifier not in absent}
        self.world = replace(whole, versions=kept)

    def _received(self, world: World) -> Iterator[datetime]:
        return (held.received_at for versions in world.versions.values() for held in versions)

    def _is_fixed(self, identifier: StixId) -> bool:
        return identifier.startswith(("marking-definition--", "extension-definition--")) or (
            identifier in self.whole.parties
        )

    def change(self) -> Change:
        """Something happens; the world is then as after it."""
        if self.random.random() < 0.3:
            self.now += timedelta(hours=self.random.choice((0, 1, 1, 30, 700)))
        happen = self.random.choice(
            (
                self._arrive,
                self._arrive,
                self._arrive,
                self._leave,
                self._annotate,
                self._approve,
                self._grant,
                self._agree,
            )
        )
        return happen() if self.free else Change()

    def _arrive(self) -> Change:
        absent = [identifier for identifier in self.free if identifier not in self.world.versions]
        chosen = self.random.sample(absent, min(len(absent), self.random.choice((1, 2, 3, 8))))
        return self._held({identifier: self.whole.versions[identifier] for identifier in chosen})

    def _leave(self) -> Change:
        present = [identifier for identifier in self.free if identifier in self.world.versions]
        chosen = self.random.sample(present, min(len(present), self.random.choice((1, 2, 3, 8))))
        return self._held(
            {identifier: self.whole.versions[identifier][: self.random.randint(0, 1)] for identifier in chosen}
        )

    def _held(self, versions: dict[StixId, tuple[HeldVersion, ...]]) -> Change:
        merged = {**self.world.versions, **versions}
        self.world = replace(self.world, versions={one: held for one, held in merged.items() if held})
        return Change(versions=versions)

    def _annotate(self) -> Change:
        identifier = self.random.choice(self.free)
        policy = self.random.choice([*self.whole.policies.values(), ObjectPolicy(), ObjectPolicy()])
        self.world = replace(self.world, policies={**self.world.policies, identifier: policy})
        return Change(policies={identifier: policy})

    def _approve(self) -> Change:
        if not self.whole.approvals:
            return Change()
        key = self.random.choice(list(self.whole.approvals))
        given = () if self.random.random() < 0.5 else self.whole.approvals[key]
        self.world = replace(self.world, approvals={**self.world.approvals, key: given})
        return Change(approvals={key: given})

    def _grant(self) -> Change:
        if not self.whole.grants:
            return Change()
        identifier = self.random.choice(self.whole.grants).object_id
        about = tuple(grant for grant in self.whole.grants if grant.object_id == identifier)
        now = about[: self.random.randint(0, len(about))]
        others = tuple(grant for grant in self.world.grants if grant.object_id != identifier)
        self.world = replace(self.world, grants=(*others, *now))
        return Change(grants={identifier: now})

    def _agree(self) -> Change:
        key = self.random.choice(list(self.whole.views))
        view = self.world.views[key]
        kind = self.random.random()
        if kind < 0.35:
            view = replace(view, in_force=not view.in_force)
        elif kind < 0.7:
            # As a giver narrows alone, in the agreement as it stands.
            share = tuple(self._narrowed(clause) for clause in view.agreement.share)
            view = replace(view, agreement=replace(view.agreement, share=share))
        else:
            other = self.random.choice(list(self.whole.views.values())).agreement
            view = replace(view, agreement=replace(view.agreement, share=other.share[: self.random.randint(0, 3)]))
        self.world = replace(self.world, views={**self.world.views, key: view})
        return Change(views={key: view})

    def _narrowed(self, clause: Clause) -> Clause:
        match self.random.randrange(6):
            case 0:
                return replace(clause, ceiling=replace(clause.ceiling, tlp=Tlp.GREEN, pap=None))
            case 1 if clause.topics.any:
                return replace(clause, topics=replace(clause.topics, any=clause.topics.any[1:]))
            case 2 if clause.regions.any:
                return replace(clause, regions=replace(clause.regions, any=clause.regions.any[1:]))
            case 3:
                denied = tuple(sorted({*clause.fields.deny, "description", "name"}))
                return replace(clause, fields=replace(clause.fields, deny=denied))
            case 4:
                return replace(clause, fields=replace(clause.fields, tear_line=TearLine.NONE))
        return clause
