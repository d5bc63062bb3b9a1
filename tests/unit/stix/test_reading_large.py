"""A large input gives what a small one gives, and refuses what it refuses."""

from __future__ import annotations

import orjson
import pytest

from sepakat.errors import InputError
from sepakat.stix import reading
from sepakat.stix.reading import Limits, read_large, read_objects

HEAD = b'{"type":"bundle","id":"bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","x":{"a":[1,{"b":2}]},"objects":['


def identity(number: int, name: str = "x") -> bytes:
    dates = b'"created":"2024-01-31T09:00:00.000Z","modified":"2024-01-31T09:00:00.000Z"'
    id_ = f"identity--8e2e2d2b-17d4-4cbf-938f-{number:012d}".encode()
    return b'{"type":"identity","spec_version":"2.1","id":"%b",%b,"name":"%b"}' % (id_, dates, name.encode())


@pytest.fixture(autouse=True)
def _everything_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_SMALL_BYTES", 0)
    monkeypatch.setattr(reading, "_AT_ONCE", 3)


@pytest.mark.parametrize("head", [HEAD, b'{"more":false,"objects":[', b" [", b'{"objects" : ['])
def test_the_objects_are_those_of_the_whole_input_with_their_bytes(head: bytes) -> None:
    parts = [*(identity(number) for number in range(8)), identity(3)]
    data = head + b" ,\n".join(parts) + (b"]" if head == b" [" else b"]}")
    large = read_large(data)
    assert [made.raw for made in large] == [made.raw for made in read_objects(data)] == parts[:8]
    assert [made.content for made in large] == [orjson.loads(part) for part in parts[:8]]
    assert len(large) == 8
    assert next(iter(large)) in large


WRONG = {
    "two contents": HEAD + b",".join([*map(identity, range(5)), identity(1, "y")]) + b"]}",
    "a name twice in an object": HEAD + identity(1).replace(b'"name"', b'"id":"z","name"') + b"]}",
    "a name twice outside": HEAD.replace(b'"x"', b'"objects":[],"x"') + identity(1) + b"]}",
    "a large number": HEAD + identity(1).replace(b'"name"', b'"n":12345678901234567890,"name"') + b"]}",
    "no object": HEAD + identity(1) + b",7]}",
    "no id": HEAD + b'{"type":"identity"}]}',
    "broken": HEAD + identity(1),
    "broken inside": HEAD + identity(1)[:-2] + b"]}",
    "no list": b'{"type":"bundle","objects":{}}',
    "nothing": b'{"type":"bundle"}',
    "deep": HEAD + b"[" * 100 + b"]" * 100 + b"]}",
    "half a character": HEAD + identity(1, "\\ud800") + b"]}",
}


@pytest.mark.parametrize("data", WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_in_a_small_input_is_wrong_in_a_large_one(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        read_large(data)
    assert caught.value.code == "stix-unreadable"


def test_a_large_input_has_limits_too() -> None:
    data = HEAD + b",".join(map(identity, range(5))) + b"]}"
    for limits in (Limits(max_bytes=100), Limits(max_objects=4), Limits(max_object_bytes=50)):
        with pytest.raises(InputError):
            read_large(data, limits)
