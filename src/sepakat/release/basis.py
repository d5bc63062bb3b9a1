"""What a version derives from, and what that lets through: origins, labels, ceilings and terms along the basis.

A version derives from the objects that its claim's basis names as source, quotation or derivation, from the target of
a held `derived-from` relationship, and a translation from what it translates. Everything that binds a basis binds what
derives from it, over any number of steps and round any circle; a basis that is not held lets nothing through. DESIGN
section 4, rules 1 and 3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from sepakat.release.graph import components
from sepakat.release.object_facts import derivation_of, translation_of
from sepakat.release.slots import Slots
from sepakat.release.versions import NOT_HELD, Held, Version
from sepakat.stix.identifiers import StixId


class BasisMasks:
    """For each id that something derives from: the slots that it and all that it derives from let through."""

    def __init__(
        self,
        held: Mapping[StixId, Held],
        telling: Iterable[StixId],
        slots: Slots,
        binds: Callable[[Version], int],
    ) -> None:
        """`telling` are the ids of which a version says what derives from what (`tells_basis`), and maybe others."""
        self._held = held
        self._slots = slots
        told = [held[identifier] for identifier in telling]
        self._derived_from = _derived_from(told)
        self._masks: dict[StixId, int] = {}
        derived = (held[identifier] for identifier in self._derived_from if identifier in held)
        roots = dict.fromkeys(
            target for entry in (*told, *derived) for version in entry.versions for target in self.bases(version)
        )
        for members in components(roots, self._bases_of_id):
            mask = slots.every
            for member in members:
                if member not in held:
                    mask = 0
                    break
                for version in held[member].versions:
                    mask &= binds(version)
                for target in self._bases_of_id(member):
                    mask &= self._masks.get(target, slots.every)
            for member in members:
                self._masks[member] = mask

    def derives(self, version: Version) -> bool:
        """Whether a version may derive from anything."""
        return version.claim is not None or version.type == "language-content" or version.id in self._derived_from

    def bases(self, version: Version) -> tuple[StixId, ...]:
        """The ids that a version derives from directly."""
        if not self.derives(version):
            return ()
        translated = translation_of(version.held.object.content) if version.type == "language-content" else ()
        claimed = version.claim.derives_from if version.claim is not None else ()
        related = self._derived_from.get(version.id, ())
        return tuple(dict.fromkeys((*translated, *claimed, *related)))

    def lets_through(self, version: Version) -> int:
        """The slots that everything lets through that the version derives from."""
        mask = self._slots.every
        for target in self.bases(version):
            mask &= self._masks[target]
        return mask

    def of(self, target: StixId) -> int:
        """The slots that one basis lets through, all that it derives from included."""
        return self._masks.get(target, 0)

    def _bases_of_id(self, identifier: StixId) -> Iterable[StixId]:
        versions = self._held.get(identifier, NOT_HELD).versions
        return dict.fromkeys(target for version in versions for target in self.bases(version))


def tells_basis(version: Version) -> bool:
    """Whether a version says of itself or of another what it derives from."""
    if version.claim is not None or version.type == "language-content":
        return True
    return version.type == "relationship" and derivation_of(version.held.object.content) is not None


def _derived_from(told: Iterable[Held]) -> Mapping[StixId, tuple[StixId, ...]]:
    found: dict[StixId, dict[StixId, None]] = {}
    for entry in told:
        for version in entry.versions:
            derivation = derivation_of(version.held.object.content) if version.type == "relationship" else None
            if derivation is not None:
                found.setdefault(derivation[0], {})[derivation[1]] = None
    return {source: tuple(targets) for source, targets in found.items()}
