"""A backup holds everything of one instant, is readable to nobody without the passphrase, and shows every change."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from sepakat import composition
from sepakat.cli.diagnosis import examine
from sepakat.cli.node_backups import back_up_node, restore_node
from sepakat.composition import close_node, create_node, open_node
from sepakat.errors import ConfigurationError, SepakatError, StoreError
from sepakat.exchange.ports import Node
from sepakat.exchange.records import Leaf
from sepakat.stix.identifiers import PartyId
from sepakat.stores import backing_up, copying
from tests.support import records
from tests.support.postgresql import shared_server

PHRASE = "correct horse battery staple"
SECRET = "the witness is anna"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    node = create_node(tmp_path / "node", PartyId("us"), "United States")
    with node.store.writing() as unit:
        records.fill(unit)
        unit.objects.add_many([records.stored(number, name=f"{SECRET} {number}") for number in range(100, 1200)])
    node.store.close()
    return tmp_path / "node"


def everything(node: Node) -> dict[str, object]:
    with node.store.reading() as unit:
        found = records.everything_in(unit)
    node.store.close()
    return found


def refusal(act: Callable[[], object]) -> SepakatError:
    with pytest.raises(SepakatError) as caught:
        act()
    return caught.value


def test_a_restored_node_has_everything(folder: Path, tmp_path: Path) -> None:
    backup = back_up_node(folder, tmp_path / "backup", PHRASE)
    shutil.copytree(folder, tmp_path / "kept")
    restored = restore_node(tmp_path / "backup", tmp_path / "restored", PHRASE)
    assert restored.contents == backup.contents
    assert everything(open_node(tmp_path / "restored")) == everything(open_node(folder))
    for name in ("settings.toml", "keys/signing.pem", "keys/secret.pem"):
        assert (tmp_path / "restored" / name).read_bytes() == (folder / name).read_bytes()
        assert stat.S_IMODE((tmp_path / "restored" / name).stat().st_mode) == 0o600


@pytest.mark.needs_postgresql
def test_a_backup_of_one_database_is_restored_into_another(folder: Path, tmp_path: Path) -> None:
    back_up_node(folder, tmp_path / "backup", PHRASE)
    address = shared_server().new_database(template=None)
    restore_node(tmp_path / "backup", tmp_path / "grown", PHRASE, address)
    assert everything(open_node(tmp_path / "grown")) == everything(open_node(folder))
    back_up_node(tmp_path / "grown", tmp_path / "again", PHRASE)
    restore_node(tmp_path / "again", tmp_path / "small", PHRASE)
    assert everything(open_node(tmp_path / "small")) == everything(open_node(folder))


def test_a_backup_is_of_the_instant_at_which_it_began(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(open_node(folder))
    node = open_node(folder)
    real = copying.rows_of

    def written_meanwhile(connection: Connection) -> Iterator[object]:
        for number, rows in enumerate(real(connection)):
            if number == 0:
                with node.store.writing() as unit:
                    unit.objects.add(records.stored(5000))
            yield rows

    monkeypatch.setattr(backing_up, "rows_of", written_meanwhile)
    back_up_node(folder, tmp_path / "backup", PHRASE)
    monkeypatch.undo()
    restore_node(tmp_path / "backup", tmp_path / "restored", PHRASE)
    assert everything(open_node(tmp_path / "restored")) == before


def test_nothing_can_be_read_without_the_passphrase(folder: Path, tmp_path: Path) -> None:
    back_up_node(folder, tmp_path / "backup", PHRASE)
    assert stat.S_IMODE((tmp_path / "backup").stat().st_mode) == 0o600
    content = (tmp_path / "backup").read_bytes()
    assert SECRET.encode() not in content
    assert b"PRIVATE KEY" not in content
    error = refusal(lambda: restore_node(tmp_path / "backup", tmp_path / "restored", PHRASE + "r"))
    assert error.code == "backup-passphrase-wrong"
    assert not (tmp_path / "restored").exists()


def flip(place: float) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        at = int(len(content) * place)
        return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]

    return change


PIECE = 5_000
SEALED = PIECE + 16


def pieces(content: bytes) -> tuple[bytes, list[bytes]]:
    """The header of a backup, and its sealed pieces."""
    start = len(backing_up.MAGIC) + 4
    start += int.from_bytes(content[start - 4 : start], "big")
    return content[:start], [content[at : at + SEALED] for at in range(start, len(content), SEALED)]


def rearranged(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[bytes], bytes]:
    def damage(content: bytes) -> bytes:
        header, sealed = pieces(content)
        assert len(sealed) > 4
        return header + b"".join(change(sealed))

    return damage


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "a bit of the header": lambda content: content.replace(b"us", b"ru", 1),
    "a bit in the middle": flip(0.5),
    "the last bit": flip(0.9999),
    "the end": lambda content: content[:-100],
    "all but the first piece": rearranged(lambda sealed: sealed[:1]),
    "the last piece": rearranged(lambda sealed: sealed[:-1]),
    "a piece in the middle": rearranged(lambda sealed: sealed[:2] + sealed[3:]),
    "two pieces change places": rearranged(lambda sealed: [sealed[0], sealed[2], sealed[1], *sealed[3:]]),
    "a piece stands twice": rearranged(lambda sealed: [*sealed[:2], *sealed[1:]]),
    "something after the end": lambda content: content + b"x" * 40,
    "everything": lambda content: b"",
    "the first line": lambda content: b"other" + content,
}


@pytest.mark.parametrize("what", DAMAGES)
def test_a_backup_that_was_changed_is_refused_and_leaves_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(backing_up, "_PIECE", PIECE)
    back_up_node(folder, tmp_path / "backup", PHRASE)
    damaged = DAMAGES[what]((tmp_path / "backup").read_bytes())
    (tmp_path / "damaged").write_bytes(damaged)
    error = refusal(lambda: restore_node(tmp_path / "damaged", tmp_path / "restored", PHRASE))
    assert error.code in {"backup-damaged", "backup-unreadable", "backup-passphrase-wrong"}
    assert not (tmp_path / "restored").exists()


def test_neither_a_file_nor_a_node_is_written_over(folder: Path, tmp_path: Path) -> None:
    back_up_node(folder, tmp_path / "backup", PHRASE)
    error = refusal(lambda: back_up_node(folder, tmp_path / "backup", PHRASE))
    assert (type(error), error.code) == (ConfigurationError, "backup-exists")
    assert refusal(lambda: restore_node(tmp_path / "backup", folder, PHRASE)).code == "folder-not-empty"
    assert everything(open_node(folder))


def test_a_restored_node_appends_nothing_to_its_logs(folder: Path, tmp_path: Path) -> None:
    back_up_node(folder, tmp_path / "backup", PHRASE)
    restore_node(tmp_path / "backup", tmp_path / "restored", PHRASE)
    node = composition.open_node(tmp_path / "restored")

    def append(*, mirror: bool) -> None:
        with node.store.writing() as unit:
            index = unit.logs.size(records.RU, mirror=mirror)
            unit.logs.append(Leaf(records.RU, mirror, index, b"leaf"))

    error = refusal(lambda: append(mirror=False))
    assert (type(error), error.code) == (StoreError, "store-restored")
    # What partners logged for us is still followed.
    append(mirror=True)
    with node.store.writing() as unit:
        unit.logs.let_go_on()
    append(mirror=False)


def test_a_backup_that_cannot_be_written_leaves_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = refusal(lambda: back_up_node(folder, tmp_path / "none" / "backup", PHRASE))
    assert (type(error), error.code) == (ConfigurationError, "backup-unwritable")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(backing_up, "check_backup", full)
    error = refusal(lambda: back_up_node(folder, tmp_path / "backup", PHRASE))
    assert (error.code, "No space left" in error.message) == ("backup-unwritable", True)
    assert [one.name for one in tmp_path.iterdir()] == ["node"]


def test_what_is_no_backup_or_has_no_place_is_refused_in_words(folder: Path, tmp_path: Path) -> None:
    for source in (tmp_path / "none", tmp_path):
        assert refusal(lambda source=source: restore_node(source, tmp_path / "x", PHRASE)).code == "file-unreadable"  # type: ignore[misc]
    back_up_node(folder, tmp_path / "backup", PHRASE)
    error = refusal(lambda: restore_node(tmp_path / "backup", tmp_path / "backup" / "x", PHRASE))
    assert (type(error), error.code) == (ConfigurationError, "folder-unwritable")


def test_a_disk_that_is_full_leaves_no_half_restored_node(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up_node(folder, tmp_path / "backup", PHRASE)

    def full(*_: object) -> None:
        raise StoreError("store-full", "store cannot grow")

    monkeypatch.setattr(backing_up, "fill", full)
    assert refusal(lambda: restore_node(tmp_path / "backup", tmp_path / "restored", PHRASE)).code == "store-full"
    assert not (tmp_path / "restored").exists()


def test_the_doctor_says_that_a_restored_node_sends_nothing(tmp_path: Path) -> None:
    close_node(create_node(tmp_path / "node", PartyId("us"), "United States"))
    back_up_node(tmp_path / "node", tmp_path / "backup", PHRASE)
    restore_node(tmp_path / "backup", tmp_path / "restored", PHRASE)
    for folder, is_held in ((tmp_path / "node", False), (tmp_path / "restored", True)):
        (logs,) = [one for one in examine(folder) if one.what == "logs"]
        assert (logs.is_well, "sends nothing before `sepakat store resume`" in logs.found) == (True, is_held)
