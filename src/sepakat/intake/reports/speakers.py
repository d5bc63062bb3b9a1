"""Who speaks: the verb of saying, and the name, noun or pronoun that is its subject.

A speaker is a name of the text or its own words, never made up: where neither is found there is none. A pronoun means
whoever was named last and can be meant; "the governor" means the person whose office the text has told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sepakat.intake.reports.entities import Mention
from sepakat.intake.reports.gazetteer import Gazetteer, Verb
from sepakat.intake.reports.names import Finder
from sepakat.intake.reports.statements import Speaker, State, Statement
from sepakat.intake.reports.words import CLOSING, OPENING, Sentence, Word

PRONOUNS = {"id": frozenset("ia dia beliau mereka".split()), "en": frozenset("he she they it".split())}
NEGATIONS = frozenset("tidak tak belum bukan enggan not never n't nor tanpa without neither nobody no".split())
FILLERS = frozenset(
    """juga kemudian pun telah sudah lalu lantas sempat pernah kembali terus sendiri sebelumnya akhirnya selanjutnya
    also has had have later then earlier previously repeatedly reportedly again since already publicly officially further
    immediately flatly strongly still would""".split()
)
ROOTS = re.compile(r"(?:me|ber|di|pe)[a-z]{3,}")
DETERMINERS = frozenset(
    """the a an this that these those his her its their our my no any some of such other new further in with by for
    sebuah itu ini tersebut para atas suatu""".split()
)
_PASSIVE = frozenset("was were been be is are being got".split())
_AMBIGUOUS = frozenset(
    """state report claim note comment charge offer demand promise count estimate question request order appeal answer
    blame vow pledge""".split()
)
"""Forms that are as often a noun: a verb only behind what is plainly many."""
_DAYS = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday today yesterday senin selasa rabu kamis jumat sabtu minggu
    kemarin""".split()
)
_BEFORE_DAYS = frozenset("on late early hari pada".split())
_BODIES = frozenset("agency ministry company firm kementerian perusahaan badan lembaga".split())
"""Words for what is no armed group."""
_COLLECTIVES = frozenset(
    """army military government ministry group company union agency party opposition coalition navy court commission council
    embassy regime junta administration""".split()
)
_SOMEBODYS = frozenset("his her their another".split())
_BEGINS_CLAUSE = frozenset(
    """led headed which who whose whom based backed known whose including dipimpin pimpinan yang termasuk didukung""".split()
)
_RELATIVE = frozenset("yang who which whom to untuk that".split())
CLAUSE_STARTS = frozenset(
    """while whereas but although though sementara namun tetapi sedangkan tapi meski meskipun walau""".split()
)
PREPOSITIONS = frozenset(
    "dalam di pada kepada usai saat ketika melalui lewat dari dengan in on at to during through via after from by".split()
)
_COMMON_NOUN_SPEAKERS = re.compile(
    r"""(?ix)^(?:(?:the|a|an|some|several|local|western|senior|two|three|para|seorang|sejumlah|beberapa|pihak|salah\ seorang|salah\ satu)\ )*
    (?:[\w'\u2019-]+\ ){0,4}(?:officials?|officers?|prosecutors?|police|investigators?|residents?|witnesses|witness|workers?|doctors?|diplomats?|analysts?
    |experts?|lawyers?|activists?|sources?|spokes(?:man|woman|person|people)|city|town|army|navy|military|ministry|government|hospital|company|group|agency|authorities
    |court|union|party|council|commission|committee|coalition|rebels|militants|opposition|utility|bank|firm|airline|university|school|family|families|relatives|leaders?|ministers?|commanders?|monitors?|observers?|medics|rescuers|aides?|lawmakers|governor|mayor|statement|report|media|mission|embassy|delegation|charity|organisation|organization|team|network|regulator|watchdog|operator
    |pejabat|polisi|kepolisian|jaksa|penyidik|warga|saksi|saksi\ mata|petugas|dokter|diplomat|pengamat|ahli|pengacara|aktivis|sumber|juru\ bicara|militer|tentara|kementerian|pemerintah|rumah\ sakit
    |perusahaan|kelompok|lembaga|pengadilan|partai|dewan|komisi|koalisi|pemberontak|oposisi|bank|keluarga|pemimpin|menteri|komandan|pemantau|relawan|anggota|intelijen|otoritas|kantor|laporan|pernyataan|pihak)
    (?:\ (?:[\w'-]+)){0,4}$|^(?:a|the|an)\ spokes(?:man|woman|person)\ (?:for|of)(?:\ [\w'-]+){1,8}$"""
)


