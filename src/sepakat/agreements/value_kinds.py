"""The kinds of value that a key of the agreement language can have: how each is read, and what it says it expects.

A value comes either from YAML, where every scalar is a string, or from the canonical JSON form, where it is typed.
`read` gives the canonical JSON value in both cases, or notes faults and gives `UNREADABLE`. Sets come out sorted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Protocol

from sepakat.agreements.terms import Duration
from sepakat.errors import Fault
from sepakat.stix.instants import format_instant, parse_instant

NOT_SUPPORTED: Final = "not supported yet"
UNREADABLE: Final = object()
LONGEST_LIST: Final = 1000
_LONGEST_FOUND = 60
# In a list these would be names of nothing, and whoever writes them means something else.
_WORDS_ALONE: Final = frozenset({"any", "none", "null"})

_DURATION = re.compile(
    r"P(?:([0-9]{1,5})Y)?(?:([0-9]{1,5})M)?(?:([0-9]{1,5})W)?(?:([0-9]{1,6})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,7})H)?(?:([0-9]{1,8})M)?(?:([0-9]{1,9})S)?)?"
).fullmatch
_LONGEST_DURATION = timedelta(days=36525)
_MONTHS_IN_A_CENTURY = 1200
# Controls, line separators, what changes the direction of the text around it, and what is no character at all.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")


def is_plain_text(text: str) -> bool:
    """Whether a text shows what it is: no control characters, nothing that reorders what stands beside it."""
    return _CONTROL.search(text) is None


def worded(value: Any) -> str:
    """A found value in few words, safe to print: its kind where it is no scalar, else the value itself, cut short."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Mapping():
            return "a mapping"
        case list() | tuple():
            return "a list" if value else "an empty list"
        case "":
            return "an empty value"
    try:
        text = str(value)
    except ValueError:  # an integer of thousands of digits has no text
        return "a very long number"
    text = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text[: _LONGEST_FOUND + 1])
    return text if len(text) <= _LONGEST_FOUND else f"{text[: _LONGEST_FOUND - 1]}\N{HORIZONTAL ELLIPSIS}"


def parse_duration(text: str) -> Duration:
    """Read an ISO 8601 duration of whole numbers, up to a hundred years.

    Raises:
        ValueError: the text is no such duration.
    """
    match = _DURATION(text)
    if match is None or not any(part is not None for part in match.groups()):
        raise ValueError(f"not a duration such as P180D or PT5M: {worded(text)}")
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    calendar_months = years * 12 + months
    if length > _LONGEST_DURATION or calendar_months > _MONTHS_IN_A_CENTURY:
        raise ValueError(f"longer than a hundred years: {worded(text)}")
    return Duration(text, length, calendar_months)


class Reading:
    """One document being read: where its scalars come from, and the faults found so far."""

    def __init__(self, *, scalars_are_text: bool) -> None:
        self.scalars_are_text = scalars_are_text
        self.faults: list[Fault] = []

    def fault(self, path: str, expected: str, found: str) -> Any:
        """Note a fault; gives UNREADABLE, for the caller to hand back."""
        self.faults.append(Fault(path, expected, found))
        return UNREADABLE


class ValueKind(Protocol):
    """How the values of one key are read."""

    @property
    def expected(self) -> str:
        """What is accepted, in words for a fault and for the reference page."""
        ...

    def read(self, raw: Any, path: str, reading: Reading) -> Any:
        """The canonical JSON value; or UNREADABLE, with the faults noted."""
        ...


@dataclass(frozen=True)
class Text:
    """Free text on one line."""

    longest: int = 200

    @property
    def expected(self) -> str:
        """In words."""
        return f"text on one line, at most {self.longest} characters"

    def read(self, raw: Any, path: str, reading: Reading) -> Any:
        """Text without control characters and outer blanks."""
        if (
            isinstance(raw, str)
            and raw not in ("", "null")
            and raw == raw.strip()
            and len(raw) <= self.longest
            and is_plain_text(raw)
        ):
            return raw
        return reading.fault(path, self.expected, worded(raw))


