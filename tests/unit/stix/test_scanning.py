from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepakat.stix import scanning
from sepakat.stix.scanning import faults_in, read_json, survey

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text() | st.floats(-1e9, 1e9),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)


def depth_of(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max((depth_of(child) for child in value.values()), default=0)
    if isinstance(value, list):
        return 1 + max((depth_of(child) for child in value), default=0)
    return 0


@given(JSON, st.booleans())
def test_good_json_is_read_as_any_parser_reads_it(value: Any, is_ascii: bool) -> None:
    data = json.dumps(value, ensure_ascii=is_ascii).encode()
    assert read_json(data, 64) == (json.loads(data), ())
    assert faults_in(data) == ()


@given(JSON)
def test_survey_measures_nesting_as_it_is(value: Any) -> None:
    assert survey(orjson.dumps(value), 10**6).depth == depth_of(value)


@pytest.mark.parametrize("window", [1, 2, 3, 7])
def test_windows_do_not_change_what_the_survey_sees(window: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data = rb'{"a\\":"[{\"[:","b":[{"c\\\"":"\\\\"},[[]]],"\\\\":"}]"}'
    whole = survey(data, 99)
    monkeypatch.setattr(scanning, "_WINDOW", window)
    assert survey(data, 99) == whole == (4, 4, False)


@given(st.binary(max_size=60))
def test_any_bytes_are_answered_without_an_error(data: bytes) -> None:
    _, faults = read_json(data, 8)
    try:
        orjson.loads(data)
    except orjson.JSONDecodeError:
        assert faults


@pytest.mark.parametrize("bomb", [b"[" * 5_000_000, b'{"a":' * 1_000_000, b"[ {" * 500_000, b"[" * 65 + b"]" * 65])
def test_nesting_bomb_is_refused_before_it_is_parsed(bomb: bytes) -> None:
    value, faults = read_json(bomb, 64)
    assert value is None
    assert [fault.expected for fault in faults] == ["at most 64 levels of nesting"]


def test_brackets_inside_strings_are_no_nesting() -> None:
    assert read_json(b'["' + b"[{" * 1000 + b'"]', 2)[1] == ()


def test_nesting_up_to_the_limit_is_read() -> None:
    assert read_json(b"[" * 64 + b"]" * 64, 64)[1] == ()


def test_duplicate_key_is_refused_with_its_path() -> None:
    (fault,) = read_json(b'{"a":[{"b":1,"c":2,"b":1}]}', 64)[1]
    assert fault.path == "a.[0].b"
    assert "line 1 column 20" in fault.found


def test_duplicate_key_in_other_spelling_is_refused() -> None:
    (fault,) = read_json(rb'{"type":1,"\u0074ype":2}', 64)[1]
    assert fault.path == "type"


@pytest.mark.parametrize(
    "number", ["9007199254740992", "-9007199254740992", "123456789012345678901234567890", "9" * 9999]
)
def test_integer_beyond_i_json_is_refused(number: str) -> None:
    (fault,) = read_json(f'{{"a":{{"b":{number}}}}}'.encode(), 64)[1]
    assert fault.path == "a.b"
    assert len(fault.found) <= 40


@pytest.mark.parametrize("number", ["9007199254740993", "-9007199254740993", "12345678901234567890"])
@pytest.mark.parametrize(
    "around", ["%s", " %s\n", "[%s]", "[ %s ]", "[1,%s]", "[1,\t%s,2]", '{"a":%s}', '{"a" :\r\n %s }', '["a",[[%s]]]']
)
def test_number_beyond_i_json_is_refused_wherever_it_stands(around: str, number: str) -> None:
    assert len(read_json((around % number).encode(), 64)[1]) == 1


def test_text_that_looks_like_a_long_number_is_read() -> None:
    text = '{"a":"card:1234567890123456789, 12345678901234567890","b":":9007199254740993"}'
    assert read_json(text.encode(), 64) == (json.loads(text), ())


@pytest.mark.parametrize("number", ["9007199254740991", "-9007199254740991", "0.12345678901234567890", "1e300", "-0"])
def test_number_within_i_json_is_read(number: str) -> None:
    assert read_json(number.encode(), 64)[1] == ()


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_not_a_number_is_refused(word: str) -> None:
    (fault,) = read_json(f'{{"a":[1,{word}]}}'.encode(), 64)[1]
    assert (fault.path, fault.found) == ("a.[1]", word)


def test_number_beyond_a_double_is_refused() -> None:
    (fault,) = read_json(b'{"a":1e999}', 64)[1]
    assert fault.path == "a"


@pytest.mark.parametrize("text", [rb'{"a":"\ud800"}', rb'{"a":"\ude00\ud83d"}', rb'{"a":"x\uD83Dy"}'])
def test_lone_surrogate_is_refused(text: bytes) -> None:
    (fault,) = read_json(text, 64)[1]
    assert fault.path == "a"
    assert "surrogate" in fault.found


def test_surrogate_pair_is_read() -> None:
    assert read_json(rb'"\ud83d\ude00"', 64) == ("\U0001f600", ())


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf{}", b"\xff\xfe{\x00}\x00", b"\xfe\xff\x00{\x00}"])
def test_byte_order_mark_is_refused(data: bytes) -> None:
    (fault,) = read_json(data, 64)[1]
    assert "byte order mark" in fault.expected


def test_broken_encoding_is_named_by_byte() -> None:
    (fault,) = read_json(b'{"a":"\xff"}', 64)[1]
    assert fault.path == "byte 6"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"a":1,\n "b" 2}', "line 2 column 6"),
        ('{"a":1,}', "line 1 column 8"),
        ("[1,]", "line 1 column 4"),
        ("[1 2]", "line 1 column 4"),
        ("[1", "line 1 column 3"),
        ("", "line 1 column 1"),
        ("{} {}", "line 1 column 4"),
        ("{'a':1}", "line 1 column 2"),
        ("[01]", "line 1 column 3"),
        ("[1.]", "line 1 column 3"),
        ('["a\tb"]', "line 1 column 2"),
        (r'["\x"]', "line 1 column 2"),
        ("[}", "line 1 column 2"),
        ("[tru]", "line 1 column 2"),
    ],
)
def test_broken_json_is_named_by_line_and_column(text: str, place: str) -> None:
    (fault,) = read_json(text.encode(), 64)[1]
    assert fault.path == place


