"""YAML as the agreement language has it: mappings, lists and strings; nothing that means more than it shows.

Every scalar is a string, whatever YAML would make of it. Refused: duplicate keys, anchors, aliases, tags, merge keys,
several documents, more than 256 KiB, deep nesting. Faults carry the path in the document, as those of its values do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import yaml

from sepakat.agreements.value_kinds import UNREADABLE, Reading, worded

LARGEST: Final = 256 * 1024
DEEPEST: Final = 12
_WHOLE: Final = "(document)"


class _Broken(Exception):
    """Reading cannot go on; the fault is noted."""


def read_yaml(text: str | bytes, reading: Reading) -> Any:
    """The document as dicts, lists and strings; parts that cannot be used are UNREADABLE, with their fault noted."""
    if len(text) > LARGEST:
        return reading.fault(_WHOLE, f"at most {LARGEST} bytes", f"{len(text)}")
    try:
        plain = text.decode("utf-8-sig") if isinstance(text, bytes) else text.removeprefix("\ufeff")
        return _read_stream(yaml.parse(plain, Loader=yaml.SafeLoader), reading)
    except UnicodeDecodeError as error:
        return reading.fault(_WHOLE, "text in UTF-8", f"byte {error.object[error.start]:#04x} at {error.start}")
    except yaml.YAMLError as error:
        return reading.fault(_WHOLE, "YAML", _worded_error(error))
    except _Broken:
        return UNREADABLE


def _read_stream(events: Iterator[Any], reading: Reading) -> Any:
    next(events)  # the start of the stream
    first = next(events)
    if not isinstance(first, yaml.DocumentStartEvent):
        return reading.fault(_WHOLE, "a mapping", "an empty document")
    if first.tags or first.version:
        reading.fault(_WHOLE, "no YAML directives", f"a directive on line {_line(first)}")
    raw = _node(next(events), events, "", 0, reading)
    next(events)  # the end of the document
    following = next(events)
    if isinstance(following, yaml.DocumentStartEvent):
        return reading.fault(_WHOLE, "one document", f"a second one on line {_line(following)}")
    return raw


def _node(event: Any, events: Iterator[Any], path: str, depth: int, reading: Reading) -> Any:
    here = path or _WHOLE
    if isinstance(event, yaml.AliasEvent):
        return reading.fault(here, "a value", f"the alias *{worded(event.anchor)} on line {_line(event)}")
    if depth > DEEPEST:
        reading.fault(here, f"at most {DEEPEST} levels", f"more, on line {_line(event)}")
        raise _Broken
    if event.anchor is not None:
        reading.fault(here, "a value without an anchor", f"&{worded(event.anchor)} on line {_line(event)}")
    if event.tag is not None:
        reading.fault(here, "a value without a tag", f"{worded(event.tag)} on line {_line(event)}")
    if isinstance(event, yaml.ScalarEvent):
        return event.value
    if isinstance(event, yaml.SequenceStartEvent):
        return _list(events, path, depth, reading)
    return _mapping(events, path, depth, reading)


def _list(events: Iterator[Any], path: str, depth: int, reading: Reading) -> list[Any]:
    entries: list[Any] = []
    while not isinstance(event := next(events), yaml.SequenceEndEvent):
        entries.append(_node(event, events, f"{path}[{len(entries)}]", depth + 1, reading))
    return entries


def _mapping(events: Iterator[Any], path: str, depth: int, reading: Reading) -> dict[str, Any]:
    entries: dict[str, Any] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        name = _node(event, events, path, depth + 1, reading)
        if not isinstance(name, str):
            if name is not UNREADABLE:
                reading.fault(path or _WHOLE, "keys that are words", f"{worded(name)} as a key on line {_line(event)}")
            name = None
        here = path if name is None else f"{path}.{worded(name)}" if path else worded(name)
        value = _node(next(events), events, here, depth + 1, reading)
        if name in entries:
            reading.fault(here, "each key once", f"again on line {_line(event)}")
        elif name is not None:
            entries[name] = value
    return entries


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _worded_error(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return f"{worded(error.problem)} on line {mark.line + 1}, column {mark.column + 1}"
    return worded(" ".join(str(error).split()))
