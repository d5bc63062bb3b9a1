"""Selectors of granular markings, and the paths they stand for.

A path is the sequence of property names and list positions from the object down to a node; a selector is its text,
`extensions.http-request-ext.request_header` or `external_references.[1].url` (STIX 2.1 section 7.2.3.1). Decides
only where a selector points; what a marking there means is left to others. A name that contains a dot has a path but
no selector, so nothing can be marked there by mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

Path: TypeAlias = tuple[str | int, ...]

_POSITION = re.compile(r"\[(0|[1-9][0-9]{0,8})\]").fullmatch
_MISSING = object()


def parse_selector(text: str) -> Path:
    """The path that a selector names.

    Raises:
        ValueError: empty, or with an empty step, or beginning with a list position.
    """
    steps: list[str | int] = []
    for step in text.split("."):
        position = _POSITION(step)
        if position is not None:
            steps.append(int(position[1]))
        elif step and "[" not in step and "]" not in step:
            steps.append(step)
        else:
            raise ValueError(f"not a selector: {text[:100]!r}")
    if isinstance(steps[0], int):
        raise ValueError(f"a selector begins with a property: {text[:100]!r}")
    return tuple(steps)


def selector_text(path: Path) -> str:
    """The selector of a path.

    Raises:
        ValueError: the path is empty or has a name that a selector cannot write.
    """
    text = path_text(path)
    if parse_selector(text) != path:
        raise ValueError(f"no selector can name the path {path!r}")
    return text


def path_text(path: Path) -> str:
    """A path in the form of a selector, for messages: never refuses, and need not be unambiguous."""
    return ".".join(f"[{step}]" if isinstance(step, int) else step for step in path)


def value_at(content: Any, path: Path, default: Any = None) -> Any:
    """The value that a path leads to, or `default` where it leads nowhere."""
    node = content
    for step in path:
        node = _child(node, step)
        if node is _MISSING:
            return default
    return node


def resolve(content: Mapping[str, Any], selector: str) -> Path | None:
    """The path of the existing node that a selector names, or None for one that names nothing."""
    try:
        path = parse_selector(selector)
    except ValueError:
        return None
    return None if value_at(content, path, _MISSING) is _MISSING else path


def nodes(content: Any) -> Iterator[tuple[Path, Any]]:
    """Every node below the object with its path, parents before children, in the order of the text."""
    stack: list[Iterator[tuple[Path, Any]]] = [_children((), content)]
    while stack:
        for path, value in stack[-1]:
            yield path, value
            if isinstance(value, Mapping | list | tuple):
                stack.append(_children(path, value))
                break
        else:
            stack.pop()


def covers(ancestor: Path, path: Path) -> bool:
    """Whether the first path is the second or lies above it."""
    return path[: len(ancestor)] == ancestor


def _children(path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, Mapping):
        return _named(path, value)
    if isinstance(value, list | tuple):
        return _positioned(path, value)
    return iter(())


def _named(path: Path, value: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    for name, child in value.items():
        yield (*path, name), child


def _positioned(path: Path, value: list[Any] | tuple[Any, ...]) -> Iterator[tuple[Path, Any]]:
    for position, child in enumerate(value):
        yield (*path, position), child


def _child(node: Any, step: str | int) -> Any:
    if isinstance(step, int):
        return node[step] if isinstance(node, list | tuple) and 0 <= step < len(node) else _MISSING
    return node.get(step, _MISSING) if isinstance(node, Mapping) else _MISSING
