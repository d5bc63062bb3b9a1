"""What an object cannot do without, by the tables of STIX 2.1: required, id-contributing, groups, lists summed up."""

from __future__ import annotations

from typing import Any

import pytest

from sepakat.release.versions import Edge
from sepakat.release.vital import contributing_names, groups_of, is_needed, is_summed_up, is_vital, required_names
from sepakat.stix.identifiers import StixId
from sepakat.stix.references import Strength
from sepakat.stix.selectors import Path
from tests.unit.release.small import malware

TARGET = StixId(malware()["id"])
COUNT: Path = ("count",)
LISTED: Path = ("observed_data_refs",)
SUMS = ((COUNT, LISTED),)


@pytest.mark.parametrize(
    ("kind", "names", "groups"),
    [
        ("malware", ["name"], []),
        ("location", ["region", "country", "latitude", "longitude"], [("region", "country", "latitude")]),
        ("location", ["name", "country"], [("country",)]),
        ("location", ["name"], []),
        ("process", ["type", "id", "pid", "cwd"], [("pid", "cwd")]),
        ("process", ["type", "id", "defanged"], []),
        ("malware", ["type", "id", "pid", "cwd"], []),
    ],
)
def test_one_of_each_group_that_is_there_must_remain(kind: str, names: list[str], groups: list[Any]) -> None:
    assert list(groups_of(kind, dict.fromkeys(names))) == groups


@pytest.mark.parametrize(
    ("kind", "names", "contributing"),
    [
        ("file", ["name", "size", "hashes"], {"name", "hashes"}),
        ("file", ["size"], set()),
        ("malware", ["name", "value"], set()),
        ("ipv4-addr", ["value", "name"], {"value"}),
    ],
)
def test_properties_that_make_up_the_id_are_those_of_the_standard_that_are_there(
    kind: str, names: list[str], contributing: set[str]
) -> None:
    assert contributing_names(kind, dict.fromkeys(names)) == contributing


@pytest.mark.parametrize(
    ("kind", "content", "required"),
    [
        ("tool", {"name": "t", "description": "d"}, {"name"}),
        ("tool", {"description": "d"}, set()),
        ("x-custom", {"created": "", "modified": "", "name": "n"}, {"created", "modified"}),
        ("malware", {"is_family": False, "name": "m"}, {"is_family"}),
        ("malware", {"is_family": True, "name": "m"}, {"is_family", "name"}),
        ("malware", {"is_family": True}, {"is_family"}),
        ("malware", {"is_family": 1, "name": "m"}, {"is_family"}),
        ("x-custom", {"is_family": True, "name": "n"}, set()),
    ],
)
def test_required_properties_are_those_of_the_standard_that_are_there(
    kind: str, content: dict[str, Any], required: set[str]
) -> None:
    assert required_names(kind, content) == required


@pytest.mark.parametrize(
    ("path", "lost"),
    [
        (("needed",), True),
        (("needed", 0), False),
        (("makes id",), True),
        (("makes id", "MD5"), True),
        (("object_marking_refs", 0), True),
        (("granular_markings",), True),
        (("granular_markings", 0, "selectors", 0), True),
        (("other",), False),
        (("other", "needed"), False),
        (("other", "makes id"), False),
        (("other", "object_marking_refs"), False),
    ],
)
def test_object_is_lost_with_a_required_node_with_its_id_and_with_its_markings(path: Path, lost: bool) -> None:
    assert is_vital(path, (), {"needed"}, {"makes id"}) is lost
    assert is_vital(path, SUMS, {"needed"}, {"makes id"}) is lost


@pytest.mark.parametrize(
    ("path", "required", "lost"),
    [
        (LISTED, {"count"}, True),
        ((*LISTED, 0), {"count"}, True),
        (LISTED, {"other"}, False),
        (LISTED, {"observed_data_refs"}, False),
        (("other",), {"count"}, False),
        (("other", "observed_data_refs"), {"count"}, False),
    ],
)
def test_nothing_can_be_cut_of_a_list_that_a_required_value_sums_up(path: Path, required: set[str], lost: bool) -> None:
    assert is_summed_up(path, SUMS, required) is lost
    assert not is_summed_up(path, (), required)


def test_list_inside_something_is_summed_up_with_all_that_it_lies_in() -> None:
    nested: Path = ("container", "listed")
    assert is_summed_up(("container",), ((COUNT, nested),), {"count"})
    assert is_summed_up(nested, ((COUNT, nested),), {"count"})
    assert not is_summed_up(("container", "other"), ((COUNT, nested),), {"count"})


def test_value_deeper_down_is_not_a_required_one() -> None:
    assert not is_summed_up(LISTED, ((("count", "deeper"), LISTED),), {"count"})
    assert not is_summed_up(LISTED, ((("within", "count"), LISTED),), {"count"})


def test_summed_up_list_is_vital() -> None:
    assert is_vital(LISTED, SUMS, {"count"}, ())
    assert not is_vital(LISTED, (), {"count"}, ())


@pytest.mark.parametrize(
    ("path", "strength", "needed"),
    [
        (("any",), "required", True),
        (("any", 0), "required", True),
        (("any",), "optional", False),
        (("makes id",), "optional", True),
        (("makes id", 0), "optional-item", True),
        (("needed",), "optional", False),
        (("needed",), "embedded", True),
        (("needed", 0), "embedded", False),
        (("other",), "embedded", False),
        (("needed", 0), "required-item", False),
        (("other", "makes id"), "embedded", False),
    ],
)
def test_object_is_lost_with_what_it_names_where_it_must(path: Path, strength: Strength, needed: bool) -> None:
    assert is_needed(Edge(path, TARGET, strength), {"needed"}, {"makes id"}) is needed
