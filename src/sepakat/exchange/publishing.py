"""Puts a batch into a view: rows with growing dates, salts, one log leaf, the statement to the taker.

All of it happens in the caller's transaction: nothing is readable that is not in the log (invariant I13). What goes
into a batch is decided elsewhere. Rows are in order of release; `date_added` is strictly growing whole milliseconds on
the view's grid (DESIGN sections 4.10 and 8).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from sepakat.agreements.writing import agreement_hash
from sepakat.exchange import logs
from sepakat.exchange.messaging import compose
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import Collection, Publication, RecordedDecision, Standing
from sepakat.release.decision import Decision, Outcome
from sepakat.release.order import release_order
from sepakat.release.question import View
from sepakat.stix.identifiers import PartyId
from sepakat.stix.objects import StixObject, VersionRef
from sepakat.stix.standard import SPEC_VERSION
from sepakat.transparency.leaves import MAX_OBJECTS, ReleaseLeaf, salted_digest

GRID = timedelta(milliseconds=200)
"""Releases of a view happen on this grid, so that their instants tell less about what happens inside the node."""

SALT_BYTES = 32
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that enters a view: the object as it leaves, the version it comes from, whose it is, and why."""

    object: StixObject
    original: VersionRef
    outcome: Outcome
    origins: frozenset[PartyId]
    decision: Decision | None = None
    standing: Standing = Standing.LIVE


def publish(
    node: Node, unit: Unit, view: View, collection: Collection, entries: Iterable[Entry], now: datetime
) -> None:
    """Publish entries in their order of release, in batches of `MAX_OBJECTS`, each with its leaf and statement."""
    by_ref = {entry.object.version_ref: entry for entry in entries}
    objects = release_order([entry.object for entry in by_ref.values()], view.key, node.secret)
    ordered = [by_ref[made.version_ref] for made in objects]
    for start in range(0, len(ordered), MAX_OBJECTS):
        batch = ordered[start : start + MAX_OBJECTS]
        # Positions in a leaf count through what entered first, then through the tombstones.
        batch.sort(key=lambda entry: entry.standing is Standing.TOMBSTONE)
        _publish_batch(node, unit, view, collection, batch, now)


def _publish_batch(
    node: Node, unit: Unit, view: View, collection: Collection, batch: Sequence[Entry], now: datetime
) -> None:
    taker = view.key.taker
    index = unit.logs.size(taker, mirror=False)
    rows = _rows(node, unit, collection, batch, index, now)
    decisions = [entry.decision for entry in batch if entry.decision is not None]
    committed = [salted_digest(row.salt, row.digest) for row in rows]
    entered = sum(row.standing is not Standing.TOMBSTONE for row in rows)
    leaf = ReleaseLeaf(
        log=logs.log_origin(node.party, taker),
        collection=collection.id,
        agreement=view.key.agreement,
        agreement_hash=agreement_hash(view.agreement),
        taker=taker,
        clauses=tuple(sorted({clause for decision in decisions for clause in decision.clauses})),
        at=now,
        digests=tuple(committed[:entered]),
        tombstones=tuple(committed[entered:]),
    )
    unit.views.publish(rows)
    unit.views.record([_recorded(collection, decision) for decision in decisions])
    # The leaf ends the tree of its checkpoint, so its proof is the edge of the tree before it.
    inclusion = logs.frontier_of(node, unit, taker, mirror=False).next_inclusion()
    logs.append_leaf(unit, taker, leaf.data)
    head = logs.head(node, unit, taker, now)
    party = unit.parties.get(taker)
    if party is not None and party.card is not None:
        statement = {
            "collection": collection.id,
            "leaf": leaf.document(),
            "index": index,
            "size": head.size,
            "inclusion": [step.hex() for step in inclusion],
            "objects": [_stated(entry, row) for entry, row in zip(batch, rows, strict=True)][:entered],
            "tombstones": [_removed(row) for row in rows[entered:]],
            "checkpoint": head.note,
        }
        compose(node, unit, "release-statement", taker, statement, now)


def _rows(
    node: Node, unit: Unit, collection: Collection, batch: Sequence[Entry], leaf: int, now: datetime
) -> list[Publication]:
    last = unit.views.last(collection.id)
    sequence = last.sequence if last else 0
    added = last.date_added if last else datetime.min.replace(tzinfo=UTC)
    first, salts = on_grid(now), node.ids.secret(SALT_BYTES * len(batch))
    rows = []
    for position, entry in enumerate(batch):
        sequence += 1
        added = max(first, added + MILLISECOND)
        rows.append(
            Publication(
                collection=collection.id,
                sequence=sequence,
                date_added=added,
                id=entry.object.id,
                version=entry.object.version,
                type=entry.object.type,
                body=entry.object.kept(_as_served),
                digest=entry.object.digest,
                salt=salts[SALT_BYTES * position : SALT_BYTES * (position + 1)],
                leaf=leaf,
                position=position,
                original=entry.original,
                outcome=entry.outcome,
                standing=entry.standing,
            )
        )
    return rows


def _as_served(made: StixObject) -> bytes:
    """The bytes that readers get: the object's own, with `spec_version` where it has none (DESIGN section 8).

    It stands in no digest, so what was signed and logged holds for both.
    """
    if "spec_version" in made.content:
        return made.raw
    inside = made.raw.index(b"{") + 1
    return b'%b"spec_version":"%b",%b' % (made.raw[:inside], SPEC_VERSION.encode(), made.raw[inside:])


def _stated(entry: Entry, row: Publication) -> Mapping[str, Any]:
    return {
        "id": row.id,
        "version": row.version,
        "digest": row.digest,
        "salt": row.salt.hex(),
        "origins": sorted(entry.origins),
        "clauses": list(entry.decision.clauses) if entry.decision is not None else [],
        "variant": row.outcome is Outcome.VARIANT,
    }


def _removed(row: Publication) -> Mapping[str, Any]:
    return {"id": row.id, "version": row.version, "digest": row.digest, "salt": row.salt.hex()}


def _recorded(collection: Collection, decision: Decision) -> RecordedDecision:
    findings = [
        {
            "rule": finding.rule,
            "verdict": finding.verdict.value,
            "because": finding.because,
            "clause": finding.clause,
            "evidence": finding.evidence,
        }
        for finding in decision.findings
    ]
    # Text alone, under names in ASCII: sorted by them it is canonical as it is.
    said = {"cut": decision.cut, "clauses": decision.clauses, "findings": findings}
    words = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    return RecordedDecision(collection.id, decision.version, decision.at, decision.outcome, words.decode())


def on_grid(now: datetime) -> datetime:
    """The next point of the grid, at or after `now`: whole milliseconds."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    steps = -((midnight - now) // GRID)
    return midnight + steps * GRID
