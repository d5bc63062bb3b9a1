"""Tear-line variants: what remains of a version after the cut, its keyed id, and the object that carries it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from sepakat.release.engine import Verdicts
from sepakat.release.question import ViewKey, World
from sepakat.stix.identifiers import AgreementId, StixId
from sepakat.stix.objects import StixObject, VersionRef

Projection: TypeAlias = dict[str, Any]
"""What remains of a version after the cut, without `id`, `created` and `modified`."""


@dataclass(frozen=True, slots=True)
class VariantKeys:
    """The node's secret for variants and the epochs that recalls have raised (0 where none is given)."""

    secret: bytes
    epochs: Mapping[tuple[ViewKey, StixId], int] = field(default_factory=dict)

    def epoch(self, view: ViewKey, original: StixId) -> int:
        """How often the variant of `original` in `view` has been revoked."""
        return self.epochs.get((view, original), 0)


def variant_id(secret: bytes, view: ViewKey, original: StixId, epoch: int) -> StixId:
    """The keyed id of a variant: `type--uuid5` of an HMAC over view, original id and epoch."""
    raise NotImplementedError


def same_as(secret: bytes, agreement: AgreementId, original: StixId) -> str:
    """The token by which all takers of an agreement can tell that their variants are of one original."""
    raise NotImplementedError


def project(
    world: World, verdicts: Verdicts, version: VersionRef, view: ViewKey, keys: VariantKeys
) -> Projection:
    """What remains of a version that goes to `view` as a variant."""
    raise NotImplementedError


def projection_digest(projection: Projection) -> str:
    """The digest that decides whether a new version of the variant is made."""
    raise NotImplementedError


def variant_object(
    projection: Projection, identifier: StixId, created: datetime, modified: datetime, giver: StixId, token: str
) -> StixObject:
    """The object that carries a projection; `giver` is the STIX identity id of the giving party, `token` its `same_as`."""
    raise NotImplementedError
