"""Bytes to text: which encoding, whether it is text at all, and without what hides in it.

Refuses in words what is no text, too much of it, or an archive. Zero-width and direction-changing characters are taken
out before anything is read, so that what a rule sees is what a person sees; how many there were is told.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

from sepakat.errors import InputError

MOST_BYTES = 8 * 2**20
_SNIFFED = 4096
_MAGIC = (
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\x1f\x8b", "gzip data"),
    (b"BZh", "bzip2 data"),
    (b"\xfd7zXZ\x00", "xz data"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"SQLite format 3", "a database"),
)
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})|encoding\s*=\s*["']([A-Za-z0-9_.:-]{2,40})""")
_LOOKS_LIKE_MARKUP = re.compile(
    r"<(?:!doctype|html|head|body|div|p|table|article|meta|title|h1|span|a|br)[\s>/]", re.IGNORECASE
)
# Controls that no text needs; line breaks, form feeds and tabs stay.
_CONTROLS = {code: None for code in range(32) if chr(code) not in "\t\n\r\f"} | {127: None}
# An encoding that can blow up or runs code is not one of a page.
_TEXT_CODECS = re.compile(
    r"utf|ascii|latin|iso-?8859|windows|cp\d|koi8|gb|big5|euc|shift|mac|tis|hz|johab", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a page, in which encoding it was, whether it is HTML, and how many characters were hidden in it."""

    text: str
    encoding: str
    is_markup: bool
    hidden: int


def decode(content: bytes, name: str = "") -> Decoded:
    """The text in these bytes.

    Raises:
        InputError: `report-too-large`, `report-not-text` or `report-empty`.
    """
    what = f"report {name!r}" if name else "report"
    if len(content) > MOST_BYTES:
        raise InputError(
            "report-too-large",
            f"{what} refused: {len(content)} bytes, a page may have {MOST_BYTES}",
            "save the page as text alone, or cut it into parts",
        )
    for magic, kind in _MAGIC:
        if content.startswith(magic) and not (magic == b"MZ" and b"\x00" not in content[:_SNIFFED]):
            raise InputError("report-not-text", f"{what} refused: expected HTML or text, got {kind}", None)
    text, encoding = _text_of(content)
    sample = text[: _SNIFFED * 4]
    odd = sum(c == "\ufffd" or (c < " " and c not in "\t\n\r\f") or unicodedata.category(c) in "CnCo" for c in sample)
    if odd * 20 > len(sample):
        raise InputError("report-not-text", f"{what} refused: expected HTML or text, got binary data", None)
    shown, hidden = _without_hidden(text)
    if not shown.strip():
        raise InputError("report-empty", f"{what} refused: there is no text in it", None)
    return Decoded(shown, encoding, bool(_LOOKS_LIKE_MARKUP.search(shown[: _SNIFFED * 8])), hidden)


def _text_of(content: bytes) -> tuple[str, str]:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace"), encoding
    head = content[:_SNIFFED]
    if head.count(0) * 4 > len(head) > 1:
        even, odd = head[0::2].count(0), head[1::2].count(0)
        encoding = "utf-16-le" if odd > even else "utf-16-be"
        return content.decode(encoding, "replace"), encoding
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    declared = _declared(head)
    if declared is not None:
        return content.decode(declared, "replace"), declared
    return content.decode("cp1252", "replace"), "cp1252"


def _declared(head: bytes) -> str | None:
    found = _CHARSET.search(head)
    if found is None:
        return None
    name = (found[1] or found[2]).decode("ascii")
    try:
        info = codecs.lookup(name)
    except LookupError:
        return None
    # A page that is not UTF-8 in fact is not made so by saying it; what browsers read for Latin-1 is cp1252.
    if not _TEXT_CODECS.match(info.name) or info.name == "utf-8":
        return None
    return "cp1252" if info.name in {"iso8859-1", "ascii"} else info.name


def _without_hidden(text: str) -> tuple[str, int]:
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").translate(_CONTROLS)
    if plain.isascii():
        return plain, 0
    hidden = {c for c in set(plain) if unicodedata.category(c) in {"Cf", "Cs", "Co"}}
    count = sum(plain.count(c) for c in hidden)
    if hidden:
        plain = plain.translate({ord(c): None for c in hidden})
    spaces = {ord(c): " " for c in set(plain) if unicodedata.category(c) == "Zs"}
    breaks = {0x2028: "\n", 0x2029: "\n", 0x85: "\n"}
    return unicodedata.normalize("NFC", plain.translate(spaces | breaks)), count
