"""Merkle trees as RFC 6962 section 2.1 and RFC 9162 section 2.1 define them, with SHA-256.

Decides root hashes, inclusion proofs and consistency proofs, and whether such a proof holds. What a leaf says, and
where leaf hashes are kept, is left to others: everything here works on hashes of 32 bytes.
Invariant: `Frontier` after n appends has the root that `root_hash` gives for the same n leaf hashes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sepakat.errors import Fault, InputError

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """The hash of one leaf: SHA-256 of 0x00 and the leaf's bytes."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256 of 0x01 and the hashes of its two children."""
    return sha256(b"\x01" + left + right).digest()


def root_hash(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root of the tree over `leaf_hashes`; the hash of nothing for an empty tree."""
    if not leaf_hashes:
        return EMPTY_ROOT
    level = list(leaf_hashes)
    while len(level) > 1:
        above = [node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
        # A node without a sibling rises as it is: this is the tree that splits at the largest power of two.
        level = above + level[len(level) - len(level) % 2 :]
    return level[0]


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a growing tree: the roots of its perfect subtrees, largest (leftmost) first.

    One for each 1 in the binary form of `size`, so a log of n leaves can grow by knowing log2(n) hashes.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.hashes) != self.size.bit_count() or any(len(h) != HASH_SIZE for h in self.hashes):
            raise InputError(
                "frontier-invalid",
                f"frontier refused: a tree of {self.size} leaves has {max(self.size, 0).bit_count()} perfect subtrees "
                f"with hashes of {HASH_SIZE} bytes, got {len(self.hashes)}",
            )

    def append(self, leaf: bytes) -> Frontier:
        """The frontier after one more leaf, given by its hash."""
        hashes = list(self.hashes)
        node = leaf
        rest = self.size
        while rest & 1:
            node = node_hash(hashes.pop(), node)
            rest >>= 1
        return Frontier(self.size + 1, (*hashes, node))

    def next_inclusion(self) -> tuple[bytes, ...]:
        """The inclusion proof that the leaf appended next has in the tree which then ends with it."""
        return tuple(reversed(self.hashes))

    def extend(self, leaves: Iterable[bytes]) -> Frontier:
        """The frontier after more leaves, given by their hashes in order."""
        frontier = self
        for leaf in leaves:
            frontier = frontier.append(leaf)
        return frontier

    def root(self) -> bytes:
        """The root hash of the tree at this size."""
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root

    def document(self) -> dict[str, object]:
        """The JSON form: `{"size": n, "hashes": [hex, ...]}`."""
        return {"size": self.size, "hashes": [h.hex() for h in self.hashes]}

    @classmethod
    def parse(cls, document: object) -> Frontier:
        """Read the JSON form back.

        Raises:
            InputError: the document is not one that `document` writes.
        """
        if not isinstance(document, Mapping) or set(document) != {"size", "hashes"}:
            raise _malformed("", "an object with size and hashes", type(document).__name__)
        size, hashes = document["size"], document["hashes"]
        if type(size) is not int:
            raise _malformed("size", "a whole number", type(size).__name__)
        if not isinstance(hashes, list) or not all(_is_hex_hash(h) for h in hashes):
            raise _malformed("hashes", "a list of hashes of 64 hexadecimal digits", type(hashes).__name__)
        return cls(size, tuple(bytes.fromhex(h) for h in hashes))


def _is_hex_hash(value: object) -> bool:
    return isinstance(value, str) and len(value) == 2 * HASH_SIZE and set(value) <= set("0123456789abcdef")


def _malformed(path: str, expected: str, found: str) -> InputError:
    fault = Fault(path, expected, found)
    return InputError("frontier-invalid", f"frontier refused: {fault}", faults=(fault,))


def _split(size: int) -> int:
    """The largest power of two smaller than `size` (RFC 6962 calls it k); `size` is at least 2."""
    return 1 << ((size - 1).bit_length() - 1)


def _check_range(what: str, inside: bool) -> None:
    if not inside:
        raise InputError("proof-out-of-range", f"proof refused: {what}")


def inclusion_proof(leaf_hashes: Sequence[bytes], index: int, size: int) -> tuple[bytes, ...]:
    """The audit path of leaf `index` in the tree of the first `size` leaves (RFC 6962 section 2.1.1).

    Raises:
        InputError: there is no such leaf in a tree of that size, or fewer leaf hashes than `size`.
    """
    _check_range(
        f"leaf {index} in a tree of {size} leaves, of which {len(leaf_hashes)} are known",
        0 <= index < size <= len(leaf_hashes),
    )
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(root_hash(leaf_hashes[middle:end]))
            end = middle
        else:
            path.append(root_hash(leaf_hashes[start:middle]))
            start = middle
    return tuple(reversed(path))


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows that `leaf` (a leaf hash) is leaf `index` of the tree of `size` leaves with `root`.

    The algorithm of RFC 9162 section 2.1.3.2, by its numbers.
    """
    # (1) the leaf is inside the tree
    if not 0 <= index < size:
        return False
    # (2), (3) start at the leaf
    fn, sn, r = index, size - 1, leaf
    # (4) climb, one step for each hash of the proof
    for p in proof:
        if sn == 0 or len(p) != HASH_SIZE:
            return False
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    # (5) arrived at the top, with the right root
    return sn == 0 and r == root


def consistency_proof(leaf_hashes: Sequence[bytes], old: int, new: int) -> tuple[bytes, ...]:
    """The proof that the tree of `new` leaves begins with the tree of `old` leaves (RFC 6962 section 2.1.2).

    Empty when `old` is 0 or equals `new`: there is nothing to prove beyond equal roots.

    Raises:
        InputError: `old` is larger than `new`, or fewer leaf hashes than `new` are given.
    """
    _check_range(
        f"from {old} to {new} leaves, of which {len(leaf_hashes)} are known", 0 <= old <= new <= len(leaf_hashes)
    )
    if old in (0, new):
        return ()
    path: list[bytes] = []
    start, end = 0, new
    whole = True
    # Walk to the old tree's right edge; what hangs off the way is the proof, read from the bottom.
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(root_hash(leaf_hashes[middle:end]))
            end = middle
        else:
            path.append(root_hash(leaf_hashes[start:middle]))
            start = middle
            whole = False
    # The old tree itself needs no hash when the walk never left it: its root is what the reader compares with.
    if not whole:
        path.append(root_hash(leaf_hashes[start:end]))
    return tuple(reversed(path))


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the tree with `new_root` begins with the one with `old_root`.

    The algorithm of RFC 9162 section 2.1.4.2, by its numbers; the empty old tree, which the RFC leaves out, is
    a beginning of every tree and has an empty proof.
    """
    if not 0 <= old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    # (1) a proof between different sizes is never empty
    if not proof or any(len(p) != HASH_SIZE for p in proof):
        return False
    # (2) a perfect old tree is its own first hash
    path = [old_root, *proof] if old.bit_count() == 1 else list(proof)
    # (3), (4) start where the old tree's right edge leaves the left side
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    # (5) both roots grow from the first hash
    fr = sr = path[0]
    # (6) climb, one step for each further hash
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    # (7) arrived at the top, with both roots
    return sn == 0 and fr == old_root and sr == new_root
