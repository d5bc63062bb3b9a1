"""What happened, is planned or is said to have happened: meetings, agreements, strikes, arrests, attacks, offers, contacts.

A trigger word proposes an event; a negation, a hedge or who tells it gives its status. A further mention without a place,
date or actor of its own is the same event. Speech acts are not here: they are statements.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from sepakat.intake.reports.actors import NEGATIONS, NOMINAL, ActorSearch
from sepakat.intake.reports.entities import Mention
from sepakat.intake.reports.names import Finder
from sepakat.intake.reports.statements import Statement
from sepakat.intake.reports.times import DateMention
from sepakat.intake.reports.words import Sentence, Word

_TRIGGERS: tuple[tuple[str, str, str], ...] = (
    ("id", "air_strike", r"(?:serangan|gempuran|pengeboman|pemboman|serbuan) udara|mengebom|membombardir|mengebomi|dibombardir"),
    ("id", "meeting", r"bertemu|pertemuan|berunding|menemui"),
    ("id", "agreement", r"(?:menandatangani |meneken |mencapai )?(?:kesepakatan|perjanjian)|bersepakat|sepakat|menyepakati"),
    ("id", "arrest", r"menangkap|ditangkap|penangkapan|membekuk|dibekuk|meringkus|diringkus|menciduk|diciduk|mencokok"),
    ("id", "attack", r"menyerang|diserang|serangan|penyerangan|ledakan|meledak|meledakkan|diledakkan|penembakan|menembaki|ditembaki|memberondong|penyergapan|menyergap|pengeboman|pemboman|bom bunuh diri"),
    ("id", "offer", r"menawarkan|menawari|(?:dapat|bisa|siap|bersedia) (?:membantu|melatih|mempersenjatai|menyediakan|mengirim|memasok)(?: \w+ dan (?:membantu|melatih|mempersenjatai|mengirim|memasok))?"),
    ("id", "contact", r"menelepon|bertelepon|berbicara (?:lewat|melalui) telepon"),
    ("en", "air_strike", r"(?:air ?strikes?|air raids?|drone strikes?)|bombed|bombing raids?|bombarded"),
    ("en", "meeting", r"met|meets|meet|meetings?"),
    ("en", "agreement", r"signed|agreements?|agreed|(?:peace |ceasefire |trade |arms )?deal|pact|treaty|accord"),
    ("en", "arrest", r"arrested|arrests?|detained"),
    ("en", "attack", r"attacked|attacks?|ambush|ambushed|explosions?|blasts?|(?:car |suicide |roadside )?bombings?|shootings?|stormed|shelled|exploded|(?<=drone )hit|(?<=missile )hit|(?<=rocket )hit|(?<=shell )hit|(?<=drones )hit|(?<=missiles )hit|(?<=rockets )hit|(?<=shells )hit"),
    ("en", "offer", r"offered|offers(?= to)"),
    ("en", "contact", r"phoned|telephoned|spoke by phone|phone call"),
)  # fmt: skip
_PATTERNS = {
    language: re.compile(
        r"(?<![\w-])(?:"
        + "|".join(f"(?P<{kind}>{pattern})" for one, kind, pattern in _TRIGGERS if one == language)
        + r")(?![\w-])",
        re.IGNORECASE,
    )
    for language in ("id", "en")
}
_NOT_THIS = frozenset(
    """strategi rencana ancaman kemampuan risiko potensi kemungkinan mencegah menghindari any further future possible new potential
    another threat prevent planned stop against anti heart serangkaian""".split()
)
_NO_ATTACK_AFTER = frozenset("jantung balik fajar aircraft helicopter dog submarine plan plans".split())
_ALLEGED = re.compile(
    r"\b(?:diduga|dituduh|disebut-sebut|dikabarkan|konon|kabarnya|allegedly|reportedly|suspected of|accused of|alleged)\b",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\b(?:asked (?:whether|if|about)|(?:saat |ketika )?(?:di)?tanya(?:kan)? (?:apakah|soal|mengenai))\b", re.IGNORECASE
)
_FUTURE = re.compile(
    r"\b(?:akan|bakal|berencana|hendak|dijadwalkan|will|would|plans? to|to hold|is to|are to|due to|scheduled)\b",
    re.IGNORECASE,
)
_POSSIBLE = re.compile(r"\b(?:dapat|bisa|mungkin|could|might|may|can|possibly)\b", re.IGNORECASE)
_LOCATIVE = frozenset(
    "di ke dekat sekitar pada in at near on of outside around inside across from dan and , wilayah kawasan kota di-".split()
)
_HEADLINES = tuple(
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        (r"\b(?:tangkap|menangkap|ditangkap|bekuk|dibekuk|ciduk|diciduk|ringkus|diringkus|arrests?|arrested|detains?|detained)\b", "arrest"),
        (r"\b(?:bantah|membantah|sangkal|tepis|tampik|tak percaya|tidak percaya|denies|deny|denied|rejects? (?:claim|charge|accusation))\b", "denial"),
        (r"\b(?:tuding|tuduh|menuding|menuduh|pertanyakan klaim|accuses?|accused|blames?|blamed|klaim punya bukti)\b", "accusation"),
        (r"\b(?:telepon|menelepon|phones?|phone call|telephone)\b", "contact"),
        (r"\b(?:serangan udara|gempuran udara|air ?strikes?|bombed|mengebom)\b", "air_strike"),
        (r"\b(?:bertemu|temui|pertemuan|meets?|summit|ktt)\b", "meeting"),
        (r"\b(?:sepakat|kesepakatan|teken|agrees?|sign(?:s|ed)?|deal|pact|treaty)\b", "agreement"),
        (r"\b(?:tawarkan|menawarkan|offers?|offered)\b", "offer"),
        (r"\b(?:sebut|akui|mengakui|kata|katakan|ungkap|klaim|umumkan|says?|said|claims?|announces?|admits?|confirms?)\b|:\s", "statement"),
        (r"\b(?:bom|serangan|serang|ledakan|penembakan|bomb(?:ing|s)?|attacks?|attacked|blasts?|explosion|shooting|ambush)\b", "attack"),
    )
)  # fmt: skip


@dataclass(slots=True)
class Event:
    """One event. `start` and `end` are those of its trigger."""

    type: str
    start: int
    end: int
    sentence: int
    negated: bool = False
    status: str = "stated"
    places: list[Mention] = field(default_factory=list)
    date: str | None = None
    actors: list[str] = field(default_factory=list)
    recipient: str | None = None
    topic: str | None = None
    rule: str = "event-trigger"
    score: float = 0.6


def find_events(
    text: str, finder: Finder, language: str, dates: Sequence[DateMention], statements: Sequence[Statement]
) -> list[Event]:
    """The events of the sentences, each once."""
    reader = _Reader(text, finder, dates, statements)
    found: list[Event] = []
    for index, sentence in enumerate(finder.sentences):
        for match in _PATTERNS[language].finditer(text, sentence.start, sentence.end):
            event = reader.event(index, sentence, match)
            if event is None:
                continue
            same = next((one for one in reversed(found) if _is_same(one, event, text)), None)
            if same is None:
                found.append(event)
    return found


def _is_same(one: Event, other: Event, text: str) -> bool:
    """Whether the later mention brings nothing that makes it another event."""
    family = {one.type, other.type}
    if one.type != other.type and family != {"attack", "air_strike"}:
        return False
    if re.match(r"\s+(?:itu|tersebut|ini)\b", text[other.end : other.end + 12]) or re.search(
        r"(?i)\b(?:that|this)\s$", text[max(0, other.start - 8) : other.start]
    ):
        return True
    if one.negated != other.negated:
        return False
    definite = re.search(r"(?i)\bthe\s$", text[max(0, other.start - 5) : other.start]) is not None
    if definite and one.type in {"agreement", "meeting"} and not other.actors and not other.date:
        return True
    if one.sentence == other.sentence:
        return one.type == other.type or other.type == "attack"
    nominal = bool(NOMINAL.match(text[other.start : other.end]))
    if other.date and one.date and other.date != one.date:
        return False
    mine, its = {id(place.entity) for place in one.places}, {id(place.entity) for place in other.places}
    if mine and its and not mine & its:
        return False
    if one.type == "agreement":
        return nominal and (not other.actors or bool(set(one.actors) & set(other.actors)))
    if one.type in {"attack", "air_strike"}:
        if one.type != other.type and not (nominal and not other.places and not other.date):
            return False
        return nominal or (bool(mine & its) and other.date == one.date)
    if one.type == "meeting":
        return nominal and not other.date and not its and not other.actors
    if one.type == "arrest":
        return not its and not other.date and not other.actors
    return nominal and not its and not other.date


class _Reader(ActorSearch):
    def event(self, index: int, sentence: Sentence, match: re.Match[str]) -> Event | None:
        words = sentence.words
        first = next((at for at, word in enumerate(words) if word.start >= match.start()), None)
        if first is None:
            return None
        last = next((at for at in range(first, len(words)) if words[at].end >= match.end()), first)
        kind = match.lastgroup or ""
        before = words[first - 1].low if first else ""
        after = words[last + 1].low if last + 1 < len(words) else ""
        if _ASKED.search(self.text, sentence.start, match.start()):
            return None
        if before in _NOT_THIS or (kind == "attack" and after in _NO_ATTACK_AFTER) or self._in_name(index, first):
            return None
        if (kind == "arrest" and before in {"surat", "perintah"}) or (
            kind == "meeting" and match.group().lower() == "met" and words[first].text[:1].isupper()
        ):
            return None
        if match.group().lower() in {"agreed"} and after not in {"to", "on", "that", "a", "with"}:
            return None
        if match.group().lower() == "signed" and not re.search(
            r"(?i)agreement|deal|pact|treaty|accord|memorandum|contract", self.text[match.end() : sentence.end]
        ):
            return None
        told = next(
            (one for one in self.statements if one.start <= match.start() < one.end and one.speaker is not None), None
        )
        outside = next((one for one in self.statements if one.sentence == index and one.speaker is not None), None)
        event = Event(kind, match.start(), match.end(), index)
        event.negated = self._is_negated(words, first)
        event.status = self._status(event, sentence, told, words, first)
        # Where and when somebody spoke is not where and when it happened.
        scope = (told.start, told.end) if told is not None and told.is_quote else (sentence.start, sentence.end)
        event.places = [one for one in self._places(index, words, first, last) if scope[0] <= one.start < scope[1]]
        event.date = self._date(scope)
        event.actors = self._actors(index, words, first, last, kind, told or (outside if kind == "offer" else None))
        if kind == "offer":
            event.recipient = self._recipient(words, last)
            if told is not None and outside is told and match.group().lower() in {"offered", "menawarkan"}:
                event.actors = event.actors or ([told.speaker] if told.speaker else [])
        if kind in {"meeting", "agreement"}:
            event.topic = self._topic(sentence, match.end(), kind)
        return event

    def _in_name(self, index: int, at: int) -> bool:
        return any(
            one.first <= at < one.last and one.entity.kind in {"group", "organisation", "person"}
            for one in self.finder.found.of(index)
        )

    def _is_negated(self, words: Sequence[Word], first: int) -> bool:
        near = [words[at].low for at in range(max(0, first - 4), first)]
        return any(word in NEGATIONS for word in near) and "," not in near[-2:]

    def _status(
        self, event: Event, sentence: Sentence, told: Statement | None, words: Sequence[Word], first: int
    ) -> str:
        clause_start = told.start if told is not None else sentence.start
        lead = self.text[clause_start : event.start]
        near = " ".join(word.text for word in words[max(0, first - 5) : first])
        if self.text[: sentence.end].rstrip().endswith("?"):
            return "asked"
        if event.type == "offer" and _POSSIBLE.search(self.text[event.start : event.end]):
            return "possible"
        if _ALLEGED.search(near):
            return "alleged"
        if told is not None and told.act in {"promise", "announce"} and _FUTURE.search(lead):
            return "announced"
        if _FUTURE.search(near):
            return "planned"
        if _POSSIBLE.search(near):
            return "possible"
        if told is not None and told.act in {"accuse"}:
            return "alleged"
        if told is not None and event.type in {"attack", "air_strike"}:
            return "claimed"
        return "stated"

    def _places(self, index: int, words: Sequence[Word], first: int, last: int) -> list[Mention]:
        near = [
            one for one in self.finder.found.of(index)
            if one.entity.kind in {"place", "country"} and not (one.entity.metonym and one.first == 0)
        ]  # fmt: skip
        located = [
            one
            for one in near
            if one.first
            and words[one.first - 1].low in _LOCATIVE | {"pelabuhan", "bandara", "kota", "provinsi"}
            and self._is_located(words, one)
        ]
        # What a meeting is to discuss, or an act is meant for, does not say where it happens.
        purpose = next(
            (at for at in range(last + 1, len(words)) if words[at].low in {"membahas", "guna", "discuss", "untuk"}),
            len(words),
        )
        behind = [one for one in located if last < one.first < purpose]
        chosen = behind or [one for one in located if one.last <= first]
        if not chosen:
            return []
        kept = [chosen[0]]
        for other in chosen[1:]:
            between = [word.low for word in words[kept[-1].last : other.first]]
            if between in (["dan"], ["and"], ["dan", "di"], ["and", "in"]):
                kept.append(other)
        return kept

    def _is_located(self, words: Sequence[Word], one: Mention) -> bool:
        lead = words[one.first - 1].low
        if lead in {"dan", "and", ","}:
            return one.first > 2 and any(
                words[at].low in {"di", "in", "at", "near"} for at in range(max(0, one.first - 4), one.first - 1)
            )
        if lead in {"of", "from", "on", "pada"}:
            return (
                lead == "of"
                and words[one.first - 2].low
                in {
                    "city",
                    "town",
                    "port",
                    "province",
                    "village",
                    "district",
                    "outskirts",
                    "north",
                    "south",
                    "east",
                    "west",
                    "capital",
                }
                if one.first > 1
                else False
            )
        return True

    def _date(self, scope: tuple[int, int]) -> str | None:
        near = [one for one in self.dates if scope[0] <= one.start < scope[1] and len(one.value) == 10]
        return near[0].value if near else None

    def _topic(self, sentence: Sentence, at: int, kind: str) -> str | None:
        rest = self.text[at : sentence.end]
        if kind == "meeting":
            match = re.search(
                r"(?i)\b(?:mendiskusikan|membahas|membicarakan|to discuss|to talk about|on the topic of)\s+(?P<topic>[^.;]+)",
                rest,
            )
        else:
            match = re.match(r"(?i)\s+(?P<topic>(?:saling|untuk|mengenai|tentang|to|on)\s+[^.,;]+)", rest)
        if match is None:
            return None
        topic = match["topic"]
        start = at + match.start("topic")
        inside = [
            one
            for one in self.finder.found.mentions
            if one.entity.kind == "group" and start <= one.start and one.end <= sentence.end
        ]
        for one in sorted(inside, key=lambda mention: -mention.start):
            shown = topic[: one.start - start] + one.entity.name + topic[one.end - start :]
            topic = re.sub(
                r"(?i)\b(?:kelompok|group)\s+(?:bersenjata|militan|teroris|armed)?\s*(?="
                + re.escape(one.entity.name)
                + ")",
                "",
                shown,
            )
        return re.split(r"(?i)\s+(?:di|in|pada|on)\s+(?=[A-Z])", topic.strip())[0] or None


def is_trigger(word: str, language: str) -> bool:
    """Whether a word is the name of an event, not of somebody."""
    return _PATTERNS[language].fullmatch(word) is not None or word.casefold() in {"teroris", "bom", "terrorist", "bomb"}


def related_event(title: str, language: str | None) -> str | None:
    """What kind of event the headline of another story tells, by its first word that says so."""
    for pattern, kind in _HEADLINES:
        if pattern.search(title):
            return kind
    return None
