"""Rows of text from the bytes of a table, with their numbers as a person sees them; nothing is ever evaluated.

A formula is its text. A workbook is an archive: its members are counted and measured before anything is unpacked, and a
member with entities is refused. Only the first sheet that has cells is read.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from openpyxl import load_workbook

from sepakat.errors import InputError

MOST_BYTES = 64 << 20
MOST_ROWS = 200_000
MOST_COLUMNS = 200
MOST_CELL = 32_768
MOST_UNPACKED = 256 << 20
MOST_MEMBERS = 2_000
_MOST_PACKED_TIMES = 200
_WORKBOOK = b"PK\x03\x04"
_ENTITIES = (b"<!ENTITY", b"<!DOCTYPE", "<!ENTITY".encode("utf-16-le"), "<!ENTITY".encode("utf-16-be"))
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the file, counted from one, and its cells as text."""

    number: int
    cells: tuple[str, ...]


def is_workbook(data: bytes) -> bool:
    """Whether the bytes begin as a workbook does."""
    return data.startswith(_WORKBOOK)


def read_rows(data: bytes) -> list[Row]:
    """The rows that have cells.

    Raises:
        InputError: too large in any way, no table, or an archive that is none of a workbook.
    """
    if len(data) > MOST_BYTES:
        raise _refusal(f"at most {MOST_BYTES} bytes, found {len(data)}")
    rows = list(_bounded(_of_workbook(data) if is_workbook(data) else _of_text(data)))
    if not rows:
        raise _refusal("at least one row, found none")
    return rows


def _bounded(rows: Iterable[tuple[int, Iterable[str]]]) -> Iterator[Row]:
    count = 0
    for number, cells in rows:
        kept = tuple(cell.strip() for cell in cells)
        if len(kept) > MOST_COLUMNS:
            raise _refusal(f"at most {MOST_COLUMNS} columns, found {len(kept)} in row {number}")
        if not any(kept):
            continue
        count += 1
        if count > MOST_ROWS:
            raise _refusal(f"at most {MOST_ROWS} rows, found more")
        if any(len(cell) > MOST_CELL for cell in kept):
            raise _refusal(f"at most {MOST_CELL} characters in a cell, found more in row {number}")
        yield Row(number, kept)


def decoded(data: bytes) -> str:
    """The text of a table: as its mark says, else UTF-8, else what Western spreadsheets write."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(name)
            except UnicodeDecodeError as error:
                raise _refusal(f"{name}, found {error.reason} at byte {error.start}") from error
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _of_text(data: bytes) -> Iterator[tuple[int, list[str]]]:
    text = decoded(data)
    if "\x00" in text:
        raise _refusal("text, found zero bytes")
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter_of(text), strict=False)
    before = 1
    try:
        for cells in reader:
            # A row may run over several lines: its number is that of the first.
            yield before, cells
            before = reader.line_num + 1
    except csv.Error as error:
        raise _refusal(f"a table, found {error} in line {before}") from error


def delimiter_of(text: str) -> str:
    """What stands between the cells: the mark that the first lines have most evenly; a comma where none does."""
    lines = [line for line in text[:65_536].splitlines()[:20] if line.strip()]
    best, most = ",", 0.0
    for mark in _DELIMITERS:
        counts = [line.count(mark) for line in lines]
        if counts and min(counts) > 0:
            evenness = min(counts) + (1 if min(counts) == max(counts) else 0) * 10
            if evenness > most:
                best, most = mark, evenness
    return best


def _of_workbook(data: bytes) -> Iterator[tuple[int, list[str]]]:
    _check_archive(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        for sheet in book.worksheets:
            found = False
            for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1, values_only=True), 1):
                if number > MOST_ROWS * 2:
                    raise _refusal(f"at most {MOST_ROWS} rows, found more")
                texts = [_cell_text(cell) for cell in cells]
                while texts and not texts[-1]:
                    texts.pop()
                found = found or bool(texts)
                yield number, texts
            if found:
                break
    except InputError:
        raise
    except Exception as error:  # the library lets many kinds of error through on odd input
        raise _refusal(f"a workbook, found {type(error).__name__}") from error


def _check_archive(data: bytes) -> None:
    """Measure an archive by what it says and by what comes out, before anything reads it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS:
                raise _refusal(f"at most {MOST_MEMBERS} members in the archive, found {len(members)}")
            if not any(member.filename.startswith("xl/") for member in members):
                raise _refusal("a workbook, found an archive of something else")
            unpacked = 0
            for member in members:
                if member.flag_bits & 1:
                    raise _refusal("a workbook without a password")
                with archive.open(member) as stream:
                    tail = b""
                    while block := stream.read(1 << 16):
                        unpacked += len(block)
                        if unpacked > min(MOST_UNPACKED, max(len(data) * _MOST_PACKED_TIMES, 1 << 20)):
                            raise _refusal("a workbook of bounded size, found an archive that unpacks without end")
                        if any(mark in tail + block for mark in _ENTITIES):
                            raise _refusal(f"a workbook without entities, found some in {member.filename[:100]}")
                        tail = block[-32:]
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, RuntimeError) as error:
        raise _refusal(f"a workbook, found {type(error).__name__}: {str(error)[:100]}") from error
    except Exception as error:
        if isinstance(error, InputError):
            raise
        raise _refusal(f"a workbook, found {type(error).__name__}") from error


def _cell_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if value.year > 999 else str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _refusal(what: str) -> InputError:
    return InputError("table-unreadable", f"table refused: expected {what}", "save it anew as CSV in UTF-8 or as XLSX")
