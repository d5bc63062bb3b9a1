from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepakat.transparency.checkpoints import Checkpoint, checkpoint_text, cosign_note, sign_note
from sepakat.transparency.leaves import Leaf, MessageLeaf, salted_digest
from sepakat.transparency.merkle import root_hash
from sepakat.transparency.verification import LogEntry, LogReport, MessageRow, PublishedRow, verify_log
from tests.unit.transparency.bodies import AT, HASH, LEAF
from tests.unit.transparency.signers import IQ, LOG, ORIGIN, PARTNER, SIGN_IQ, SIGN_RU, SIGN_US

OBJECT = "note--00000000-0000-4000-8000-{:012d}"


def digest_of(number: int) -> str:
    return f"{number:064x}"


def salt_of(number: int) -> bytes:
    return bytes([number]) * 32


LEAVES: list[Leaf] = []
ROWS: list[PublishedRow] = []
MESSAGES: list[MessageRow] = []
for index in range(6):
    if index % 3 == 2:
        LEAVES.append(MessageLeaf("sent", "recall", digest_of(1000 + index), AT))
        MESSAGES.append(MessageRow(index, digest_of(1000 + index)))
        continue
    numbers = [10 * index + position for position in range(3)]
    salted = tuple(salted_digest(salt_of(number), digest_of(number)) for number in numbers)
    LEAVES.append(replace(LEAF, at=AT + timedelta(minutes=index), digests=salted[:2], tombstones=salted[2:]))
    ROWS += [
        PublishedRow(index, position, OBJECT.format(number), salt_of(number), digest_of(number))
        for position, number in enumerate(numbers)
    ]
ENTRIES = [LogEntry(leaf.data, leaf.hash) for leaf in LEAVES]


def note_of(size: int) -> str:
    root = root_hash([leaf.hash for leaf in LEAVES[:size]])
    note = sign_note(checkpoint_text(Checkpoint(ORIGIN, size, root)), LOG, SIGN_US)
    return cosign_note(note, PARTNER, SIGN_RU, AT)


NOTES = [note_of(size) for size in (0, 2, 3, 6)]
VERIFIERS = [LOG, PARTNER]


def check(
    entries: list[LogEntry] = ENTRIES,
    notes: list[str] = NOTES,
    rows: list[PublishedRow] | None = ROWS,
    messages: list[MessageRow] | None = MESSAGES,
) -> LogReport:
    return verify_log(ORIGIN, entries, notes, VERIFIERS, rows, messages)


def codes(report: LogReport) -> list[str]:
    return [finding.code for finding in report.findings]


def changed(
    entries: list[LogEntry], index: int, data: bytes | None = None, hash_: bytes | None = None
) -> list[LogEntry]:
    old = entries[index]
    entry = LogEntry(old.data if data is None else data, old.hash if hash_ is None else hash_)
    return [*entries[:index], entry, *entries[index + 1 :]]


def flipped(raw: bytes, at: int, by: int = 1) -> bytes:
    at %= len(raw)
    return raw[:at] + bytes([raw[at] ^ by]) + raw[at + 1 :]


def test_log_as_it_was_signed_is_sound() -> None:
    report = check()
    assert report.findings == ()
    assert report.is_sound
    assert (report.size, report.checkpoints, report.rows) == (6, 4, 12)
    assert report.root == root_hash([leaf.hash for leaf in LEAVES])


def test_empty_log_is_sound() -> None:
    assert verify_log(ORIGIN, [], [], VERIFIERS, [], []).findings == ()


def test_rows_and_messages_may_be_left_out() -> None:
    assert check(rows=None, messages=None).is_sound


@given(st.integers(0, 5), st.integers(0, 10_000), st.integers(1, 255))
def test_any_changed_byte_of_a_leaf_is_found_at_that_leaf(index: int, at: int, by: int) -> None:
    report = check(changed(ENTRIES, index, data=flipped(ENTRIES[index].data, at, by)))
    assert not report.is_sound
    assert ("leaf-changed", index) in [(finding.code, finding.leaf) for finding in report.findings]


