"""Reads plain text, as scraped or pasted, into what it proposes; tags are words like others. See `report_pages`."""

from __future__ import annotations

from sepakat.intake.report_pages import read_as
from sepakat.intake.source import Contents, Source


def read(source: Source) -> Contents:
    """What a text proposes.

    Raises:
        InputError: it is no text, too large or empty; the address is none.
    """
    return read_as(source, is_markup=False)
