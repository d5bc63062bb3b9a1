"""Reads a page as it was saved, HTML in any encoding, into what it proposes.

Gives no objects: what a rule found is a proposal until a person confirms it. Nothing that the page names is fetched.
Options: `address`, where the page was found; it is kept and never visited.
"""

from __future__ import annotations

from sepakat.errors import InputError
from sepakat.intake.reports.as_stix import propose_objects
from sepakat.intake.reports.kept_reading import document_of
from sepakat.intake.reports.proposing import FoundReport, Origin
from sepakat.intake.reports.reading import read_report
from sepakat.intake.source import Contents, Source

MOST_OF_AN_ADDRESS = 2_000


def read(source: Source) -> Contents:
    """What a page proposes; what has no tags is read as text.

    Raises:
        InputError: it is no text, too large or empty; the address is none.
    """
    return read_as(source, None)


def read_as(source: Source, is_markup: bool | None) -> Contents:
    """What a page or text proposes; `is_markup` None looks which it is.

    Raises:
        InputError: as for `read`.
    """
    address = _address(source)
    reading = read_report(source.data, source.name, source.captured_at, is_markup)
    proposed = tuple(propose_objects(reading, Origin(source.creator, source.now, address)))
    form = "page" if reading.page.is_markup else "text"
    return Contents((), report=FoundReport(form, reading, document_of(reading), proposed, address))


def _address(source: Source) -> str | None:
    address = source.options.get("address")
    if address is None:
        return None
    is_one = isinstance(address, str) and address.isprintable() and " " not in address
    if not is_one or not 11 <= len(address) <= MOST_OF_AN_ADDRESS or not address.startswith(("http://", "https://")):
        raise InputError("address-invalid", f"address refused: expected http(s)://..., found {address[:80]!r}", None)
    return str(address)
