from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepakat.errors import InputError
from sepakat.stix.identifiers import (
    ID_CONTRIBUTING,
    has_standard_uuid,
    ids_in_text,
    is_stix_id,
    is_type_name,
    observable_id,
    type_of,
    uuid_of,
)
from sepakat.stix.standard import TYPES
from tests.unit.stix.samples import HIDDEN, MALWARE


@pytest.mark.parametrize(
    "text",
    [
        "malware",
        "malware--",
        "malware--2222",
        "malware-22222222-2222-4222-8222-222222222222",
        "--22222222-2222-4222-8222-222222222222",
        "Malware--22222222-2222-4222-8222-222222222222",
        "malware--22222222-2222-4222-8222-22222222222A",
        "mal--ware--22222222-2222-4222-8222-222222222222",
        "9malware--22222222-2222-4222-8222-222222222222",
        MALWARE + "\n",
        " " + MALWARE,
        None,
        7,
    ],
)
def test_what_is_not_exactly_an_id_is_refused(text: object) -> None:
    assert not is_stix_id(text)


def test_id_splits_into_type_and_uuid() -> None:
    assert is_stix_id(MALWARE)
    assert type_of(MALWARE) == "malware"
    assert uuid_of(MALWARE) == "22222222-2222-4222-8222-222222222222"


def test_type_name_has_no_double_hyphen() -> None:
    assert is_type_name("x-mitre-tactic")
    assert not is_type_name("x--tactic")
    assert not is_type_name("x-")
    assert not is_type_name("ab" * 200)


def test_uuid_without_version_is_told_apart() -> None:
    assert has_standard_uuid(MALWARE)
    assert not has_standard_uuid("malware--22222222-2222-0222-8222-222222222222")


def test_id_is_found_in_the_middle_of_a_word() -> None:
    assert ids_in_text(f"see({HIDDEN}).x") == (HIDDEN,)
    assert ids_in_text(f"{HIDDEN}abc") == (HIDDEN,)


def test_upper_case_does_not_hide_an_id() -> None:
    assert ids_in_text(HIDDEN.upper()) == (HIDDEN,)


def test_each_id_is_found_once_in_order() -> None:
    assert ids_in_text(f"{MALWARE}{HIDDEN} {MALWARE}") == (MALWARE, HIDDEN)


def test_id_behind_another_prefix_is_found_by_its_own_type() -> None:
    assert ids_in_text(f"x--{HIDDEN}") == (HIDDEN,)


def test_a_third_hyphen_does_not_hide_an_id() -> None:
    assert ids_in_text(HIDDEN.replace("--", "---")) == (HIDDEN,)


def test_digits_before_an_id_do_not_hide_it() -> None:
    assert ids_in_text(f"9{HIDDEN}") == (HIDDEN,)


def test_uuid_without_type_is_no_id() -> None:
    assert ids_in_text("--22222222-2222-4222-8222-222222222222") == ()


def test_long_runs_of_letters_are_searched_in_linear_time() -> None:
    text = "a-" * 200_000 + "--" + "a" * 200_000 + HIDDEN
    assert [type_of(found)[-5:] for found in ids_in_text(text)] == ["actor"]


@given(st.text(), st.text())
def test_surrounding_text_never_hides_an_id(before: str, after: str) -> None:
    found = ids_in_text(f"{before} {HIDDEN}{after}")
    assert HIDDEN in found


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"type": "ipv4-addr", "value": "198.51.100.3"}, "28bb3599-77cd-5a82-a950-b5bc3caf07c4"),
        ({"type": "ipv4-addr", "value": "198.51.100.0/24"}, "1ea47840-aa39-5aa8-b4a2-cd203eb6662a"),
        ({"type": "mac-addr", "value": "d2:fb:49:24:37:18"}, "757b1725-9903-54f5-a855-1240691d7659"),
        ({"type": "mutex", "name": "__CLEANSWEEP__"}, "f93fe911-e545-5239-b9b0-597840d0c871"),
        ({"type": "domain-name", "value": "example.com"}, "bedb4899-d24b-5401-bc86-8f6b4cc18ec7"),
        ({"type": "autonomous-system", "number": 15139, "rir": "ARIN"}, "3aa27478-50b5-5ab8-9da9-cdc12b657fff"),
        ({"type": "directory", "path": "C:\\Windows\\System32"}, "0a58d0c1-59e6-5afd-8252-dcd3f13e5622"),
    ],
)
def test_observable_ids_are_those_of_the_standards_examples(content: dict[str, object], expected: str) -> None:
    assert observable_id(content) == f"{content['type']}--{expected}"


def test_file_id_takes_one_hash_by_preference() -> None:
    md5, sha = "a" * 32, "b" * 64
    both = observable_id({"type": "file", "hashes": {"SHA-256": sha, "MD5": md5}})
    assert both == observable_id({"type": "file", "hashes": {"MD5": md5}})
    assert both != observable_id({"type": "file", "hashes": {"SHA-256": sha}})


def test_file_id_takes_the_first_unpreferred_hash_by_name() -> None:
    first = observable_id({"type": "file", "hashes": {"TLSH": "b", "SSDEEP": "a"}})
    assert first == observable_id({"type": "file", "hashes": {"SSDEEP": "a"}})


@pytest.mark.parametrize("content", [{"type": "process", "pid": 7}, {"type": "file"}, {"type": "malware"}, {}])
def test_no_contributing_property_gives_no_deterministic_id(content: dict[str, object]) -> None:
    with pytest.raises(InputError) as refusal:
        observable_id(content)
    assert refusal.value.code == "observable-id-undetermined"


def test_contributing_properties_cover_all_observables_and_exist() -> None:
    assert set(ID_CONTRIBUTING) == {name for name, kind in TYPES.items() if kind.category == "sco"}
    for name, properties in ID_CONTRIBUTING.items():
        assert set(properties) <= set(TYPES[name].properties)
