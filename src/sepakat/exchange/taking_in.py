"""Takes in what this party knows, from a source in any format: whole or not at all, or its good objects, as asked.

Order of checks, all before the first write: the format's own, the standard's rules, our claim extension, agreement with
what is held (a version never gets other bytes, an object never another creator). Versions dated more than five minutes
ahead go to quarantine (DESIGN section 4). What is taken is decided for every view in the same transaction. Where it
came from is kept with the intake: digest, name, format, when, who, and when it was captured.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sepakat.errors import Fault, InputError, NotFound, NotPermitted
from sepakat.exchange.cataloguing import enter
from sepakat.exchange.erasing import erased_before, named_before
from sepakat.exchange.mappings import kept_mapping
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import KeptMapping, Quarantined, StoredVersion, TakeIn
from sepakat.exchange.releasing import ReleaseSummary, update_views
from sepakat.exchange.reports import ReportTaken, forget_report, keep_report, report_found
from sepakat.exchange.screening import AHEAD, Checked, Progress, Taken, check, compare
from sepakat.intake.formats import read_source
from sepakat.intake.source import Contents, Item, Source
from sepakat.release.free_text import identifying_strings
from sepakat.stix.identifiers import PartyId, StixId
from sepakat.stix.objects import StixObject, VersionRef

if TYPE_CHECKING:
    from sepakat.intake.reports.proposing import FoundReport


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where content comes from: the name of the file, the person who takes it in, the party whose information it is."""

    source: str
    by: str
    origin: PartyId | None = None
    """None: this party's own."""
    captured_at: datetime | None = None
    """When the source was saved, if somebody knows."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a source is to be taken in. Without any: its format is detected, everything or nothing is kept."""

    form: str = "auto"
    is_dry_run: bool = False
    is_strict: bool = False
    """What is only warned of otherwise is a fault."""
    keeps_good: bool = False
    """Objects without faults are taken although others have some."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What the format may be told, by name."""


@dataclass(frozen=True, slots=True)
class TakeInReport:
    """What an intake did. `id` is None when nothing was kept (a dry run, or everything was known)."""

    id: str | None
    form: str
    digest: str
    taken: tuple[Taken, ...]
    held: tuple[VersionRef, ...] = ()
    """What was known already."""
    quarantined: tuple[Item, ...] = ()
    refused: tuple[Item, ...] = ()
    warnings: tuple[Fault, ...] = ()
    losses: tuple[Item, ...] = ()
    released: ReleaseSummary = field(default_factory=ReleaseSummary)
    asks: Mapping[str, Any] = field(default_factory=dict)
    report: ReportTaken | None = None
    """A page that was read: what it proposes waits for review, and nothing of it is held."""

    @property
    def known(self) -> int:
        """How many objects were held already."""
        return len(self.held)


def take_in(
    node: Node,
    data: bytes,
    provenance: Provenance,
    wishes: Wishes = Wishes(),
    progress: Progress = lambda step, done, total: None,
) -> TakeInReport:
    """Take in a source as information of the provenance's origin.

    Raises:
        InputError: the source is of no format or has faults; all of them are named, nothing is taken.
        NotFound: the origin is not a known party.
    """
    now = node.clock.now()
    form, contents = read_source(_source(node, data, provenance, wishes, now), wishes.form)
    progress("read", len(contents.objects), len(contents.objects))
    if contents.report is not None:
        return _take_in_report(node, data, provenance, wishes, (form, contents.report, now))
    checked = check(contents.objects, progress, is_strict=wishes.is_strict)
    if checked.wrong and not wishes.keeps_good:
        raise _refusal("content-invalid", checked.faults, len(checked.wrong), len(contents.objects))
    if contents.refused and not wishes.keeps_good:
        faults = [Fault(item.object_id, "what can be taken", item.reason) for item in contents.refused]
        raise _refusal("content-invalid", faults, len(faults), len(contents.objects) + len(faults))
    intake = _Intake(node, provenance, wishes, form, sha256(data).hexdigest(), contents, checked, now)
    with node.store.reading() if wishes.is_dry_run else node.store.writing() as unit:
        return intake.run(unit, progress)


def _take_in_report(
    node: Node, data: bytes, provenance: Provenance, wishes: Wishes, read: tuple[str, FoundReport, datetime]
) -> TakeInReport:
    """Keep a page with what it proposes; nothing is held, so that no view is decided anew."""
    form, found, now = read
    intake = TakeIn(
        id=node.ids.uuid(),
        at=now,
        by=provenance.by,
        source=provenance.source,
        digest=found.reading.page.digest,
        taken=0,
        known=0,
        refused=0,
        form=form,
        captured_at=provenance.captured_at,
    )
    if wishes.is_dry_run:
        return TakeInReport(None, form, intake.digest, (), report=report_found(found))
    with node.store.writing() as unit:
        taken = keep_report(unit, intake, data, found, provenance.origin)
    return TakeInReport(None if taken.was_known else intake.id, form, intake.digest, (), report=taken)


