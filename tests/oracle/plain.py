"""The values that the oracle looks at: dictionaries as in JSON, and a few plain records around them.

An agreement is its canonical document; an object is its JSON content. Nothing here checks anything: worlds come from
the generator, which makes the engine's world from the same description.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

Json: TypeAlias = Any
Content: TypeAlias = Mapping[str, Any]
Path: TypeAlias = tuple[str | int, ...]
ViewName: TypeAlias = tuple[str, str]
"""Agreement id, taker."""
Ref: TypeAlias = tuple[str, str]
"""Object id, its `modified` (empty for what has none)."""


@dataclass(frozen=True)
class Terms:
    """What sticks to a version because of how it came."""

    sender: str
    onward: Mapping[str, Any]
    clients_allowed: bool = False
    roster: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Version:
    """One held version of an object."""

    content: Content
    origins: frozenset[str]
    received_at: datetime
    received: tuple[Terms, ...] = ()

    @property
    def id(self) -> str:
        return str(self.content["id"])

    @property
    def type(self) -> str:
        return str(self.content["type"])

    @property
    def ref(self) -> Ref:
        return (self.id, str(self.content.get("modified", "")))


@dataclass(frozen=True)
class View:
    """One agreement for one taker."""

    name: ViewName
    document: Mapping[str, Any]
    in_force: bool
    taker_country: str | None = None

    @property
    def taker(self) -> str:
        return self.name[1]


@dataclass(frozen=True)
class Policy:
    """What this node put on an object, for all its versions."""

    topics: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    person_category: str | None = None
    necessity: str | None = None
    markings: tuple[str, ...] = ()
    hold: bool = False
    recalled: bool = False
    recalled_views: frozenset[ViewName] = frozenset()
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Grant:
    """An origin's consent: `grantee` may pass `object_id` on to `party`."""

    origin: str
    grantee: str
    party: str
    object_id: str
    given_at: datetime
    until: datetime | None = None
    withdrawn_at: datetime | None = None


@dataclass(frozen=True)
class Topic:
    """What a topic stands for."""

    path: str
    entities: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()


@dataclass(frozen=True)
class World:
    """All that one node holds and has been told."""

    node: str
    parties: Mapping[str, str]
    """Party by the id of its identity."""
    views: tuple[View, ...]
    versions: tuple[Version, ...]
    policies: Mapping[str, Policy] = field(default_factory=dict)
    approvals: Mapping[tuple[Ref, ViewName], tuple[tuple[str, datetime], ...]] = field(default_factory=dict)
    """Who approved, and when."""
    grants: tuple[Grant, ...] = ()
    clients: frozenset[str] = frozenset()
    topics: tuple[Topic, ...] = ()
    region_parents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    region_spellings: Mapping[str, str] = field(default_factory=dict)
    """Code by other spelling, in lower case."""
    claim_extension: str = ""
    variant_extension: str = ""

    def held(self, identifier: str) -> tuple[Version, ...]:
        """All held versions of an object."""
        return tuple(version for version in self.versions if version.id == identifier)