@given(st.integers(0, 5), st.integers(0, 31), st.integers(1, 255))
def test_any_changed_byte_of_a_kept_leaf_hash_is_found_at_that_leaf(index: int, at: int, by: int) -> None:
    kept = ENTRIES[index].hash
    assert kept is not None
    report = check(changed(ENTRIES, index, hash_=flipped(kept, at, by)))
    assert [(finding.code, finding.leaf) for finding in report.findings] == [("leaf-changed", index)]


@given(st.integers(0, 5), st.integers(0, 10_000), st.integers(1, 255))
def test_changed_leaf_without_kept_hashes_is_found_between_two_checkpoints(index: int, at: int, by: int) -> None:
    bare = [LogEntry(entry.data) for entry in ENTRIES]
    report = check(changed(bare, index, data=flipped(bare[index].data, at, by)), rows=None, messages=None)
    (finding,) = [finding for finding in report.findings if finding.code == "root-differs"]
    assert finding.leaves is not None
    assert index in finding.leaves
    assert finding.leaves in (range(2), range(2, 3), range(3, 6))


def test_leaf_rewritten_together_with_its_hash_is_found_between_two_checkpoints() -> None:
    forged = replace(LEAF, clauses=("S2",))
    report = check(changed(ENTRIES, 4, forged.data, forged.hash), rows=None)
    (finding,) = report.findings
    assert (finding.code, finding.leaves, finding.checkpoint) == ("root-differs", range(3, 6), 3)


@given(st.integers(0, 3), st.integers(0, 10_000), st.integers(1, 255))
def test_any_changed_byte_of_a_checkpoint_is_found_at_that_checkpoint(number: int, at: int, by: int) -> None:
    text = flipped(NOTES[number].encode(), at, by).decode("utf-8", "surrogateescape")
    report = check(notes=[*NOTES[:number], text, *NOTES[number + 1 :]])
    assert not report.is_sound
    assert number in {finding.checkpoint for finding in report.findings if finding.is_damage}


@given(st.integers(0, 11), st.integers(0, 31), st.integers(1, 255))
def test_any_changed_byte_of_a_salt_is_found_at_that_object(row: int, at: int, by: int) -> None:
    salt = ROWS[row].salt
    assert salt is not None
    rows = [*ROWS[:row], replace(ROWS[row], salt=flipped(salt, at, by)), *ROWS[row + 1 :]]
    (finding,) = check(rows=rows).findings
    expected = ("row-changed", ROWS[row].leaf, ROWS[row].position, ROWS[row].object_id)
    assert (finding.code, finding.leaf, finding.position, finding.object_id) == expected
    assert ROWS[row].object_id in finding.message


@given(st.integers(0, 11), st.integers(0, 63))
def test_any_changed_payload_is_found_at_that_object(row: int, at: int) -> None:
    text = ROWS[row].digest
    assert text is not None
    other = text[:at] + ("e" if text[at] != "e" else "f") + text[at + 1 :]
    rows = [*ROWS[:row], replace(ROWS[row], digest=other), *ROWS[row + 1 :]]
    (finding,) = check(rows=rows).findings
    assert (finding.code, finding.leaf, finding.object_id) == ("row-changed", ROWS[row].leaf, ROWS[row].object_id)


def test_swapped_rows_are_found_at_both_places() -> None:
    rows = [replace(ROWS[0], position=1), replace(ROWS[1], position=0), *ROWS[2:]]
    assert codes(check(rows=rows)) == ["row-changed", "row-changed"]


@pytest.mark.parametrize("row", range(12))
def test_removed_row_is_found_by_leaf_and_position(row: int) -> None:
    (finding,) = check(rows=ROWS[:row] + ROWS[row + 1 :]).findings
    assert (finding.code, finding.leaf, finding.position) == ("row-missing", ROWS[row].leaf, ROWS[row].position)


