"""Re-checking a whole log from what one node keeps, without asking anybody.

Recomputes leaf hashes, roots, signatures, co-signatures and the salted digests of what was published, and says of each
damage where it is: leaf, position and object, or checkpoint. Reading the rows, and recomputing object digests from
the payload as it stands now, is the caller's part. It decides nothing on what to do about damage.
Invariant: if any byte of a leaf, a checkpoint, a salt or a payload that was given differs from what was signed, at
least one finding names its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sepakat.errors import InputError, PeerError
from sepakat.transparency.checkpoints import Checkpoint, Note, Role, Verifier, open_checkpoint
from sepakat.transparency.leaves import Leaf, MessageLeaf, ReleaseLeaf, parse_leaf, salted_digest
from sepakat.transparency.merkle import Frontier, leaf_hash


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One leaf as it is kept: its bytes, and the leaf hash kept beside them, if there is one."""

    data: bytes
    hash: bytes | None = None


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """One object or tombstone of a batch as it is kept.

    `object_id` and `digest` are those of the payload read now, not of a column beside it. `salt` and `digest` are
    None together once they are erased. With `is_lost` the payload is gone since a restore, and says so; the digest is
    then the one kept beside it.
    """

    leaf: int
    position: int
    object_id: str
    salt: bytes | None
    digest: str | None
    is_lost: bool = False


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message as it is kept: the leaf that it belongs to, and its hash recomputed from the document read now.

    `leaf` is negative for a message that no leaf names. With `is_erased` the hash is the one kept beside a document
    that is not whole any more.
    """

    leaf: int
    hash: str
    is_erased: bool = False


@dataclass(frozen=True, slots=True)
class LogFinding:
    """One thing that is not as it was signed, or not signed; `leaves` is a range when one leaf cannot be told.

    `is_damage` is false for what is only worth knowing: leaves not yet signed, a checkpoint not co-signed, rows
    that are erased or lost.
    """

    code: str
    message: str
    is_damage: bool = True
    leaf: int | None = None
    leaves: range | None = None
    checkpoint: int | None = None
    position: int | None = None
    object_id: str | None = None


@dataclass(frozen=True, slots=True)
class LogReport:
    """What verification found; `root` is that of the leaves as they are kept."""

    size: int
    root: bytes
    findings: tuple[LogFinding, ...] = ()
    checkpoints: int = 0
    rows: int = 0

    @property
    def is_sound(self) -> bool:
        """Whether nothing is damaged."""
        return not any(finding.is_damage for finding in self.findings)


def verify_log(
    origin: str,
    entries: Sequence[LogEntry],
    checkpoints: Sequence[str],
    verifiers: Iterable[Verifier],
    rows: Iterable[PublishedRow] | None = None,
    messages: Iterable[MessageRow] | None = None,
) -> LogReport:
    """Check one log: `entries` by index, signed `checkpoints` from old to new, rows in any order.

    `verifiers` are all keys that ever signed for this log, old ones too, and those of the co-signer. Without `rows` or
    `messages` (None) these are not looked at; with them, every leaf must be accounted for.
    """
    findings: list[LogFinding] = []
    leaves = list(_read_leaves(entries, findings))
    opened = _open_all(origin, checkpoints, tuple(verifiers), findings)
    findings += _compare_roots(entries, opened)
    count = 0
    if rows is not None:
        count = _check_rows(leaves, rows, findings)
    if messages is not None:
        findings += _check_messages(leaves, messages)
    root = Frontier().extend(leaf_hash(entry.data) for entry in entries).root()
    return LogReport(len(entries), root, tuple(findings), len(checkpoints), count)


def _read_leaves(entries: Sequence[LogEntry], findings: list[LogFinding]) -> Iterator[Leaf | None]:
    for index, entry in enumerate(entries):
        if entry.hash is not None and entry.hash != leaf_hash(entry.data):
            findings.append(
                LogFinding("leaf-changed", f"leaf {index}: its bytes do not have the hash kept for it", leaf=index)
            )
        try:
            yield parse_leaf(entry.data)
        except InputError as error:
            findings.append(LogFinding("leaf-unreadable", f"leaf {index}: {error.message}", leaf=index))
            yield None


@dataclass(frozen=True, slots=True)
class _Opened:
    number: int
    checkpoint: Checkpoint


def _open_all(
    origin: str, notes: Sequence[str], verifiers: tuple[Verifier, ...], findings: list[LogFinding]
) -> list[_Opened]:
    opened: list[_Opened] = []
    size = 0
    for number, text in enumerate(notes):
        try:
            checkpoint, note = open_checkpoint(text, verifiers, origin)
        except (InputError, PeerError) as error:
            findings.append(
                LogFinding("checkpoint-damaged", f"checkpoint {number}: {error.message}", checkpoint=number)
            )
            continue
        findings += _signature_findings(number, checkpoint, note, verifiers)
        if checkpoint.size < size:
            findings.append(
                LogFinding(
                    "checkpoint-rollback",
                    f"checkpoint {number}: it is of {checkpoint.size} leaves, one before it of {size}",
                    checkpoint=number,
                )
            )
        size = max(size, checkpoint.size)
        opened.append(_Opened(number, checkpoint))
    return opened


def _signature_findings(
    number: int, checkpoint: Checkpoint, note: Note, verifiers: tuple[Verifier, ...]
) -> Iterator[LogFinding]:
    for line in note.unknown:
        # A log between two parties is signed by these two: a line of anybody else was put or changed there.
        name = line.split(" ")[1]
        yield LogFinding(
            "checkpoint-signature-unknown",
            f"checkpoint {number}: a signature line of {name} by a key that nobody here knows",
            checkpoint=number,
        )
    wanted = any(verifier.role is Role.COSIGNER for verifier in verifiers)
    if wanted and not note.signed_by(Role.COSIGNER):
        yield LogFinding(
            "checkpoint-not-cosigned",
            f"checkpoint {number}: the partner has not co-signed it (size {checkpoint.size})",
            is_damage=False,
            checkpoint=number,
        )


def _compare_roots(entries: Sequence[LogEntry], opened: Sequence[_Opened]) -> Iterator[LogFinding]:
    """Find the first checkpoint whose root the leaves do not have; later ones cannot say more than that one.

    Two trees grow side by side, over the bytes and over the hashes kept: if either has the signed root, a leaf that
    differs between them was named by its own finding, and the leaves of this stretch are told apart.
    """
    by_size = sorted(opened, key=lambda entry: entry.checkpoint.size)
    data, kept = Frontier(), Frontier()
    good = 0
    for entry in by_size:
        checkpoint, number = entry.checkpoint, entry.number
        if checkpoint.size > len(entries):
            missing = range(len(entries), checkpoint.size)
            yield LogFinding(
                "leaves-missing",
                f"checkpoint {number} is of {checkpoint.size} leaves, only {len(entries)} are kept: "
                f"leaves {missing.start} to {missing.stop - 1} are missing",
                leaves=missing,
                checkpoint=number,
            )
            return
        for leaf in entries[data.size : checkpoint.size]:
            data = data.append(leaf_hash(leaf.data))
            kept = kept.append(leaf_hash(leaf.data) if leaf.hash is None else leaf.hash)
        if checkpoint.root not in (data.root(), kept.root()):
            stretch = range(good, checkpoint.size)
            where = f"leaves {stretch.start} to {stretch.stop - 1}" if stretch else f"the first {good} leaves"
            yield LogFinding(
                "root-differs",
                f"checkpoint {number}: {where} do not have the root that was signed; later checkpoints not compared",
                leaves=stretch,
                checkpoint=number,
            )
            return
        good = checkpoint.size
    if good < len(entries):
        yield LogFinding(
            "leaves-unsigned",
            f"leaves {good} to {len(entries) - 1} are not under any checkpoint that holds",
            is_damage=False,
            leaves=range(good, len(entries)),
        )


@dataclass(slots=True)
class _Seen:
    positions: set[int] = field(default_factory=set)
    erased: int = 0
    lost: int = 0


def _check_rows(leaves: Sequence[Leaf | None], rows: Iterable[PublishedRow], findings: list[LogFinding]) -> int:
    seen: dict[int, _Seen] = {}
    count = 0
    for row in rows:
        count += 1
        leaf = leaves[row.leaf] if 0 <= row.leaf < len(leaves) else None
        mine = seen.setdefault(row.leaf, _Seen())
        problem = _row_problem(row, leaf, mine)
        if problem is not None and not (leaf is None and 0 <= row.leaf < len(leaves)):
            findings.append(_row_finding(row, *problem))
        mine.positions.add(row.position)
        mine.erased += row.salt is None and row.digest is None
        mine.lost += row.is_lost
    for index, leaf in enumerate(leaves):
        if isinstance(leaf, ReleaseLeaf):
            findings += _batch_findings(index, leaf, seen.get(index, _Seen()))
    return count


def _row_problem(row: PublishedRow, leaf: Leaf | None, seen: _Seen) -> tuple[str, str] | None:
    if not isinstance(leaf, ReleaseLeaf) or not 0 <= row.position < leaf.count:
        return "row-without-leaf", "no leaf of the log stands for it"
    if row.position in seen.positions:
        return "row-twice", "another object stands at the same place"
    if row.salt is None or row.digest is None:
        both = row.salt is None and row.digest is None
        return None if both else ("row-half-erased", "only one of salt and payload is there")
    try:
        holds = salted_digest(row.salt, row.digest) == leaf.commitments[row.position]
    except InputError as error:
        return "row-changed", error.message
    return None if holds else ("row-changed", "payload or salt is not what the leaf commits to")


def _row_finding(row: PublishedRow, code: str, why: str) -> LogFinding:
    message = f"leaf {row.leaf}, position {row.position}, {row.object_id}: {why}"
    return LogFinding(code, message, leaf=row.leaf, position=row.position, object_id=row.object_id)


def _batch_findings(index: int, leaf: ReleaseLeaf, seen: _Seen) -> Iterator[LogFinding]:
    for position in range(leaf.count):
        if position not in seen.positions:
            yield LogFinding(
                "row-missing",
                f"leaf {index}, position {position} of {leaf.collection}: the object that the leaf commits to is gone",
                leaf=index,
                position=position,
            )
    if seen.erased:
        yield LogFinding(
            "rows-erased", f"leaf {index}: salt and payload of {seen.erased} are erased", is_damage=False, leaf=index
        )
    if seen.lost:
        why = f"leaf {index}: the payload of {seen.lost} was not in the backup that was restored"
        yield LogFinding("rows-lost", why, is_damage=False, leaf=index)


def _check_messages(leaves: Sequence[Leaf | None], rows: Iterable[MessageRow]) -> Iterator[LogFinding]:
    seen: set[int] = set()
    erased = 0
    for row in rows:
        erased += row.is_erased
        leaf = leaves[row.leaf] if 0 <= row.leaf < len(leaves) else None
        if isinstance(leaf, MessageLeaf):
            if leaf.message != row.hash:
                why = f"leaf {row.leaf}: the {leaf.kind} kept for it is not the message that was logged"
                yield LogFinding("message-changed", why, leaf=row.leaf)
            seen.add(row.leaf)
        elif leaf is not None or not 0 <= row.leaf < len(leaves):
            where = f"leaf {row.leaf}" if row.leaf >= 0 else f"message {row.hash[:16]}"
            yield LogFinding("row-without-leaf", f"{where}: no leaf of the log stands for the message", leaf=row.leaf)
    for index, leaf in enumerate(leaves):
        if isinstance(leaf, MessageLeaf) and index not in seen:
            yield LogFinding("message-missing", f"leaf {index}: the {leaf.kind} that was logged is gone", leaf=index)
    if erased:
        yield LogFinding("messages-erased", f"something is erased in {erased} of the messages", is_damage=False)
