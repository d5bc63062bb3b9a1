"""Strict reading of JSON text: what I-JSON (RFC 7493) forbids is found and named, not silently mended.

A parser keeps the last of two equal names and rounds a large number, so that two readers of the same bytes see
different objects; here such bytes are refused. `survey` looks at the bytes without parsing, in windows, so that deep
nesting costs neither stack nor memory; `read_json` parses, fast where all is well; only where something is wrong
does `faults_in` walk the text slowly and name every fault with its place. Nothing here recurses.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, NamedTuple

import orjson

from sepakat.errors import Fault
from sepakat.stix.selectors import path_text

INTEGER_LIMIT = 2**53 - 1

_FLOAT_LIMIT = 2.0**53
_LONGEST_SHORT_NUMBER = 20
_NOT_SURE = object()
_BLANKS = b" \t\r\n"
# Every digit as a nought, and all that a run of digits of a number can follow as a colon: a long run of noughts behind
# a colon then is a long number, or a text that looks like one.
_AS_NOUGHTS = bytes.maketrans(b"123456789,[-.eE+", b"000000000:::::::")
_LONG_NUMBER = b":" + b"0" * 16
_HAS_LONG_NUMBER = re.compile(rb"[0-9]{16}|[0-9][eE]").search
_WINDOW = 1 << 18
_MOST_FAULTS = 100
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "a UTF-8 byte order mark"),
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)


class Survey(NamedTuple):
    """What the bytes show without parsing: the deepest nesting, the number of colons outside strings.

    And whether there is a number long enough, or with an exponent, to be more than a reader may keep.
    """

    depth: int
    colons: int
    has_long_number: bool = False


def read_json(data: bytes, max_depth: int) -> tuple[Any, tuple[Fault, ...]]:
    """The JSON value of the bytes and every fault of the text; the value counts only where there is no fault."""
    for mark, name in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return None, (Fault("document", "UTF-8 without a byte order mark", name),)
    if (value := _quickly_read(data, max_depth)) is not _NOT_SURE:
        return value, ()
    seen = survey(data, max_depth)
    if seen.depth > max_depth:
        return None, (Fault("document", f"at most {max_depth} levels of nesting", "deeper nesting"),)
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        return None, faults_in(data) or (Fault(_place(error.doc, error.pos), "JSON", error.msg),)
    is_doubtful = seen.has_long_number and _has_doubtful_number(value)
    if is_doubtful or survey(orjson.dumps(value), 1 << 16).colons != seen.colons:
        return value, faults_in(data)
    return value, ()


def _quickly_read(data: bytes, max_depth: int) -> Any:
    """The value, if it is sure without a look at every string that the bytes say no more than it; else `_NOT_SURE`.

    Written again with indentation, a value shows its depth by its blanks and its names by what follows them.
    """
    try:
        # The parser refuses what is nested more than a thousand levels deep, without recursion of ours.
        value = orjson.loads(data)
        if b"\n" + b"  " * max_depth in orjson.dumps(value, option=orjson.OPT_INDENT_2):
            return _NOT_SURE
        written = orjson.dumps(value)
    except (orjson.JSONDecodeError, TypeError):
        return _NOT_SURE
    is_as_written = data == written
    compact = data if is_as_written else data.translate(None, _BLANKS)
    if _LONG_NUMBER in (b":" + compact).translate(_AS_NOUGHTS) and _has_doubtful_number(value):
        return _NOT_SURE
    if is_as_written:
        return value
    compact_written = written.translate(None, _BLANKS)
    if compact == compact_written:
        return value
    # Other escapes. A name that ends in a backslash would be counted as the inside of a text, which is subtracted.
    if b'\\\\":' in compact_written:
        return _NOT_SURE
    names = compact_written.count(b'":') - compact_written.count(b'\\":')
    return value if compact.count(b'":') - compact.count(b'\\":') == names else _NOT_SURE


def survey(data: bytes, max_depth: int) -> Survey:
    """Measure nesting and count colons, window by window; stops as soon as it is deeper than `max_depth`."""
    depth = deepest = colons = 0
    has_long_number = False
    tail = b""
    for outside in _outside_strings(data):
        # A number may be cut by the end of a window.
        has_long_number = has_long_number or _HAS_LONG_NUMBER(tail + outside) is not None
        tail = (tail + outside)[-_LONGEST_SHORT_NUMBER:]
        steps = memoryview(outside.translate(_STEPS, _NOT_BRACKETS)).cast("b")
        deepest_here = max(accumulate(steps, initial=depth))
        deepest = max(deepest, deepest_here)
        if deepest > max_depth:
            break
        depth += sum(steps)
        colons += outside.count(b":")
    return Survey(deepest, colons, has_long_number)


def faults_in(data: bytes) -> tuple[Fault, ...]:
    """Every fault of JSON text with its place, up to one hundred; a broken syntax ends the search."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        return (Fault(f"byte {error.start}", "UTF-8", f"byte 0x{data[error.start]:02x}, {error.reason}"),)
    return tuple(_Walk(text).run())


def _outside_strings(data: bytes) -> Iterator[bytes]:
    """What stands outside strings, in windows that never begin behind a lone backslash."""
    start, is_inside, size = 0, False, len(data)
    while start < size:
        window = data[start : start + _WINDOW]
        end = start + len(window)
        if (len(window) - len(window.rstrip(b"\\"))) % 2:
            window += data[end : end + 1]
            end += 1
        if b"\\" in window:
            # Pairs of backslashes first, from the left: what is left before a quote escapes it.
            window = window.replace(b"\\\\", b"").replace(b'\\"', b"")
        pieces = window.split(b'"')
        yield b"".join(pieces[1::2] if is_inside else pieces[0::2])
        is_inside ^= len(pieces) % 2 == 0
        start = end


