"""People by their office: "Menteri Luar Negeri Rusia Sergei Lavrov", "Libya's interior minister, Fathi Bashagha".

The words of Indonesian stand before the name, or between commas behind it; those of English on both sides. Who holds an
office is a name that stands beside it, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sepakat.intake.reports.gazetteer import key_of
from sepakat.intake.reports.name_search import COMPLEMENTS_ID
from sepakat.intake.reports.people import ABBREVIATED, PeopleSearch
from sepakat.intake.reports.words import Word

_RANKS = re.compile(
    r"""(?ix)(?:jenderal|letnan|mayor|brigadir|brigjen|kolonel|kapten|sersan|laksamana|marsekal|komisaris|ajun|inspektur|letjen|mayjen
    |irjen|komjen|kombes|akbp|akp|kompol|iptu|ipda|kol|letkol|general|lieutenant|colonel|major|captain|sergeant|admiral|brigadier|gen
    |lt|maj|brig|col|capt|sgt|adm|air\ marshal|inspector|superintendent|constable|detective|dr|mr|mrs|ms|sir|prof|professor|lord|dame|haji
    |bapak|ibu|tuan|ustaz|ustadz|kiai)\b.*"""
)
_LEADS_BODIES = (
    "chief executive", "executive officer", "ceo", "chairman", "chairwoman", "director", "founder", "co-founder", "editor", "manager",
)  # fmt: skip
_GENERIC = frozenset("officer official pejabat perwira anggota army-officer member prajurit warga resident".split())
_LOCAL_OFFICES = frozenset(
    """bupati gubernur kota walikota camat lurah kapolres kapolresta kapolda wakapolda kapolsek dandim danrem pangdam
    kajari kajati kalapas syahbandar wakapolres""".split()
)
_OFFICE_WORDS_EN = frozenset(
    """deputy former foreign interior defence defense finance health justice ministry police military army navy airport
    provincial regional district city town state federal national senior chief acting assistant vice junior port coalition
    government presidential parliamentary opposition intelligence security public chief-of-staff special coast guard un eu nato
    hospital company bank border energy oil transport trade education environment information prison local top retired late
    president-elect air force ruling""".split()
)


class OfficeSearch(PeopleSearch):
    """Finds offices with those who hold them."""

    def _offices(self, index: int) -> None:
        words = self.sentences[index].words
        at = 0
        while at < len(words):
            after = self._office_id(index, at) if self.language == "id" else self._office_en(index, at)
            at = after or at + 1

    def _office_id(self, index: int, at: int) -> int | None:
        words = self.sentences[index].words
        if words[at].low == "bernama" and (last := self._name_end(index, at + 1)) > at + 1:
            before = {word.low for word in words[max(0, at - 3) : at]}
            if not before & {"kelompok", "kapal", "desa", "kota", "perusahaan", "milisi", "organisasi", "pulau"}:
                self._keep_person(index, at + 1, last, None, None, "other", "person-named")
                return last
        if words[at].low in {"rekannya", "sejawatnya", "mitranya", "koleganya"}:
            return self._counterpart(index, at, at + 1)
        start = at
        while (
            at < len(words)
            and words[at].low in {"wakil", "mantan", "eks", "pelaksana", "plt", "calon"}
            and self._head(words, at, "id") < 2
        ):
            at += 1
        size = self._head(words, at, "id")
        if not size:
            return None
        end = at + size
        category = self._category(words, at, size)
        limit = end + 14
        lower = 0
        while end < min(limit, len(words)):
            mention = self._mention_at(index, end)
            if mention is not None and mention.entity.kind != "person":
                end = mention.last
            elif words[end].low in COMPLEMENTS_ID:
                end += 1
            elif (split := self._split_in_run(index, end)) > end:
                end = split
            elif words[end].text == "(" and end + 2 < len(words) and words[end + 2].text == ")":
                end += 3
            elif words[end].low in {"untuk", "bagi", "dari"} and end + 1 < len(words) and words[end + 1].is_capital:
                end += 1
            elif words[end].is_word and not words[end].is_capital and lower < 4 and self._comma_name(index, end):
                end, lower = end + 1, lower + 1
            else:
                break
        if end < len(words) and words[end].is_capital:
            end = self._body_before_comma(index, end)
        comma = end < len(words) and words[end].text == ","
        name_at = end + comma
        rank = self._head(words, name_at, "id") if name_at < len(words) else 0
        if rank and not (comma or end == at + size or _RANKS.match(words[name_at].low + " ")):
            rank = 0
        if comma and not rank and end == at + size and category == "other":
            return None
        second = name_at
        while rank:
            second += rank
            rank = self._head(words, second, "id")
        while (
            second > name_at
            and second < len(words) - 1
            and words[second].text in {"TNI", "Inf", "Pol", "Polisi", "Mar"}
        ):
            second += 1
        last = self._name_end(index, second)
        if last == second:
            return None
        if comma and not (
            last >= len(words)
            or words[last].text in {",", "."}
            or words[last].low in self.tables.verbs
            or self._head(words, last, "id")
        ):
            return None
        office = self.text[words[start].start : words[end - 1].end]
        country = self._country_in(index, start, end)
        if _RANKS.fullmatch(office) and second > name_at and not comma:
            office = self.text[words[start].start : words[second - 1].end]
        office, country, category, last_used = self._apposition_id(index, last, office, country, category)
        self._keep_person(index, second, last, office, country, category, "person-office")
        return last_used

    def _split_in_run(self, index: int, at: int) -> int:
        """In a run of capitalised words behind an office, where the last country, place, abbreviation or body ends."""
        words = self.sentences[index].words
        end = self._run_end(words, at)
        if end - at < 2:
            return at
        for size in range(min(4, end - at - 1), 0, -1):
            name = self._joined(words, at, size)
            if name and (
                self._country(name)
                or self.tables.organisations.get(name)
                or self.tables.organisations.get(key_of(name))
            ):
                return at + size
            governs = words[at - 1].low in _LOCAL_OFFICES
            if governs and size == 1 and end - at >= 3 and self._is_seat(name):
                return at + 1
            best = (
                max(self.tables.areas(key_of(name)), key=lambda area: area.people, default=None)
                if name and governs
                else None
            )
            if best is not None and best.country in {"ID", *self._counts}:
                return at + size
        ranks = [
            one for one in range(at, end - 1) if self._head(words, one, "id") and _RANKS.match(words[one].low + " ")
        ]
        if ranks:
            return ranks[0]
        inner = [
            one
            for one in range(at, end - 1)
            if self._country(words[one].text)
            or (words[one].text.isupper() and words[one].text in self.tables.organisations)
        ]
        if inner:
            return inner[-1] + 1
        upper = words[at].text.isupper() and 2 <= len(words[at].text) <= 8
        return at + 1 if upper else at

    def _is_seat(self, name: str) -> bool:
        """Whether the text names a regency or town so: `Kabupaten Puncak`, `Kota Dumai`."""
        return bool(re.search(rf"\b(?:Kabupaten|Kab\.|Kota|Provinsi|Distrik|Kecamatan) {re.escape(name)}\b", self.text))

    def _body_before_comma(self, index: int, at: int) -> int:
        """`Direktur Institute for Policy Analysis (IPAC), Sidney Jones,`: the body up to the comma belongs to the office."""
        words = self.sentences[index].words
        end = at
        while end < len(words) and end - at < 12:
            word = words[end]
            if word.text == ",":
                last = self._name_end(index, end + 1)
                closed = last >= len(words) or words[last].text in {",", "."} or words[last].low in self.tables.verbs
                return end if last - end - 1 >= 2 and closed else at
            if not (
                word.is_capital
                or word.low in {"of", "for", "the", "dan", "and", "untuk"}
                or word.text in {"(", ")", "-"}
                or word.text[0].isdigit()
            ):
                return at
            end += 1
        return at

    def _comma_name(self, index: int, at: int) -> bool:
        """Whether lower-case words run up to a comma and a name behind it."""
        words = self.sentences[index].words
        end = at
        while (
            end < len(words)
            and end - at < 5
            and words[end].is_word
            and not words[end].is_capital
            and words[end].low not in self.tables.verbs
            and words[end].low
            not in {"yang", "di", "dan", "dari", "untuk", "pada", "akan", "telah", "itu", "ini", "the", "who", "of"}
        ):
            end += 1
        return end > at and end + 1 < len(words) and words[end].text == "," and words[end + 1].is_capital

    def _apposition_id(
        self, index: int, at: int, office: str, country: str | None, category: str
    ) -> tuple[str, str | None, str, int]:
        words = self.sentences[index].words
        if at < len(words) and words[at].text == "," and _RANKS.fullmatch(office):
            size = self._head(words, at + 1, "id")
            if size:
                end = at + 1 + size
                while (
                    end < len(words)
                    and end < at + 9
                    and words[end].text not in {",", ".", ";"}
                    and words[end].low not in {"di", "yang", "pada", "untuk", "dari"}
                ):
                    end += 1
                phrase = self.text[words[at + 1].start : words[end - 1].end]
                return phrase, self._country_in(index, at + 1, end) or country, self._category(words, at + 1, size), end
        return office, country, category, at

    def _office_en(self, index: int, at: int) -> int | None:
        words = self.sentences[index].words
        if words[at].low == "counterpart":
            start = at
            while start > 0 and (
                words[start - 1].low in self.tables.adjectives or words[start - 1].low in {"his", "her", "their"}
            ):
                start -= 1
            return self._counterpart(index, start, at + 1)
        size = self._head(words, at, "en")
        if not size or (at and self._person_at(index, at)):
            return None
        category = self._category(words, at, size)
        start, end = self._office_start(index, at), at + size
        # `Gov. Nasir El-Rufai`, `Rev. Joseph Hayab`: the point belongs to the title.
        end += end + 1 < len(words) and words[end].text == "." and words[end - 1].low in ABBREVIATED
        while (
            end + 1 < len(words)
            and words[end].low in {"of", "for"}
            and (words[end + 1].is_capital or words[end + 1].low in {"the", "state"})
        ):
            end += 2
            while end < len(words) and (
                (words[end].is_capital and words[end].is_word)
                or words[end].low
                in {
                    "region",
                    "province",
                    "state",
                    "city",
                    "district",
                    "governorate",
                    "county",
                    "oblast",
                    "ministry",
                    "department",
                    "committee",
                    "police",
                }
            ):
                end += 1
        self._led_body(index, at + size, end)
        comma = end < len(words) and words[end].text == ","
        name_at = end + comma
        rank = self._titles(words, name_at)
        if rank and (comma or not words[name_at].text[:1].islower()):
            inner = self._name_end(index, name_at + rank)
            if inner > name_at + rank:
                generic = words[end - 1].low in _GENERIC
                if not comma and _RANKS.fullmatch(words[at].low):
                    # `Maj. Gen. Gabriel Villanueva`
                    end, generic = name_at + rank, False
                office = (
                    self._office_text(words, name_at, name_at + rank)
                    if generic
                    else self._office_text(words, start, end)
                )
                self._keep_person(
                    index, name_at + rank, inner, office, self._country_in(index, start, end), category, "person-office"
                )
                return inner
        last = self._name_end(index, name_at)
        if last == name_at:
            return None
        closes = last >= len(words) or words[last].text in {",", ".", ")"} or words[last].low in self.tables.verbs
        if comma and (not closes or last - name_at < 2):
            return None
        if not comma and not words[at].is_capital and words[at + size - 1].low in _GENERIC:
            return None
        if not comma and last - name_at == 1 and not words[at].is_capital and start == at:
            return None
        office = self._office_text(words, start, end)
        self._keep_person(index, name_at, last, office, self._country_in(index, start, end), category, "person-office")
        return last

    def _led_body(self, index: int, at: int, end: int) -> None:
        """`chief executive of Azam Marine`: who leads a body names it."""
        words = self.sentences[index].words
        head = " ".join(word.low for word in words[max(0, at - 2) : at])
        if at + 1 >= end or words[at].low not in {"of", "for"} or not head.endswith(_LEADS_BODIES):
            return
        first = at + 1 + (words[at + 1].low == "the")
        last = self._free_run(index, first)
        name = self._joined(words, first, last - first) if last > first else ""
        taken = any(self._mention_at(index, one) is not None for one in range(first, last))
        if name and not taken and not self.tables.areas(key_of(name)) and not self._country(name):
            self._keep_new("organisation", index, first, last, "organisation-led", 0.6, "other")

    def _titles(self, words: Sequence[Word], at: int) -> int:
        """How many words the titles before a name have, points of abbreviations among them."""
        end = at
        while end < len(words) and (size := self._head(words, end, "en")):
            end += size
            end += end + 1 < len(words) and words[end].text == "." and words[end - 1].low in ABBREVIATED
        return end - at

    def _office_start(self, index: int, at: int) -> int:
        """Where an English office begins: countries, organisations and other words before the head belong to it."""
        words = self.sentences[index].words
        start = at
        while start > 0:
            before = words[start - 1]
            mention = self._mention_at(index, start - 1)
            if before.low in {"'s", "\u2019s"} and start > 1 and (words[start - 2].is_capital):
                held = self._mention_at(index, start - 2)
                start = held.first if held is not None else start - 2
                break
            if before.low in self.tables.adjectives and before.is_capital:
                start -= 1
            elif mention is not None and mention.entity.kind in {"organisation", "country", "place"}:
                start = mention.first
            elif before.low in _OFFICE_WORDS_EN:
                start -= 1
            else:
                break
        return start
