"""What is said: where the content of reported speech begins and ends, and whether it is content at all.

An object to whom or of what somebody spoke is none, and a circumstance behind the content is cut off. Who said it is
for `speakers`.
"""

from __future__ import annotations

from collections.abc import Sequence

from sepakat.intake.reports.people import ABBREVIATED
from sepakat.intake.reports.speakers import CLAUSE_STARTS, PREPOSITIONS, SpeakerSearch
from sepakat.intake.reports.words import Word

_CUTS = frozenset("after when because since setelah ketika menyusul karena sejak usai saat".split())
_SKIPPED_BEFORE_CONTENT = frozenset("that bahwa mengenai tentang soal jika kalau".split())
_POINTED_AT = frozenset(
    "figure claim charge report account version accusation number allegation statement story".split()
)
_SAYS_NOTHING = frozenset(
    """comment say answer respond reply confirm elaborate identify give provide discuss speak name disclose talk be""".split()
)
_DAYS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday senin selasa rabu kamis jumat sabtu yesterday today kemarin".split()
)


class ContentSearch(SpeakerSearch):
    """Finds what a verb of saying reports."""

    def _content_start(self, words: Sequence[Word], spot: int) -> tuple[int, str | None]:
        """Where what was said begins: behind `that`, behind to whom and where it was said."""
        at = spot + 1
        medium = None
        if words[spot].low in {"spoke", "speaks", "speak"} and at < len(words) and words[at].low == "of":
            at += 1
        # Whom somebody told, where and when may stand before what was told.
        reach = 18 if words[spot].low in {"told", "tell", "tells"} else 9
        that = next(
            (one for one in range(at, min(at + reach, len(words))) if words[one].low in {"that", "bahwa"}), None
        )
        lead = words[at].low if at < len(words) else ""
        circumstance = lead in {
            "on",
            "in",
            "at",
            "to",
            "kepada",
            "di",
            "dalam",
            "pada",
            "melalui",
            "lewat",
            "kemarin",
            "usai",
            "saat",
            "late",
            "yesterday",
        }
        if words[spot].low in {"told", "tell", "tells"}:
            circumstance = True
        if that == at and at + 1 < len(words) and words[at].low == "that" and words[at + 1].low in _POINTED_AT:
            return at, None
        if that is not None and (circumstance or that == at or words[at].text == "," or lead in _DAYS):
            if not any(words[one].text == "," for one in range(at, that)) or circumstance:
                medium = self._medium(words, spot + 1, that)
                return that + 1, medium
        if lead in _DAYS:
            at += 1
        if circumstance and words[spot].low in {"told", "tell", "tells"}:
            stop = next((one for one in range(at, len(words)) if words[one].text in {",", "."}), len(words))
            listener = [one for one in self._mentions if one.first == at or one.first == at + 1]
            if listener:
                at = listener[0].last
            elif at + 1 < len(words) and words[at].low in {
                "reporters",
                "journalists",
                "parliament",
                "lawmakers",
                "wartawan",
            }:
                at += 1
            else:
                return stop, None
            medium = self._medium(words, spot + 1, at)
        while at < len(words) and (words[at].text in {",", ":"} or words[at].low in _SKIPPED_BEFORE_CONTENT):
            at += 1
        return at, medium

    def _content_end(self, words: Sequence[Word], begin: int, spot: int, limit: int) -> int:
        act = self._act(words, spot)
        for at in range(begin, len(words)):
            low = words[at].low
            following = words[at + 1].low if at + 1 < len(words) else ""
            if at >= limit - 1 and low in {"and", "dan", "seraya", "sambil", "serta"} and at + 1 == limit:
                return self._trimmed(words, at)
            if low in {"seraya", "sambil"}:
                return self._trimmed(words, at)
            if words[at].text == ";" or (words[at].text == "," and following in CLAUSE_STARTS):
                return self._trimmed(words, at)
            if at > begin and act == "deny" and low in {"through", "via", "melalui", "lewat"}:
                return self._trimmed(words, at)
            if at > begin and low in _CUTS and act in {"offer", "promise", "announce", "refuse"} and at - begin >= 2:
                return self._trimmed(words, at)
        return self._trimmed(words, len(words))

    def _trimmed(self, words: Sequence[Word], end: int) -> int:
        while end > 0 and words[end - 1].text in {".", ",", ";", ":"}:
            end -= 1
        return end

    def _trim(self, words: Sequence[Word], end: int) -> int:
        return words[self._trimmed(words, end) - 1].end

    def _is_content(self, words: Sequence[Word], spot: int, begin: int, end: int) -> bool:
        low = words[spot].low
        if (
            words[begin].low == "hal"
            and words[begin + 1 : begin + 2]
            and words[begin + 1].low in {"itu", "tersebut", "ini"}
        ):
            # `mengungkapkan hal tersebut`: what it was stands elsewhere.
            return end - begin > 2 and words[begin + 2].text != ","
        if end - begin == 1 and words[begin].low in {"this", "that", "it", "so", "itu", "ini"}:
            return False
        if low in {"told", "tells"} and words[begin].low in PREPOSITIONS and end - begin <= 6:
            # `..., the commander told reporters by telephone`: how it was said.
            return False
        if low in {"declined", "declines", "refused", "refuses"} and words[begin].low == "to":
            return begin + 1 < len(words) and words[begin + 1].low not in _SAYS_NOTHING
        if low in {"put", "puts"}:
            return any(words[at].low == "at" for at in range(begin, end))
        if low in {"spoke", "speaks"}:
            return words[spot + 1].low == "of"
        if low in {
            "count",
            "counts",
            "counted",
            "estimate",
            "estimates",
            "estimated",
            "menghitung",
            "mencatat",
            "memperkirakan",
            "menaksir",
        }:
            return any(words[at].text[0].isdigit() for at in range(begin, end)) or end - begin >= 2
        if low in {
            "menyebut",
            "describe",
            "describes",
            "described",
            "report",
            "reports",
            "reported",
            "melaporkan",
            "mencatat",
            "reveal",
            "revealed",
            "wrote",
            "menulis",
            "recall",
            "recalled",
        }:
            return end - begin >= 3
        if low in {
            "charge",
            "charged",
            "ordered",
            "order",
            "questioned",
            "question",
            "minta",
            "meminta",
            "asked",
            "memerintahkan",
            "appealed",
        }:
            return end - begin >= 2
        if low in {"menilai", "meyakini", "believe", "believes", "believed"}:
            return end - begin >= 3
        return end > begin

    def _noun_end(self, words: Sequence[Word], at: int) -> int:
        return next(
            (
                one
                for one in range(at, len(words))
                if words[one].text in {",", ";"} or (words[one].text == "." and words[one - 1].low not in ABBREVIATED)
            ),
            len(words),
        )

    def _only_circumstance(self, words: Sequence[Word], at: int) -> bool:
        comma = next((one for one in range(at, len(words)) if words[one].text == ","), len(words))
        rest = [word for word in words[at:comma] if word.text != "."]
        if not rest:
            return comma == len(words)
        if len(rest) > 8:
            return False
        lead = rest[0].low
        return lead in {"on", "in", "at", "late", "early", "during", "by", "to", "wednesday", "yesterday", "today", "earlier", "later", "after"} or lead in {
            "monday", "tuesday", "thursday", "friday", "saturday", "sunday"
        }  # fmt: skip
