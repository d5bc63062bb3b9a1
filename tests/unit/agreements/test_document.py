from __future__ import annotations

import pytest

from sepakat.agreements.document import LARGEST, read_yaml
from sepakat.agreements.value_kinds import UNREADABLE, Reading
from tests.unit.agreements.samples import EXAMPLE, faults_of, faulty_paths


def read(text: str | bytes) -> tuple[object, list[str]]:
    reading = Reading(scalars_are_text=True)
    value = read_yaml(text, reading)
    return value, [f"{fault.path}: {fault.found}" for fault in reading.faults]


def test_every_scalar_is_a_string() -> None:
    value, faults = read("{a: NO, b: 010, c: null, d: 2014-10-14, e: 1.0, f: true, g: , h: ~}")
    assert value == {"a": "NO", "b": "010", "c": "null", "d": "2014-10-14", "e": "1.0", "f": "true", "g": "", "h": "~"}
    assert faults == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: 1\na: 2", "a: again on line 2"),
        ("b: {a: 1, a: 2}", "b.a: again on line 1"),
        ("a: &x 1", "a: &x on line 1"),
        ("a: *x", "a: the alias *x on line 1"),
        ("a: [*x, 1]", "a[0]: the alias *x on line 1"),
        ("a: !!str 1", "a: tag:yaml.org,2002:str on line 1"),
        ("a: !!python/object:os.system 1", "a: tag:yaml.org,2002:python/object:os.system on line 1"),
        ("? [1]\n: 2", "(document): a list as a key on line 1"),
        ("a: 1\n---\nb: 2", "(document): a second one on line 2"),
        ("%YAML 1.1\n---\na: 1", "(document): a directive on line 1"),
        ("", "(document): an empty document"),
        ("# nothing", "(document): an empty document"),
    ],
)
def test_what_means_more_than_it_shows_is_a_fault(text: str, fault: str) -> None:
    assert fault in read(text)[1]


def test_a_merge_key_is_an_unknown_key() -> None:
    assert "<<" in faulty_paths(EXAMPLE + "<<: {giver: ru}\n")


def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))
    assert any("alias" in fault for fault in read(bomb)[1])


def test_deep_nesting_is_a_fault_and_ends_the_reading() -> None:
    value, faults = read("a: " + "[" * 5000)
    assert value is UNREADABLE
    assert faults == [f"a{'[0]' * 12}: more, on line 1"]


def test_deep_nesting_of_mappings_is_a_fault() -> None:
    assert read("".join(f"{' ' * depth}a:\n" for depth in range(40)))[0] is UNREADABLE


def test_deep_nesting_of_keys_is_a_fault() -> None:
    value, faults = read("? " * 5000 + "a")
    assert value is UNREADABLE
    assert faults == ["(document): more, on line 1"]


def test_a_document_that_is_too_large_is_a_fault() -> None:
    assert faulty_paths("#" * (LARGEST + 1)) == ["(document)"]


def test_the_largest_document_is_read() -> None:
    assert faulty_paths(EXAMPLE + "#" * (LARGEST - len(EXAMPLE))) == []


@pytest.mark.parametrize("text", ["a: [", "a: 'x", "\tb: 1", "a: b: c", "a: \x00", "- a\nb: c", "{a: 1}}"])
def test_broken_yaml_is_one_fault_of_the_document(text: str) -> None:
    assert faulty_paths(text) == ["(document)"]


def test_a_fault_of_the_yaml_names_line_and_column() -> None:
    (fault,) = faults_of("a: 1\nb: [")
    assert "on line 2, column 5" in fault.found


def test_bytes_that_are_no_utf_8_are_a_fault() -> None:
    (fault,) = faults_of(b"title: \xff")
    assert fault.found == "byte 0xff at 7"


def test_bytes_with_a_byte_order_mark_are_read() -> None:
    assert read("a: 1".encode("utf-8-sig")) == ({"a": "1"}, [])


def test_faults_of_yaml_and_of_values_are_told_together() -> None:
    text = EXAMPLE.replace("tlp: amber", "tlp: pink").replace("giver: us", "giver: us\ngiver: us")
    assert faulty_paths(text) == ["giver", "share[0].ceiling.tlp"]


def test_a_value_that_is_an_alias_is_told_once() -> None:
    assert faulty_paths(EXAMPLE.replace("tlp: amber", "tlp: *a").replace("[IQ, SY,", "[*b, SY,")) == [
        "share[0].regions.any[0]",
        "share[0].ceiling.tlp",
    ]
