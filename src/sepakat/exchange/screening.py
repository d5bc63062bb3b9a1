"""Looks at what is to be taken in, object by object: faults, dates, and what is held already.

Decides nothing on its own account: it sorts, and `taking_in` acts. Objects are looked at a few at a time, so that a
source of a hundred thousand needs no more memory than its bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

from sepakat.claims.reading import claim_faults
from sepakat.errors import Fault
from sepakat.exchange.ports import Unit
from sepakat.exchange.records import StoredVersion
from sepakat.intake.source import Item
from sepakat.stix.identifiers import StixId
from sepakat.stix.instants import format_instant, parse_instant
from sepakat.stix.objects import StixObject, VersionRef
from sepakat.stix.validation import faults_of, warnings_of

AHEAD = timedelta(minutes=5)
"""How far `modified` may lie ahead of the clock before a version goes to quarantine."""

AT_ONCE = 1_000
"""How many objects are compared with the store and kept at a time."""

MOST_FAULTS = 10_000
"""Faults beyond these are counted but not kept: a source that is wrong everywhere stays within bounds."""

_OURS_TO_DATE = frozenset({"created", "modified"})

Progress = Callable[[str, int, int], None]
"""Called with the name of a step, how many objects are done, how many there are."""


class Taken(NamedTuple):
    """One version that was taken."""

    id: StixId
    modified: str | None


@dataclass(slots=True)
class Checked:
    """What was found in looking at every object: faults by object, warnings, how many objects are wrong."""

    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    wrong: dict[VersionRef, str] = field(default_factory=dict)


@dataclass(slots=True)
class Compared:
    """Some objects against what is held: new ones, those known, and those that contradict what is held."""

    new: list[StixObject] = field(default_factory=list)
    known: list[VersionRef] = field(default_factory=list)
    late: dict[StixObject, Item] = field(default_factory=dict)
    conflicts: list[Fault] = field(default_factory=list)
    wrong: set[StixId] = field(default_factory=set)
    kept_as_held: list[Fault] = field(default_factory=list)


def check(objects: Collection[StixObject], progress: Progress, *, is_strict: bool) -> Checked:
    """The faults of every object by the standard and by our claim extension; with `is_strict`, warnings are faults."""
    checked = Checked()
    for done, made in enumerate(objects, 1):
        faults = [*faults_of(made.content), *claim_faults(made.content)]
        warnings = warnings_of(made.content)
        if is_strict:
            faults += warnings
        elif len(checked.warnings) < MOST_FAULTS:
            checked.warnings += _placed(made, warnings)
        if faults:
            checked.wrong[made.version_ref] = "; ".join(map(str, faults[:3]))
            if len(checked.faults) < MOST_FAULTS:
                checked.faults += _placed(made, faults)
        progress("check", done, len(objects))
    return checked


def compare(
    unit: Unit, objects: Iterable[StixObject], now: datetime, wrong: Mapping[VersionRef, str], *, is_converted: bool
) -> Iterator[Compared]:
    """Sort objects against what is held, some at a time; those that are wrong are passed over."""
    parties = frozenset(party.identity.id for party in unit.parties.everyone())
    good = (made for made in objects if made.version_ref not in wrong)
    before: set[VersionRef] = set()
    while some := list(islice(good, AT_ONCE)):
        compared = Compared()
        held = unit.objects.get_many({made.id for made in some})
        for made in some:
            if made.version_ref in before:
                continue
            before.add(made.version_ref)
            versions = held.get(made.id, ())
            if is_converted:
                _compare_converted(made, versions, now, compared, parties)
            else:
                _compare_as_it_came(made, versions, now, compared, parties)
        yield compared


def _compare_as_it_came(
    made: StixObject,
    versions: tuple[StoredVersion, ...],
    now: datetime,
    compared: Compared,
    parties: frozenset[StixId],
) -> None:
    """A version never gets other bytes, an object never another creator."""
    if made.modified is not None and parse_instant(made.modified) > now + AHEAD:
        reason = f"modified {made.modified} lies more than 5 minutes ahead of the clock"
        compared.late[made] = Item(made.id, reason)
        return
    same = next((stored.object for stored in versions if stored.object.version == made.version), None)
    if same is None:
        conflicts = list(_other_creators(made, versions, parties, compared.kept_as_held))
        compared.conflicts += conflicts
        if conflicts:
            compared.wrong.add(made.id)
        else:
            compared.new.append(made)
    elif same.digest != made.digest:
        expected = "the content held under this id and version, or a later `modified`"
        compared.conflicts.append(Fault(f"{made.id}: {made.modified or 'content'}", expected, "other content"))
        compared.wrong.add(made.id)
    else:
        compared.known.append(made.version_ref)


def _other_creators(
    made: StixObject, versions: tuple[StoredVersion, ...], parties: frozenset[StixId], told: list[Fault]
) -> Iterator[Fault]:
    """Where the creator is another: told, and a conflict where either is a party, whose markings these are.

    Public sources change or mistype the author of an object between its versions, or leave it out.
    """
    creator = made.content.get("created_by_ref")
    for there in {stored.object.content.get("created_by_ref") for stored in versions} - {creator}:
        fault = Fault(f"{made.id}: created_by_ref", str(there), str(creator))
        if parties.isdisjoint({there, creator}):
            told.append(fault)
        else:
            yield fault


def _compare_converted(
    made: StixObject,
    versions: tuple[StoredVersion, ...],
    now: datetime,
    compared: Compared,
    parties: frozenset[StixId],
) -> None:
    """What we wrote from another format: equal content is known whatever its dates, other content is newer."""
    if not versions:
        compared.new.append(_not_ahead(made, now))
        return
    newest = versions[-1].object
    if any(_undated(stored.object.content) == _undated(made.content) for stored in versions):
        compared.known.append(made.version_ref)
    elif conflicts := list(_other_creators(made, versions, parties, compared.kept_as_held)):
        compared.conflicts += conflicts
        compared.wrong.add(made.id)
    elif made.modified is None:
        # An observable or a marking has no versions: the content held first stays.
        compared.kept_as_held.append(Fault(made.id, "the content held under this id, which stays", "other content"))
        compared.known.append(made.version_ref)
    else:
        dated = made.content["modified"] if made.version > newest.version else format_instant(now)
        created = newest.content.get("created", made.content["created"])
        content = {**made.content, "created": created, "modified": dated}
        if made.content.get("valid_from") == made.content["created"]:
            content["valid_from"] = created
        compared.new.append(_not_ahead(StixObject.from_content(content), now))


def _not_ahead(made: StixObject, now: datetime) -> StixObject:
    """A source whose clock is ahead gives versions of now: the dates of what we write are ours."""
    if made.modified is None or parse_instant(made.modified) <= now + AHEAD:
        return made
    late = {"modified": format_instant(now)}
    if parse_instant(made.content["created"]) > now:
        late["created"] = late["modified"]
    return StixObject.from_content({**made.content, **late})


def _undated(content: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in content.items() if name not in _OURS_TO_DATE}
    # Without a date in the source an indicator is valid from when it was written.
    if "valid_from" in kept and kept["valid_from"] == content.get("created"):
        del kept["valid_from"]
    return kept


def _placed(made: StixObject, faults: Iterable[Fault]) -> Iterator[Fault]:
    for fault in faults:
        yield Fault(f"{made.id}: {fault.path}" if fault.path else made.id, fault.expected, fault.found)
