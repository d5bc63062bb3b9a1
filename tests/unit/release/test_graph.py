from __future__ import annotations

from sepakat.release.graph import components


def found(edges: dict[str, str]) -> list[set[str]]:
    return [set(members) for members in components(edges, lambda node: edges.get(node, ""))]


def test_component_comes_after_what_it_points_to() -> None:
    assert found({"a": "b", "b": "c", "c": ""}) == [{"c"}, {"b"}, {"a"}]


def test_circle_is_one_component() -> None:
    assert found({"a": "b", "b": "ca", "c": ""}) == [{"c"}, {"a", "b"}]


def test_two_circles_that_touch_are_one_component() -> None:
    assert found({"a": "b", "b": "ac", "c": "b"}) == [{"a", "b", "c"}]


def test_node_that_points_to_itself_is_alone() -> None:
    assert found({"a": "a", "b": "a"}) == [{"a"}, {"b"}]


def test_long_chain_does_not_recurse() -> None:
    size = 50_000
    chain = components(range(size), lambda node: [node + 1] if node + 1 < size else [])
    assert [members[0] for members in chain] == list(range(size))[::-1]
