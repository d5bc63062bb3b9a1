"""Who and where: countries, places, organisations, armed groups and people of a text, each with all its mentions.

Tables first, then words that tell what follows them ("Kementerian ...", "kelompok bersenjata ...", "Presiden ..."), then
names that the text itself has introduced. Decides the order of the searches alone; each has its module. Peoples,
religions and beliefs are never looked for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sepakat.intake.reports.entities import Mention, Names, is_short_of
from sepakat.intake.reports.gazetteer import Gazetteer, key_of
from sepakat.intake.reports.name_search import NEVER_NAMES
from sepakat.intake.reports.offices import OfficeSearch
from sepakat.intake.reports.organisations import OrganisationSearch
from sepakat.intake.reports.words import Sentence


class Finder(OrganisationSearch, OfficeSearch):
    """Finds names in the sentences of one text; keeps nothing but what it has found so far."""

    def find(self) -> Names:
        """Everything, in two looks: the second knows the names that the first has found."""
        for index in range(len(self.sentences)):
            self._known_names(index)
            self._introduced(index)
        for index in range(len(self.sentences)):
            self._offices(index)
        for index in range(len(self.sentences)):
            self._again(index)
        self.found.mentions.sort(key=lambda one: one.start)
        self.found.entities.sort(key=lambda one: one.start)
        return self.found

    def _known_names(self, index: int) -> None:
        sentence = self.sentences[index]
        words = sentence.words
        at = 0
        while at < len(words):
            if not words[at].is_capital or (not words[at].is_word and not re.match(r"[A-Z]\.", words[at].text)):
                at += 1
                continue
            at = self._known_at(index, at)

    def _known_at(self, index: int, at: int) -> int:
        words = self.sentences[index].words
        for size in range(min(8, len(words) - at), 0, -1):
            name = self._joined(words, at, size)
            if not name:
                continue
            last = words[at + size - 1]
            if not (last.is_capital or last.text[0].isdigit() or re.match(r"(?:[A-Z]\.)+$", last.text)):
                continue
            entity = self._group(name) or (self._organisation(index, at, size, name))
            if entity is not None:
                entity.start, entity.end = words[at].start, words[at + size - 1].end
                size = self._with_bracket(index, at, size, entity)
                self._keep(entity, index, at, at + size)
                return at + size
        after = self._organisation_by_head(index, at)
        if after is not None:
            return after
        for size in range(min(5, len(words) - at), 0, -1):
            name = self._joined(words, at, size)
            if name and words[at + size - 1].is_capital and self._place(index, at, size, name):
                return at + size
        return at + 1

    def _again(self, index: int) -> None:
        """Names found elsewhere in the text, in full or short."""
        words = self.sentences[index].words
        people = [one for one in self.found.entities if one.kind == "person"]
        new = [one for one in self.found.entities if one.kind in {"organisation", "group"} and one.gazetteer is None]
        at = 0
        while at < len(words):
            if not words[at].is_capital or self._mention_at(index, at) is not None:
                at += 1
                continue
            found = None
            for size in (5, 4, 3, 2, 1):
                name = self._joined(words, at, size)
                if not name:
                    continue
                key = key_of(name)
                found = next((one for one in new if key in {key_of(one.name), *map(key_of, one.also)}), None)
                found = found or next((one for one in people if key == key_of(one.name)), None)
                if found is None and size == 1 and len(name) > 2 and words[at].low not in NEVER_NAMES:
                    found = next((one for one in people if is_short_of(name, one.name)), None)
                if found is not None:
                    self.found.add(Mention(found, index, at, at + size, words[at].start, words[at + size - 1].end))
                    at += size - 1
                    break
            at += 1


def find_names(text: str, sentences: Sequence[Sentence], language: str, tables: Gazetteer) -> Finder:
    """The finder, with everything that it has found."""
    finder = Finder(text, sentences, language, tables)
    finder.find()
    return finder
