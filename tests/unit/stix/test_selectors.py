from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepakat.stix.selectors import Path, covers, nodes, parse_selector, path_text, resolve, selector_text, value_at

CONTENT: dict[str, Any] = {
    "labels": ["one", "two"],
    "extensions": {"http-request-ext": {"request_method": "get"}},
    "external_references": [{"source_name": "a"}, {"source_name": "b", "url": "https://b.example"}],
}
STEPS = st.lists(
    st.text("abcdefghijklmnopqrstuvwxyz_-0123456789", min_size=1) | st.integers(0, 999), min_size=1, max_size=5
).filter(lambda steps: isinstance(steps[0], str))


@pytest.mark.parametrize(
    ("selector", "path"),
    [
        ("labels", ("labels",)),
        ("labels.[1]", ("labels", 1)),
        ("extensions.http-request-ext.request_method", ("extensions", "http-request-ext", "request_method")),
        ("external_references.[1].url", ("external_references", 1, "url")),
    ],
)
def test_selector_resolves_to_its_path(selector: str, path: Path) -> None:
    assert resolve(CONTENT, selector) == path
    assert selector_text(path) == selector


@pytest.mark.parametrize(
    "selector",
    [
        "",
        ".",
        "labels.",
        ".labels",
        "labels..[0]",
        "[0]",
        "labels[0]",
        "labels.[-1]",
        "labels.[01]",
        "labels.[0",
        "a.[x]",
    ],
)
def test_malformed_selector_is_refused(selector: str) -> None:
    with pytest.raises(ValueError):
        parse_selector(selector)
    assert resolve(CONTENT, selector) is None


@pytest.mark.parametrize(
    "selector", ["name", "labels.[2]", "labels.one", "extensions.[0]", "labels.[0].x", "labels.[9999999]"]
)
def test_selector_to_nothing_resolves_to_none(selector: str) -> None:
    assert resolve(CONTENT, selector) is None


def test_selector_to_null_resolves() -> None:
    assert resolve({"x_empty": None}, "x_empty") == ("x_empty",)


@given(STEPS)
def test_selector_text_is_undone_by_parsing(steps: list[str | int]) -> None:
    assert parse_selector(selector_text(tuple(steps))) == tuple(steps)


@pytest.mark.parametrize("path", [(), ("a.b",), ("a", ""), ("a", "[0]"), (0,)])
def test_path_that_no_selector_can_write_is_refused(path: Path) -> None:
    with pytest.raises(ValueError):
        selector_text(path)
    assert isinstance(path_text(path), str)


def test_paths_name_every_node_parents_first() -> None:
    found = [path for path, _ in nodes(CONTENT)]
    assert found[:4] == [("labels",), ("labels", 0), ("labels", 1), ("extensions",)]
    assert len(found) == 12
    assert all(value_at(CONTENT, path) is not None for path in found)


def test_paths_of_deep_content_need_no_stack() -> None:
    content: dict[str, Any] = {}
    for _ in range(5_000):
        content = {"a": content}
    assert sum(1 for _ in nodes(content)) == 5_000


def test_ancestor_covers_what_lies_below() -> None:
    assert covers(("labels",), ("labels", 0))
    assert covers(("labels",), ("labels",))
    assert not covers(("labels", 0), ("labels",))
    assert not covers(("labels", 1), ("labels", 10))
