"""The order of objects inside one release: what is referred to first, then a keyed order that shows no row of intake."""

from __future__ import annotations

from collections.abc import Iterable

from sepakat.release.question import ViewKey
from sepakat.stix.objects import StixObject


def release_order(objects: Iterable[StixObject], view: ViewKey, secret: bytes) -> tuple[StixObject, ...]:
    """Objects by dependency rank, then by HMAC of their id under a key of the view."""
    raise NotImplementedError