def test_all_faults_are_named_at_once() -> None:
    data = rb'{"a":NaN,"a":9007199254740993,"b":{"c":"\ud800"},"d":1,"d":2,}'
    assert [fault.path for fault in read_json(data, 64)[1]] == ["a", "a", "a", "b.c", "d", "line 1 column 62"]


def test_number_of_faults_is_bounded() -> None:
    assert len(read_json(b"[" + b"NaN," * 10_000 + b"NaN]", 64)[1]) == 100


TRICKY = (
    b'{"a":1,"a":2}',
    b'{"a" :1,"b":{"a":1,"\\u0061":2}}',
    b'{"a\\\\":1,"a\\\\":2}',
    b'{"a":"\\":","a":1}',
    b'{"a":"\\\\\\":"}',
    b'{"a\\\\":1}',
    b'{"a":"x\\\\","b":"\\": "}',
    b'{"a":12345678901234567890}',
    b'{"a":[1e400]}',
    b'{"a":1.5e2}',
    b'{"a":":1em;"}',
    b'{"a":"\\ud800"}',
    b'{"":1,"":2}',
    b'[{"a":{}},{"a":{}}]',
    b'{"a":-9007199254740993 }',
    b'{"a\\u005c":1,"a\\\\":2}',
    b'{"a" :1,"b":1,"b":2}',
    b"[[9007199254740993]]",
)


@pytest.mark.parametrize("data", TRICKY)
@pytest.mark.parametrize("depth", [2, 3, 64])
def test_reading_quickly_says_what_the_slow_walk_says(data: bytes, depth: int) -> None:
    value, faults = scanning.read_json(data, depth)
    if survey(data, depth).depth > depth:
        assert "nesting" in str(faults)
    else:
        assert bool(faults) == bool(scanning.faults_in(data))
        if not faults:
            assert value == json.loads(data)