@dataclass(slots=True)
class _Intake:
    """One intake that has been read and checked, in one unit of work."""

    node: Node
    provenance: Provenance
    wishes: Wishes
    form: str
    digest: str
    contents: Contents
    checked: Checked
    now: datetime
    id: str = field(init=False)
    taken: list[Taken] = field(init=False, default_factory=list)
    held: list[VersionRef] = field(init=False, default_factory=list)
    late: dict[StixObject, Item] = field(init=False, default_factory=dict)
    warnings: list[Fault] = field(init=False)
    refused: list[Item] = field(init=False)

    def __post_init__(self) -> None:
        self.id = self.node.ids.uuid()
        self.warnings = list(self.checked.warnings)
        wrong = [Item(version[0], reason) for version, reason in self.checked.wrong.items()]
        self.refused = [*self.contents.refused, *wrong]

    def run(self, unit: Unit, progress: Progress) -> TakeInReport:
        """Compare with what is held and keep what is new."""
        whose = self.provenance.origin or self.node.party
        conflicts: list[Fault] = []
        wrong: set[StixId] = set()
        total = len(self.contents.objects)
        erased = self._erased(unit)
        conflicts += erased.values()
        wrong |= {made[0] for made in erased}
        passed_over = {**self.checked.wrong, **{made: str(fault) for made, fault in erased.items()}}
        for some in compare(
            unit, self.contents.objects, self.now, passed_over, is_converted=self.contents.is_converted
        ):
            conflicts += some.conflicts
            wrong |= some.wrong
            self.late |= some.late
            self.held += some.known
            self.warnings += some.kept_as_held
            self.taken += [Taken(made.id, made.modified) for made in some.new]
            if not self.wishes.is_dry_run:
                unit.objects.add_many(
                    [StoredVersion(made, frozenset({whose}), self.now, (), self.id) for made in some.new]
                )
            progress("keep", len(self.taken) + len(self.held), total)
        if conflicts and not self.wishes.keeps_good:
            raise _refusal("content-conflict", conflicts, len(wrong), total)
        self.refused += [Item(fault.path, f"expected {fault.expected}, found {fault.found}") for fault in conflicts]
        is_kept = not self.wishes.is_dry_run and bool(self.taken or self.late)
        name, mapping = self.wishes.options.get("save_mapping"), self.contents.asks.get("mapping")
        if name and mapping and not self.wishes.is_dry_run:
            unit.intakes.put_mapping(KeptMapping(name, json.dumps(mapping, ensure_ascii=False), self.now))
        released = self._keep(unit) if is_kept else ReleaseSummary()
        return TakeInReport(
            self.id if is_kept else None,
            self.form,
            self.digest,
            tuple(self.taken),
            tuple(self.held),
            tuple(self.late.values()),
            tuple(self.refused),
            tuple(self.warnings),
            self.contents.losses,
            released,
            self.contents.asks,
        )

    def _erased(self, unit: Unit) -> dict[VersionRef, Fault]:
        """What was erased here and comes again; what only has the name of something erased is warned of."""
        if unit.erasures.is_empty():
            return {}
        good = [made for made in self.contents.objects if made.version_ref not in self.checked.wrong]
        found = erased_before(self.node, unit, good)
        for made in good:
            strings = () if made.version_ref in found else identifying_strings(made.content)
            if strings and (number := named_before(self.node, unit, strings)) is not None:
                self.warnings.append(
                    Fault(made.id, "nothing that has the name of what was erased", f"erasure {number}")
                )
        return {
            made: Fault(made[0], "nothing that was erased here", f"what erasure {number} took")
            for made, number in found.items()
        }

    def _keep(self, unit: Unit) -> ReleaseSummary:
        unit.intakes.add(
            TakeIn(
                id=self.id,
                at=self.now,
                by=self.provenance.by,
                source=self.provenance.source,
                digest=self.digest,
                taken=len(self.taken),
                known=len(self.held),
                refused=len(self.late) + len(self.refused),
                form=self.form,
                captured_at=self.provenance.captured_at,
            )
        )
        for made, refusal in self.late.items():
            item = Quarantined(self.node.ids.uuid(), self.now, None, refusal.object_id, refusal.reason, made.raw)
            unit.intakes.quarantine(item)
        return update_views(self.node, unit, self.now)


def _source(node: Node, data: bytes, provenance: Provenance, wishes: Wishes, now: datetime) -> Source:
    with node.store.reading() as unit:
        parties = {party.id: party for party in unit.parties.everyone()}
        options = {**wishes.options, **kept_mapping(unit, wishes.options), "is_dry_run": wishes.is_dry_run}
    if provenance.captured_at is not None and provenance.captured_at > now + AHEAD:
        told = provenance.captured_at.isoformat()
        raise InputError("capture-to-come", f"time of capture refused: {told} is yet to come", None)
    whose = provenance.origin or node.party
    if whose not in parties:
        raise NotFound("party-unknown", f"origin {whose} is not a known party", "`sepakat party list` shows them")
    return Source(
        data,
        provenance.source,
        now,
        parties[whose].identity.id,
        provenance.captured_at,
        {party.identity.id: party.id for party in parties.values()},
        options,
    )


def undo_take_in(node: Node, id_: str) -> tuple[StixObject, ...]:
    """Remove what one intake brought; the objects removed.

    Raises:
        NotFound: there is no such intake.
        NotPermitted: it is undone already, came from a partner or a review, or something of it was released (recall
            that instead) or confirmed.
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
        forget_report(unit, id_)
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
        enter(unit, frozenset(version[0] for version in versions))
        unit.intakes.mark_undone(id_, now)
        update_views(node, unit, now)
    return tuple(removed)


def _refusal(code: str, faults: list[Fault], wrong: int, total: int) -> InputError:
    return InputError(
        code,
        f"nothing taken in: {wrong} of {total} objects have {len(faults)} faults, first {faults[0]}",
        "mend the objects named and take the file in again, or take the good ones with --keep-good",
        faults,
    )
