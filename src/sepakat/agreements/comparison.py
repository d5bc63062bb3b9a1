"""What changes from one version of an agreement to the next, and whether it only narrows what is shared.

The giver alone may narrow; everything else needs both. So a change counts as narrower only where it provably takes
away and adds nothing: what is not known to be narrower needs both signatures, and so do changed duties, ends and
everything that is only carried. Containment of topics and regions counts; clauses are compared by their ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sepakat.agreements import topics
from sepakat.agreements.regions import load_regions
from sepakat.agreements.terms import (
    Agreement,
    ApprovalRule,
    OnwardRule,
    Pap,
    Scope,
    SourceDisclosure,
    Tlp,
    Unrated,
)
from sepakat.agreements.value_kinds import Group, Groups, parse_duration
from sepakat.agreements.vocabulary import CHILDREN, CLAIM_KINDS, Key, Status
from sepakat.agreements.writing import complete_document_of
from sepakat.stix.instants import parse_instant
from sepakat.stix.standard import TYPES


class Effect(StrEnum):
    """What a change does to what is shared."""

    NARROWER = "narrower"
    WIDER = "wider"
    CARRIED = "carried"
    """Changes nothing that is enforced, but what was signed."""
    INCOMPARABLE = "incomparable"


@dataclass(frozen=True, slots=True)
class Change:
    """One key that changed; `old` and `new` are values of the JSON form, None where there was nothing."""

    path: str
    old: Any
    new: Any
    effect: Effect


def changes(old: Agreement, new: Agreement) -> tuple[Change, ...]:
    """Everything that differs, in the order of the document, without the numbering of versions."""
    return tuple(_differences(complete_document_of(old), complete_document_of(new), "", ""))


def is_narrowing(old: Agreement, new: Agreement) -> bool:
    """Whether the giver alone may put `new` in the place of `old`: every change takes away and none adds."""
    return (
        old.id == new.id
        and old.giver == new.giver
        and new.version > old.version
        and all(change.effect is Effect.NARROWER for change in changes(old, new))
    )


def _differences(old: Mapping[str, Any], new: Mapping[str, Any], table: str, path: str) -> Iterator[Change]:
    for name, key in CHILDREN[table].items():
        here = f"{path}.{name}" if path else name
        if old[name] == new[name] or key.path in _NUMBERING:
            continue
        if isinstance(key.kind, Group):
            yield from _differences(old[name], new[name], key.path, here)
        elif isinstance(key.kind, Groups):
            yield from _clause_differences(old[name], new[name], key)
        else:
            yield Change(here, old[name], new[name], _effect(key, old[name], new[name]))


def _clause_differences(old: Sequence[Any], new: Sequence[Any], key: Key) -> Iterator[Change]:
    old_by_id = {clause["id"]: clause for clause in old}
    new_by_id = {clause["id"]: clause for clause in new}
    for clause_id, clause in old_by_id.items():
        if clause_id in new_by_id:
            yield from _differences(clause, new_by_id[clause_id], key.path, f"share[{clause_id}]")
        else:
            yield Change(f"share[{clause_id}]", clause, None, Effect.NARROWER)
    for clause_id, clause in new_by_id.items():
        if clause_id not in old_by_id:
            yield Change(f"share[{clause_id}]", None, clause, Effect.WIDER)


def _effect(key: Key, old: Any, new: Any) -> Effect:
    is_at_most = _AT_MOST.get(key.path)
    if is_at_most is None:
        return Effect.CARRIED if key.status is Status.CARRIED else Effect.INCOMPARABLE
    if is_at_most(new, old):
        return Effect.NARROWER
    return Effect.WIDER if is_at_most(old, new) else Effect.INCOMPARABLE


# Each function says whether its first value provably lets through no more than its second.
_AtMost = Callable[[Any, Any], bool]


def _in_order(*words: str | int | None) -> _AtMost:
    """Words from the one that gives least to the one that gives most."""
    return lambda narrow, wide: wide in words and narrow in words[: words.index(wide) + 1]


def _subset(narrow: Sequence[str], wide: Sequence[str]) -> bool:
    return set(narrow).issubset(wide)


def _superset(narrow: Sequence[str], wide: Sequence[str]) -> bool:
    return set(narrow).issuperset(wide)


def _within(contains: Callable[[str, str], bool]) -> _AtMost:
    """Each wanted path lies in one that was wanted before."""

    def is_at_most(narrow: Any, wide: Any) -> bool:
        if wide == "any" or narrow == []:
            return True
        return narrow != "any" and all(any(contains(outer, inner) for outer in wide) for inner in narrow)

    return is_at_most


def _excluding(contains: Callable[[str, str], bool]) -> _AtMost:
    """Each path that was excluded before still is, by itself or by what it lies in."""
    return lambda narrow, wide: all(any(contains(outer, inner) for outer in narrow) for inner in wide)


def _names_within(everything: frozenset[str]) -> _AtMost:
    """Lists of names, where the word `any` stands for `everything` and no more, and `none` for nothing."""

    def names(value: Any) -> frozenset[str]:
        return everything if value == "any" else frozenset() if value == "none" else frozenset(value)

    return lambda narrow, wide: names(narrow) <= names(wide)


def _is_list_within_any(narrow: Any, wide: Any) -> bool:
    """Lists of names of which nobody knows all, so that `any` is more than every list."""
    if wide == "any" or narrow in ("none", []):
        return True
    return narrow != "any" and wide != "none" and _subset(narrow, wide)


def _allowed_within(narrow: Any, wide: Any) -> bool:
    """`fields.allow`: `standard` is a name like others, but which names it covers is not said here."""
    as_list = {"standard": ["standard"]}
    return _is_list_within_any(*(as_list.get(v, v) if isinstance(v, str) else v for v in (narrow, wide)))


def _contains_topic(outer: str, inner: str) -> bool:
    return topics.lies_in(inner, outer)


def _contains_region(outer: str, inner: str) -> bool:
    return load_regions().contains(outer, inner)


def _is_later(narrow: str, wide: str) -> bool:
    return wide == "any" or (narrow != "any" and max(narrow, wide, key=parse_instant) == narrow)


def _is_earlier_end(narrow: str | None, wide: str | None) -> bool:
    return wide is None or (narrow is not None and min(narrow, wide, key=parse_instant) == narrow)


def _is_shorter(narrow: str | None, wide: str | None) -> bool:
    """Durations where None and `any` are unlimited; calendar and fixed lengths are not compared with each other."""
    if wide is None or wide in ("any", narrow):
        return True
    if narrow is None or narrow == "any":
        return False
    less, more = parse_duration(narrow), parse_duration(wide)
    return less.months <= more.months and less.length <= more.length


def _is_longer(narrow: str, wide: str) -> bool:
    return parse_duration(narrow).length >= parse_duration(wide).length


_NUMBERING: Final = frozenset({"version", "supersedes"})
_CLAUSE: Final = "share[]."

_AT_MOST: Final[Mapping[str, _AtMost]] = {
    "takers": _subset,
    "scope": _in_order(*Scope),
    "window.from": _is_later,
    "window.to": _is_earlier_end,
    "window.data_from": _is_later,
    "window.max_age": _is_shorter,
    _CLAUSE + "topics.any": _within(_contains_topic),
    _CLAUSE + "topics.none": _excluding(_contains_topic),
    _CLAUSE + "regions.any": _within(_contains_region),
    _CLAUSE + "regions.none": _excluding(_contains_region),
    _CLAUSE + "types": _names_within(frozenset(TYPES)),
    _CLAUSE + "kinds": _names_within(frozenset(CLAIM_KINDS)),
    _CLAUSE + "ceiling.tlp": _in_order(None, *Tlp),
    _CLAUSE + "ceiling.pap": _in_order(None, *Pap),
    # Every country of the list must be on the marking: a longer list lets through less. An empty one is not compared.
    _CLAUSE + "ceiling.releasable_to": lambda narrow, wide: bool(wide) and _superset(narrow, wide),
    _CLAUSE + "minimum.reliability": _in_order("A", "B", "C", "D", "E", "any"),
    _CLAUSE + "minimum.credibility": _in_order(1, 2, 3, 4, 5, "any"),
    _CLAUSE + "minimum.unrated": _in_order(*Unrated),
    _CLAUSE + "fields.allow": _allowed_within,
    _CLAUSE + "fields.deny": _superset,
    _CLAUSE + "fields.external_references": _is_list_within_any,
    # `always` is not compared: what goes has other ids and versions.
    _CLAUSE + "fields.tear_line": _in_order("none", "if-needed"),
    _CLAUSE + "source": _in_order(*SourceDisclosure),
    _CLAUSE + "persons.rule": lambda narrow, wide: narrow in ("none", wide),
    _CLAUSE + "persons.allow": _subset,
    _CLAUSE + "persons.necessity": _in_order("required", None),
    _CLAUSE + "persons.retention": _is_shorter,
    _CLAUSE + "release.approval": _in_order(*reversed(tuple(ApprovalRule))),
    _CLAUSE + "release.delay": _is_longer,
    "onward.default": _in_order(*OnwardRule),
    "onward.named": _subset,
}
