"""The order of objects inside one release: what is referred to first, then a keyed order that shows no row of intake.

Rank is the longest way down over references inside the release, circles counted as one; at equal rank the HMAC of the
id under a key of the view decides, so that the order tells nothing about intake or other views. DESIGN section 4,
rule 10.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping

from sepakat.release.graph import components
from sepakat.release.question import ViewKey
from sepakat.stix.canonical import canonical_bytes
from sepakat.stix.identifiers import StixId
from sepakat.stix.objects import StixObject
from sepakat.stix.references import extension_references, marking_references, references


def release_order(objects: Iterable[StixObject], view: ViewKey, secret: bytes) -> tuple[StixObject, ...]:
    """Objects by dependency rank, then by HMAC of their id under a key of the view, then by version."""
    released = tuple(objects)
    key = hmac.digest(secret, canonical_bytes(["sepakat/order/1", view.agreement, view.taker]), hashlib.sha256)
    ranks = dependency_ranks(released)
    keyed = {identifier: hmac.digest(key, identifier.encode(), hashlib.sha256) for identifier in ranks}
    return tuple(sorted(released, key=lambda made: (ranks[made.id], keyed[made.id], made.id, made.version)))


def dependency_ranks(objects: Iterable[StixObject]) -> Mapping[StixId, int]:
    """The rank of each id: above all that its versions refer to, inside these objects."""
    edges: dict[StixId, dict[StixId, None]] = {}
    for made in objects:
        edges.setdefault(made.id, {}).update(dict.fromkeys(made.kept(_targets)))
    ranks: dict[StixId, int] = {}
    for members in components(edges, lambda node: (target for target in edges[node] if target in edges)):
        below = (ranks[target] for member in members for target in edges[member] if target in ranks)
        rank = max(below, default=-1) + 1
        for member in members:
            ranks[member] = rank
    return ranks


def _targets(made: StixObject) -> tuple[StixId, ...]:
    content = made.content
    found = (*references(content, made.raw), *marking_references(content), *extension_references(content))
    return tuple(dict.fromkeys(reference.target for reference in found))
