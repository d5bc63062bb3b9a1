"""Tear-line variants: what remains of a version after the cut, its keyed id, and the object that carries it.

STIX forbids two contents under one id and `modified`, so what was cut goes under an id of its own. Nothing in it says
what is missing: ids and pseudonyms are HMACs under the node's secret, so that nobody can test a guess. When a new
version of a variant is due, and when an epoch is raised, is left to `exchange`. DESIGN section 4, rule 8.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

from sepakat.claims.extension import VARIANT_EXTENSION, variant_document
from sepakat.errors import InputError
from sepakat.release.compiled import Compiled
from sepakat.release.cutting import Cut, cut_of, left_out, remainder_of
from sepakat.release.engine import Verdicts
from sepakat.release.question import ViewKey, World
from sepakat.release.versions import NOT_HELD, Version
from sepakat.stix.canonical import canonical_bytes, digest
from sepakat.stix.identifiers import AgreementId, StixId, type_of
from sepakat.stix.instants import format_instant
from sepakat.stix.objects import StixObject, VersionRef
from sepakat.stix.selectors import Path
from sepakat.stix.standard import category_of

Name = TypeVar("Name")
Found = TypeVar("Found")

Projection: TypeAlias = dict[str, Any]
"""What remains of a version after the cut, without `id`, `created` and `modified`."""

_NAMESPACE = uuid.UUID("7d0f6c1c-4f0e-5b0c-9a86-2f1d4c9be2a7")
_NOT_PROJECTED = frozenset({"id", "created", "modified"})
_MOST_KEPT = 1 << 14
_FIRST = ("type", "spec_version", "id", "created_by_ref", "created", "modified")


@dataclass(frozen=True, slots=True)
class VariantKeys:
    """The node's secret for variants and the epochs that recalls have raised (0 where none is given)."""

    secret: bytes = field(repr=False)
    epochs: Mapping[tuple[ViewKey, StixId], int] = field(default_factory=dict)
    _ids: dict[tuple[ViewKey, StixId, int], StixId] = field(default_factory=dict, compare=False, repr=False)
    """Found once: what many objects refer to is renamed in each of them."""

    def epoch(self, view: ViewKey, original: StixId) -> int:
        """How often the variant of `original` in `view` has been revoked."""
        return self.epochs.get((view, original), 0)

    def id_of(self, view: ViewKey, original: StixId) -> StixId:
        """The id that the variant of `original` has in `view` now."""
        name = (view, original, self.epoch(view, original))
        found = self._ids.get(name)
        if found is None:
            found = self._ids[name] = variant_id(self.secret, *name)
        return found


def variant_id(secret: bytes, view: ViewKey, original: StixId, epoch: int) -> StixId:
    """The keyed id of a variant: `type--uuid5` of an HMAC over view, original id and epoch."""
    token = _keyed(secret, "variant", view.agreement, view.taker, original, epoch)
    return StixId(f"{type_of(original)}--{uuid.uuid5(_NAMESPACE, token)}")


def same_as(secret: bytes, agreement: AgreementId, original: StixId) -> str:
    """The token by which all takers of an agreement can tell that their variants are of one original."""
    return _keyed(secret, "same-as", agreement, original)


@dataclass(frozen=True, slots=True)
class Projected:
    """One projection, with what is asked of it again and again."""

    content: Projection
    cut: Cut
    _digest: list[str] = field(default_factory=list, init=False, compare=False, repr=False)

    @property
    def digest(self) -> str:
        """The digest that decides whether a new version of the variant is made."""
        if not self._digest:
            self._digest.append(projection_digest(self.content))
        return self._digest[0]


class Projections:
    """The projections of one update, made once for all views in which the same is cut and the same names stand.

    What is kept hangs on nothing but its name: the version, the cut, the names of what is referred to and a pseudonym.
    """

    def __init__(self, keys: VariantKeys) -> None:
        self.keys = keys
        self._projected: dict[Any, Projected] = {}
        self._left_out: dict[tuple[VersionRef, Cut], tuple[str, ...]] = {}

    def of(self, verdicts: Verdicts, version: VersionRef, view: ViewKey) -> Projected:
        """What remains of a version that is in `view` as a variant: cut, references rewritten, markings rewritten.

        Raises:
            InputError: the version does not go to the view as a variant.
        """
        compiled = verdicts.compiled
        known = compiled.by_ref.get(version)
        bit = compiled.slots.bit(view)
        if known is None or known.is_scaffold or not known.variant & ~known.whole & bit:
            raise InputError(
                "not-a-variant", f"{version[0]} does not go to {view.taker} as a variant under {view.agreement}"
            )
        cut = cut_of(compiled, known, bit)
        renamed = _renamed(compiled, known, bit, view, self.keys)
        person = pseudonym(self.keys.secret, view, known.id) if cut.name_is_replaced else None
        name = (version, cut, tuple((path, *ids.items()) for path, ids in renamed.items()), person)
        found = self._projected.get(name)
        if found is None:
            left = _given(compiled.world, known.held.object, remainder_of(known, cut, renamed).content)
            if person is not None:
                left["name"] = person
            found = _keep(self._projected, name, Projected(left, cut))
        return found

    def left_out(self, verdicts: Verdicts, version: VersionRef, cut: Cut) -> tuple[str, ...]:
        """Selectors of what a cut leaves out, as `cutting.left_out` finds them."""
        found = self._left_out.get((version, cut))
        if found is None:
            known = verdicts.compiled.by_ref[version]
            found = _keep(self._left_out, (version, cut), left_out(known, cut))
        return found


