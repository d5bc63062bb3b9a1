"""Where: countries, cities, provinces, seas and sites, by table, by the word before them and by the word behind.

A name that could be several places is settled by what stands behind it, by the countries that the text names, by size.
What belongs to the name of a person, an office or a people is no place.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from sepakat.intake.reports.entities import Entity
from sepakat.intake.reports.gazetteer import Area, key_of
from sepakat.intake.reports.name_search import COMPLEMENTS_ID, NEVER_NAMES, NameSearch
from sepakat.intake.reports.words import Word

_PLACE_HEADS_ID = {
    "kota": "settlement", "kabupaten": "admin", "provinsi": "admin", "propinsi": "admin", "kecamatan": "admin", "kelurahan": "settlement",
    "desa": "settlement", "pulau": "region", "kepulauan": "region", "laut": "region", "selat": "region", "teluk": "region",
    "distrik": "admin", "negara": "", "kawasan": "", "wilayah": "", "dusun": "settlement", "danau": "region", "gunung": "region",
    "sungai": "region", "bandara": "site", "pelabuhan": "site", "ibu": "", "semenanjung": "region", "lembah": "region",
}  # fmt: skip
_PLACE_TAILS_EN = {
    "county": "admin", "province": "admin", "governorate": "admin", "district": "admin", "state": "admin", "region": "admin", "city": "settlement", "island": "region",
    "islands": "region", "sea": "region", "strait": "region", "oblast": "admin", "peninsula": "region", "valley": "region",
}  # fmt: skip
_NAMES_A_PLACE = frozenset("kabupaten kecamatan kelurahan desa distrik dusun bandara pelabuhan".split())
_LOCATIVE = frozenset(
    """di ke dari dekat menuju sekitar asal pulau kota in at near from to of outside around toward towards via inside
    through across between across into off""".split()
)
_STATE_CODES = {
    "Alabama": "AL", "Alaska": "AK", "Arizona": "AZ", "Arkansas": "AR", "California": "CA", "Colorado": "CO",
    "Connecticut": "CT", "Delaware": "DE", "Florida": "FL", "Georgia": "GA", "Hawaii": "HI", "Idaho": "ID", "Illinois": "IL",
    "Indiana": "IN", "Iowa": "IA", "Kansas": "KS", "Kentucky": "KY", "Louisiana": "LA", "Maine": "ME", "Maryland": "MD",
    "Massachusetts": "MA", "Michigan": "MI", "Minnesota": "MN", "Mississippi": "MS", "Missouri": "MO", "Montana": "MT",
    "Nebraska": "NE", "Nevada": "NV", "New Hampshire": "NH", "New Jersey": "NJ", "New Mexico": "NM", "North Carolina": "NC",
    "North Dakota": "ND", "Ohio": "OH", "Oklahoma": "OK", "Oregon": "OR", "Pennsylvania": "PA", "Rhode Island": "RI",
    "South Carolina": "SC", "South Dakota": "SD", "Tennessee": "TN", "Texas": "TX", "Utah": "UT", "Vermont": "VT",
    "Virginia": "VA", "West Virginia": "WV", "Wisconsin": "WI", "Wyoming": "WY",
}  # fmt: skip


class PlaceSearch(NameSearch):
    """Finds the places."""

    def _place(self, index: int, at: int, size: int, name: str) -> bool:
        code = self._country(name)
        if code is not None and at and self.sentences[index].words[at - 1].low in {"dolar", "dollar"}:
            return False
        if code is not None:
            if self._is_nationality(index, at, size) or self._part_of_name(index, at, size):
                return False
            self._keep_country(index, at, size, name, code)
            return True
        words = self.sentences[index].words
        key = key_of(name)
        own = self.tables.own_areas.get(key, [])
        head = words[at - 1].low if at else ""
        tail = words[at + size].low if at + size < len(words) else ""
        if size > 1 and words[at].low in _PLACE_HEADS_ID and _PLACE_HEADS_ID[words[at].low]:
            return self._place_with_head(index, at, size)
        areas = self.tables.areas(key)
        if size > 1 and words[at + size - 1].low in _PLACE_TAILS_EN and self.language == "en" and not own:
            return self._place_with_tail(index, at, size)
        if (
            not areas
            or (size == 1 and name in self._lower)
            or len(key) < 3
            or (size == 1 and name.casefold() in self._lower)
        ):
            return False
        if not own and self._part_of_name(index, at, size):
            return False
        if own and size == 1 and self._part_of_name(index, at, size) and own[0].type != "settlement":
            return False
        area = self._settle(index, at, size, areas)
        if area is None:
            return False
        if size == 1 and (words[at].low in NEVER_NAMES or words[at].low in _PLACE_HEADS_ID):
            return False
        located = (
            self.sentences[index].paragraph == -1
            or head in _LOCATIVE
            or (at > 1 and head == "," and self._is_place_before(index, at - 1))
            or bool(own)
            or area.is_capital
        )
        if not located and area.people < 100_000 and not (area.country and self._counts.get(area.country, 0)):
            return False
        if not located and area.people < 1_000_000 and (at == 0 or tail in {"'s", "\u2019s"}) and size == 1:
            return False
        kept = (
            at - 1
            if head in {"kota", "provinsi", "propinsi", "kabupaten", "pulau"} and words[at - 1].is_capital
            else at
        )
        self._keep_place(index, kept, at + size, area, "place-table" if own else "place-cities")
        return True

    def _place_with_head(self, index: int, at: int, size: int) -> bool:
        """`Provinsi Anbar`, `Kota Kobane`, `Pulau Jolo`, `Laut Sulu`."""
        words = self.sentences[index].words
        name = self._joined(words, at, size)
        inner = self._joined(words, at + 1, size - 1)
        wanted = _PLACE_HEADS_ID[words[at].low]
        following = words[at + size] if at + size < len(words) else None
        if following is not None and following.is_capital and following.is_word and not self._is_office_word(following):
            return False
        areas = self.tables.own_areas.get(key_of(name)) or self.tables.areas(key_of(inner))
        fitting = [area for area in areas if area.type == wanted] or (areas if wanted != "region" else [])
        area = self._settle(index, at, size, fitting) if fitting else None
        if area is None and not areas and words[at].low in _NAMES_A_PLACE and size <= 4:
            # No table has it, the word before it says what it is.
            only = next(iter(self._counts), None) if len(self._counts) == 1 else None
            self._keep_place(index, at, at + size, Area(name, wanted, only, None, None), "place-named", wanted)
            return True
        if area is None:
            if not areas or wanted == "region":
                return False
            area = self._settle(index, at, size, areas)
            if area is None:
                return False
        self._keep_place(
            index,
            at,
            at + size,
            area,
            "place-head",
            wanted if area.type == "settlement" and wanted == "admin" else None,
        )
        return True

    def _place_with_tail(self, index: int, at: int, size: int) -> bool:
        """`Lamar County`, `Anbar province`: the tail tells what it is; where it lies, the text's one country of that kind."""
        words = self.sentences[index].words
        tail = words[at + size - 1].low
        inner = self._joined(words, at, size - 1)
        areas = [area for area in self.tables.own_areas.get(key_of(inner), []) if area.type == _PLACE_TAILS_EN[tail]]
        if areas:
            self._keep_place(index, at, at + size, areas[0], "place-tail")
            return True
        if tail == "county":
            area = Area(self._joined(words, at, size), "admin", self._county_country(), None, None)
            self._keep_place(index, at, at + size, area, "place-tail")
            return True
        return False

    def _county_country(self) -> str | None:
        states = {one.area.country for one in self.found.entities if one.area is not None and one.kind == "place"}
        return next((code for code in ("US", "KE", "IE", "LR", "GB") if code in states or code in self._counts), None)

    def _is_place_before(self, index: int, at: int) -> bool:
        return any(
            one.sentence == index and one.last == at
            for one in self.found.mentions
            if one.entity.kind in {"place", "country"}
        )

    def _part_of_name(self, index: int, at: int, size: int) -> bool:
        """Whether the words are a part of a longer name that is no place."""
        words = self.sentences[index].words
        before = words[at - 1] if at else None
        after = words[at + size] if at + size < len(words) else None
        if (
            after is not None
            and after.is_capital
            and after.is_word
            and after.low not in NEVER_NAMES
            and not self._is_office_word(after)
        ):
            own = self.tables.own_areas.get(key_of(words[at].text)) or self._country(self._joined(words, at, size))
            if not own:
                return True
        if before is None or not before.is_capital or not before.is_word:
            return False
        if before.low in _PLACE_HEADS_ID or self._is_office_word(before) or (at == 1 and before.low in NEVER_NAMES):
            return False
        named = any(one.sentence == index and one.first <= at - 1 < one.last for one in self.found.mentions)
        return (
            not named and before.low not in self.tables.adjectives and not self._country(self._joined(words, at, size))
        )

    def _is_office_word(self, word: Word) -> bool:
        return (
            word.low in self.tables.offices["id"]
            or word.low in self.tables.offices["en"]
            or word.low in _PLACE_HEADS_ID
            or word.low in COMPLEMENTS_ID
        )

    def _is_nationality(self, index: int, at: int, size: int) -> bool:
        """`Turkey` is a country; `Somali` is not, and `Saudi` is none before a noun."""
        words = self.sentences[index].words
        name = self._joined(words, at, size)
        after = words[at + size] if at + size < len(words) else None
        if self.language == "en" and key_of(name) in self.tables.adjectives and after is not None:
            return (
                after.is_word
                and after.low not in self.tables.verbs
                and after.low not in {"and", "or", "in", "on", "has", "is", "was"}
            )
        return (
            self.language == "en"
            and key_of(name) in self.tables.adjectives
            and key_of(name) not in {"vatican"}
            and name not in {"Georgia"}
            and self.tables.countries.get(key_of(name)) is None
        )

    def _settle(self, index: int, at: int, size: int, areas: Sequence[Area]) -> Area | None:
        """Which of several places of one name is meant."""
        explicit = self._behind(index, at + size)
        key = key_of(self._joined(self.sentences[index].words, at, size))
        if explicit is None and self._settled.get(key) in areas:
            return self._settled[key]
        own = [
            area
            for area in areas
            if area.type != "settlement" or area in self.tables.own_areas.get(key_of(area.name), [])
        ]
        ranked = []
        for area in areas:
            score = math.log10(max(area.people, 1000)) + (1.5 if area.is_capital else 0)
            mentioned = self._counts.get(area.country or "", 0)
            score += min(mentioned, 2) * 1.5 if area.country else 0
            if explicit and (area.country == explicit[0]) and (explicit[1] in {"", area.admin}):
                score += 12
            if area in own:
                score += 1
            primary = key_of(self._joined(self.sentences[index].words, at, size)) in {
                key_of(area.name),
                *map(key_of, area.others),
            }
            score += 0.5 if primary else -1.0
            ranked.append((score, area))
        if not ranked:
            return None
        chosen = max(ranked, key=lambda pair: pair[0])[1]
        self._settled.setdefault(key, chosen)
        return chosen

    def _behind(self, index: int, at: int) -> tuple[str, str] | None:
        """The country (and state) that stands behind a place: `Paris, Texas`, `Tripoli, ibu kota Libya`."""
        words = self.sentences[index].words
        if at >= len(words) or words[at].text not in {",", "("}:
            return None
        for step in range(at + 1, min(at + 8, len(words))):
            if words[step].text in {",", ".", ")", ";"} and step > at + 1:
                break
            for size in (3, 2, 1):
                name = self._joined(words, step, size)
                if not name or not words[step].is_capital:
                    continue
                code = self._country(name)
                if code:
                    return code, ""
                state = next(
                    (area for area in self.tables.own_areas.get(key_of(name), []) if area.type == "admin"), None
                )
                if state is not None and state.country:
                    return state.country, _STATE_CODES.get(state.name, "") if state.country == "US" else ""
            if (
                step > at + 1
                and words[step].is_capital
                and step - at > 1
                and words[step - 1].low
                not in {"ibu", "kota", "di", "in", "of", "capital", "the", "city", "town", "port"}
            ):
                break
        return None

    def _keep_country(self, index: int, at: int, size: int, name: str, code: str) -> None:
        words = self.sentences[index].words
        entity = Entity(
            "country", name, words[at].start, words[at + size - 1].end, "country-table", 0.95, "country", code
        )
        self.found.countries[code] = self.found.countries.get(code, 0) + 1
        self._keep(entity, index, at, at + size)

    def _keep_place(self, index: int, first: int, last: int, area: Area, rule: str, type_: str | None = None) -> None:
        words = self.sentences[index].words
        name = self.text[words[first].start : words[last - 1].end]
        score = 0.85 if rule != "place-cities" else 0.7
        entity = Entity(
            "place", name, words[first].start, words[last - 1].end, rule, score, type_ or area.type, area.country, area
        )
        self._keep(entity, index, first, last)
