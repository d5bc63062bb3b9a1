"""STIX as JSON: bundles, TAXII envelopes, arrays, single objects and lines of objects, kept byte for byte as they came.

STIX 2.0 is lifted to 2.1 (see `stix.lifting`), the same bytes always to the same.
"""

from __future__ import annotations

from sepakat.errors import Fault
from sepakat.intake.source import Contents, Source
from sepakat.stix.lifting import is_of_2_0, lift
from sepakat.stix.reading import read_large

_SPACE = b" \t\r\n"


def read(source: Source) -> Contents:
    """The objects of a source.

    Raises:
        InputError: it cannot be read; every fault is named.
    """
    data = _as_array(source.data)
    objects = read_large(data)
    if not any(is_of_2_0(made.content) for made in objects):
        return Contents(objects)
    lifted = lift(objects)
    told = tuple(Fault(path, "STIX 2.1", f"STIX 2.0: {what}") for path, what in lifted.told)
    return Contents(tuple(lifted.objects), warnings=told)


def _as_array(data: bytes) -> bytes:
    """Lines of objects as an array; anything else as it is."""
    first = data[: data.find(b"\n")].strip(_SPACE)
    if not (first.startswith(b"{") and first.endswith(b"}")):
        return data
    lines = [line.strip(_SPACE) for line in data.split(b"\n")]
    if not all(line.startswith(b"{") and line.endswith(b"}") for line in lines if line):
        return data
    return b"[" + b",".join(line for line in lines if line) + b"]"
