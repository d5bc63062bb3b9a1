"""People: where a name ends, what office words tell, and how a person is kept with office and country.

Holds what both languages share; which words make an office of Indonesian or English is for `offices`. Courtesy titles
are no offices, and neither suspects, convicts, witnesses nor victims have one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sepakat.intake.reports.entities import Entity
from sepakat.intake.reports.gazetteer import key_of
from sepakat.intake.reports.name_search import NEVER_NAMES, NameSearch
from sepakat.intake.reports.words import Word

ABBREVIATED = frozenset(
    "gov sen rep rev hon gen lt maj brig col capt sgt adm dr mr mrs ms prof supt insp det cmdr".split()
)
"""Titles that end in a point."""
_PARTICLES = frozenset("bin binti al el de del der van von da la ibn abu bint dos du".split())


class PeopleSearch(NameSearch):
    """Keeps people, and reads what an office is made of."""

    def _category(self, words: Sequence[Word], at: int, size: int) -> str:
        phrase = " ".join(word.low.rstrip(".") for word in words[at : at + size])
        return self.tables.offices[self.language].get(phrase, "other")

    def _office_text(self, words: Sequence[Word], start: int, end: int) -> str:
        return self.text[words[start].start : words[end - 1].end]

    def _country_in(self, index: int, first: int, last: int) -> str | None:
        words = self.sentences[index].words
        for at in range(first, last):
            for size in (3, 2, 1):
                name = self._joined(words, at, size) if at + size <= last + 1 else ""
                if name and at + size <= last:
                    code = self._country(name) if words[at].is_capital else None
                    code = code or (self.tables.adjectives.get(key_of(name)) if words[at].is_capital else None)
                    if code:
                        return code
        return None

    def _person_at(self, index: int, at: int) -> bool:
        held = self._mention_at(index, at)
        return held is not None and held.entity.kind == "person"

    def _name_end(self, index: int, at: int) -> int:
        """Where the name of a person ends that begins here; the same place when none does."""
        words = self.sentences[index].words
        end = at
        while end < len(words) and end - at < 6:
            word = words[end]
            held = self._mention_at(index, end)
            if (
                held is not None
                and held.entity.kind in {"country", "organisation", "group"}
                and not (held.entity.kind == "organisation" and held.last - held.first == 1 and end > at)
            ):
                break
            initial = bool(re.fullmatch(r"[A-Z]\.?", word.text)) or bool(re.fullmatch(r"(?:[A-Z]\.)+", word.text))
            if (word.is_word and word.is_capital) or initial:
                if (end == at and word.low in NEVER_NAMES) or (
                    word.low in self.tables.verbs and word.low in NEVER_NAMES
                ):
                    break
                if end == at and (self._country(word.text) or re.fullmatch(r"[IVXL]{2,}", word.text)):
                    break
                end += 1
            elif word.low in _PARTICLES and end > at and end + 1 < len(words) and words[end + 1].is_capital:
                end += 1
            elif (
                word.text == "."
                and end > at
                and len(words[end - 1].text) == 1
                and end + 1 < len(words)
                and words[end + 1].is_capital
            ):
                end += 1
            else:
                break
        while end > at and (words[end - 1].text == "." or words[end - 1].low in _PARTICLES):
            end -= 1
        return end

    def _counterpart(self, index: int, start: int, at: int) -> int | None:
        """`rekannya dari Rusia Sergey Lavrov`, `His Ethiopian counterpart, Tesfaye Birhanu`: the office of who was named before."""
        words = self.sentences[index].words
        before = [
            one
            for one in self.found.mentions
            if one.entity.kind == "person" and one.start < words[start].start and one.entity.office
        ]
        end = at
        while end < len(words) and (words[end].low in {"dari", "asal"} or self._mention_at(index, end) is not None):
            mention = self._mention_at(index, end)
            end = mention.last if mention is not None else end + 1
        end += end < len(words) and words[end].text == ","
        last = self._name_end(index, end)
        if last == end or not before:
            return None
        model = max(before, key=lambda one: one.start).entity
        country = self._country_in(index, start, end)
        office = self._office_of_country(model, country)
        self._keep_person(index, end, last, office, country or None, model.category, "person-counterpart")
        return last

    def _office_of_country(self, model: Entity, country: str | None) -> str | None:
        if model.office is None or country is None or model.country is None:
            return model.office
        others = [adjective for adjective, code in self.tables.adjectives.items() if code == country]
        names = self.tables.country_names.get(country, [])
        shown = next(
            (
                name
                for name in names
                if any(
                    key_of(name) == key_of(one.entity.name)
                    for one in self.found.mentions
                    if one.entity.kind == "country"
                )
            ),
            names[0] if names else "",
        )
        for word in [
            *self.tables.country_names.get(model.country, []),
            *(one for one, code in self.tables.adjectives.items() if code == model.country),
        ]:
            pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
            if pattern.search(model.office):
                new = others[0].title() if self.language == "en" and others else shown
                return pattern.sub(new, model.office)
        return model.office

    def _keep_person(
        self, index: int, first: int, last: int, office: str | None, country: str | None, category: str, rule: str
    ) -> None:
        words = self.sentences[index].words
        self._drop(index, first, last)
        name = self.text[words[first].start : words[last - 1].end]
        if category in {"suspect", "convicted", "witness", "victim"}:
            office = None
        elif office is not None and re.fullmatch(
            r"(?i)(?:mr|mrs|ms|dr|sir|bapak|ibu|tuan|nyonya|haji|warga|saksi|resident|witness)\.?", office
        ):
            office = None
        start, end = words[first].start, words[last - 1].end
        fuller = self._fuller_name(name, start) if office is None and last - first == 1 else None
        if fuller is not None:
            name, start, end = fuller
        entity = Entity(
            "person",
            name,
            start,
            end,
            rule,
            0.8,
            "",
            country,
            office=office,
            category=category,
        )
        self._keep(entity, index, first, last)

    def _fuller_name(self, name: str, before: int) -> tuple[str, int, int] | None:
        """`Ms Forsberg` is the Lena Forsberg of an earlier sentence."""
        match = re.search(
            rf"(?<![\w.'\u2019-])([A-Z][\w\u2019-]+) (?:[A-Z][\w\u2019-]+ )?{re.escape(name)}\b", self.text[:before]
        )
        if match is None or match[1].casefold() in NEVER_NAMES | self.tables.offices[self.language].keys():
            return None
        return match[0], match.start(), match.end()

    def person_in(self, index: int, first: int, last: int, rule: str, score: float) -> Entity | None:
        """Take words as the name of a person because of what is said of them; None when they cannot be one."""
        words = self.sentences[index].words
        if any(self._mention_at(index, at) is not None for at in range(first, last)):
            return None
        name = self.text[words[first].start : words[last - 1].end]
        entity = Entity("person", name, words[first].start, words[last - 1].end, rule, score)
        kept = self._keep(entity, index, first, last)
        if self.language == "en" and kept.office is None:
            self._office_behind(index, last, kept)
        return kept

    def _office_behind(self, index: int, at: int, person: Entity) -> None:
        """`Corinne Dufka, the group's Sahel director`: the office stands between commas behind the name."""
        words = self.sentences[index].words
        if at >= len(words) or words[at].text != ",":
            return
        stop = next(
            (one for one in range(at + 1, min(at + 14, len(words))) if words[one].text in {",", ".", ";"}), None
        )
        if stop is None:
            return
        heads = [(one, size) for one in range(at + 1, stop) if (size := self._head(words, one, "en"))]
        if not heads or any(word.low in self.tables.verbs for word in words[at + 1 : heads[0][0]]):
            return
        first = at + 1 + (words[at + 1].low in {"the", "a", "an"})
        head, size = heads[-1]
        behind = head + size < stop and words[head + size].low in {"of", "for", "at"}
        if head + size == stop or behind:
            person.office = self._office_text(words, min(first, head), stop)
            person.country = self._country_in(index, first, stop)
            person.category = self._category(words, head, size)
