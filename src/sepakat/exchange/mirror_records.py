"""What a partner gives back to the owner of a log, as plain values: leaves of its mirror, and the owner's messages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MirrorLeaf:
    """One leaf as it is mirrored; `message` is the document that it stands for, if it is one that is kept."""

    data: bytes
    message: bytes | None = None


@dataclass(frozen=True, slots=True)
class MirrorPage:
    """A part of a mirror from one leaf on. `size` is that of the whole mirror.

    `root` is that of the leaves before this part, of all that there are if it begins after the end. `beside`: messages
    of the owner that are kept and have no leaf in the mirror yet, in the order in which they came.
    """

    size: int
    root: bytes
    leaves: tuple[MirrorLeaf, ...]
    beside: tuple[bytes, ...]
