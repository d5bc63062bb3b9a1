"""Packing is total, comes back equal, and keeps the order that text has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepakat.stix.instants import version_key
from sepakat.stores.columns import (
    encode_nested,
    from_microseconds,
    pack_id,
    pack_text,
    pack_version,
    to_microseconds,
    unpack_id,
    unpack_text,
    unpack_version,
)

uuids = st.integers(0, 2**128 - 1).map(lambda number: str(UUID(int=number)))
type_names = st.from_regex(r"[a-z][a-z0-9]{0,4}(-[a-z0-9]{1,3}){0,2}", fullmatch=True)
ids = st.builds("{}--{}".format, type_names, uuids)
instants = st.datetimes(timezones=st.just(UTC))
stamps = st.builds(
    lambda instant, digits: f"{instant.replace(microsecond=0, tzinfo=None).isoformat()}{'.' * bool(digits)}{digits}Z",
    instants,
    st.text("0123456789", max_size=12),
)
versions = st.just("") | stamps.map(version_key)
hashes = st.binary(min_size=32, max_size=32).map(bytes.hex)
anything = st.text(st.characters(exclude_categories=["Cs"]))


@given(ids | anything)
def test_an_id_comes_back(identifier: str) -> None:
    assert unpack_id(pack_id(identifier)) == identifier


@given(ids, ids)
def test_packed_ids_sort_like_ids(one: str, other: str) -> None:
    assert (pack_id(one) < pack_id(other)) == (one < other)


@given(type_names, type_names, uuids)
def test_packed_ids_of_similar_types_sort_like_ids(one: str, more: str, uuid: str) -> None:
    short, long = f"{one}--{uuid}", f"{one}-{more}--{uuid}"
    assert (pack_id(short) < pack_id(long)) == (short < long)


def test_an_id_takes_sixteen_bytes_for_its_uuid() -> None:
    assert len(pack_id("indicator--01234567-89ab-4def-8123-456789abcdef")) == len("indicator--") + 16


@pytest.mark.parametrize("odd", ["", "--", "a--b", "A--01234567-89ab-4def-8123-456789abcdef", "a--" + "0" * 36])
def test_an_odd_id_is_kept_as_text(odd: str) -> None:
    assert unpack_id(pack_id(odd)) == odd
    assert pack_id(odd).startswith(b"\x00")


@given(versions | anything)
def test_a_version_comes_back(version: str) -> None:
    assert unpack_version(pack_version(version)) == version


@given(versions, versions)
def test_packed_versions_sort_like_versions(one: str, other: str) -> None:
    assert (pack_version(one) < pack_version(other)) == (one < other)


@given(st.integers(0, 99), st.integers(0, 99))
def test_versions_that_differ_in_fine_digits_sort_like_them(one: int, other: int) -> None:
    first, second = (version_key(f"2030-01-01T00:00:00.000000{digits:02}Z") for digits in (one, other))
    assert (pack_version(first) < pack_version(second)) == (first < second)


def test_a_version_takes_eight_bytes() -> None:
    assert len(pack_version("2030-01-01T00:00:00.123456")) == 8


@pytest.mark.parametrize("odd", ["2030-02-30T00:00:00.000000", "2030-01-01T00:00:00.0000010", "1", "2030-01-01"])
def test_an_odd_version_is_kept_as_text(odd: str) -> None:
    assert unpack_version(pack_version(odd)) == odd
    assert pack_version(odd).startswith(b"\xff")


@given(uuids | hashes | anything)
def test_a_text_comes_back(text: str) -> None:
    assert unpack_text(pack_text(text)) == text


@given(st.sets(uuids | hashes | anything, max_size=20))
def test_different_texts_are_packed_differently(texts: set[str]) -> None:
    assert len({pack_text(text) for text in texts}) == len(texts)


def test_a_hash_and_a_uuid_take_their_bytes() -> None:
    assert len(pack_text("a" * 64)) == 33
    assert len(pack_text("01234567-89ab-4def-8123-456789abcdef")) == 17
    assert len(pack_text("A" * 64)) == 65


@given(instants)
def test_an_instant_comes_back(instant: datetime) -> None:
    assert from_microseconds(to_microseconds(instant)) == instant


def test_an_instant_of_another_zone_is_the_same_instant() -> None:
    there = datetime(2030, 1, 1, 3, tzinfo=timezone(timedelta(hours=3)))
    assert from_microseconds(to_microseconds(there)) == datetime(2030, 1, 1, tzinfo=UTC)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        to_microseconds(datetime(2030, 1, 1))  # noqa: DTZ001


@given(st.permutations(["a", "b", "c", "d", "e"]))
def test_equal_sets_have_equal_bytes(order: list[str]) -> None:
    assert encode_nested(frozenset(order)) == b'["a","b","c","d","e"]'
