"""Shapes of JSON documents, declared once, checked strictly, described for the reference pages.

A shape says which faults a value has, each with its path (`body.objects.[0].id`), what was expected and what was found;
all faults at once, and an unknown key is one. What the values mean together is left to the packages that declare them.
Found values are shown shortened, those of a `Hex` only by their length, since a salt or a hash may be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sepakat.errors import Fault
from sepakat.stix.identifiers import is_stix_id, type_of
from sepakat.stix.instants import format_instant, is_timestamp, parse_instant, version_key

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 64
_SHOWN = 40


class Shape(Protocol):
    """What a value must look like."""

    @property
    def words(self) -> str:
        """The shape in a few words, for faults and reference pages."""

    def faults(self, value: object, path: str) -> Iterator[Fault]:
        """Everything that is wrong with `value`, which stands at `path`."""


def found(value: object) -> str:
    """A value as a fault shows it: short, on one line."""
    if isinstance(value, str):
        text = value if len(value) <= _SHOWN else value[:_SHOWN] + "..."
        return '"' + "".join(c if c.isprintable() else "?" for c in text) + '"'
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | float):
        return "a number of many digits" if isinstance(value, int) and value.bit_length() > 100 else str(value)
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    return "an object" if isinstance(value, Mapping) else type(value).__name__


def join(path: str, step: str | int) -> str:
    """The path of a member or list item, in the form of STIX selectors."""
    part = f"[{step}]" if isinstance(step, int) else step if step.isprintable() and len(step) <= 80 else "?"
    return f"{path}.{part}" if path else part


@dataclass(frozen=True, slots=True)
class Text:
    """Text of 1 to `most` characters that matches `pattern`, if there is one."""

    words: str = "text"
    pattern: str | None = None
    most: int = 10_000

    def faults(self, value: object, path: str) -> Iterator[Fault]:
        if not isinstance(value, str) or not value or len(value) > self.most:
            yield Fault(path, f"{self.words} of 1 to {self.most} characters", found(value))
        elif self.pattern is not None and re.fullmatch(self.pattern, value) is None:
            yield Fault(path, self.words, found(value))


@dataclass(frozen=True, slots=True)
class Hex:
    """Lower-case hexadecimal of a number of bytes."""

    words: str
    least: int
    most: int

    def faults(self, value: object, path: str) -> Iterator[Fault]:
        if not isinstance(value, str):
            yield Fault(path, self.words, found(value))
        elif re.fullmatch(f"(?:[0-9a-f]{{2}}){{{self.least},{self.most}}}", value) is None:
            yield Fault(path, self.words, f"{len(value)} characters that are not that")


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number between two bounds."""

    least: int = 0
    most: int = MAX_INTEGER

    @property
    def words(self) -> str:
        return f"a whole number from {self.least}" + ("" if self.most == MAX_INTEGER else f" to {self.most}")

    def faults(self, value: object, path: str) -> Iterator[Fault]:
        if type(value) is not int or not self.least <= value <= self.most:
            yield Fault(path, self.words, found(value))


@dataclass(frozen=True, slots=True)
class Number:
    """A number, whole or not, between two bounds."""

    least: float = -float(MAX_INTEGER)
    most: float = float(MAX_INTEGER)
    words: str = "a number"

    def faults(self, value: object, path: str) -> Iterator[Fault]:
        # Not `not (a or b)`: a NaN is neither below nor above a bound, and must be refused.
        if isinstance(value, bool) or not isinstance(value, int | float) or not self.least <= value <= self.most:
            yield Fault(path, self.words, found(value))


@dataclass(frozen=True, slots=True)
class Flag:
    """true or false; only one of them when `only` says so."""

    only: bool | None = None

    @property
    def words(self) -> str:
        return "true or false" if self.only is None else found(self.only)

    def faults(self, value: object, path: str) -> Iterator[Fault]:
        if not isinstance(value, bool) or (self.only is not None and value is not self.only):
            yield Fault(path, self.words, found(value))


