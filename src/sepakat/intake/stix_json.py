"""STIX as JSON: bundles, TAXII envelopes, arrays and single objects, kept byte for byte as they came."""

from __future__ import annotations

from sepakat.intake.source import Contents, Source
from sepakat.stix.reading import read_objects


def read(source: Source) -> Contents:
    """The objects of a source.

    Raises:
        InputError: it cannot be read; every fault is named.
    """
    return Contents(read_objects(source.data))
