"""Who said what: direct and reported speech with its speaker, verb and kind of act, also where only a pronoun says who.

What somebody did not say, a question in a headline and what another page reports are no statements. Sentences that
nobody is named for are the narrator's. Speakers and contents are found by `speakers` and `contents`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sepakat.intake.reports.contents import ContentSearch
from sepakat.intake.reports.speakers import PREPOSITIONS, PRONOUNS, ROOTS
from sepakat.intake.reports.statements import Speaker, Statement
from sepakat.intake.reports.words import CLOSING, OPENING, Sentence, Word

# What somebody did not say is nobody's statement.
_SILENCE = {
    "id": re.compile(
        r"(?i)(?<!tanpa )\b(?:tidak|tak|belum|enggan|menolak)\s+(?:\w+\s+){0,2}?(?:memberi\w*|menyebut\w*|merinci|mengatakan|menjelaskan|berkomentar"
        r"|menjawab|menanggapi|mengonfirmasi|membenarkan|membantah|mengungkap\w*|mengaku|keterangan|komentar|tanggapan|jawaban|pernyataan)\b"
    ),
    "en": re.compile(
        r"(?i)\b(?:not|n't|never|no (?:one|group|party|country)|nobody|none|declined to|refused to)\b(?:\s+\w+){0,4}?\s+"
        r"(?:comment\w*|say|said|confirm\w*|claim\w*|respon\w+|repl\w+|answer\w*|elaborate|identify|disclose|name|reveal|specify|deny|denied)\b"
    ),
}


class Listener(ContentSearch):
    """Reads the sentences of one text in order."""

    def listen(self, indices: Sequence[int]) -> list[Statement]:
        """The statements of these sentences."""
        for index in indices:
            self._index = index
            self._mentions = self.finder.found.of(index)
            self._said = []
            self._hear(self.sentences[index])
            self.found += self._said
            self._remember(index)
        return self.found

    def _remember(self, index: int) -> None:
        people = [one.entity for one in self._mentions if one.entity.kind == "person"]
        others = [one for one in self._mentions if one.entity.kind in {"group", "organisation"}]
        spoken = [one for one in self._said if one.speaker is not None]
        if spoken:
            last = spoken[-1]
            self.state.speaker, self.state.speaker_entity, self.state.spoke_in = last.speaker, last.entity, index
            self.state.quoted = last.is_quote
            if last.entity is not None and last.entity.kind == "person":
                self.state.person = last.entity
            elif last.entity is not None:
                self.state.other, self.state.other_name = last.entity, last.speaker
        elif people:
            self.state.person = people[0]
        if others and not (spoken and spoken[-1].entity is not None and spoken[-1].entity.kind != "person"):
            self.state.other, self.state.other_name = others[-1].entity, others[-1].entity.name

    def _hear(self, sentence: Sentence) -> None:
        quotes = _quotes(sentence.words)
        whole = [pair for pair in quotes if self._is_whole_quote(sentence, pair)]
        if whole:
            self._direct(sentence, whole, quotes)
        else:
            self._reported(sentence, quotes)
        if not self._said:
            self._continued(sentence)
        if not self._said:
            self._narrated(sentence.start, sentence.end)

    def _is_whole_quote(self, sentence: Sentence, pair: tuple[int, int]) -> bool:
        words = sentence.words
        first, last = pair
        if last - first - 1 < 2:
            return False
        before = words[first - 1].text if first else ""
        opens = first == 0 or before in {",", ":"} or (first == 1 and before in {"-"})
        ends = (
            words[last - 1].text in {",", ".", "!", "?", "\u2026"}
            or last + 1 >= len(words)
            or words[last + 1].text in {",", "."}
        )
        return opens and ends and words[first + 1].text[:1].upper() == words[first + 1].text[:1]

    def _direct(self, sentence: Sentence, whole: Sequence[tuple[int, int]], quotes: Sequence[tuple[int, int]]) -> None:
        words = sentence.words
        first, last = whole[0]
        start, end = words[first + 1].start, words[last - 1].end
        tail_end = whole[1][0] if len(whole) > 1 else len(words)
        found = self._behind_quote(words, last + 1, tail_end) if tail_end > last + 1 else None
        if found is None and first > 0:
            found = self._before_quote(words, first)
        if found is None:
            # Somebody is told to say it who is not known: then it is not who spoke before.
            others = any(self._verb(word) is not None for word in words[last + 1 : tail_end])
            if self.state.speaker is None or self._index - self.state.spoke_in > 2 or others:
                return
            self._say(
                Speaker(self.state.speaker, self.state.speaker_entity, "continued"),
                None,
                True,
                start,
                end,
                "speech-quote-continued",
                0.5,
            )
        else:
            speaker, verb, medium, rest = found
            self._say(speaker, verb, True, start, end, "speech-quote", 0.9, medium)
            if rest is not None and rest < len(words) and tail_end == len(words):
                self._rest(words, rest)
        for pair in whole[1:]:
            made = self._said[-1]
            assert made.speaker is not None
            speaker = Speaker(made.speaker, made.entity, "continued")
            self._say(
                speaker, None, True, words[pair[0] + 1].start, words[pair[1] - 1].end, "speech-quote-continued", 0.6
            )

    def _behind_quote(
        self, words: Sequence[Word], at: int, end: int
    ) -> tuple[Speaker, Word, str | None, int | None] | None:
        while at < end and (words[at].text == "," or words[at].low in {"demikian", "begitu", "itu", "seperti"}):
            at += 1
        if at >= end:
            return None
        verb = self._verb(words[at])
        if verb is not None:
            if words[at].low.endswith("nya") and words[at].low not in {"hanya"}:
                speaker = self._pronoun("person")
                return None if speaker is None else (speaker, words[at], self._medium(words, at + 1, end), None)
            speaker = self._after_verb(words, at + 1, end)
            if speaker is None:
                return None
            return speaker, words[at], self._medium(words, at + 1, end), self._comma_behind(words, at + 1, end)
        spot = next((one for one in range(at, min(end, at + 14)) if self._verb(words[one]) is not None), None)
        if spot is None:
            return None
        speaker = self._subject(words, at, spot)
        return None if speaker is None else (speaker, words[spot], self._medium(words, spot + 1, end), None)

    def _before_quote(self, words: Sequence[Word], first: int) -> tuple[Speaker, Word, str | None, int | None] | None:
        spots = [at for at in range(first) if self._is_verb_of_saying(words, at)]
        if not spots:
            return None
        speaker = self._subject(words, self._clause_start(words, spots[-1]), spots[-1])
        return None if speaker is None else (speaker, words[spots[-1]], None, None)

    def _after_verb(self, words: Sequence[Word], at: int, end: int) -> Speaker | None:
        """The speaker behind `kata`: a person if one is named before the next comma but one, else whoever is named first."""
        if at < end and words[at].low in PRONOUNS[self.language]:
            return self._pronoun("other" if words[at].low in {"it"} else "person")
        stop = next(
            (
                one
                for one in range(at, end)
                if words[one].low in {"kepada", "saat", "ketika", "seperti", "to", "usai"}
                or words[one].text in {".", ";"}
            ),
            end,
        )
        commas = [one for one in range(at, stop) if words[one].text == ","]
        near = [one for one in self._mentions if at <= one.first < stop]
        people = [
            one
            for one in near
            if one.entity.kind == "person"
            and (len(commas) < 2 or one.first < commas[1])
            and not (commas and one.first > commas[0] + 4)
        ]
        if people:
            return Speaker(people[0].entity.name, people[0].entity, "explicit")
        limit = min([*commas, stop])
        if near and near[0].first < limit and near[0].first - at <= 1:
            return Speaker(self._name(near[0]), near[0].entity, "explicit")
        name_end = at
        while name_end < limit and words[name_end].is_capital and words[name_end].is_word:
            name_end += 1
        if name_end > at and not (name_end - at == 1 and words[at].low in self.tables.offices[self.language]):
            entity = (
                self.finder.person_in(self._index, at, name_end, "person-speaks", 0.6) if name_end - at <= 4 else None
            )
            name = self.text[words[at].start : words[name_end - 1].end]
            return Speaker(entity.name if entity else name, entity, "explicit")
        return self._noun_speaker(
            words, at, next((one for one in range(at, limit) if words[one].low in PREPOSITIONS | {"yang"}), limit)
        )

    def _comma_behind(self, words: Sequence[Word], at: int, end: int) -> int | None:
        for one in range(at, end):
            if (
                words[one].text == ","
                and one + 1 < end
                and words[one + 1].low in {"tanpa", "sambil", "seraya", "without", "adding", "dan"}
            ):
                return one + 1
        return None

    def _rest(self, words: Sequence[Word], at: int) -> None:
        if words[at].low not in {"tanpa", "without"} and at + 1 < len(words) and self._is_verb_of_saying(words, at + 1):
            return
        if len(words) - at >= 4:
            self._narrated(words[at].start, words[-1].end)

    def _reported(self, sentence: Sentence, quotes: Sequence[tuple[int, int]]) -> None:
        words = sentence.words
        inside = {at for first, last in quotes for at in range(first, last + 1)}
        if self._according_to(words) or self._at_the_end(words, inside):
            return
        spots = [at for at in range(len(words)) if at not in inside and self._is_verb_of_saying(words, at)]
        used = -1
        speaker: Speaker | None = None
        for number, spot in enumerate(spots):
            if spot < used:
                continue
            limit = spots[number + 1] if number + 1 < len(spots) else len(words)
            joined = speaker is not None and words[spot - 1].low in {"and", "dan", "seraya", "sambil", "serta"}
            start = max(self._clause_start(words, spot), 0)
            who = speaker if joined else self._subject(words, start, spot)
            if who is None or (self._is_negated(words, start, spot)):
                continue
            begin, medium = self._content_start(words, spot)
            end = self._content_end(words, begin, spot, limit)
            if end <= begin or not self._is_content(words, spot, begin, end):
                continue
            speaker = who
            self._say(who, words[spot], False, words[begin].start, words[end - 1].end, "speech-reported", 0.8, medium)
            used = end

    def _according_to(self, words: Sequence[Word]) -> bool:
        """`Menurut X, ...`, `According to X, ...` at the beginning of a sentence."""
        size = (
            1
            if words[0].low == "menurut"
            else 2
            if len(words) > 2 and (words[0].low, words[1].low) == ("according", "to")
            else 0
        )
        if words[0].low == "menurutnya":
            speaker = self._pronoun("person")
            begin = 1 + (len(words) > 1 and words[1].text == ",")
            if speaker is not None and len(words) - begin > 2:
                self._say(
                    speaker, words[0], False, words[begin].start, self._trim(words, len(words)), "speech-according", 0.8
                )
                return True
        if not size:
            return False
        commas = [at for at in range(size, len(words)) if words[at].text == ","]
        if not commas:
            return False
        people = [one for one in self._mentions if one.entity.kind == "person" and size <= one.first]
        cut = commas[0]
        if len(commas) > 1 and people and people[0].first == commas[0] + 1 and people[0].last == commas[1]:
            cut = commas[1]
        speaker = self._whole_subject(words, size, cut)
        if speaker is None or len(words) - cut < 4:
            return False
        self._say(
            speaker, words[0], False, words[cut + 1].start, self._trim(words, len(words)), "speech-according", 0.85
        )
        return True

    def _whole_subject(self, words: Sequence[Word], first: int, last: int) -> Speaker | None:
        if words[first].low in PRONOUNS[self.language] and last - first == 1:
            return self._pronoun("other" if words[first].low == "it" else "person")
        anaphor = self._anaphor(words, first, last)
        if anaphor is not None:
            return anaphor
        inside = [one for one in self._mentions if first <= one.first < last]
        people = [one for one in inside if one.entity.kind == "person"]
        if people:
            return Speaker(people[0].entity.name, people[0].entity, "explicit")
        whole = [one for one in inside if one.first - first <= 1 and last - one.last <= 1]
        if whole:
            return Speaker(self._name(whole[0]), whole[0].entity, "explicit")
        return self._noun_speaker(words, first, last)

    def _at_the_end(self, words: Sequence[Word], inside: set[int]) -> bool:
        """`..., kata X.`, `..., menurut X.`, `..., X said.`, `..., according to X.`"""
        commas = [at for at in range(3, len(words)) if words[at].text == "," and at not in inside]
        for comma in reversed(commas):
            at = comma + 1
            if at >= len(words):
                continue
            verb = self._verb(words[at])
            if (
                verb is not None
                and (not ROOTS.fullmatch(words[at].low) or words[at].low in {"menurut", "menurutnya", "berkata"})
                and self.language == "id"
            ):
                speaker = (
                    self._pronoun("person")
                    if words[at].low.endswith("nya")
                    else self._after_verb(words, at + 1, len(words))
                )
                return self._ended(words, comma, speaker, words[at])
            if words[at].low == "according" and at + 2 < len(words) and words[at + 1].low == "to":
                return self._ended(
                    words, comma, self._whole_subject(words, at + 2, self._noun_end(words, at + 2)), words[at]
                )
            if self.language == "en" and verb is not None:
                if (
                    words[at].low not in {"said", "says", "added"}
                    or at + 1 >= len(words)
                    or words[at + 1].low in {*PRONOUNS["en"], "that"}
                ):
                    continue
                if any(
                    self._is_verb_of_saying(words, one) or words[one].low in {"would", "will", "had", "was", "were"}
                    for one in range(at + 1, len(words))
                ):
                    continue
                return self._ended(words, comma, self._after_verb(words, at + 1, len(words)), words[at])
            if self.language == "en":
                spot = next(
                    (one for one in range(at, min(len(words), at + 9)) if self._is_verb_of_saying(words, one)), None
                )
                if spot is None or spot == at or words[spot].low in {"declined", "refused"}:
                    continue
                if not (self._only_circumstance(words, spot + 1) or self._is_thrown_in(words, comma, spot)):
                    continue
                # `The minister, X, said on Sunday`: what stands before is no clause, X is in apposition.
                if any(word.text == "," for word in words[at:spot]):
                    continue
                speaker = self._whole_subject(words, at, self._before_circumstance(words, at, spot))
                if speaker is not None and not self._is_negated(words, at, spot):
                    return self._ended(words, comma, speaker, words[spot])
        return False

    def _is_thrown_in(self, words: Sequence[Word], comma: int, spot: int) -> bool:
        """`A clause of its own, police said, the latest of several`: what was said stands before, whole."""
        behind = words[spot + 1].text if spot + 1 < len(words) else ""
        return behind == "," and comma >= 8 and words[0].low not in PREPOSITIONS and spot - comma <= 6

    def _ended(self, words: Sequence[Word], comma: int, speaker: Speaker | None, verb: Word) -> bool:
        if speaker is None or comma < 3:
            return False
        self._say(speaker, verb, False, words[0].start, words[comma - 1].end, "speech-ended", 0.85)
        return True

    def _continued(self, sentence: Sentence) -> None:
        """A sentence right behind reported speech that says what may or will be: still the speaker's words."""
        words = sentence.words
        previous = self.sentences[self._index - 1] if self._index else None
        if (
            previous is None
            or previous.paragraph != sentence.paragraph
            or self.state.spoke_in != self._index - 1
            or self.state.quoted
        ):
            return
        modal = {"dapat", "bisa", "akan", "could", "would", "might", "may"}
        starts = bool(self._mentions) and self._mentions[0].first == 0
        spot = self._mentions[0].last if starts else -1
        if starts and spot < len(words) and words[spot].low in modal and self.state.speaker is not None:
            if self._mentions[0].entity is self.state.speaker_entity:
                return
            speaker = Speaker(self.state.speaker, self.state.speaker_entity, "continued")
            self._say(speaker, None, False, sentence.start, self._trim(words, len(words)), "speech-continued", 0.5)

    def _narrated(self, start: int, end: int) -> None:
        if not _SILENCE[self.language].search(self.text, start, end):
            self._said.append(
                Statement(None, None, "narrator", None, None, False, start, end, self._index, "speech-narrator", 0.5)
            )

    def _say(
        self,
        speaker: Speaker,
        verb: Word | None,
        is_quote: bool,
        start: int,
        end: int,
        rule: str,
        score: float,
        medium: str | None = None,
    ) -> None:
        act = None
        shown = verb.text if verb is not None else None
        if verb is not None:
            found = self._verb(verb)
            act = found.act if found is not None else "say"
            content = self.text[start:end]
            if act == "refuse" and re.match(
                r"(?i)(?:the|that|those|these|any|all)?\s*(?:tudingan|tuduhan|dakwaan|klaim|charges?|accusations?|allegations?|claims?|suggestions?|reports?)\b",
                content,
            ):
                act = "deny"
            group = speaker.entity is not None and speaker.entity.kind == "group"
            if (
                act == "say"
                and group
                and re.search(
                    r"(?i)carried out|was behind|responsib|bertanggung jawab|melakukan (?:serangan|penyerangan)|telah menyerang|had (?:killed|attacked|shot|captured|seized)",
                    content,
                )
            ):
                act = "claim"
            if act == "accuse" and is_quote:
                act = "accuse"
        self._said.append(
            Statement(
                speaker.name,
                speaker.entity,
                speaker.attribution,
                shown,
                act,
                is_quote,
                start,
                end,
                self._index,
                rule,
                score,
                medium,
            )
        )


def _quotes(words: Sequence[Word]) -> list[tuple[int, int]]:
    """Pairs of quotation marks, as indices of words; what is opened and not closed reaches to the end."""
    pairs = []
    opened: int | None = None
    for at, word in enumerate(words):
        if opened is None and word.text in OPENING:
            opened = at
        elif opened is not None and word.text in CLOSING:
            pairs.append((opened, at))
            opened = None
    if opened is not None and len(words) - opened > 2:
        pairs.append((opened, len(words)))
    return pairs