class SpeakerSearch:
    """Finds the speakers in the sentences of one text, read in order."""

    def __init__(self, text: str, finder: Finder, language: str, tables: Gazetteer) -> None:
        self.text = text
        self.finder = finder
        self.sentences: Sequence[Sentence] = finder.sentences
        self.language = language
        self.tables = tables
        self.state = State()
        self.found: list[Statement] = []
        self._said: list[Statement] = []
        self._index = 0
        self._mentions: list[Mention] = []

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
            return bool(ROOTS.fullmatch(low)) and low not in {
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
        if before in FILLERS and at > 1 and words[at - 2].low in _PASSIVE:
            return False
        if before in DETERMINERS and before not in {"in"}:
            return False
        past = low.endswith("ed") or low in {"said", "told", "spoke", "put", "wrote", "swore"}
        if past:
            return after not in {"by"}
        if low in _AMBIGUOUS and not (before.endswith("s") or before in {"they", "we", "i", "people", "police"}):
            return False
        plural = (
            before.endswith("s")
            or before in {"they", "we", "i", "people", "police"}
            or before in {"he", "she", "it"}
            or words[at - 1].is_capital
            or (before == "," and at > 1 and words[at - 2].is_capital and low.endswith("s"))
            or (before in _COLLECTIVES and low.endswith("s"))
        )
        return plural and before not in DETERMINERS and after not in {"of", "was", "were", "is", "are", "and", ",", "."}

    def _act(self, words: Sequence[Word], spot: int) -> str:
        verb = self._verb(words[spot])
        return verb.act if verb is not None else "say"

    def _clause_start(self, words: Sequence[Word], spot: int) -> int:
        for at in range(spot - 1, -1, -1):
            if words[at].text in {":", ";", *CLOSING} or (words[at].low in CLAUSE_STARTS and at < spot - 1):
                return at + 1
        return 0

    def _is_negated(self, words: Sequence[Word], start: int, spot: int) -> bool:
        near = {words[at].low for at in range(max(start, spot - 4), spot)}
        first = words[start].low if start < len(words) else ""
        return bool(near & (NEGATIONS - {"no"})) or first in {"no", "nobody", "none", "tak"}

    def _subject(self, words: Sequence[Word], start: int, spot: int) -> Speaker | None:
        """Who does the saying: whatever stands right before the verb, an apposition and little words aside."""
        end = self._before_circumstance(words, start, spot)
        if end <= start:
            return None
        last = words[end - 1]
        if last.low in PRONOUNS[self.language]:
            return self._pronoun(
                "other" if last.low == "it" else "they" if last.low in {"they", "mereka"} else "person"
            )
        if last.text == ",":
            return self._apposition(words, start, end - 1)
        anaphor = self._anaphor(words, max(start, self._noun_start(words, start, end)), end)
        if anaphor is not None:
            return anaphor
        ending = [one for one in self._mentions if one.last == end and one.first >= start]
        leads = [
            one
            for one in self._mentions
            if one.entity.kind == "person"
            and start <= one.first
            and one.last < end
            and words[one.last].low in {"of", "from", "at", "dari"}
            and not any(word.text in {",", ";", ":"} for word in words[one.last : end])
        ]
        if leads and ending and all(one.entity.kind != "person" for one in ending):
            # `Priya Nair of the firm Ironwall said`
            return Speaker(leads[-1].entity.name, leads[-1].entity, "explicit")
        if ending:
            chosen = max(ending, key=lambda one: (one.entity.kind == "person", one.last - one.first))
            joined = self._coordinated(words, chosen, start)
            if joined is not None:
                return joined
            before = words[chosen.first - 1].low if chosen.first > start else ""
            if (
                not (before in PREPOSITIONS | {"untuk", "for", "of", "with"} and chosen.entity.kind != "person")
                or chosen.first == start
            ):
                if chosen.entity.kind == "person" or not self._longer_noun(words, start, chosen):
                    if before not in {"dengan", "kepada", "oleh", "with", "to", "by", "of"}:
                        return Speaker(self._name(chosen), chosen.entity, "explicit")
        opening = [
            one for one in self._mentions if one.entity.kind == "person" and start <= one.first and one.last < end
        ]
        if opening and words[opening[0].last].low in PREPOSITIONS:
            return Speaker(opening[0].entity.name, opening[0].entity, "explicit")
        return self._noun_speaker(words, self._noun_start(words, start, end), end)

    def _before_circumstance(self, words: Sequence[Word], start: int, spot: int) -> int:
        """Where the subject ends: before little words, the day, and a date in brackets."""
        end = spot
        while end > start:
            low = words[end - 1].low
            if words[end - 1].text == "." and end - 1 > start and words[end - 2].low in {"jr", "sr"}:
                end -= 1
            elif low in FILLERS or low in _DAYS or (end < spot and low in _BEFORE_DAYS and words[end].low in _DAYS):
                end -= 1
            elif words[end - 1].text == ")" and (
                opened := next((at for at in range(end - 2, max(start, end - 8), -1) if words[at].text == "("), None)
            ):
                if not any(word.text[0].isdigit() for word in words[opened:end]):
                    break
                end = opened
            else:
                break
        return end if end > start else spot

    def _longer_noun(self, words: Sequence[Word], start: int, mention: Mention) -> bool:
        """`Rumah sakit di Tripoli`, `militer Filipina`: the place only tells more of a noun before it."""
        before = words[mention.first - 1] if mention.first > start else None
        return (
            before is not None
            and before.is_word
            and before.low not in FILLERS
            and before.low not in {"the", "kelompok", "negara", "kota"}
            and before.low not in CLAUSE_STARTS
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

    def _apposition(self, words: Sequence[Word], start: int, comma: int) -> Speaker | None:
        """`X, the minister, said`: the person before or between the commas."""
        opening = next((at for at in range(comma - 1, start - 1, -1) if words[at].text == ","), None)
        if opening is not None and opening - 2 >= start and words[opening - 1].text.isdigit():
            # `Tomas Ek, 34, a crane driver, said`
            opening = opening - 2 if words[opening - 2].text == "," else opening
        people = [
            one for one in self._mentions if one.entity.kind == "person" and start <= one.first and one.last <= comma
        ]
        if people:
            # `The RSF, led by General X, said`: who is named in a clause does not speak.
            in_clause = opening is not None and words[opening + 1].low in _BEGINS_CLAUSE
            near = [
                one
                for one in people
                if opening is not None
                and ((not in_clause and (one.first > opening or one.last == comma)) or one.last == opening)
            ]
            if in_clause and not near:
                people = []
            if near or opening is None:
                return Speaker((near or people)[-1].entity.name, (near or people)[-1].entity, "explicit")
        if opening is None:
            return None
        if words[opening + 1].low in {"or", "atau"}:
            short = [one for one in self._mentions if one.first == opening + 2 and one.last == comma]
            if short:
                return Speaker(self._name(short[0]), short[0].entity, "explicit")
        inside = words[opening + 1 : comma]
        if 2 <= len(inside) <= 4 and all(word.is_word and word.is_capital for word in inside):
            # `Dahl's brother, Erik Dahl, said`
            entity = self.finder.person_in(self._index, opening + 1, comma, "person-speaks", 0.6)
            if entity is not None:
                return Speaker(entity.name, entity, "explicit")
        first = self._noun_start(words, start, opening)
        anaphor = self._anaphor(words, first, opening)
        if anaphor is not None:
            return anaphor
        ending = [
            one
            for one in self._mentions
            if one.last == opening
            and first <= one.first
            and (
                one.first - first <= 1
                or (
                    # `The militant group Ansar al-Haqq, which ..., denied`
                    one.entity.kind in {"group", "organisation"}
                    and not any(word.is_capital and word.low != "the" for word in words[first : one.first])
                    and one.first - first <= 4
                )
            )
        ]
        if ending:
            return Speaker(self._name(ending[0]), ending[0].entity, "explicit")
        return self._noun_speaker(words, first, opening)

    def _coordinated(self, words: Sequence[Word], last: Mention, start: int) -> Speaker | None:
        joint = last.first - 1
        if joint <= start or words[joint].low not in {"dan", "and"}:
            return None
        other = next((one for one in self._mentions if one.last == joint and one.entity.kind == last.entity.kind), None)
        if other is None:
            return None
        return Speaker(self.text[other.start : last.end], None, "explicit")

    def _anaphor(self, words: Sequence[Word], first: int, last: int) -> Speaker | None:
        """`kelompok tersebut`, `the group`; `the governor` names who holds the office."""
        part = [word.low for word in words[first:last]]
        if not part:
            return None
        demonstrative = len(part) == 2 and part[1] in {"itu", "tersebut", "ini"}
        definite = (len(part) == 2 and part[0] == "the") or (
            len(part) > 2 and part[0] == "the" and (part[-2].endswith("-based") or part[-2] == "based")
        )
        if not (demonstrative or definite):
            return None
        noun = part[0] if demonstrative else part[-1]
        if noun in _BODIES:
            near = [one for one in self._mentions if one.last <= first and one.entity.kind == "organisation"]
            if near:
                return Speaker(self._name(near[-1]), near[-1].entity, "pronoun")
            if self.state.other is not None and self.state.other.kind == "group":
                return None
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
            return Speaker(self.state.other_name or self.state.other.name, self.state.other, "pronoun")
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
                return Speaker(held[-1].name, held[-1], "explicit")
        return None

    def _noun_speaker(self, words: Sequence[Word], first: int, last: int) -> Speaker | None:
        """A speaker without a name, in the words of the text: `airport officials`, `Rumah sakit setempat`."""
        while last > first and words[last - 1].text in {",", "."}:
            last -= 1
        if last <= first or last - first > 11:
            return None
        name = self.text[words[first].start : words[last - 1].end]
        part = words[first:last]
        if any(self._verb(word) is not None or word.low in NEGATIONS for word in part):
            return None
        if len(part) > 2 and part[0].is_capital and part[1].low in {"'s", "\u2019s"} and part[2].is_capital:
            # `Russia's Sergey Lavrov`
            return self._noun_speaker(words, first + 2, last)
        held = [one for one in self._mentions if one.first == first and one.last == last]
        if held:
            return Speaker(self._name(held[0]), held[0].entity, "explicit")
        if _COMMON_NOUN_SPEAKERS.match(name) and not any(word.low in {"yang", "who", "akan", "telah"} for word in part):
            return Speaker(name, None, "explicit")
        if len(part) == 1 and part[0].text.isupper() and 3 <= len(part[0].text) <= 10 and words[last : last + 1]:
            # An abbreviation that is explained between commas: `MINUSMA, the peacekeeping mission, said`.
            return Speaker(name, None, "explicit") if words[last].text == "," else None
        capital = next((at for at, word in enumerate(part) if at and word.is_capital), 0)
        if 1 < capital <= 4 and part[0].low in _SOMEBODYS and not any(word.is_capital for word in part[1:capital]):
            # `His colleague Maria Lund`
            first, part = first + capital, part[capital:]
            name = self.text[words[first].start : words[last - 1].end]
        run = all(word.is_word and (word.is_capital) for word in part)
        if run and 1 < last - first <= 4:
            entity = self.finder.person_in(self._index, first, last, "person-speaks", 0.6)
            if entity is not None:
                return Speaker(entity.name, entity, "explicit")
        return None

    def _pronoun(self, kind: str) -> Speaker | None:
        state = self.state
        if kind == "person":
            here = [one.entity for one in self._said if one.entity is not None and one.entity.kind == "person"]
            person = here[-1] if here else state.person
            return None if person is None else Speaker(person.name, person, "pronoun")
        if kind == "other":
            chosen = state.other
            return None if chosen is None else Speaker(state.other_name or chosen.name, chosen, "pronoun")
        if state.speaker is not None:
            return Speaker(state.speaker, state.speaker_entity, "pronoun")
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