@dataclass(frozen=True)
class Word:
    """A string that a test accepts; `advice` may say what to write instead."""

    expected: str
    accepts: Callable[[str], bool]
    advice: Callable[[str], str | None] = field(default=lambda _: None)

    def read(self, raw: Any, path: str, reading: Reading) -> Any:
        """The string itself."""
        if isinstance(raw, str) and self.accepts(raw):
            return raw
        advice = self.advice(raw) if isinstance(raw, str) else None
        return reading.fault(path, self.expected, f"{worded(raw)} ({advice})" if advice else worded(raw))


@dataclass(frozen=True)
class OneOf:
    """One of a closed list of words; those in `not_yet` are known words that nothing enforces yet."""

    words: tuple[str, ...]
    not_yet: tuple[str, ...] = ()

    @property
    def expected(self) -> str:
        """In words."""
        return " | ".join(self.words)

    def read(self, raw: Any, path: str, reading: Reading) -> Any:
        """The word."""
        if isinstance(raw, str) and raw in self.words:
            return raw
        if isinstance(raw, str) and raw in self.not_yet:
            return reading.fault(path, NOT_SUPPORTED, raw)
        return reading.fault(path, self.expected, worded(raw))


@dataclass(frozen=True)
class Integer:
    """A whole number in decimal digits."""

    least: int
    most: int

    @property
    def expected(self) -> str:
        """In words."""
        return str(self.least) if self.least == self.most else f"a whole number from {self.least} to {self.most}"

    def read(self, raw: Any, path: str, reading: Reading) -> Any:
        """The number."""
        value = raw
        if reading.scalars_are_text:
            # Leading zeros are refused: YAML versions disagree about whether 010 is eight or ten.
            is_number = isinstance(raw, str) and re.fullmatch(r"0|[1-9][0-9]{0,15}", raw) is not None
            value = int(raw) if is_number else None
        if type(value) is int and self.least <= value <= self.most:
            return value
        return reading.fault(path, self.expected, worded(raw))


@dataclass(frozen=True)
class Flag:
    """`true` or `false`; no other spelling."""

    expected: str = "true | false"

    def read(self, raw: Any, path: str, reading: Reading) -> Any:
        """The truth value."""
        value = {"true": True, "false": False}.get(raw) if reading.scalars_are_text and isinstance(raw, str) else raw
        return value if isinstance(value, bool) else reading.fault(path, self.expected, worded(raw))


@dataclass(frozen=True)
class Instant:
    """An instant in UTC, to the microsecond at most."""

    expected: str = "an instant in UTC such as 2014-10-14T00:00:00Z"

    def read(self, raw: Any, path: str, reading: Reading) -> Any:
        """The shortest text of the instant."""
        if isinstance(raw, str) and len(raw) <= len("2014-10-14T00:00:00.000000Z"):
            try:
                text = format_instant(parse_instant(raw), 6)
            except ValueError:
                return reading.fault(path, self.expected, worded(raw))
            return text.removesuffix("Z").rstrip("0").removesuffix(".") + "Z"
        return reading.fault(path, self.expected, worded(raw))


@dataclass(frozen=True)
class Length:
    """A duration; years and months only where a date of the calendar is meant."""

    on_calendar: bool = False

    @property
    def expected(self) -> str:
        """In words."""
        if self.on_calendar:
            return "a duration such as P6M, P1Y or P30D"
        return "a duration of fixed length such as P180D or PT5M (no years or months)"

    def read(self, raw: Any, path: str, reading: Reading) -> Any:
        """The text as written."""
        try:
            duration = parse_duration(raw) if isinstance(raw, str) else None
        except ValueError:
            duration = None
        if duration is None or not (self.on_calendar or duration.is_exact):
            return reading.fault(path, self.expected, worded(raw))
        return raw


