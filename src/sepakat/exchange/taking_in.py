"""Takes in what this party knows: STIX content from a file, whole or not at all.

Order of checks, all before the first write: JSON and limits, the standard's rules, our claim extension, agreement with
what is held (a version never gets other bytes, an object never another creator). Versions dated more than five minutes
ahead go to quarantine (DESIGN section 4). What is taken is decided for every view in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from sepakat.claims.reading import claim_faults
from sepakat.errors import Fault, InputError, NotFound, NotPermitted
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import Quarantined, StoredVersion, TakeIn
from sepakat.exchange.releasing import ReleaseSummary, update_views
from sepakat.stix.identifiers import PartyId
from sepakat.stix.instants import parse_instant
from sepakat.stix.objects import StixObject
from sepakat.stix.reading import read_objects
from sepakat.stix.validation import faults_of, warnings_of

AHEAD = timedelta(minutes=5)
"""How far `modified` may lie ahead of the clock before a version goes to quarantine."""

FORMATS = ("auto", "stix")

Progress = Callable[[str, int, int], None]
"""Called with the name of a step, how many objects are done, how many there are."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where content comes from: the name of the file, the person who takes it in, the party whose information it is."""

    source: str
    by: str
    origin: PartyId | None = None
    """None: this party's own."""


@dataclass(frozen=True, slots=True)
class Refused:
    """One object that was not taken, and why."""

    object_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class TakeInReport:
    """What an intake did. `id` is None when nothing was kept (a dry run, or everything was known)."""

    id: str | None
    taken: tuple[StixObject, ...]
    known: int
    quarantined: tuple[Refused, ...] = ()
    warnings: tuple[Fault, ...] = ()
    released: ReleaseSummary = field(default_factory=ReleaseSummary)


def take_in(
    node: Node,
    data: bytes,
    provenance: Provenance,
    *,
    form: str = "auto",
    is_dry_run: bool = False,
    progress: Progress = lambda step, done, total: None,
) -> TakeInReport:
    """Take in STIX content as information of the provenance's origin.

    Raises:
        InputError: the content has faults; all of them are named, nothing is taken.
        NotFound: the origin is not a known party.
    """
    if form not in FORMATS:
        raise InputError("format-unknown", f"format refused: expected one of {', '.join(FORMATS)}, got {form}")
    objects = read_objects(data)
    progress("read", len(objects), len(objects))
    warnings = _check(objects, progress)
    now = node.clock.now()
    with node.store.reading() if is_dry_run else node.store.writing() as unit:
        whose = _origin(node, unit, provenance.origin)
        fresh, late = _sort_by_date(objects, now)
        new = _unknown(unit, fresh)
        if is_dry_run or not (new or late):
            return TakeInReport(None, tuple(new), len(fresh) - len(new), tuple(late.values()), warnings)
        batch = TakeIn(
            id=node.ids.uuid(),
            at=now,
            by=provenance.by,
            source=provenance.source,
            digest=sha256(data).hexdigest(),
            taken=len(new),
            known=len(fresh) - len(new),
            refused=len(late),
        )
        unit.intakes.add(batch)
        for made, refusal in late.items():
            item = Quarantined(node.ids.uuid(), now, None, refusal.object_id, refusal.reason, made.raw)
            unit.intakes.quarantine(item)
        unit.objects.add_many([StoredVersion(made, frozenset({whose}), now, (), batch.id) for made in new])
        progress("keep", len(new), len(new))
        released = update_views(node, unit, now)
    return TakeInReport(batch.id, tuple(new), batch.known, tuple(late.values()), warnings, released)


