"""Writes the files of an export into a folder or a tar file, with a manifest, and checks such an export without a node.

Nothing has its name before it is whole: it is written beside it, read back and compared with what was written, its logs
verified, and only then named. The manifest names every file but itself.
"""

from __future__ import annotations

import io
import json
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from sepakat.errors import ConfigurationError, InputError, SepakatError
from sepakat.exchange.exporting_everything import ExportedFile
from sepakat.transparency.exports import check_export

FORMAT = "sepakat/export/1"
MANIFEST = "manifest.json"
_IN_MEMORY = 1 << 20
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Written:
    """One file of an export as the manifest has it."""

    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What checking an export found: how much is as the manifest says, which logs hold, and every fault."""

    files: int = 0
    size: int = 0
    logs: dict[str, str] = field(default_factory=dict)
    """The root of each log by its name."""
    faults: tuple[str, ...] = ()


class _Target(Protocol):
    def add(self, path: str, content: IO[bytes], size: int) -> None: ...


def write_files(target: Path, files: Iterable[ExportedFile], about: dict[str, str], progress: Progress) -> Checked:
    """Write an export and check it; a name that ends in `.tar` is a tar file, any other a folder.

    Raises:
        ConfigurationError: the target exists.
        InputError: it cannot be written, or does not read back as it was written.
    """
    if target.exists():
        raise ConfigurationError("export-exists", f"nothing exported: {target} exists", "name a new folder or file")
    unfinished = target.with_name(f"{target.name}.unfinished")
    _remove(unfinished)
    try:
        with _opened(unfinished, is_tar=target.suffix == ".tar") as opened:
            written: dict[str, Written] = {}
            for file in files:
                written[file.path] = _write(opened, file)
                progress(file.path, written[file.path].size)
            manifest = {
                "format": FORMAT,
                **about,
                "files": {path: {"bytes": one.size, "sha256": one.digest} for path, one in written.items()},
            }
            data = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
            opened.add(MANIFEST, io.BytesIO(data), len(data))
        checked = check_files(unfinished)
        if checked.faults:
            raise InputError("export-damaged", f"nothing exported: {checked.faults[0]}")
        unfinished.rename(target)
    except OSError as error:
        raise InputError("file-unwritable", f"{target} cannot be written: {error.strerror}", "name another") from error
    finally:
        _remove(unfinished)
    return checked


def check_files(place: Path) -> Checked:
    """Compare every file of an export with its manifest, and verify the logs in it. Needs no node.

    Raises:
        InputError: there is no export.
    """
    found: dict[str, Written] = {}
    logs: dict[str, str] = {}
    faults: list[str] = []
    manifest: object = None
    for path, content in _files(place):
        if path == MANIFEST:
            manifest = json.load(content)
            continue
        data = _Digest(content, is_kept=path.startswith("logs/"))
        found[path] = Written(data.size, data.digest)
        if data.kept is not None:
            faults += _check_log(path, data.kept, logs)
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise InputError("export-invalid", f"no export in {place}: it has no {MANIFEST} of one")
    named = {path: Written(one["bytes"], one["sha256"]) for path, one in manifest["files"].items()}
    faults += [f"{path} is missing" for path in sorted(named.keys() - found.keys())]
    faults += [f"{path} is not in the manifest" for path in sorted(found.keys() - named.keys())]
    changed = [path for path, one in sorted(named.items()) if found.get(path, one) != one]
    faults += [f"{path} is not as it was written" for path in changed]
    return Checked(len(found), sum(one.size for one in found.values()), logs, tuple(faults))


Progress = Callable[[str, int], None]
"""Called with the path of a file that was written, and its size."""


class _Digest:
    """Size and digest of a stream, and its bytes if they are wanted."""

    def __init__(self, content: IO[bytes], *, is_kept: bool) -> None:
        digest = sha256()
        self.size = 0
        self.kept: bytes | None = None
        pieces: list[bytes] = []
        while piece := content.read(_PIECE):
            digest.update(piece)
            self.size += len(piece)
            if is_kept:
                pieces.append(piece)
        self.digest = digest.hexdigest()
        if is_kept:
            self.kept = b"".join(pieces)


def _check_log(path: str, data: bytes, logs: dict[str, str]) -> Iterator[str]:
    try:
        log = check_export(data)
    except SepakatError as error:
        yield f"{path}: {error.message}"
        return
    logs[log.origin] = log.report.root.hex()
    yield from (f"{path}: {finding.message}" for finding in log.report.findings if finding.is_damage)


def _write(target: _Target, file: ExportedFile) -> Written:
    digest = sha256()
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:
        for chunk in file.chunks:
            digest.update(chunk)
            spool.write(chunk)
        size = spool.tell()
        spool.seek(0)
        target.add(file.path, spool, size)
    return Written(size, digest.hexdigest())


class _Folder:
    def __init__(self, place: Path) -> None:
        self._place = place

    def add(self, path: str, content: IO[bytes], size: int) -> None:
        target = self._place.joinpath(*PurePosixPath(path).parts)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with target.open("wb") as file:
            shutil.copyfileobj(content, file)


class _Tar:
    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar

    def add(self, path: str, content: IO[bytes], size: int) -> None:
        entry = tarfile.TarInfo(path)
        entry.size, entry.mode = size, 0o600
        self._tar.addfile(entry, content)


@contextmanager
def _opened(place: Path, *, is_tar: bool) -> Iterator[_Target]:
    # Content of the node: for its owner alone.
    if is_tar:
        place.touch(mode=0o600)
        with tarfile.open(place, "w") as tar:
            yield _Tar(tar)
    else:
        place.mkdir(mode=0o700)
        yield _Folder(place)


def _files(place: Path) -> Iterator[tuple[str, IO[bytes]]]:
    try:
        if place.is_dir():
            for path in sorted(place.rglob("*")):
                if path.is_file():
                    with path.open("rb") as content:
                        yield path.relative_to(place).as_posix(), content
            return
        with tarfile.open(place) as tar:
            for entry in tar:
                found = tar.extractfile(entry)
                if found is not None:
                    yield entry.name, found
    except (OSError, tarfile.TarError) as error:
        raise InputError("export-invalid", f"no export in {place}: {error}") from error


def _remove(place: Path) -> None:
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)
