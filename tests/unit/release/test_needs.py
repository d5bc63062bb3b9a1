"""What a version cannot lose without being lost, as conditions on its restricted nodes and references."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sepakat.release.needs import fill_needs, vital_paths
from sepakat.release.object_facts import parts_of
from sepakat.release.question import NO_POLICY
from sepakat.release.versions import Edge, Need, Unit, Version
from sepakat.stix.selectors import Path
from tests.unit.release.small import held, malware, observable, stix

ONE, TWO = malware("one"), malware("two")


def made(content: Mapping[str, Any], *restricted: tuple[Path, int], ties: tuple[tuple[str, str], ...] = ()) -> Version:
    """A version with these restricted nodes, its conditions filled in."""
    version = held(content)
    parts = parts_of(version.object)
    found = Version(version, version.object.version_ref, version.object.id, version.object.type, NO_POLICY)
    found.units = tuple(Unit(path, slots) for path, slots in restricted)
    found.cut_within = frozenset(str(path[0]) for path, _ in restricted if len(path) > 1)
    found.edges = tuple(edge for connection in parts.connections for edge in connection.edges)
    found.ties = ties or parts.ties
    found.aggregates = parts.aggregates
    fill_needs(found, parts)
    return found


def note(*targets: Mapping[str, Any], **content: Any) -> dict[str, Any]:
    return stix("note", "n", tlp=None, content="c", object_refs=[target["id"] for target in targets], **content)


def item(place: int, target: Mapping[str, Any]) -> Edge:
    return Edge(("object_refs", place), target["id"], "required-item")


def translation(**contents: Mapping[str, str]) -> dict[str, Any]:
    return stix("language-content", "l", tlp=None, object_ref=ONE["id"], contents=contents)


def location(**content: Any) -> dict[str, Any]:
    return stix("location", "l", tlp=None, name="somewhere", **content)


def test_one_reference_of_a_required_list_must_remain() -> None:
    items = [Need("object_refs", edges=(item(place, target),)) for place, target in enumerate((ONE, TWO))]
    assert made(note(ONE, TWO)).needs == (Need("object_refs", children=tuple(items)),)


def test_item_of_a_list_remains_where_it_is_readable_and_what_it_names_is_in() -> None:
    items = (Need("object_refs", (0b10,), (item(0, ONE),)), Need("object_refs", (), (item(1, TWO),)))
    assert made(note(ONE, TWO), (("object_refs", 0), 0b10)).needs == (Need("object_refs", children=items),)


def test_what_restricts_a_required_property_itself_is_asked_elsewhere() -> None:
    version = made(note(ONE), (("object_refs",), 0b10), (("content",), 0b01))
    assert version.needs == (Need("object_refs", children=(Need("object_refs", (), (item(0, ONE),)),)),)


def test_something_always_remains_beside_what_nothing_restricts() -> None:
    version = made(translation(fr={"name": "a"}, de={"name": "b"}), (("contents", "fr"), 0b1))
    assert version.needs == (Need("contents"),)


def test_of_nested_parts_one_must_remain_with_all_that_it_lies_in() -> None:
    parts: list[tuple[Path, int]] = [
        (("contents", "fr"), 0b100),
        (("contents", "fr", "name"), 0b001),
        (("contents", "fr", "description"), 0b010),
        (("contents", "de"), 0b111),
    ]
    french = Need("contents", (0b100,), children=(Need("contents", (0b001,)), Need("contents", (0b010,))))
    version = made(translation(fr={"name": "a", "description": "d"}, de={"name": "b"}), *parts)
    assert version.needs == (Need("contents", children=(french, Need("contents", (0b111,)))),)
    lacking = made(translation(fr={"name": "a", "description": "d"}, de={"name": "b"}), parts[1], parts[3])
    assert lacking.needs == (Need("contents", children=(Need("contents"), Need("contents", (0b111,)))),)


def test_references_inside_a_nested_part_count_with_it() -> None:
    told = translation(fr={"name": f"see {TWO['id']}"})
    edge = Edge(("contents", "fr", "name"), TWO["id"], "embedded")
    french = Need("contents", children=(Need("contents", edges=(edge,)),))
    assert made(told).needs == (Need("contents", children=(french,)),)


def test_what_lies_elsewhere_does_not_count_however_deep_it_is() -> None:
    told = note(ONE, external_references=[{"source_name": "s", "description": f"see {TWO['id']}"}])
    assert made(told, (("external_references", 0, "description"), 0b1)).needs == (
        Need("object_refs", children=(Need("object_refs", (), (item(0, ONE),)),)),
    )
    pair = location(region="africa", country="KE", x_one=ONE["id"])
    region = Need("region", besides=(Need("region", (0b01,)),))
    country = Need("country", besides=(Need("country", (0b10,)),))
    version = made(pair, (("region",), 0b01), (("country",), 0b10))
    assert version.needs == (Need("region or country", children=(region, country)),)


def test_part_of_what_is_not_required_may_vanish() -> None:
    assert made(malware(tlp=None, aliases=["a"]), (("aliases", 0), 0b1)).needs == ()
    traffic = observable("network-traffic", "t", tlp=None, protocols=["tcp"], src_ref=ONE["id"], dst_ref=TWO["id"])
    names = {need.about for need in made(traffic, (("protocols", 0), 0b1)).needs}
    assert names == {"src_ref or dst_ref"}


def test_object_without_parts_and_groups_needs_nothing() -> None:
    assert made(malware(tlp=None), (("name",), 0b1)).needs == ()


@pytest.mark.parametrize("restricted", [("region",), ("country",)])
def test_group_needs_nothing_where_one_of_it_is_not_restricted(restricted: Path) -> None:
    assert made(location(region="africa", country="KE"), (restricted, 0b1)).needs == ()


def test_one_of_a_group_must_remain_where_all_of_it_is_restricted() -> None:
    version = made(location(region="africa", country="KE"), (("region",), 0b01), (("country",), 0b10))
    region = Need("region", besides=(Need("region", (0b01,)),))
    country = Need("country", besides=(Need("country", (0b10,)),))
    assert version.needs == (Need("region or country", children=(region, country)),)


def test_property_of_a_group_remains_only_with_what_it_may_not_stand_without() -> None:
    version = made(location(latitude=1.0, longitude=2.0), (("longitude",), 0b10))
    latitude = Need("latitude", besides=(Need("longitude", (0b10,)),))
    assert version.needs == (Need("latitude", children=(latitude,)),)


@pytest.mark.parametrize(
    ("ties", "with_it"),
    [
        ((("region", "a"), ("a", "b"), ("b", "region")), ("a", "b", "region")),
        ((("a", "b"), ("region", "a")), ("a", "b", "region")),
        ((("a", "region"), ("b", "a")), ("region",)),
    ],
)
def test_ties_are_followed_over_any_number_of_steps_in_their_direction(
    ties: tuple[tuple[str, str], ...], with_it: tuple[str, ...]
) -> None:
    content = location(region="africa", a="a", b="b")
    version = made(content, (("region",), 0b001), (("a",), 0b010), (("b",), 0b100), ties=ties)
    slots = {"region": 0b001, "a": 0b010, "b": 0b100}
    region = Need("region", besides=tuple(Need(name, (slots[name],)) for name in with_it))
    assert version.needs == (Need("region", children=(region,)),)


def test_vital_are_the_restricted_nodes_without_which_the_object_is_nothing() -> None:
    version = made(note(ONE, abstract="a"), (("content",), 1), (("abstract",), 1), (("object_refs", 0), 1))
    assert vital_paths(version) == {("content",)}
    address = observable("ipv4-addr", "i", tlp=None, value="192.0.2.1", resolves_to_refs=[ONE["id"]])
    assert vital_paths(made(address, (("value",), 1), (("resolves_to_refs",), 1))) == {("value",)}
    seen = {"first_observed": "2026-01-01T00:00:00Z", "last_observed": "2026-01-01T00:00:00Z", "number_observed": 1}
    observed = stix("observed-data", "o", tlp=None, object_refs=[ONE["id"]], **seen)
    assert vital_paths(made(observed, (("object_refs", 0), 1))) == {("object_refs", 0)}