@dataclass(frozen=True)
class OrNull:
    """Another kind of value, or `null`."""

    of: ValueKind

    @property
    def expected(self) -> str:
        """In words."""
        return f"{self.of.expected}, or null"

    def read(self, raw: Any, path: str, reading: Reading) -> Any:
        """None for `null`."""
        if raw is None or (reading.scalars_are_text and raw == "null"):
            return None
        return self.of.read(raw, path, reading)


@dataclass(frozen=True)
class OrWord:
    """Another kind of value, or one of some words (mostly `any`)."""

    of: ValueKind
    words: tuple[str, ...] = ("any",)

    @property
    def expected(self) -> str:
        """In words."""
        return f"{' | '.join(self.words)}, or {self.of.expected}"

    def read(self, raw: Any, path: str, reading: Reading) -> Any:
        """The word as it is."""
        if isinstance(raw, str):
            if raw in self.words:
                return raw
            if isinstance(self.of, SetOf):
                return reading.fault(path, self.expected, worded(raw))
        return self.of.read(raw, path, reading)


@dataclass(frozen=True)
class SetOf:
    """A list in which nothing stands twice and the order says nothing."""

    of: ValueKind
    at_least: int = 0

    @property
    def expected(self) -> str:
        """In words."""
        return f"a list of: {self.of.expected}" + (f" (at least {self.at_least})" if self.at_least else "")

    def read(self, raw: Any, path: str, reading: Reading) -> Any:
        """The entries, sorted."""
        if not isinstance(raw, list | tuple) or not self.at_least <= len(raw) <= LONGEST_LIST:
            return reading.fault(path, self.expected, worded(raw))
        entries: set[str] = set()
        is_whole = True
        for position, entry in enumerate(raw):
            value = self._entry(entry, entries, f"{path}[{position}]", reading)
            if value is UNREADABLE:
                is_whole = False
            else:
                entries.add(value)
        return sorted(entries) if is_whole else UNREADABLE

    def _entry(self, entry: Any, before: set[str], path: str, reading: Reading) -> Any:
        if entry is UNREADABLE:
            return UNREADABLE
        if isinstance(entry, str) and entry in _WORDS_ALONE:
            return reading.fault(path, self.of.expected, f"{entry}, which stands alone or not at all")
        value = self.of.read(entry, path, reading)
        if value is not UNREADABLE and value in before:
            return reading.fault(path, "each entry once", f"{worded(entry)} again")
        return value


@dataclass(frozen=True)
class OnlyEmpty:
    """A list that must be empty, since nothing enforces its entries yet."""

    expected: str = "[]"

    def read(self, raw: Any, path: str, reading: Reading) -> Any:
        """The empty list."""
        if isinstance(raw, list | tuple):
            return [] if not raw else reading.fault(path, NOT_SUPPORTED, worded(raw))
        return reading.fault(path, self.expected, worded(raw))


@dataclass(frozen=True)
class Group:
    """A mapping whose keys are rows of the vocabulary of their own; `shorthand` is a word for `{any: any}`."""

    shorthand: str | None = None

    @property
    def expected(self) -> str:
        """In words."""
        return f"a mapping, or {self.shorthand}" if self.shorthand else "a mapping"

    def read(self, raw: Any, path: str, reading: Reading) -> Any:
        """The mapping as it is; its keys are read by the caller."""
        if self.shorthand is not None and raw == self.shorthand:
            return {"any": raw}
        return raw if isinstance(raw, Mapping) else reading.fault(path, self.expected, worded(raw))


@dataclass(frozen=True)
class Groups:
    """A list of mappings, in the order of the document."""

    expected: str = "a list of mappings"

    def read(self, raw: Any, path: str, reading: Reading) -> Any:
        """The list as it is; its entries are read by the caller."""
        if isinstance(raw, list | tuple) and len(raw) <= LONGEST_LIST:
            return raw
        return reading.fault(path, self.expected, worded(raw))