def test_added_or_doubled_rows_are_found() -> None:
    extra = replace(ROWS[0], position=7, object_id=OBJECT.format(99))
    elsewhere = replace(ROWS[0], leaf=2)
    beyond = replace(ROWS[0], leaf=6)
    report = check(rows=[*ROWS, extra, elsewhere, beyond, ROWS[0]])
    assert codes(report) == ["row-without-leaf", "row-without-leaf", "row-without-leaf", "row-twice"]


def test_erased_rows_leave_the_log_sound_and_are_told() -> None:
    rows = [replace(ROWS[0], salt=None, digest=None), *ROWS[1:]]
    report = check(rows=rows)
    assert report.is_sound
    assert codes(report) == ["rows-erased"]


def test_half_erased_row_is_damage() -> None:
    for half in (replace(ROWS[0], salt=None), replace(ROWS[0], digest=None)):
        report = check(rows=[half, *ROWS[1:]])
        assert codes(report) == ["row-half-erased"]
        assert not report.is_sound


def test_last_leaves_removed_are_named() -> None:
    kept = ENTRIES[:4]
    report = check(kept, rows=[row for row in ROWS if row.leaf < 4], messages=MESSAGES[:1])
    (finding,) = report.findings
    assert (finding.code, finding.leaves) == ("leaves-missing", range(4, 6))


def test_leaf_removed_from_the_middle_is_found() -> None:
    report = check(ENTRIES[:1] + ENTRIES[2:], rows=None, messages=None)
    assert codes(report) == ["root-differs"]
    assert report.findings[0].leaves == range(2)


def test_leaves_after_the_last_checkpoint_are_told_and_no_damage() -> None:
    report = check(notes=NOTES[:3])
    assert report.is_sound
    assert [(finding.code, finding.leaves) for finding in report.findings] == [("leaves-unsigned", range(3, 6))]


def test_log_without_any_checkpoint_is_told_to_be_unsigned() -> None:
    assert codes(check(notes=[])) == ["leaves-unsigned"]


def test_checkpoint_that_the_partner_did_not_cosign_is_told() -> None:
    alone = sign_note(checkpoint_text(Checkpoint(ORIGIN, 6, check().root)), LOG, SIGN_US)
    report = check(notes=[*NOTES, alone])
    assert report.is_sound
    assert [(finding.code, finding.checkpoint) for finding in report.findings] == [("checkpoint-not-cosigned", 4)]


def test_checkpoint_rollback_is_refused() -> None:
    report = check(notes=[*NOTES, NOTES[1]])
    assert [(finding.code, finding.checkpoint) for finding in report.findings] == [("checkpoint-rollback", 4)]
    assert not report.is_sound


def test_fork_signed_by_the_log_itself_is_found() -> None:
    forged = sign_note(checkpoint_text(Checkpoint(ORIGIN, 6, b"\1" * 32)), LOG, SIGN_US)
    report = verify_log(ORIGIN, ENTRIES, [*NOTES, forged], [LOG], ROWS, MESSAGES)
    found = [(finding.code, finding.checkpoint) for finding in report.findings]
    assert ("root-differs", 4) in found


def test_checkpoint_signed_by_a_stranger_is_damage() -> None:
    stranger = sign_note(checkpoint_text(Checkpoint(ORIGIN, 6, check().root)), replace(LOG, key=IQ), SIGN_IQ)
    report = check(notes=[*NOTES[:3], stranger])
    assert codes(report)[0] == "checkpoint-damaged"
    assert not report.is_sound


def test_changed_message_is_found_at_its_leaf() -> None:
    report = check(messages=[replace(MESSAGES[0], hash=HASH), MESSAGES[1]])
    assert [(finding.code, finding.leaf) for finding in report.findings] == [("message-changed", 2)]


def test_missing_and_invented_messages_are_found_at_their_leaves() -> None:
    report = check(messages=[MessageRow(0, HASH), MessageRow(17, HASH), MESSAGES[1]])
    assert [(finding.code, finding.leaf) for finding in report.findings] == [
        ("row-without-leaf", 0),
        ("row-without-leaf", 17),
        ("message-missing", 2),
    ]