@dataclass(frozen=True, slots=True)
class OneOf:
    """One word of a closed list."""

    choices: tuple[str, ...]

    @property
    def words(self) -> str:
        return "one of " + ", ".join(self.choices) if len(self.choices) > 1 else f'"{self.choices[0]}"'

    def faults(self, value: object, path: str) -> Iterator[Fault]:
        if not isinstance(value, str) or value not in self.choices:
            yield Fault(path, self.words, found(value))


@dataclass(frozen=True, slots=True)
class Instant:
    """An instant of UTC in one text form: `YYYY-MM-DDThh:mm:ss.ffffffZ`."""

    words: str = "an instant like 2014-10-14T09:30:00.000000Z"

    def faults(self, value: object, path: str) -> Iterator[Fault]:
        if not isinstance(value, str) or read_instant(value) is None:
            yield Fault(path, self.words, found(value))


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A STIX timestamp with any number of digits, kept as it was given."""

    words: str = "a timestamp like 2014-10-14T09:30:00Z"

    def faults(self, value: object, path: str) -> Iterator[Fault]:
        if not is_timestamp(value):
            yield Fault(path, self.words, found(value))


@dataclass(frozen=True, slots=True)
class VersionKey:
    """A version key as `StixObject.version` gives it: empty for what has no versions."""

    words: str = "a version key like 2014-10-14T09:30:00.000000, or empty text for what has no versions"

    def faults(self, value: object, path: str) -> Iterator[Fault]:
        if not isinstance(value, str) or (value and not _is_version_key(value)):
            yield Fault(path, self.words, found(value))


@dataclass(frozen=True, slots=True)
class StixIdText:
    """An id of a STIX object, of one type when `type_name` says so."""

    type_name: str | None = None

    @property
    def words(self) -> str:
        return f"a STIX id ({self.type_name or 'type'}--UUID)"

    def faults(self, value: object, path: str) -> Iterator[Fault]:
        if not is_stix_id(value) or (self.type_name is not None and type_of(str(value)) != self.type_name):
            yield Fault(path, self.words, found(value))


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of values of one shape, with bounds on how many and, if `distinct`, no value twice."""

    item: Shape
    least: int = 0
    most: int = 10_000
    distinct: bool = False

    @property
    def words(self) -> str:
        return f"a list of {self.least} to {self.most}, each {self.item.words}" + (", none twice" * self.distinct)

    def faults(self, value: object, path: str) -> Iterator[Fault]:
        if not isinstance(value, list) or not self.least <= len(value) <= self.most:
            yield Fault(path, f"a list of {self.least} to {self.most}", found(value))
            return
        seen: set[str] = set()
        for index, item in enumerate(value):
            yield from self.item.faults(item, join(path, index))
            if self.distinct and isinstance(item, str):
                if item in seen:
                    yield Fault(join(path, index), "no value twice", found(item))
                seen.add(item)


@dataclass(frozen=True, slots=True)
class AnyObject:
    """A JSON object that somebody else checks: here only its size in members."""

    words: str = "an object"

    def faults(self, value: object, path: str) -> Iterator[Fault]:
        if not isinstance(value, Mapping) or not value:
            yield Fault(path, self.words, found(value))


@dataclass(frozen=True, slots=True)
class Field:
    """One member of a record: its shape, what it means, whether it may be absent."""

    shape: Shape
    about: str
    optional: bool = False


Rule = Callable[[Mapping[str, Any], str], Iterator[Fault]]
"""What members must be together; only asked when each is right by itself."""


