"""Who said what: direct and reported speech with its speaker, verb and kind of act, also where only a pronoun says who.

What somebody did not say, a question in a headline and what another page reports are no statements. Sentences that
nobody is named for are the narrator's. A speaker is a name of the text or its own words, never made up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sepakat.intake.reports.gazetteer import Gazetteer, Verb
from sepakat.intake.reports.names import Entity, Finder, Mention
from sepakat.intake.reports.words import CLOSING, OPENING, Sentence, Word

_PRONOUNS = {"id": frozenset("ia dia beliau mereka".split()), "en": frozenset("he she they it".split())}
_NEGATIONS = frozenset("tidak tak belum bukan enggan not never n't nor tanpa without neither nobody no".split())
_FILLERS = frozenset(
    """juga kemudian pun telah sudah lalu lantas sempat pernah kembali terus sendiri sebelumnya akhirnya selanjutnya
    also has had have later then earlier previously repeatedly reportedly again since already publicly officially further
    immediately flatly strongly still would""".split()
)
_ROOTS = re.compile(r"(?:me|ber|di|pe)[a-z]{3,}")
_DETERMINERS = frozenset(
    """the a an this that these those his her its their our my no any some of such other new further in with by for
    sebuah itu ini tersebut para atas suatu""".split()
)
_PASSIVE = frozenset("was were been be is are being got".split())
_RELATIVE = frozenset("yang who which whom to untuk that".split())
_CLAUSE_STARTS = frozenset(
    """while whereas but although though sementara namun tetapi sedangkan tapi meski meskipun walau""".split()
)
_CUTS = frozenset("after when because since setelah ketika menyusul karena sejak usai saat".split())
_PREPOSITIONS = frozenset(
    "dalam di pada kepada usai saat ketika melalui lewat dari dengan in on at to during through via after from by".split()
)
_SKIPPED_BEFORE_CONTENT = frozenset("that bahwa mengenai tentang soal jika kalau".split())
_COMMON_NOUN_SPEAKERS = re.compile(
    r"""(?ix)^(?:(?:the|a|an|some|several|local|western|senior|two|three|para|seorang|sejumlah|beberapa|pihak|salah\ seorang|salah\ satu)\ )*
    (?:[\w'-]+\ ){0,4}(?:officials?|officers?|prosecutors?|police|investigators?|residents?|witnesses|witness|workers?|doctors?|diplomats?|analysts?
    |experts?|lawyers?|activists?|sources?|spokes(?:man|woman|person|people)|city|town|army|navy|military|ministry|government|hospital|company|group|agency|authorities
    |court|union|party|council|commission|committee|coalition|rebels|militants|opposition|utility|bank|firm|airline|university|school|family|families|relatives|leaders?|ministers?|commanders?|monitors?|observers?|medics|rescuers|aides?|lawmakers|governor|mayor|statement|report|media|mission|embassy|delegation|charity|organisation|organization|team|network|regulator|watchdog|operator
    |pejabat|polisi|kepolisian|jaksa|penyidik|warga|saksi|saksi\ mata|petugas|dokter|diplomat|pengamat|ahli|pengacara|aktivis|sumber|juru\ bicara|militer|tentara|kementerian|pemerintah|rumah\ sakit
    |perusahaan|kelompok|lembaga|pengadilan|partai|dewan|komisi|koalisi|pemberontak|oposisi|bank|keluarga|pemimpin|menteri|komandan|pemantau|relawan|anggota|intelijen|otoritas|kantor|laporan|pernyataan|pihak)
    (?:\ (?:[\w'-]+)){0,3}$|^(?:a|the|an)\ spokes(?:man|woman|person)\ (?:for|of)(?:\ [\w'-]+){1,8}$"""
)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. `start` and `end` are those of its content; without a speaker it is the narrator's."""

    speaker: str | None
    entity: Entity | None
    attribution: str
    verb: str | None
    act: str | None
    is_quote: bool
    start: int
    end: int
    sentence: int
    rule: str
    score: float
    medium: str | None = None


@dataclass(slots=True)
class _State:
    """Who was named last: what a pronoun means."""

    person: Entity | None = None
    other: Entity | None = None
    other_name: str | None = None
    speaker: str | None = None
    speaker_entity: Entity | None = None
    spoke_in: int = -9
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class _Speaker:
    name: str
    entity: Entity | None
    attribution: str


class Listener:
    """Reads the sentences of one text in order."""

    def __init__(self, text: str, finder: Finder, language: str, tables: Gazetteer) -> None:
        self.text = text
        self.finder = finder
        self.sentences: Sequence[Sentence] = finder.sentences
        self.language = language
        self.tables = tables
        self.state = _State()
        self.found: list[Statement] = []
        self._said: list[Statement] = []
        self._index = 0
        self._mentions: list[Mention] = []

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

    # Direct speech.

    def _direct(self, sentence: Sentence, whole: Sequence[tuple[int, int]], quotes: Sequence[tuple[int, int]]) -> None:
        words = sentence.words
        first, last = whole[0]
        start, end = words[first + 1].start, words[last - 1].end
        tail_end = whole[1][0] if len(whole) > 1 else len(words)
        found = self._behind_quote(words, last + 1, tail_end) if tail_end > last + 1 else None
        if found is None and first > 0:
            found = self._before_quote(words, first)
        if found is None:
            if self.state.speaker is None or self._index - self.state.spoke_in > 2:
                return
            self._say(
                _Speaker(self.state.speaker, self.state.speaker_entity, "continued"),
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
            speaker = _Speaker(made.speaker, made.entity, "continued")
            self._say(
                speaker, None, True, words[pair[0] + 1].start, words[pair[1] - 1].end, "speech-quote-continued", 0.6
            )

    def _behind_quote(
        self, words: Sequence[Word], at: int, end: int
    ) -> tuple[_Speaker, Word, str | None, int | None] | None:
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

    def _before_quote(self, words: Sequence[Word], first: int) -> tuple[_Speaker, Word, str | None, int | None] | None:
        spots = [at for at in range(first) if self._is_verb_of_saying(words, at)]
        if not spots:
            return None
        speaker = self._subject(words, self._clause_start(words, spots[-1]), spots[-1])
        return None if speaker is None else (speaker, words[spots[-1]], None, None)

    def _after_verb(self, words: Sequence[Word], at: int, end: int) -> _Speaker | None:
        """The speaker behind `kata`: a person if one is named before the next comma but one, else whoever is named first."""
        if at < end and words[at].low in _PRONOUNS[self.language]:
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
            return _Speaker(people[0].entity.name, people[0].entity, "explicit")
        limit = min([*commas, stop])
        if near and near[0].first < limit and near[0].first - at <= 1:
            return _Speaker(self._name(near[0]), near[0].entity, "explicit")
        name_end = at
        while name_end < limit and words[name_end].is_capital and words[name_end].is_word:
            name_end += 1
        if name_end > at and not (name_end - at == 1 and words[at].low in self.tables.offices[self.language]):
            entity = (
                self.finder.person_in(self._index, at, name_end, "person-speaks", 0.6) if name_end - at <= 4 else None
            )
            name = self.text[words[at].start : words[name_end - 1].end]
            return _Speaker(entity.name if entity else name, entity, "explicit")
        return self._noun_speaker(
            words, at, next((one for one in range(at, limit) if words[one].low in _PREPOSITIONS | {"yang"}), limit)
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

    # Reported speech.

    def _reported(self, sentence: Sentence, quotes: Sequence[tuple[int, int]]) -> None:
        words = sentence.words
        inside = {at for first, last in quotes for at in range(first, last + 1)}
        if self._according_to(words) or self._at_the_end(words, inside):
            return
        spots = [at for at in range(len(words)) if at not in inside and self._is_verb_of_saying(words, at)]
        used = -1
        speaker: _Speaker | None = None
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

    def _whole_subject(self, words: Sequence[Word], first: int, last: int) -> _Speaker | None:
        if words[first].low in _PRONOUNS[self.language] and last - first == 1:
            return self._pronoun("other" if words[first].low == "it" else "person")
        anaphor = self._anaphor(words, first, last)
        if anaphor is not None:
            return anaphor
        inside = [one for one in self._mentions if first <= one.first < last]
        people = [one for one in inside if one.entity.kind == "person"]
        if people:
            return _Speaker(people[0].entity.name, people[0].entity, "explicit")
        whole = [one for one in inside if one.first - first <= 1 and last - one.last <= 1]
        if whole:
            return _Speaker(self._name(whole[0]), whole[0].entity, "explicit")
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
                and (not _ROOTS.fullmatch(words[at].low) or words[at].low in {"menurut", "menurutnya", "berkata"})
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
                    or words[at + 1].low in {*_PRONOUNS["en"], "that"}
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
                if spot is None or spot == at or not self._only_circumstance(words, spot + 1):
                    continue
                # `The minister, X, said on Sunday`: what stands before is no clause, X is in apposition.
                if any(word.text == "," for word in words[at:spot]):
                    continue
                speaker = self._whole_subject(words, at, spot)
                if speaker is not None and not self._is_negated(words, at, spot):
                    return self._ended(words, comma, speaker, words[spot])
        return False

    def _noun_end(self, words: Sequence[Word], at: int) -> int:
        return next((one for one in range(at, len(words)) if words[one].text in {",", ".", ";"}), len(words))

    def _ended(self, words: Sequence[Word], comma: int, speaker: _Speaker | None, verb: Word) -> bool:
        if speaker is None or comma < 3:
            return False
        self._say(speaker, verb, False, words[0].start, words[comma - 1].end, "speech-ended", 0.85)
        return True

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

    def _content_start(self, words: Sequence[Word], spot: int) -> tuple[int, str | None]:
        """Where what was said begins: behind `that`, behind to whom and where it was said."""
        at = spot + 1
        medium = None
        if words[spot].low in {"spoke", "speaks", "speak"} and at < len(words) and words[at].low == "of":
            at += 1
        that = next((one for one in range(at, min(at + 9, len(words))) if words[one].low in {"that", "bahwa"}), None)
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
            if words[at].text in {",", ";"} and following in _CLAUSE_STARTS:
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
            speaker = _Speaker(self.state.speaker, self.state.speaker_entity, "continued")
            self._say(speaker, None, False, sentence.start, self._trim(words, len(words)), "speech-continued", 0.5)

    def _narrated(self, start: int, end: int) -> None:
        if not _SILENCE[self.language].search(self.text, start, end):
            self._said.append(
                Statement(None, None, "narrator", None, None, False, start, end, self._index, "speech-narrator", 0.5)
            )

    # Verbs and subjects.

    def _verb(self, word: Word) -> Verb | None:
        found = self.tables.verbs.get(word.low)
        return found if found is not None and (found.language == self.language) else None

    def _is_verb_of_saying(self, words: Sequence[Word], at: int) -> bool:
        """Whether a word tells that somebody says something, here: not a noun, a passive or a relative clause."""
        verb = self._verb(words[at])
        if verb is None or at == 0:
            return False
        low, before = words[at].low, words[at - 1].low
        after = words[at + 1].low if at + 1 < len(words) else ""
        if before in _RELATIVE or low in {"according", "quoted", "pernyataan"} or words[at].text[:1].isupper():
            return False
        if self.language == "id":
            return bool(_ROOTS.fullmatch(low)) and low not in {
                "menurut",
                "bercerita",
                "disebut",
                "dinyatakan",
                "dikatakan",
                "diumumkan",
                "dibantah",
                "dijelaskan",
                "berdalih ",
            }
        if (
            before in _PASSIVE
            or low in {"saying"}
            or (low in {"accused", "charged", "blamed", "alleged"} and after in {"of", "by", "in", "with", "for"})
        ):
            return False
        if before in _FILLERS and at > 1 and words[at - 2].low in _PASSIVE:
            return False
        if before in _DETERMINERS and before not in {"in"}:
            return False
        past = low.endswith("ed") or low in {"said", "told", "spoke", "put", "wrote", "swore"}
        if past:
            return after not in {"by"}
        plural = (
            before.endswith("s")
            or before in {"they", "we", "i", "people", "police"}
            or before in {"he", "she", "it"}
            or words[at - 1].is_capital
        )
        return (
            plural and before not in _DETERMINERS and after not in {"of", "was", "were", "is", "are", "and", ",", "."}
        )

    def _act(self, words: Sequence[Word], spot: int) -> str:
        verb = self._verb(words[spot])
        return verb.act if verb is not None else "say"

    def _clause_start(self, words: Sequence[Word], spot: int) -> int:
        for at in range(spot - 1, -1, -1):
            if words[at].text in {":", ";", *CLOSING} or (words[at].low in _CLAUSE_STARTS and at < spot - 1):
                return at + 1
        return 0

    def _is_negated(self, words: Sequence[Word], start: int, spot: int) -> bool:
        near = {words[at].low for at in range(max(start, spot - 4), spot)}
        first = words[start].low if start < len(words) else ""
        return bool(near & (_NEGATIONS - {"no"})) or first in {"no", "nobody", "none", "tak"}

    def _subject(self, words: Sequence[Word], start: int, spot: int) -> _Speaker | None:
        """Who does the saying: whatever stands right before the verb, an apposition and little words aside."""
        end = spot
        while end > start and words[end - 1].low in _FILLERS:
            end -= 1
        if end <= start:
            return None
        last = words[end - 1]
        if last.low in _PRONOUNS[self.language]:
            return self._pronoun(
                "other" if last.low == "it" else "they" if last.low in {"they", "mereka"} else "person"
            )
        if last.text == ",":
            return self._apposition(words, start, end - 1)
        anaphor = self._anaphor(words, max(start, self._noun_start(words, start, end)), end)
        if anaphor is not None:
            return anaphor
        ending = [one for one in self._mentions if one.last == end and one.first >= start]
        if ending:
            chosen = max(ending, key=lambda one: (one.entity.kind == "person", one.last - one.first))
            joined = self._coordinated(words, chosen, start)
            if joined is not None:
                return joined
            before = words[chosen.first - 1].low if chosen.first > start else ""
            if (
                not (before in _PREPOSITIONS | {"untuk", "for", "of", "with"} and chosen.entity.kind != "person")
                or chosen.first == start
            ):
                if chosen.entity.kind == "person" or not self._longer_noun(words, start, chosen):
                    if before not in {"dengan", "kepada", "oleh", "with", "to", "by", "of"}:
                        return _Speaker(self._name(chosen), chosen.entity, "explicit")
        opening = [
            one for one in self._mentions if one.entity.kind == "person" and start <= one.first and one.last < end
        ]
        if opening and words[opening[0].last].low in _PREPOSITIONS:
            return _Speaker(opening[0].entity.name, opening[0].entity, "explicit")
        return self._noun_speaker(words, self._noun_start(words, start, end), end)

    def _longer_noun(self, words: Sequence[Word], start: int, mention: Mention) -> bool:
        """`Rumah sakit di Tripoli`, `militer Filipina`: the place only tells more of a noun before it."""
        before = words[mention.first - 1] if mention.first > start else None
        return (
            before is not None
            and before.is_word
            and before.low not in _FILLERS
            and before.low not in {"the", "kelompok", "negara", "kota"}
            and before.low not in _CLAUSE_STARTS
            and mention.entity.kind not in {"organisation", "group"}
        )

    def _noun_start(self, words: Sequence[Word], start: int, end: int) -> int:
        at = end
        while at > start and words[at - 1].text not in {
            ",",
            ";",
            ":",
            "(",
            ")",
            "-",
            "\u2013",
            "\u2014",
            *OPENING,
            *CLOSING,
        }:
            at -= 1
        while at < end and words[at].low in {
            "namun",
            "tetapi",
            "but",
            "and",
            "dan",
            "sementara",
            "while",
            "meanwhile",
            "however",
            "sebelumnya",
            "kemudian",
            "lalu",
            "later",
            "then",
        }:
            at += 1
        return at

    def _apposition(self, words: Sequence[Word], start: int, comma: int) -> _Speaker | None:
        """`X, the minister, said`: the person before or between the commas."""
        opening = next((at for at in range(comma - 1, start - 1, -1) if words[at].text == ","), None)
        people = [
            one for one in self._mentions if one.entity.kind == "person" and start <= one.first and one.last <= comma
        ]
        if people:
            near = [
                one
                for one in people
                if opening is not None and (one.first > opening or one.last == opening or one.last == comma)
            ]
            if near or opening is None:
                return _Speaker((near or people)[-1].entity.name, (near or people)[-1].entity, "explicit")
        if opening is None:
            return None
        first = self._noun_start(words, start, opening)
        anaphor = self._anaphor(words, first, opening)
        if anaphor is not None:
            return anaphor
        ending = [one for one in self._mentions if one.last == opening and one.first == first]
        if ending:
            return _Speaker(self._name(ending[0]), ending[0].entity, "explicit")
        return self._noun_speaker(words, first, opening)

    def _coordinated(self, words: Sequence[Word], last: Mention, start: int) -> _Speaker | None:
        joint = last.first - 1
        if joint <= start or words[joint].low not in {"dan", "and"}:
            return None
        other = next((one for one in self._mentions if one.last == joint and one.entity.kind == last.entity.kind), None)
        if other is None:
            return None
        return _Speaker(self.text[other.start : last.end], None, "explicit")

    def _anaphor(self, words: Sequence[Word], first: int, last: int) -> _Speaker | None:
        """`kelompok tersebut`, `the group`; `the governor` names who holds the office."""
        part = [word.low for word in words[first:last]]
        if not part:
            return None
        demonstrative = len(part) == 2 and part[1] in {"itu", "tersebut", "ini"}
        definite = len(part) == 2 and part[0] == "the"
        if not (demonstrative or definite):
            return None
        noun = part[0] if demonstrative else part[1]
        if (
            noun
            in {
                "kelompok",
                "group",
                "organisasi",
                "organisation",
                "organization",
                "firm",
                "company",
                "lembaga",
                "perusahaan",
                "ministry",
                "kementerian",
                "agency",
                "badan",
                "militia",
                "milisi",
                "gang",
            }
            and self.state.other is not None
        ):
            return _Speaker(self.state.other_name or self.state.other.name, self.state.other, "pronoun")
        if noun in self.tables.offices[self.language]:
            held = [
                one
                for one in self.finder.found.entities
                if one.kind == "person"
                and one.office
                and noun in one.office.casefold().split()
                and one.start < words[first].start
            ]
            if held:
                return _Speaker(held[-1].name, held[-1], "explicit")
        return None

    def _noun_speaker(self, words: Sequence[Word], first: int, last: int) -> _Speaker | None:
        """A speaker without a name, in the words of the text: `airport officials`, `Rumah sakit setempat`."""
        while last > first and words[last - 1].text in {",", "."}:
            last -= 1
        if last <= first or last - first > 11:
            return None
        name = self.text[words[first].start : words[last - 1].end]
        part = words[first:last]
        if any(self._verb(word) is not None or word.low in _NEGATIONS for word in part):
            return None
        held = [one for one in self._mentions if one.first == first and one.last == last]
        if held:
            return _Speaker(self._name(held[0]), held[0].entity, "explicit")
        if _COMMON_NOUN_SPEAKERS.match(name) and not any(word.low in {"yang", "who", "akan", "telah"} for word in part):
            return _Speaker(name, None, "explicit")
        run = all(word.is_word and (word.is_capital) for word in part)
        if run and 1 < last - first <= 4:
            entity = self.finder.person_in(self._index, first, last, "person-speaks", 0.6)
            if entity is not None:
                return _Speaker(entity.name, entity, "explicit")
        return None

    def _pronoun(self, kind: str) -> _Speaker | None:
        state = self.state
        if kind == "person":
            here = [one.entity for one in self._said if one.entity is not None and one.entity.kind == "person"]
            person = here[-1] if here else state.person
            return None if person is None else _Speaker(person.name, person, "pronoun")
        if kind == "other":
            chosen = state.other
            return None if chosen is None else _Speaker(state.other_name or chosen.name, chosen, "pronoun")
        if state.speaker is not None:
            return _Speaker(state.speaker, state.speaker_entity, "pronoun")
        return None

    def _name(self, mention: Mention) -> str:
        entity = mention.entity
        return self.text[mention.start : mention.end] if entity.kind in {"country", "place"} else entity.name

    def _medium(self, words: Sequence[Word], first: int, last: int) -> str | None:
        """The medium that somebody spoke to."""
        near = [
            one
            for one in self._mentions
            if first <= one.first < last and one.entity.kind == "organisation" and one.entity.type == "media"
        ]
        return near[0].entity.name if near else None

    def _say(
        self,
        speaker: _Speaker,
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
_POINTED_AT = frozenset(
    "figure claim charge report account version accusation number allegation statement story".split()
)
_DAYS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday senin selasa rabu kamis jumat sabtu yesterday today kemarin".split()
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
