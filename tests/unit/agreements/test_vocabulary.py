from __future__ import annotations

import pytest

from sepakat.agreements.value_kinds import UNREADABLE, Group, Groups, Reading
from sepakat.agreements.vocabulary import CHILDREN, KEYS, LANGUAGE, Key, Status, is_agreement_id, is_party_id, is_topic


def test_no_key_stands_twice() -> None:
    paths = [key.path for key in KEYS]
    assert len(set(paths)) == len(paths)


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.path)
def test_every_key_says_what_it_means_and_what_its_absence_means(key: Key) -> None:
    assert key.meaning.endswith(".")
    assert bool(key.absent_means) is not key.is_required


@pytest.mark.parametrize("key", [key for key in KEYS if not key.is_required], ids=lambda key: key.path)
def test_what_absence_means_is_a_value_of_the_key(key: Key) -> None:
    reading = Reading(scalars_are_text=False)
    assert key.kind.read(key.absent, key.path, reading) is not UNREADABLE
    assert reading.faults == []


def test_every_mapping_has_keys_and_every_key_a_mapping() -> None:
    groups = {key.path for key in KEYS if isinstance(key.kind, Group | Groups)}
    assert {key.parent for key in KEYS} == {"", *groups} == set(CHILDREN)


def test_what_is_carried_and_what_is_refused() -> None:
    carried = {key.path.split(".")[0] for key in KEYS if key.status is Status.CARRIED}
    assert carried == {"use", "purpose", "basis", "title"}
    assert {key.path for key in KEYS if key.status is Status.REFUSED} == {"match", "share[].ceiling.classification"}


@pytest.mark.parametrize("text", ["us", "cert-nl", "7th", "a", "x" * 64])
def test_a_party_id(text: str) -> None:
    assert is_party_id(text)


@pytest.mark.parametrize(
    "text", ["", "US", "-us", "us-", "u--s", "u_s", "u s", "x" * 65, "any", "none", "null", "ü", "us\n"]
)
def test_no_party_id(text: str) -> None:
    assert not is_party_id(text)


@pytest.mark.parametrize("text", ["us-ru-ct-2014", "a", "v1.2_x", "x" * 128])
def test_an_agreement_id(text: str) -> None:
    assert is_agreement_id(text)


@pytest.mark.parametrize("text", ["", "A", ".a", "a.", "a b", "a/b", "x" * 129, "a\n"])
def test_no_agreement_id(text: str) -> None:
    assert not is_agreement_id(text)


@pytest.mark.parametrize("text", ["terrorism", "terrorism/isis", "a/b/c/d/e/f/g/h", "7-eleven", "x" * 128])
def test_a_topic(text: str) -> None:
    assert is_topic(text)


@pytest.mark.parametrize(
    "text", ["", "/", "a/", "/a", "a//b", "a/b/c/d/e/f/g/h/i", "A", "a--b", "a b", "x" * 129, "a\n"]
)
def test_no_topic(text: str) -> None:
    assert not is_topic(text)


H64 = "0" * 64


@pytest.mark.parametrize(
    ("path", "accepted", "refused"),
    [
        ("sepakat", [1], [0, 2]),
        ("version", [1, 1_000_000], [0, 1_000_001]),
        ("supersedes", [None, H64], ["0" * 63, "0" * 65, "x" * 64]),
        ("title", ["x" * 200], ["x" * 201]),
        ("purpose", [["a" * 64], ["counter-terrorism"]], [["a" * 65], ["-a"]]),
        ("basis.text", ["x" * 500, None], ["x" * 501]),
        ("basis.reference", ["x" * 500, None], ["x" * 501]),
        ("share[].id", ["S1", "S" * 32], ["S" * 33, "1S"]),
        ("share[].topics.any", [["a" * 128]], [["a" * 129]]),
        ("share[].minimum.credibility", [1, 5, "any"], [0, 6]),
        ("share[].fields.deny", [["name", "a.[0].b"]], [["A"], [""]]),
        ("share[].fields.external_references", [["x" * 200], ["x"]], [["x" * 201], [""], ["a\nb"]]),
        ("share[].persons.retention", ["P6M"], ["x"]),
    ],
)
def test_values_of_a_key_are_accepted_to_their_limits(path: str, accepted: list[object], refused: list[object]) -> None:
    (key,) = (key for key in KEYS if key.path == path)
    for values, is_accepted in ((accepted, True), (refused, False)):
        for value in values:
            reading = Reading(scalars_are_text=False)
            assert (key.kind.read(value, path, reading) is not UNREADABLE) is is_accepted, value


def test_region_spelt_otherwise_is_advised() -> None:
    reading = Reading(scalars_are_text=False)
    (key,) = (key for key in KEYS if key.path == "share[].regions.any")
    assert key.kind.read(["Iraq", "Narnia"], "regions", reading) is UNREADABLE
    assert [fault.found for fault in reading.faults] == ["Iraq (write IQ)", "Narnia"]


def test_language_of_agreements_is_the_first() -> None:
    assert LANGUAGE == 1


@pytest.mark.parametrize(
    ("path", "name", "parent"), [("id", "id", ""), ("window.from", "from", "window"), ("share[].id", "id", "share[]")]
)
def test_key_has_a_name_in_its_mapping(path: str, name: str, parent: str) -> None:
    (key,) = (key for key in KEYS if key.path == path)
    assert (key.name, key.parent) == (name, parent)
