"""Finds everything that a node keeps about a subject: the object, what names it, what is nothing without it.

A subject is one object, with the strings that identify it, or a name. Looks at every version that is held and at
everything that was ever released, not only at what is found by the catalogue. It finds words, in any case and spacing,
and no paraphrases; what refers to the subject by id alone stays, since an id says nothing without the object.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import orjson

from sepakat.errors import InputError, NotFound
from sepakat.exchange.calling_back import holders_of
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.titles import title_of
from sepakat.release.free_text import LEAST, identifying_strings
from sepakat.stix.identifiers import PartyId, StixId, is_stix_id
from sepakat.stix.markings import FIXED_MARKINGS
from sepakat.stix.references import targets
from sepakat.stix.selectors import nodes

HANGING = frozenset({"relationship", "sighting", "language-content"})
"""Types that are nothing without any one object that they refer to."""
SAYING = frozenset({"note", "opinion"})
"""Types that are nothing without all objects that they are about."""


@dataclass(frozen=True)
class Subject:
    """Whom or what is looked for: ids, and strings that identify it, folded."""

    said: str
    ids: frozenset[StixId]
    strings: frozenset[str] = frozenset()

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        found = "|".join(re.escape(text) for text in sorted(self.strings, key=len, reverse=True))
        return re.compile(rf"(?<!\w)(?:{found})(?!\w)") if found else None

    def names(self, text: str) -> bool:
        """Whether a text names the subject, as whole words."""
        return self._pattern is not None and self._pattern.search(folded(text)) is not None

    def names_in(self, content: Mapping[str, Any]) -> bool:
        """Whether any text of an object names it."""
        if self._pattern is None:
            return False
        return self.names("\n".join(value for _, value in nodes(content) if isinstance(value, str)))


@dataclass(frozen=True, slots=True)
class FoundObject:
    """One object that goes, and why: `subject`, `names it`, or the object without which it is nothing."""

    id: StixId
    title: str
    because: str
    is_held: bool


@dataclass(frozen=True, slots=True)
class Findings:
    """What an erasure takes, what refers to that and stays, and what else names the subject and cannot go."""

    subject: Subject
    objects: tuple[FoundObject, ...]
    refers: tuple[StixId, ...] = ()
    remains: tuple[str, ...] = ()
    holders: Mapping[PartyId, int] = field(default_factory=dict)
    """How many of the objects each party was given."""

    @property
    def ids(self) -> frozenset[StixId]:
        """The objects that go."""
        return frozenset(found.id for found in self.objects)


def folded(text: str) -> str:
    """A text without case, and with one blank between words."""
    return " ".join(text.casefold().split())


def find_subject(
    node: Node, unit: Unit, said: str, *, is_id_only: bool = False, keep: Collection[StixId] = ()
) -> Findings:
    """Everything about a subject, given as a STIX id or a name.

    Raises:
        NotFound: nothing is kept under that id or name.
        InputError: a name too short to be looked for; the subject is a party, or a marking of the standard; what is to
            be kept would not go.
    """
    ours = _unerasable(unit)
    subject = _subject(node, unit, said, ours, is_id_only=is_id_only)
    search = _Search(subject, frozenset(keep))
    for identifier, body in unit.erasures.bodies():
        search.look(identifier, orjson.loads(body))
    search.follow(unit)
    for one in sorted(search.keep - search.found.keys()):
        raise InputError("subject-keep", f"erasure refused: {one[:100]} is to stay, and would not go", "leave it out")
    remains = [*_remaining(unit, subject), *(f"{ours[one]} ({one})" for one in sorted(search.found.keys() & ours))]
    remains += [f"{one} names it and is kept, as you said" for one in sorted(search.found.keys() & search.keep)]
    taken = {one: why for one, why in search.found.items() if one not in ours and one not in search.keep}
    held = unit.objects.get_many(taken)
    objects = tuple(
        FoundObject(one, search.titles.get(one, ""), why, one in held) for one, why in sorted(taken.items())
    )
    refers = tuple(sorted(search.referring(taken.keys()) - taken.keys()))
    return Findings(subject, objects, refers, tuple(remains), _holders(unit, taken))


class _Search:
    """What was seen of all bodies: which name the subject, and which refer to what."""

    def __init__(self, subject: Subject, keep: frozenset[StixId]) -> None:
        self.subject = subject
        self.keep = keep
        self.found: dict[StixId, str] = dict.fromkeys(subject.ids, "the subject")
        self.titles: dict[StixId, str] = {}
        self._hanging: list[tuple[StixId, frozenset[str], bool]] = []
        self._targets: dict[StixId, set[str]] = {}

    def look(self, identifier: StixId, content: Mapping[str, Any]) -> None:
        self.titles[identifier] = title_of(content)
        if identifier not in self.found and self.subject.names_in(content):
            self.found[identifier] = "names it"
        referred = frozenset(map(str, targets(content)))
        self._targets.setdefault(identifier, set()).update(referred)
        if content.get("type") in HANGING:
            needed = (content.get(name) for name in ("source_ref", "target_ref", "sighting_of_ref", "object_ref"))
            self._hanging.append((identifier, frozenset(one for one in needed if isinstance(one, str)), False))
        elif content.get("type") in SAYING:
            about = content.get("object_refs")
            refs = frozenset(map(str, about)) if isinstance(about, list) else frozenset()
            self._hanging.append((identifier, refs, True))

    def follow(self, unit: Unit) -> None:
        """Add the originals of what was released, and what hangs on what was found, until nothing is added."""
        is_more = True
        while is_more:
            is_more = False
            for identifier, needed, needs_all in self._hanging:
                gone = needed & (self.found.keys() - self.keep)
                if identifier not in self.found and gone and (not needs_all or gone == needed):
                    self.found[identifier] = f"nothing without {min(gone)}"
                    is_more = True
        # A variant goes with the object that it was made of.
        for released, original in unit.erasures.originals(self.found).items():
            if released != original:
                self.found.setdefault(original, self.found.pop(released))

    def referring(self, ids: Iterable[StixId]) -> set[StixId]:
        """What refers to some objects."""
        wanted = set(map(str, ids))
        return {identifier for identifier, referred in self._targets.items() if referred & wanted}


def _subject(node: Node, unit: Unit, said: str, ours: Mapping[StixId, str], *, is_id_only: bool) -> Subject:
    if is_stix_id(said):
        identifier = StixId(said)
        if identifier in ours:
            raise InputError("subject-unerasable", f"erasure refused: {identifier} is {ours[identifier]}")
        versions = unit.objects.get(identifier)
        if not versions and not unit.views.rows_of(identifier):
            raise _unknown(said)
        strings = frozenset(one for version in versions for one in identifying_strings(version.object.content))
        return Subject(said, frozenset({identifier}), frozenset() if is_id_only else strings)
    name = folded(said)
    if len(name) < LEAST:
        raise InputError(
            "subject-too-short",
            f"erasure refused: a name of {len(name)} letters stands in any text by chance, at least {LEAST} are needed",
            "name the object by its STIX id",
        )
    return Subject(said, frozenset(), frozenset({name}))


def _unknown(said: str) -> NotFound:
    return NotFound("subject-unknown", f"nothing is kept of {said[:100]}", "`sepakat objects list` shows what is held")


def _unerasable(unit: Unit) -> dict[StixId, str]:
    """What no erasure may take: the parties' identities, which stand on signed cards, and the standard's markings."""
    found = {party.identity.id: f"the identity of the party {party.id}" for party in unit.parties.everyone()}
    return {**dict.fromkeys(map(StixId, FIXED_MARKINGS), "a marking of the standard"), **found}


def _remaining(unit: Unit, subject: Subject) -> Iterator[str]:
    """What names the subject and was signed as it is by two parties."""
    for record in unit.agreements.everything():
        events = (event.reason or "" for event in record.events)
        if subject.names(record.canonical.decode()) or any(map(subject.names, events)):
            agreement = record.agreement
            yield f"agreement {agreement.id} version {agreement.version} names it: it stays as it was signed"


def _holders(unit: Unit, ids: Iterable[StixId]) -> dict[PartyId, int]:
    found: dict[PartyId, int] = {}
    for identifier in ids:
        for taker in {view.taker for view in holders_of(unit, identifier)}:
            found[taker] = found.get(taker, 0) + 1
    return dict(sorted(found.items()))