def undo_take_in(node: Node, id_: str) -> tuple[StixObject, ...]:
    """Remove what one intake brought; the objects removed.

    Raises:
        NotFound: there is no such intake.
        NotPermitted: it is undone already, came from a partner, or something of it was released (recall that instead).
    """
    now = node.clock.now()
    with node.store.writing() as unit:
        batch = unit.intakes.get(id_)
        if batch is None:
            raise NotFound("take-in-unknown", f"no intake {id_}", "`sepakat take-in --list` shows them")
        if batch.undone_at is not None:
            raise NotPermitted("take-in-undone", f"intake {id_} is undone already, since {batch.undone_at.isoformat()}")
        if batch.by.startswith("party:"):
            raise NotPermitted("take-in-received", f"intake {id_} came from {batch.by[6:]}: only a recall removes it")
        versions = unit.objects.of_take_in(id_)
        released = sorted({version[0] for version in versions if unit.views.rows_of(version[0])})
        if released:
            raise NotPermitted(
                "take-in-released",
                f"intake {id_} is not undone: {len(released)} of its objects were released, first {released[0]}",
                "recall them first (`sepakat recall ID --reason ...`); what went out stays in the log",
            )
        removed = []
        for version in versions:
            removed += [held.object for held in unit.objects.get(version[0]) if held.object.version_ref == version]
            unit.objects.remove(version)
        unit.intakes.mark_undone(id_, now)
        update_views(node, unit, now)
    return tuple(removed)


def _check(objects: Sequence[StixObject], progress: Progress) -> tuple[Fault, ...]:
    faults: list[Fault] = []
    warnings: list[Fault] = []
    for done, made in enumerate(objects, 1):
        faults += _placed(made, faults_of(made.content))
        faults += _placed(made, claim_faults(made.content))
        warnings += _placed(made, warnings_of(made.content))
        progress("check", done, len(objects))
    if faults:
        raise _refusal("content-invalid", faults, len(objects))
    return tuple(warnings)


def _unknown(unit: Unit, objects: Sequence[StixObject]) -> list[StixObject]:
    """The versions that are not held yet.

    Raises:
        InputError: a version is held with other bytes, or an object with another creator.
    """
    held = unit.objects.get_many({made.id for made in objects})
    faults: list[Fault] = []
    new = []
    for made in objects:
        versions = held.get(made.id, ())
        same = next((stored.object for stored in versions if stored.object.version == made.version), None)
        if same is None:
            creator = made.content.get("created_by_ref")
            faults += [
                Fault(f"{made.id}: created_by_ref", str(there), str(creator))
                for there in {stored.object.content.get("created_by_ref") for stored in versions} - {creator}
            ]
            new.append(made)
        elif same.digest != made.digest:
            expected = "the content held under this id and version, or a later `modified`"
            faults.append(Fault(f"{made.id}: {made.modified or 'content'}", expected, "other content"))
    if faults:
        raise _refusal("content-conflict", faults, len(objects))
    return new


def _sort_by_date(objects: Iterable[StixObject], now: datetime) -> tuple[list[StixObject], dict[StixObject, Refused]]:
    fresh: list[StixObject] = []
    late: dict[StixObject, Refused] = {}
    for made in objects:
        if made.modified is not None and parse_instant(made.modified) > now + AHEAD:
            late[made] = Refused(made.id, f"modified {made.modified} lies more than 5 minutes ahead of the clock")
        else:
            fresh.append(made)
    return fresh, late


def _origin(node: Node, unit: Unit, origin: PartyId | None) -> PartyId:
    if origin is not None and unit.parties.get(origin) is None:
        raise NotFound("party-unknown", f"origin {origin} is not a known party", "`sepakat party list` shows them")
    return origin or node.party


def _placed(made: StixObject, faults: Iterable[Fault]) -> Iterator[Fault]:
    for fault in faults:
        yield Fault(f"{made.id}: {fault.path}" if fault.path else made.id, fault.expected, fault.found)


def _refusal(code: str, faults: list[Fault], total: int) -> InputError:
    wrong = len({fault.path.split(": ")[0] for fault in faults})
    return InputError(
        code,
        f"nothing taken in: {wrong} of {total} objects have {len(faults)} faults, first {faults[0]}",
        "mend the objects named and take the file in again",
        faults,
    )
