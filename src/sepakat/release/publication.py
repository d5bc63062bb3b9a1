"""Which scaffold each view shows: only what something in the view refers to, and the identities of giver and taker.

Scaffold is marking-definitions without compartments, extension-definitions and the identities of known parties. It
counts as in for every reference; shown to everybody it would tell which partners and markings this node knows.
Decision record 2, *Scaffold*.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sepakat.claims.extension import VARIANT_EXTENSION
from sepakat.release.compiled import Compiled
from sepakat.release.cutting import cut_of, remainder_of
from sepakat.release.question import ViewKey
from sepakat.release.versions import NOT_HELD, ScaffoldReference, Version
from sepakat.stix.identifiers import StixId


class Publication:
    """The scaffold of all views, worked out when it is first asked for and kept in step by `renew`."""

    def __init__(self, world: Compiled) -> None:
        self._world = world
        self._mentioned: dict[StixId, int] = {}
        self._mentions: dict[StixId, dict[StixId, int]] = {}
        """By the id of what mentions scaffold, the views in which it surely does, by the scaffold's id."""
        self._mentioning: dict[StixId, dict[StixId, None]] = {}
        self._in_doubt: dict[StixId, list[tuple[Version, ScaffoldReference]]] = {}
        self._by_view: dict[ViewKey, frozenset[StixId]] = {}
        self._points_to: Mapping[StixId, frozenset[StixId]] = {
            identifier: frozenset(
                reference.target for version in world.held[identifier].versions for reference in version.scaffold
            )
            for identifier in world.scaffold
        }
        self.renew(world.held)

    def of(self, view: ViewKey) -> frozenset[StixId]:
        """The ids of the scaffold that a view shows."""
        found = self._by_view.get(view)
        if found is None:
            found = self._by_view[view] = self._close(self._seeds(view), self._world.slots.bit(view))
        return found

    def renew(self, identifiers: Iterable[StixId]) -> None:
        """Read again what some ids mention, held or not; what is scaffold itself must be the same as before."""
        lost: defaultdict[StixId, int] = defaultdict(int)
        for identifier in identifiers:
            before = self._mentions.pop(identifier, {})
            self._in_doubt.pop(identifier, None)
            now = self._mentioned_by(identifier)
            if now:
                self._mentions[identifier] = now
            for target, views in now.items():
                if before.get(target) == views:
                    continue
                self._mentioned[target] = self._mentioned.get(target, 0) | views
                self._mentioning.setdefault(target, {})[identifier] = None
            for target, views in before.items():
                gone = views & ~now.get(target, 0)
                if gone:
                    lost[target] |= gone
                if target not in now:
                    self._mentioning[target].pop(identifier, None)
        for target, views in lost.items():
            for other in self._mentioning[target]:
                views &= ~self._mentions[other][target]
                if not views:
                    break
            self._mentioned[target] &= ~views
        self._by_view.clear()

    def _mentioned_by(self, identifier: StixId) -> dict[StixId, int]:
        """The scaffold that the versions of an id surely mention, each with the views; what is in doubt is kept."""
        found: dict[StixId, int] = {}
        for version in self._world.held.get(identifier, NOT_HELD).versions:
            if version.is_scaffold or not version.present:
                continue
            only_variant = version.variant & ~version.whole
            for reference in version.scaffold:
                views = version.whole
                if only_variant and reference.paths:
                    if reference.paths[0][0] == "object_marking_refs":
                        # Markings of the object are never cut.
                        views |= only_variant
                    else:
                        self._in_doubt.setdefault(identifier, []).append((version, reference))
                found[reference.target] = found.get(reference.target, 0) | views
            if only_variant and VARIANT_EXTENSION in self._world.scaffold:
                found[VARIANT_EXTENSION] = found.get(VARIANT_EXTENSION, 0) | only_variant
        return found

    def _seeds(self, view: ViewKey) -> set[StixId]:
        world = self._world
        bit = world.slots.bit(view)
        if not bit:
            return set()
        ends = (world.world.node, view.taker)
        found = {
            identity for identity, party in world.world.parties.items() if party in ends and identity in world.scaffold
        }
        found.update(
            target for target, views in self._mentioned.items() if views & bit and self._can_be_shown(target, bit)
        )
        for version, reference in (entry for entries in self._in_doubt.values() for entry in entries):
            if (
                version.variant & ~version.whole & bit
                and reference.target not in found
                and self._can_be_shown(reference.target, bit)
            ):
                remainder = remainder_of(version, cut_of(world, version, bit))
                if any(remainder.path_of(path) is not None for path in reference.paths):
                    found.add(reference.target)
        return found

    def _close(self, seeds: set[StixId], bit: int) -> frozenset[StixId]:
        """Scaffold that scaffold points to is shown with it."""
        found, waiting = set(seeds), list(seeds)
        while waiting:
            for target in self._points_to[waiting.pop()]:
                if target not in found and self._can_be_shown(target, bit):
                    found.add(target)
                    waiting.append(target)
        return frozenset(found)

    def _can_be_shown(self, identifier: StixId, bit: int) -> bool:
        """Nothing needs an extension-definition so much that it could name what the view has not got."""
        if not identifier.startswith("extension-definition--"):
            return True
        held = self._world.held
        return all(
            version.fault is None and all(target in held and held[target].whole & bit for target in version.targets)
            for version in held[identifier].versions
        )
