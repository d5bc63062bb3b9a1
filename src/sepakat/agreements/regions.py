"""Regions and what lies in what: countries, the regions of the UN, a region of our own, and admin areas.

A code has one spelling: alpha-2 for countries (ISO 3166-1), the slug of STIX `region-ov` for regions of the UN (M49),
`XX-...` for admin areas (ISO 3166-2). `resolve` finds it from other spellings. An area lies in its country by its
prefix, whether its name is known or not; where the table lists a country's areas, no others exist. Data and
their sources: `data/README.md`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType

_AREA = re.compile(r"([A-Z]{2})-[A-Z0-9]{1,3}").fullmatch
_COUNTRY = re.compile(r"[A-Z]{2}").fullmatch


@dataclass(frozen=True, slots=True)
class Region:
    """One row of the table. Regions and countries have an M49 number, countries an alpha-3 code, where there is one."""

    code: str
    name: str
    parents: tuple[str, ...] = ()
    alpha3: str | None = None
    m49: str | None = None


@dataclass(frozen=True, slots=True)
class RegionTable:
    """Which regions there are, and what lies in what."""

    regions: Mapping[str, Region]
    _ancestors: Mapping[str, frozenset[str]] = field(repr=False)
    _spellings: Mapping[str, str] = field(repr=False)
    _with_listed_areas: frozenset[str] = field(repr=False)

    @classmethod
    def of(cls, rows: tuple[Region, ...]) -> RegionTable:
        """The table of these rows.

        Raises:
            ValueError: a code stands twice, a parent is not in the table, or regions lie in each other in a circle.
        """
        regions = {row.code: row for row in rows}
        if len(regions) != len(rows):
            raise ValueError("a region stands twice in the table")
        spellings: dict[str, str] = {}
        for row in rows:
            for spelling in (row.code, row.alpha3, row.m49, row.name):
                if spelling is not None:
                    spellings.setdefault(spelling.casefold(), row.code)
        return cls(
            regions=MappingProxyType(regions),
            _ancestors=MappingProxyType({code: _ancestors_of(code, regions, ()) for code in regions}),
            _spellings=MappingProxyType(spellings),
            _with_listed_areas=frozenset(code[:2] for code in regions if _AREA(code)),
        )

    @classmethod
    def empty(cls) -> RegionTable:
        """A table in which nothing is a region."""
        return cls.of(())

    def is_region(self, code: str) -> bool:
        """Whether the code, in its one spelling, names a region, country or admin area."""
        return code in self.regions or self._country_of_unlisted_area(code) is not None

    def is_country(self, code: str) -> bool:
        """Whether the code is the alpha-2 code of a country in the table."""
        return code in self.regions and _COUNTRY(code) is not None

    def ancestors(self, code: str) -> frozenset[str]:
        """Everything that the region lies in, itself included; empty for what is no region."""
        listed = self._ancestors.get(code)
        if listed is not None:
            return listed
        country = self._country_of_unlisted_area(code)
        return frozenset() if country is None else self._ancestors[country] | {code}

    def contains(self, outer: str, inner: str) -> bool:
        """Whether `inner` is `outer` or lies in it; never for what is no region."""
        return outer in self.ancestors(inner)

    def country_of(self, code: str) -> str | None:
        """The country that a country or admin area lies in; None for larger regions and for what is no region."""
        if not self.is_region(code):
            return None
        if self.is_country(code):
            return code
        return code[:2] if _AREA(code) else None

    def name(self, code: str) -> str:
        """The English name; the code itself where the table has none."""
        row = self.regions.get(code)
        return code if row is None else row.name

    def resolve(self, text: str) -> str | None:
        """The code that some spelling stands for: code, alpha-3, M49 number or English name, in any case."""
        plain = text.strip()
        found = self._spellings.get(plain.casefold())
        if found is None and self.is_region(plain.upper()):
            found = plain.upper()
        return found

    def _country_of_unlisted_area(self, code: str) -> str | None:
        match = _AREA(code)
        if match is None or not self.is_country(match[1]) or match[1] in self._with_listed_areas:
            return None
        return match[1]


@cache
def load_regions() -> RegionTable:
    """The table shipped with the product."""
    text = resources.files("sepakat.agreements").joinpath("data/regions.tsv").read_text(encoding="utf-8")
    return RegionTable.of(tuple(_row(line) for line in text.splitlines() if line and not line.startswith("#")))


def _row(line: str) -> Region:
    code, alpha3, m49, parents, name = line.split("\t")
    return Region(code, name, tuple(parents.split()), alpha3 or None, m49 or None)


def _ancestors_of(code: str, regions: Mapping[str, Region], below: tuple[str, ...]) -> frozenset[str]:
    if code not in regions:
        raise ValueError(f"region {below[-1]} lies in {code}, which is not in the table")
    if code in below:
        raise ValueError(f"region {code} lies in itself")
    above = (_ancestors_of(parent, regions, (*below, code)) for parent in regions[code].parents)
    return frozenset({code}).union(*above)
