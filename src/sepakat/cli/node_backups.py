"""A node's whole folder and store into a backup, and back: each whole or not at all, whatever fails on the way.

What a backup is like is the business of `stores.backing_up`; here is which files belong to a node, where its store is,
and what is left behind when the disk is full, the passphrase wrong or the place taken: nothing.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from sepakat.composition import (
    KEYS_FOLDER,
    MAY_READ,
    SETTINGS_FILE,
    STORE_FILE,
    new_store,
    open_store_of,
    place_of_store,
    read_settings,
    remove_folder,
    write_settings,
)
from sepakat.errors import ConfigurationError, InputError

if TYPE_CHECKING:
    from sepakat.stores.backing_up import Backup


def back_up_node(folder: Path, target: Path, passphrase: str) -> Backup:
    """Write a backup of a node, and read it back; the node may be served meanwhile. What fails leaves no file.

    Raises:
        ConfigurationError: `backup-exists`, `backup-unwritable`; no node's folder.
        StoreError, InputError: the store cannot be read, or the file is not as it was written.
    """
    from sepakat.stores.backing_up import PREFIX_BYTES, SALT_BYTES, Header, check_backup, write_backup
    from sepakat.stores.moving import transaction
    from sepakat.stores.schema import REVISION

    settings = read_settings(folder)
    open_store_of(folder, settings).close()
    files = {SETTINGS_FILE: (folder / SETTINGS_FILE).read_bytes()}
    files |= {f"{KEYS_FOLDER}/{key.name}": key.read_bytes() for key in sorted((folder / KEYS_FOLDER).iterdir())}
    unfinished = target.with_name(f"{target.name}.unfinished")
    if target.exists():
        raise ConfigurationError("backup-exists", f"no backup written: {target} exists", "name a new file")
    try:
        with os.fdopen(os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_TRUNC, MAY_READ), "w+b") as file:
            with transaction(place_of_store(folder, settings), writes=False) as connection:
                at = datetime.now(UTC).isoformat()
                salt, prefix = secrets.token_bytes(SALT_BYTES), secrets.token_bytes(PREFIX_BYTES)
                header = Header(settings.party, at, REVISION, salt, prefix)
                write_backup(file, connection, header, files, passphrase)
            file.flush()
            os.fsync(file.fileno())
            file.seek(0)
            backup = check_backup(file, passphrase)
        unfinished.replace(target)
    except BaseException as error:
        if unfinished.is_file():
            unfinished.unlink()
        if isinstance(error, OSError):
            raise ConfigurationError(
                "backup-unwritable",
                f"no backup written to {target}: {error.strerror or error}",
                "name a file in a folder that you may write and that has room; the node was not touched",
            ) from error
        raise
    return backup


def restore_node(source: Path, folder: Path, passphrase: str, store: str | None = None) -> Backup:
    """Make a node's folder and store from a backup, whole or not at all; it sends nothing before it is resumed.

    Raises:
        ConfigurationError: the folder is not empty or cannot be written, or the store exists; `store-unclear`.
        InputError: the backup cannot be opened, is damaged, or of another schema.
    """
    from sepakat.stores.backing_up import read_header, restore_backup
    from sepakat.stores.moving import create_marked, put_to_use, transaction
    from sepakat.stores.schema import REVISION
    from sepakat.stores.unit import SqlUnit

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigurationError(
            "folder-not-empty",
            f"backup not restored into {folder}: expected a new or empty folder",
            "name another folder",
        )
    wanted = new_store(store)
    existed = folder.exists()
    with _opened_backup(source) as file:
        header = read_header(file)
        if header.revision != REVISION:
            raise InputError(
                "backup-of-other-schema",
                f"backup refused: its schema is {header.revision}, this version of Sepakat uses {REVISION}",
                "restore it with the Sepakat that wrote it, then open the node with this one",
            )
        file.seek(0)
        place = wanted if wanted is not None else folder / STORE_FILE
        is_made = False
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            create_marked(place)
            is_made = True
            with transaction(place, writes=True) as connection:
                backup = restore_backup(
                    file, connection, passphrase, lambda files: _restore_files(folder, files, store)
                )
                SqlUnit(connection).logs.hold_back(datetime.fromisoformat(header.at))
                put_to_use(connection)
        except BaseException as error:
            remove_folder(folder, keep_folder=existed)
            # One that is being filled by another is not ours to drop.
            if is_made and wanted is not None:
                _drop_unused(wanted)
            if isinstance(error, OSError):
                raise ConfigurationError(
                    "folder-unwritable",
                    f"backup not restored into {folder}: {error.strerror or error}",
                    "name a folder that you may write, with room for the node",
                ) from error
            raise
    return backup


def _opened_backup(source: Path) -> BinaryIO:
    try:
        return source.open("rb")
    except OSError as error:
        raise InputError("file-unreadable", f"{source} cannot be read: {error.strerror}") from error


def _restore_files(folder: Path, files: dict[str, bytes], store: str | None) -> None:
    for name, content in files.items():
        # Names of the backup are names of a node's folder and lead nowhere else.
        parts = Path(name).parts
        if parts != (SETTINGS_FILE,) and (len(parts) != 2 or parts[0] != KEYS_FOLDER or parts[1] == ".."):
            raise InputError("backup-damaged", f"backup refused: {name} is no file of a node")
        (folder / KEYS_FOLDER).mkdir(mode=0o700, exist_ok=True)
        with os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MAY_READ), "wb") as file:
            file.write(content)
    # The replica is one of the store that was backed up: what it gives readers is not of this one.
    write_settings(folder, replace(read_settings(folder), store=store, read_store=None))


def _drop_unused(store: str) -> None:
    from sepakat.stores.migrating import MOVING, revision_of
    from sepakat.stores.moving import transaction
    from sepakat.stores.postgresql import PostgresqlStore, remove_postgresql_store

    with transaction(store, writes=False) as connection:
        is_unused = revision_of(connection) == MOVING
    if is_unused:
        remove_postgresql_store(PostgresqlStore(store))
