from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepakat.errors import InputError
from sepakat.transparency.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_hash,
    verify_consistency,
    verify_inclusion,
)

HASHES = [leaf_hash(str(number).encode()) for number in range(80)]
sizes = st.integers(0, 80)


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1 as written, over leaf data."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def naive_path(index: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if index < k:
        return [*naive_path(index, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(index - k, leaves[k:]), naive_root(leaves[:k])]


def naive_subproof(old: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    if old == len(leaves):
        return [] if whole else [naive_root(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if old <= k:
        return [*naive_subproof(old, leaves[:k], whole), naive_root(leaves[k:])]
    return [*naive_subproof(old - k, leaves[k:], False), naive_root(leaves[:k])]


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_root_is_that_of_the_recursive_definition(leaves: list[bytes]) -> None:
    assert root_hash([leaf_hash(leaf) for leaf in leaves]) == naive_root(leaves)


@given(st.data())
def test_proofs_are_those_of_the_recursive_definition(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 80))
    index = data.draw(st.integers(0, size - 1))
    leaves = [str(number).encode() for number in range(size)]
    assert list(inclusion_proof(HASHES, index, size)) == naive_path(index, leaves)
    assert list(consistency_proof(HASHES, index + 1, size)) == naive_subproof(index + 1, leaves, True)


@given(sizes, sizes)
def test_frontier_grows_the_same_from_any_point(first: int, second: int) -> None:
    old, new = sorted((first, second))
    kept = Frontier.parse(Frontier().extend(HASHES[:old]).document())
    assert kept.extend(HASHES[old:new]) == Frontier().extend(HASHES[:new])


@given(st.integers(0, 79))
def test_frontier_knows_the_inclusion_proof_of_the_next_leaf(size: int) -> None:
    before = Frontier().extend(HASHES[:size])
    assert before.next_inclusion() == inclusion_proof(HASHES, size, size + 1)


@given(sizes)
def test_frontier_has_the_root_of_its_leaves(size: int) -> None:
    assert Frontier().extend(HASHES[:size]).root() == root_hash(HASHES[:size])


def test_empty_frontier_has_the_empty_root() -> None:
    assert Frontier().root() == EMPTY_ROOT


@pytest.mark.parametrize(
    "document",
    [
        None,
        {},
        {"size": 1, "hashes": []},
        {"size": -1, "hashes": []},
        {"size": True, "hashes": ["00" * 32]},
        {"size": 1, "hashes": ["00" * 31]},
        {"size": 1, "hashes": ["0" * 63 + "G"]},
        {"size": 1, "hashes": "00" * 32},
        {"size": 1, "hashes": ["00" * 32], "more": 1},
    ],
)
def test_frontier_of_another_form_is_refused(document: object) -> None:
    with pytest.raises(InputError) as raised:
        Frontier.parse(document)
    assert raised.value.code == "frontier-invalid"


@given(st.data())
def test_inclusion_holds_for_its_leaf_alone(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 80))
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size - 1))
    proof, root = inclusion_proof(HASHES, index, size), root_hash(HASHES[:size])
    assert verify_inclusion(HASHES[index], index, size, proof, root)
    if other != index:
        assert not verify_inclusion(HASHES[other], index, size, proof, root)
        assert not verify_inclusion(HASHES[index], other, size, proof, root)


@given(st.data())
def test_changed_inclusion_proof_does_not_hold(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 80))
    index = data.draw(st.integers(0, size - 1))
    proof, root = list(inclusion_proof(HASHES, index, size)), root_hash(HASHES[:size])
    step = data.draw(st.integers(0, len(proof) - 1))
    byte = data.draw(st.integers(0, 31))
    changed = bytearray(proof[step])
    changed[byte] ^= 1
    for wrong in (
        [*proof[:step], bytes(changed), *proof[step + 1 :]],
        proof[:step] + proof[step + 1 :],
        [*proof, HASHES[0]],
        [*proof[:step], proof[step][:31], *proof[step + 1 :]],
    ):
        assert not verify_inclusion(HASHES[index], index, size, wrong, root)


def test_inclusion_outside_the_tree_does_not_hold() -> None:
    assert not verify_inclusion(HASHES[0], 1, 1, (), HASHES[0])
    assert not verify_inclusion(HASHES[0], -1, 1, (), HASHES[0])
    assert not verify_inclusion(HASHES[0], 0, 0, (), EMPTY_ROOT)


@given(sizes, sizes)
def test_consistency_holds_from_every_size_to_every_later_one(first: int, second: int) -> None:
    old, new = sorted((first, second))
    proof = consistency_proof(HASHES, old, new)
    assert verify_consistency(old, new, root_hash(HASHES[:old]), root_hash(HASHES[:new]), proof)


@given(st.integers(1, 79), st.integers(1, 79), st.integers(0, 78))
def test_consistency_with_a_rewritten_past_does_not_hold(first: int, second: int, rewritten: int) -> None:
    old, new = sorted((first, second))
    forged = list(HASHES)
    forged[rewritten % old] = leaf_hash(b"rewritten")
    proof = consistency_proof(forged, old, new)
    assert not verify_consistency(old, new, root_hash(HASHES[:old]), root_hash(forged[:new]), proof)


@given(st.data())
def test_changed_consistency_proof_does_not_hold(data: st.DataObject) -> None:
    new = data.draw(st.integers(2, 80))
    old = data.draw(st.integers(1, new - 1))
    proof = list(consistency_proof(HASHES, old, new))
    roots = root_hash(HASHES[:old]), root_hash(HASHES[:new])
    step = data.draw(st.integers(0, len(proof) - 1))
    changed = bytes([proof[step][0] ^ 1]) + proof[step][1:]
    for wrong in (
        [*proof[:step], changed, *proof[step + 1 :]],
        proof[:step] + proof[step + 1 :],
        [*proof, HASHES[0]],
        [*proof[:step], b"short", *proof[step + 1 :]],
    ):
        assert not verify_consistency(old, new, *roots, wrong)


def test_consistency_with_a_smaller_tree_or_a_needless_proof_does_not_hold() -> None:
    one, two = root_hash(HASHES[:1]), root_hash(HASHES[:2])
    assert not verify_consistency(2, 1, two, one, ())
    assert not verify_consistency(1, 1, one, one, (HASHES[0],))
    assert not verify_consistency(1, 1, one, two, ())
    assert not verify_consistency(0, 1, one, one, ())
    assert not verify_consistency(0, 1, EMPTY_ROOT, one, (HASHES[0],))
    assert not verify_consistency(1, 2, one, two, ())


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3), (0, 81)])
def test_inclusion_proof_of_no_leaf_is_refused(index: int, size: int) -> None:
    with pytest.raises(InputError, match=f"leaf {index} in a tree of {size} leaves"):
        inclusion_proof(HASHES, index, size)


@pytest.mark.parametrize(("old", "new"), [(2, 1), (-1, 1), (1, 81)])
def test_consistency_proof_of_no_such_sizes_is_refused(old: int, new: int) -> None:
    with pytest.raises(InputError, match=f"from {old} to {new} leaves"):
        consistency_proof(HASHES, old, new)
