"""Everything that a node holds as files that need no Sepakat to be read: STIX bundles, agreements, logs, what was said.

Gives the files one after the other, from one snapshot; writing them is the caller's. Left out are keys, passwords and
tokens, the node's secret, and what follows from the rest (the catalogue, the journal). Invariant: the bundles have the
exact bytes of every version that is held, and each log is a file that `log verify --file` checks by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from itertools import islice
from typing import Any, TypeVar

import msgspec

from sepakat.agreements.terms import Agreement
from sepakat.agreements.writing import to_yaml
from sepakat.exchange import logs
from sepakat.exchange.parties import own_party
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import Direction, Publication
from sepakat.stix.objects import StixObject
from sepakat.transparency.exports import write_export

T = TypeVar("T")

IN_A_BUNDLE = 10_000
"""How many object versions one bundle has at most."""
_AT_ONCE = 1_000
_ALL = 2**31 - 1
_SECRET = frozenset({"password_hash", "token_digest"})
"""Fields of records that stay in the node."""

ABOUT = """\
Everything that the Sepakat node of {party} held at {at}, without its keys, passwords and secrets.

manifest.json   every file with its size and SHA-256; `sepakat export --check` compares them and verifies the logs
stix/           every object version that was held, as STIX 2.1 bundles; provenance.ndjson: where each came from
agreements/     each version of each agreement as YAML and as the canonical JSON that was signed, with all signatures
parties.ndjson  known parties with their identities and cards; communities.ndjson their rosters
logs/           each log with its checkpoints, as a file for `sepakat log verify --file`: ours, and theirs for us
views/          what each taker was given: every row with its object, its salt, and its place in the log
messages/       every signed message, sent and received
reports/        pages that were read, with what they proposed and what persons said of it
*.ndjson        one JSON document a line: topics, policies, approvals, recalls, consents, judgements, erasures and more
"""


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """One file of an export: its path, its content a piece at a time."""

    path: str
    chunks: Iterable[bytes]


def export_files(node: Node, unit: Unit) -> Iterator[ExportedFile]:
    """All files, in one order; each is to be written before the next is asked for."""
    at = node.clock.now().isoformat(timespec="seconds")
    yield ExportedFile("README.txt", [ABOUT.format(party=node.party, at=at).encode()])
    yield from _bundles(unit)
    yield _lines("provenance.ndjson", map(_provenance, unit.objects.everything()))
    yield from _agreements(unit)
    yield _lines("parties.ndjson", unit.parties.everyone())
    yield _lines("communities.ndjson", unit.parties.communities())
    yield from _logs(node, unit)
    yield from _views(unit)
    for direction, name in ((Direction.OUT, "sent"), (Direction.IN, "received")):
        yield ExportedFile(f"messages/{name}.ndjson", _messages(unit, direction))
    yield from _reports(unit)
    yield from _records(unit)


def _bundles(unit: Unit) -> Iterator[ExportedFile]:
    versions = (version.object.raw for version in unit.objects.everything())
    for number in range(1, _ALL):
        some = list(islice(versions, IN_A_BUNDLE))
        if not some:
            return
        # The id of a bundle says nothing; it only has to be one.
        id_ = f"bundle--00000000-0000-4000-8000-{number:012x}"
        head = b'{"type":"bundle","id":"%s","objects":[\n' % id_.encode()
        yield ExportedFile(f"stix/bundle-{number:05d}.json", [head, b",\n".join(some), b"\n]}\n"])


def _provenance(version: Any) -> dict[str, Any]:
    identifier, key = version.object.version_ref
    return {
        "id": identifier,
        "version": key,
        "digest": version.object.digest,
        "origins": sorted(version.origins),
        "received_at": version.received_at,
        "received": version.received,
        "take_in": version.take_in,
    }


def _agreements(unit: Unit) -> Iterator[ExportedFile]:
    for record in unit.agreements.everything():
        agreement = record.agreement
        place = f"agreements/{agreement.id}.v{agreement.version}.{record.hash[:12]}"
        yield ExportedFile(f"{place}.yaml", [to_yaml(agreement).encode()])
        yield ExportedFile(f"{place}.json", [record.canonical])
        document = {"hash": record.hash, "roster": record.roster, "added_at": record.added_at, "events": record.events}
        yield ExportedFile(f"{place}.signatures.json", [_encoded(document)])


def _logs(node: Node, unit: Unit) -> Iterator[ExportedFile]:
    own = own_party(node, unit)
    for counterpart in unit.logs.counterparts():
        other = unit.parties.get(counterpart)
        if other is None:
            continue
        for owner, kept_for, mirror in ((own, other, False), (other, own, True)):
            leaves = [leaf.data for leaf in unit.logs.leaves(counterpart, mirror=mirror)]
            if not leaves or owner.card is None:
                continue
            notes = [note for note in unit.logs.checkpoints(counterpart, mirror=mirror) if note.size <= len(leaves)]
            origin = logs.log_origin(owner.id, kept_for.id)
            data = write_export(origin, owner.card, kept_for.card, leaves, [note.note for note in notes])
            yield ExportedFile(f"logs/{owner.id}-for-{kept_for.id}.json", [data])


def _views(unit: Unit) -> Iterator[ExportedFile]:
    for collection in unit.views.collections():
        view = collection.view
        path = f"views/{view.agreement}-for-{view.taker}.ndjson"
        yield ExportedFile(path, _view_lines(unit, collection.id))
    yield _lines("views/collections.ndjson", unit.views.collections())


def _view_lines(unit: Unit, collection: str) -> Iterator[bytes]:
    before: int | None = None
    while rows := unit.recent.publications(collection, before=before, limit=_AT_ONCE):
        yield from map(_row, rows)
        before = rows[-1].sequence


def _row(row: Publication) -> bytes:
    document = {one.name: getattr(row, one.name) for one in fields(row) if one.name not in ("body", "salt")}
    document |= {"salt": row.salt.hex(), "object": msgspec.Raw(row.body or b"null")}
    return _encoded(document)


def _messages(unit: Unit, direction: Direction) -> Iterator[bytes]:
    for party in unit.parties.everyone():
        last = 0
        while page := unit.messages.after(party.id, last, direction=direction):
            for record in page:
                yield record.document + b"\n"
            last = page[-1].sequence


def _reports(unit: Unit) -> Iterator[ExportedFile]:
    for report in unit.reports.latest(_ALL):
        yield _lines(f"reports/{report.id}.ndjson", [report, *unit.reports.proposals(report.id)])
        yield _lines(f"reports/{report.id}.review.ndjson", unit.reports.steps(report.id))
        content = unit.reports.content(report.id)
        if content is not None:
            yield ExportedFile(f"reports/{report.id}.content", [content.content])
            yield ExportedFile(f"reports/{report.id}.reading.json", [content.reading])


def _records(unit: Unit) -> Iterator[ExportedFile]:
    judgements = (one for question in unit.claims.questions() for one in unit.claims.judgements(question))
    for name, records in (
        ("topics", unit.policies.topics()),
        ("policies", unit.policies.everything()),
        ("approvals", unit.policies.approvals()),
        ("recalls", unit.obligations.recalls()),
        ("consents", unit.obligations.consents()),
        ("intakes", unit.intakes.latest(_ALL)),
        ("quarantine", unit.intakes.quarantined(_ALL)),
        ("mappings", unit.intakes.mappings()),
        ("arrivals", _paged(lambda before: unit.recent.arrivals(before=before, limit=_AT_ONCE))),
        ("decisions", _paged(lambda before: unit.recent.decisions(before=before, limit=_AT_ONCE))),
        ("readings", unit.readings.accesses(_ALL)),
        ("consultations", unit.catalogue.consultations(_ALL)),
        ("judgements", judgements),
        ("watch-areas", unit.watches.areas()),
        ("alerts", unit.watches.alerts(limit=_ALL)),
        ("users", unit.people.users()),
        ("accounts", unit.people.accounts()),
        ("erasures", unit.erasures.everything()),
        ("retention", unit.erasures.retention.rules()),
    ):
        yield _lines(f"{name}.ndjson", records)


def _paged(page: Callable[[int | None], Sequence[tuple[int, T]]]) -> Iterator[T]:
    before: int | None = None
    while found := page(before):
        yield from (record for _, record in found)
        before = found[-1][0]


def _lines(path: str, records: Iterable[object]) -> ExportedFile:
    return ExportedFile(path, map(_encoded, records))


def _encoded(record: object) -> bytes:
    return _ENCODER.encode(_plain(record)) + b"\n"


def _plain(value: Any) -> Any:
    """A record as the encoder takes it: without what stays in the node, objects and agreements as their JSON."""
    if isinstance(value, StixObject):
        return msgspec.Raw(value.raw)
    if isinstance(value, Agreement):
        return value.id
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value) if one.name not in _SECRET}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, frozenset | set):
        return sorted(map(_plain, value), key=str)
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return value


_ENCODER = msgspec.json.Encoder(order="deterministic")