@dataclass(frozen=True, slots=True)
class Record:
    """A JSON object with known members and nothing else."""

    fields: Mapping[str, Field]
    rules: tuple[Rule, ...] = field(default=())

    @property
    def words(self) -> str:
        return "an object of " + ", ".join(f"{n} (optional)" if f.optional else n for n, f in self.fields.items())

    def faults(self, value: object, path: str) -> Iterator[Fault]:
        if not isinstance(value, Mapping):
            yield Fault(path, "an object", found(value))
            return
        mine = list(self._member_faults(value, path))
        yield from mine
        if not mine:
            for rule in self.rules:
                yield from rule(value, path)

    def _member_faults(self, value: Mapping[Any, Any], path: str) -> Iterator[Fault]:
        for name, member in self.fields.items():
            if name in value:
                yield from member.shape.faults(value[name], join(path, name))
            elif not member.optional:
                yield Fault(join(path, name), member.shape.words, "nothing")
        for name in value:
            if name not in self.fields:
                yield Fault(join(path, str(name)), "no such key", found(value[name]))


@dataclass(frozen=True, slots=True)
class Nullable:
    """A shape, or null."""

    shape: Shape

    @property
    def words(self) -> str:
        return f"{self.shape.words}, or null"

    def faults(self, value: object, path: str) -> Iterator[Fault]:
        if value is not None:
            yield from self.shape.faults(value, path)


def json_faults(value: object, path: str = "", depth: int = 0) -> Iterator[Fault]:
    """What keeps a value from having a canonical form (RFC 8785): numbers, text or nesting outside I-JSON."""
    if depth == 0 and _is_plain_json(value):
        return
    if depth > MAX_DEPTH:
        yield Fault(path, f"at most {MAX_DEPTH} levels", "more")
    elif isinstance(value, str):
        if any("\ud800" <= c <= "\udfff" for c in value):
            yield Fault(path, "Unicode text", "half of a surrogate pair")
    elif value is None or isinstance(value, bool):
        return
    elif isinstance(value, int | float):
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            yield Fault(path, "a number within 2^53", found(value))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from json_faults(item, join(path, index), depth + 1)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str) or any("\ud800" <= c <= "\udfff" for c in key):
                yield Fault(path, "keys of Unicode text", found(key))
            else:
                yield from json_faults(item, join(path, key), depth + 1)
    else:
        yield Fault(path, "a JSON value", found(value))


def _is_plain_json(value: object) -> bool:
    """Whether a value is surely free of faults; one that is not is looked at again, place by place."""
    stack: list[tuple[Any, int]] = [(value, 0)]
    while stack:
        node, depth = stack.pop()
        kind = type(node)
        if kind is str:
            if not (node.isascii() or _is_unicode(node)):
                return False
        elif kind is int:
            if not -MAX_INTEGER <= node <= MAX_INTEGER:
                return False
        elif kind is dict or kind is list:
            if depth >= MAX_DEPTH or (kind is dict and not all(type(key) is str for key in node)):
                return False
            children = node if kind is list else (*node, *node.values())
            stack.extend((child, depth + 1) for child in children)
        elif node is not None and kind is not bool:
            return False
    return True


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def read_instant(text: str) -> datetime | None:
    """The instant that `instant_text` writes like this; None for any other text."""
    try:
        at = parse_instant(text)
    except ValueError:
        return None
    return at if instant_text(at) == text else None


def instant_text(at: datetime) -> str:
    """An aware instant in the one form that hashes and signatures cover: UTC, six digits, Z."""
    return format_instant(at, 6)


def _is_version_key(text: str) -> bool:
    return is_timestamp(f"{text}Z") and version_key(f"{text}Z") == text


PARTY = Text("a party id of lower-case letters, digits and single hyphens", r"[a-z0-9]+(?:-[a-z0-9]+)*", 64)
NAME = Text("an id of letters, digits, dot, hyphen or underscore", r"[A-Za-z0-9][A-Za-z0-9._-]*", 128)
STIX_ID = StixIdText()
VERSION = VersionKey()
HASH = Hex("a SHA-256 in 64 hexadecimal digits", 32, 32)
