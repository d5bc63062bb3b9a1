from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepakat.errors import InputError
from sepakat.transparency.leaves import Leaf, MessageLeaf, leaf_from, parse_leaf, salted_digest
from sepakat.transparency.merkle import leaf_hash
from tests.unit.transparency.bodies import AT, DIGEST, HASH, LEAF, SALT

MESSAGE = MessageLeaf("received", "receipt", HASH, AT)


@pytest.mark.parametrize("leaf", [LEAF, MESSAGE, replace(LEAF, digests=(), clauses=())])
def test_leaf_reads_back_from_its_bytes(leaf: Leaf) -> None:
    assert parse_leaf(leaf.data) == leaf
    assert leaf_from(leaf.document()) == leaf
    assert leaf.hash == leaf_hash(leaf.data)


@given(st.datetimes(timezones=st.just(UTC)))
def test_any_instant_reads_back(at: datetime) -> None:
    leaf = replace(MESSAGE, at=at)
    assert parse_leaf(leaf.data) == leaf


def test_leaf_holds_no_id_and_no_digest_in_the_clear() -> None:
    assert DIGEST.encode() not in LEAF.data
    assert b"note--" not in LEAF.data


def test_count_is_of_objects_and_tombstones() -> None:
    assert LEAF.count == 2
    assert LEAF.commitments == LEAF.digests + LEAF.tombstones


@pytest.mark.parametrize("leaf", [LEAF, MESSAGE])
@pytest.mark.parametrize(
    "change",
    [
        lambda data: data + b"\n",
        lambda data: b" " + data,
        lambda data: data.replace(b'":', b'": '),
        lambda _: b"",
        lambda _: b"null",
        lambda _: b"{}",
    ],
)
def test_other_bytes_are_not_a_leaf(leaf: Leaf, change: Any) -> None:
    with pytest.raises(InputError, match="leaf refused"):
        parse_leaf(change(leaf.data))


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"count": 3}, "count"),
        ({"count": True}, "count"),
        ({"leaf": "release/2"}, "leaf"),
        ({"at": "2014-10-14T09:30:00Z"}, "at"),
        ({"at": "2014-02-30T09:30:00.000000Z"}, "at"),
        ({"taker": "RU"}, "taker"),
        ({"digests": ["zz"]}, "digests.[0]"),
        ({"clauses": ["S1", "S1"]}, "clauses.[1]"),
        ({"more": 1}, "more"),
        ({"log": "two words"}, "log"),
    ],
)
def test_fault_of_a_leaf_is_named_by_its_path(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(InputError) as raised:
        leaf_from(LEAF.document() | changes)
    assert [fault.path for fault in raised.value.faults] == [path]


def test_all_faults_of_a_leaf_are_named_at_once() -> None:
    with pytest.raises(InputError) as raised:
        leaf_from({"leaf": "message/1", "direction": "up"})
    assert {fault.path for fault in raised.value.faults} == {"direction", "kind", "message", "at"}


def test_salted_digest_is_the_hash_of_prefix_length_salt_and_digest() -> None:
    expected = sha256(b"sepakat/salted-digest/1\n" + b"\x20" + SALT + bytes.fromhex(DIGEST)).hexdigest()
    assert salted_digest(SALT, DIGEST) == expected


@given(st.binary(min_size=16, max_size=64), st.binary(min_size=16, max_size=64))
def test_another_salt_gives_another_salted_digest(one: bytes, other: bytes) -> None:
    assert (salted_digest(one, DIGEST) == salted_digest(other, DIGEST)) == (one == other)


@pytest.mark.parametrize(
    ("salt", "digest"), [(b"short", DIGEST), (b"", DIGEST), (b"x" * 65, DIGEST), (SALT, "AB" * 32), (SALT, "ab")]
)
def test_salt_or_digest_of_another_form_is_refused(salt: bytes, digest: str) -> None:
    with pytest.raises(InputError, match="refused"):
        salted_digest(salt, digest)