def project(verdicts: Verdicts, version: VersionRef, view: ViewKey, keys: VariantKeys) -> Projection:
    """What remains of one version that is in `view` as a variant.

    Raises:
        InputError: the version does not go to the view as a variant.
    """
    return Projections(keys).of(verdicts, version, view).content


def cut_in(verdicts: Verdicts, version: VersionRef, view: ViewKey) -> Cut:
    """What is taken out of a version that is in `view` as a variant: views with the same cut get the same texts."""
    compiled = verdicts.compiled
    return cut_of(compiled, compiled.by_ref[version], compiled.slots.bit(view))


def project_whole(world: World, made: StixObject) -> Projection:
    """What an object that goes whole says, in the form of a projection: to be compared with that of a later version.

    Raises:
        InputError: no identity of this node is known.
    """
    return _given(world, made, made.content)


def _given(world: World, made: StixObject, content: Mapping[str, Any]) -> Projection:
    left = {name: value for name, value in content.items() if name not in _NOT_PROJECTED}
    if "created_by_ref" in made.content or category_of(made.type) != "sco":
        left["created_by_ref"] = giver_identity(world)
    return left


def giver_identity(world: World) -> StixId:
    """The STIX identity of this node's party.

    Raises:
        InputError: no identity of this node is known.
    """
    for identity, party in world.parties.items():
        if party == world.node:
            return identity
    raise InputError("giver-unknown", f"no identity is known for {world.node}", "add the party's identity first")


def pseudonym(secret: bytes, view: ViewKey, original: StixId) -> str:
    """The name under which a person goes in one view: the same for ever, and untestable without the secret."""
    return f"Person {_keyed(secret, 'pseudonym', view.agreement, view.taker, original)[:12]}"


def projection_digest(projection: Projection) -> str:
    """The digest that decides whether a new version of the variant is made."""
    return digest(projection)


def variant_object(
    projection: Projection, identifier: StixId, created: datetime, modified: datetime, giver: StixId, token: str
) -> StixObject:
    """The object that carries a projection; `giver` is the giver's STIX identity id, `token` its `same_as`.

    Cyber-observables have no times and no creator.
    """
    content: dict[str, Any] = {**projection, "id": identifier}
    if has_times(projection):
        content.update(created_by_ref=giver, created=format_instant(created), modified=format_instant(modified))
    extensions = {**projection.get("extensions", {}), VARIANT_EXTENSION: variant_document(token)}
    ordered = {name: content[name] for name in _FIRST if name in content}
    ordered.update((name, value) for name, value in content.items() if name not in ordered)
    ordered["extensions"] = extensions
    return StixObject.from_content(ordered)


def has_times(projection: Projection) -> bool:
    """Whether an object of this kind has `created` and `modified`."""
    category = category_of(projection["type"])
    return "created_by_ref" in projection if category == "custom" else category != "sco"


def _renamed(
    world: Compiled, version: Version, bit: int, view: ViewKey, keys: VariantKeys
) -> dict[Path, dict[StixId, StixId]]:
    """For each path with references to variants: the ids there, and those under which the targets go."""
    renamed: dict[Path, dict[StixId, StixId]] = {}
    for edge in version.edges:
        target = world.held.get(edge.target, NOT_HELD)
        if target.present & ~target.whole & bit:
            renamed.setdefault(edge.path, {})[edge.target] = keys.id_of(view, edge.target)
    return renamed


def _keep(kept: dict[Name, Found], name: Name, found: Found) -> Found:
    """Keep what was found, for as many as are worth their memory."""
    if len(kept) >= _MOST_KEPT:
        kept.clear()
    kept[name] = found
    return found


def _keyed(secret: bytes, purpose: str, *parts: str | int) -> str:
    return hmac.digest(secret, canonical_bytes(["sepakat", purpose, 1, *parts]), hashlib.sha256).hex()