def _has_doubtful_number(value: Any) -> bool:
    """Whether a number of the parsed value may have been rounded or exceeds I-JSON."""
    stack = [value]
    while stack:
        node = stack.pop()
        kind = type(node)
        if kind is dict:
            stack.extend(node.values())
        elif kind is list:
            stack.extend(node)
        elif (kind is int and not -INTEGER_LIMIT <= node <= INTEGER_LIMIT) or (
            kind is float and not -_FLOAT_LIMIT < node < _FLOAT_LIMIT
        ):
            return True
    return False


def _place(text: str, position: int) -> str:
    line = text.count("\n", 0, position) + 1
    return f"line {line} column {position - text.rfind(chr(10), 0, position)}"


_BLANK = re.compile(r"[ \t\n\r]*+")
_TOKEN = re.compile(
    r'(?P<string>"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*+")'
    r"|(?P<number>-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?)"
    r"|(?P<word>true|false|null)"
    r"|(?P<nonfinite>NaN|-?Infinity)"
    r"|(?P<mark>[\[\]{}:,])"
)


@dataclass(slots=True)
class _Level:
    """One open object or array: the names seen so far, and the name or position that is being read."""

    is_object: bool
    names: set[str] = field(default_factory=set)
    step: str | int = 0


class _Walk:
    """A walk through JSON text with a stack of its own that collects faults."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._levels: list[_Level] = []
        self._faults: list[Fault] = []
        self._is_broken = False

    def run(self) -> list[Fault]:
        expected = "value"
        while expected and len(self._faults) < _MOST_FAULTS:
            self._at = self._skip()
            expected = self._step(expected)
        if not expected and self._skip() < len(self._text) and not self._is_broken:
            self._at = self._skip()
            self._broken("the end of the document")
        return self._faults

    def _skip(self) -> int:
        blank = _BLANK.match(self._text, self._at)
        return blank.end() if blank else self._at

    def _step(self, expected: str) -> str:
        """Read one token; what has to come next, or nothing at the end and after broken syntax."""
        token = _TOKEN.match(self._text, self._at)
        kind = token.lastgroup if token else None
        text = token[0] if token else ""
        if expected in ("value", "value or ]"):
            if text == "]" and expected == "value or ]":
                return self._close(text)
            return self._value(kind, text)
        if expected in ("name", "name or }"):
            if text == "}" and expected == "name or }":
                return self._close(text)
            return self._name(kind, text)
        if expected == "colon":
            return self._take(text, "value") if text == ":" else self._broken("':'")
        return self._after_value(text)

    def _take(self, text: str, following: str) -> str:
        self._at += len(text)
        return following

    def _value(self, kind: str | None, text: str) -> str:
        if kind is None or (kind == "mark" and text not in "[{"):
            return self._broken("a value")
        if kind == "mark":
            self._levels.append(_Level(text == "{"))
            return self._take(text, "name or }" if text == "{" else "value or ]")
        if kind == "string":
            self._string(text)
        elif kind == "number":
            self._number(text)
        elif kind == "nonfinite":
            self._fault("a number or null", text)
        return self._take(text, "end of value" if self._levels else "")

    def _name(self, kind: str | None, text: str) -> str:
        if kind != "string":
            return self._broken("a name in quotes")
        level = self._levels[-1]
        level.step = name = self._string(text)
        if name in level.names:
            self._fault("each name once", f"a second {name[:60]!r} at {_place(self._text, self._at)}")
        level.names.add(name)
        return self._take(text, "colon")

    def _after_value(self, text: str) -> str:
        level = self._levels[-1]
        if text == ",":
            if not level.is_object and isinstance(level.step, int):
                level.step += 1
            return self._take(text, "name" if level.is_object else "value")
        return self._close(text)

    def _close(self, text: str) -> str:
        if text != ("}" if self._levels[-1].is_object else "]"):
            return self._broken("',' or '}'" if self._levels[-1].is_object else "',' or ']'")
        self._levels.pop()
        return self._take(text, "end of value" if self._levels else "")

    def _string(self, token: str) -> str:
        if "\\u" not in token:
            return str(json.loads(token)) if "\\" in token else token[1:-1]
        text = str(json.loads(token))
        try:
            text.encode()
        except UnicodeEncodeError:
            self._fault("whole Unicode characters", f"half a surrogate pair at {_place(self._text, self._at)}")
        return text

    def _number(self, token: str) -> None:
        if "." in token or "e" in token or "E" in token:
            if math.isinf(float(token)):
                self._fault("a number within the range of a double", token[:40])
        elif len(token) > 17 or abs(int(token)) > INTEGER_LIMIT:
            self._fault("an integer between -(2^53 - 1) and 2^53 - 1", token[:40])

    def _fault(self, expected: str, found: str) -> None:
        path = path_text(tuple(level.step for level in self._levels))
        self._faults.append(Fault(path or "document", expected, found))

    def _broken(self, expected: str) -> str:
        self._is_broken = True
        found = repr(self._text[self._at : self._at + 20]) if self._at < len(self._text) else "the end of the document"
        self._faults.append(Fault(_place(self._text, self._at), expected, found))
        return ""
