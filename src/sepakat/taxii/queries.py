"""The query of a reading: filters and paging (TAXII 2.1 sections 3.4 and 3.5), all faults of it at once.

A malformed parameter is refused, as the standard asks; what it lets a server ignore (unknown parameters, unknown match
fields) is ignored. One departure for the sake of real clients: a `limit` of zero or less asks for the default.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sepakat.errors import Fault, InputError
from sepakat.stix.identifiers import is_stix_id
from sepakat.stix.instants import version_key
from sepakat.taxii.endpoints import Resource
from sepakat.taxii.timestamps import FORM, parse_timestamp

DEFAULT_LIMIT = 1000
MAX_LIMIT = 1000
"""A page has at most so many objects, whatever the client asks for."""
MAX_VALUES = 500
"""So many values at most in one match field."""

KEYWORDS = frozenset({"all", "first", "last"})

_FIELDS: dict[Resource, frozenset[str]] = {
    Resource.MANIFEST: frozenset({"id", "type", "version", "spec_version"}),
    Resource.OBJECTS: frozenset({"id", "type", "version", "spec_version"}),
    Resource.OBJECT: frozenset({"version", "spec_version"}),
    Resource.VERSIONS: frozenset({"spec_version"}),
}
_KNOWN_FIELDS = _FIELDS[Resource.OBJECTS]
_SINGLE = ("added_after", "limit", "next")
_IS_NUMBER = re.compile(r"[+-]?[0-9]{1,1000}").fullmatch
_IS_FIELD = re.compile(r"match\[([A-Za-z0-9_.-]{1,250})\]").fullmatch
_IS_TYPE = re.compile(r"[a-z0-9][a-z0-9-]{0,249}").fullmatch
_IS_SPEC_VERSION = re.compile(r"[0-9]{1,9}\.[0-9]{1,9}").fullmatch


@dataclass(frozen=True, slots=True)
class Filters:
    """Which rows of a view are asked for. `versions` holds keywords and version keys; empty means last."""

    added_after: datetime | None = None
    ids: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    versions: frozenset[str] = frozenset()
    spec_versions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Query:
    """What a reading asks: filters, the number of objects on a page, and the cursor to go on from, still sealed."""

    filters: Filters = Filters()
    limit: int = DEFAULT_LIMIT
    next: str | None = None


_EVERYTHING = Query()


def parse_query(resource: Resource, pairs: Iterable[tuple[str, str]]) -> Query:
    """Read the parameters of one of the four endpoints that filter.

    Raises:
        InputError: something is malformed; all faults of all parameters.
    """
    faults: list[Fault] = []
    given = _grouped(resource, pairs, faults)
    if not given and not faults:
        return _EVERYTHING
    read = _Reader(given, faults)
    query = Query(
        Filters(
            added_after=read.instant("added_after"),
            ids=read.values("match[id]", is_stix_id, "identifiers of the form type--uuid"),
            types=read.values("match[type]", lambda value: bool(_IS_TYPE(value)), "types of a-z, 0-9 and hyphens"),
            versions=read.versions("match[version]"),
            spec_versions=read.values(
                "match[spec_version]", lambda value: bool(_IS_SPEC_VERSION(value)), "versions such as 2.1"
            ),
        ),
        read.limit("limit"),
        # An empty `next` is what some clients send for none.
        given.get("next") or None,
    )
    if faults:
        raise query_refusal(faults)
    return query


def query_refusal(faults: Sequence[Fault]) -> InputError:
    """The error for a query with faults."""
    words = "; ".join(str(fault) for fault in faults)
    return InputError("query-malformed", f"query refused: {words}", "correct the parameters named", faults)


def _grouped(resource: Resource, pairs: Iterable[tuple[str, str]], faults: list[Fault]) -> dict[str, str]:
    """The value of each parameter that we know."""
    known = [(name, value) for name, value in pairs if name in _SINGLE or name.startswith("match[")]
    for name, times in Counter(name for name, _ in known).items():
        field = _IS_FIELD(name)
        if times > 1:
            faults.append(Fault(name[:100], "at most one such parameter", f"{times} of them"))
        if name not in _SINGLE and field is None:
            faults.append(Fault(name[:100], "match[field]", name[:100]))
        if field is not None and field[1] in _KNOWN_FIELDS - _FIELDS[resource]:
            allowed = ", ".join(f"match[{one}]" for one in sorted(_FIELDS[resource]))
            faults.append(Fault(name, f"no other filter than {allowed} here", name))
    return dict(known)


class _Reader:
    """Turns the values of parameters into filters, and notes what is wrong with them."""

    def __init__(self, given: dict[str, str], faults: list[Fault]) -> None:
        self._given = given
        self._faults = faults

    def instant(self, name: str) -> datetime | None:
        text = self._given.get(name)
        if text is None:
            return None
        try:
            return parse_timestamp(text)
        except ValueError:
            self._fault(name, FORM, text)
            return None

    def limit(self, name: str) -> int:
        text = self._given.get(name)
        if text is None:
            return DEFAULT_LIMIT
        if not _IS_NUMBER(text):
            self._fault(name, "a positive whole number", text)
            return DEFAULT_LIMIT
        wanted = int(text)
        return min(wanted, MAX_LIMIT) if wanted > 0 else DEFAULT_LIMIT

    def values(self, name: str, is_valid: Callable[[str], bool], expected: str) -> frozenset[str]:
        values = self._listed(name)
        wrong = [value for value in values if not is_valid(value)]
        if wrong:
            self._fault(name, f"{expected}, separated by commas without spaces", wrong[0])
        return frozenset(values)

    def versions(self, name: str) -> frozenset[str]:
        values = self._listed(name)
        expected = "all, or any of first, last and timestamps of STIX, separated by commas without spaces"
        found = set()
        for value in values:
            try:
                found.add(value if value in KEYWORDS else version_key(value))
            except ValueError:
                self._fault(name, expected, value)
        if "all" in found and len(values) > 1:
            self._fault(name, "all by itself", ",".join(values))
        elif len(set(values)) < len(values):
            self._fault(name, "each version once", ",".join(values))
        return frozenset(found)

    def _listed(self, name: str) -> list[str]:
        text = self._given.get(name)
        if text is None:
            return []
        values = text.split(",")
        if len(values) > MAX_VALUES:
            self._fault(name, f"at most {MAX_VALUES} values", f"{len(values)} values")
            return []
        return values

    def _fault(self, name: str, expected: str, found: str) -> None:
        self._faults.append(Fault(name, expected, repr(found[:100])))
