"""Keys in files: made once, used under their passphrase, and changed beside whoever holds the signer."""

from __future__ import annotations

from pathlib import Path

import pytest

from sepakat.composition import NEXT_SIGNING_KEY, SIGNING_KEY, close_node, create_node, open_node, rotate_key
from sepakat.errors import ConfigurationError
from sepakat.exchange.parties import own_card, show_party
from sepakat.exchange.ports import Node
from sepakat.stix.identifiers import PartyId
from sepakat.stores.key_files import FileSigner, write_key
from sepakat.transparency.keys import PublicKey, verify

US = PartyId("us")


def node_in(folder: Path, passphrase: str | None = None) -> Node:
    return create_node(folder, US, "United States", "US", passphrase)


def test_signer_signs_with_the_key_that_its_file_holds_now(tmp_path: Path) -> None:
    path, following = tmp_path / "one.pem", tmp_path / "two.pem"
    write_key(path, "secret words")
    signer = FileSigner(path, "secret words")
    before = signer.public_key
    renewed = signer.with_new_key(following)
    assert signer.public_key == before != renewed.public_key
    following.replace(path)
    assert signer.public_key == renewed.public_key
    assert verify(PublicKey.parse(signer.public_key), b"data", signer.sign(b"data"))
    path.unlink()
    assert signer.public_key == renewed.public_key


@pytest.mark.parametrize("passphrase", [None, "secret words"])
def test_rotated_key_is_on_the_card_and_in_use_and_the_old_one_gone(tmp_path: Path, passphrase: str | None) -> None:
    node = node_in(tmp_path / "us", passphrase)
    before = node.signer.public_key
    rotate_key(tmp_path / "us", node)
    assert node.signer.public_key != before
    assert [entry["until"] is None for entry in own_card(node)["keys"]] == [True, False]
    again = open_node(tmp_path / "us", passphrase)
    assert again.signer.public_key == node.signer.public_key == show_party(again, US).keys[0]
    assert sorted(path.name for path in (tmp_path / "us" / "keys").iterdir()) == ["secret.pem", "signing.pem"]
    for one in (node, again):
        close_node(one)


def test_rotation_that_broke_off_after_the_card_is_finished_at_the_next_opening(tmp_path: Path) -> None:
    node = node_in(tmp_path / "us")
    keys = tmp_path / "us" / "keys"
    old = (keys / SIGNING_KEY).read_bytes()
    rotate_key(tmp_path / "us", node)
    new = (keys / SIGNING_KEY).read_bytes()
    (keys / SIGNING_KEY).write_bytes(old)
    (keys / NEXT_SIGNING_KEY).write_bytes(new)
    (keys / NEXT_SIGNING_KEY).chmod(0o600)
    again = open_node(tmp_path / "us")
    assert again.signer.public_key == show_party(again, US).keys[0]
    assert not (keys / NEXT_SIGNING_KEY).exists()
    for one in (node, again):
        close_node(one)


def test_rotation_that_broke_off_before_the_card_leaves_the_old_key(tmp_path: Path) -> None:
    node = node_in(tmp_path / "us")
    keys = tmp_path / "us" / "keys"
    write_key(keys / NEXT_SIGNING_KEY, None)
    again = open_node(tmp_path / "us")
    assert again.signer.public_key == node.signer.public_key
    rotate_key(tmp_path / "us", again)
    assert again.signer.public_key == show_party(again, US).keys[0]
    for one in (node, again):
        close_node(one)


def test_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    write_key(tmp_path / "one.pem", None)
    (tmp_path / "one.pem").chmod(0o644)
    with pytest.raises(ConfigurationError, match="may be read by others"):
        FileSigner(tmp_path / "one.pem", None)
