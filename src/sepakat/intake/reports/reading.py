"""A report read: everything that the rules propose about a page, each with its place in the text, its rule and a score.

`read_report` is the way in: bytes to proposals. Nothing here is a fact yet. Related stories give names and numbers of
their own section and never a claim. No topic is ever proposed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sepakat.intake.reports.entities import Entity, Mention
from sepakat.intake.reports.events import Event, find_events, is_trigger, related_event
from sepakat.intake.reports.gazetteer import Gazetteer, key_of, load_gazetteer
from sepakat.intake.reports.names import Finder, find_names
from sepakat.intake.reports.numbers import Number, find_numbers
from sepakat.intake.reports.page import Page, Paragraph, read_page
from sepakat.intake.reports.speech import Listener
from sepakat.intake.reports.statements import Statement
from sepakat.intake.reports.tagger import load_tagger
from sepakat.intake.reports.times import DateMention, find_dates
from sepakat.intake.reports.words import Sentence, Word, sentences_of

_BEFORE_METONYM = frozenset("dengan antara with between against lawan".split())
_LOCATIVE = frozenset(
    """di ke dari dekat menuju asal pulau kota in at near from to of outside around inside for via untuk the
    pelabuhan bandara""".split()
)
_ACTS_OF_STATES = re.compile(
    r"(?:me(?:m|n|ng|ny)?|ber)[a-z]{3,}|tidak|tak|belum|akan|telah|sudah|juga|did|has|had|will|would|is|was|wants?|wanted|"
    r"[a-z]+(?:ed|es)|says?|said|sees?|saw|seeks?|sought|sent|held|broke|met|made"
)
_NOT_ACTS = frozenset(
    "menuju menjadi merupakan memiliki berada terletak dihuni berpenduduk bersama melalui mengenai is was".split()
)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Numbers that cannot all be right for one thing, side by side."""

    numbers: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """One step of the chain of sources: `from_` has it from `to`."""

    from_: str
    to: str


@dataclass(frozen=True, slots=True)
class Reading:
    """All proposals of one page."""

    page: Page
    sentences: tuple[Sentence, ...] = ()
    entities: tuple[Entity, ...] = ()
    mentions: tuple[Mention, ...] = ()
    countries: tuple[str, ...] = ()
    collectives: tuple[Paragraph, ...] = ()
    numbers: tuple[Number, ...] = ()
    dates: tuple[DateMention, ...] = ()
    statements: tuple[Statement, ...] = ()
    events: tuple[Event, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    sources: tuple[Link, ...] = ()
    related_people: tuple[Entity, ...] = ()
    related_numbers: tuple[Number, ...] = ()
    related_events: tuple[str | None, ...] = ()


def read_report(
    content: bytes, name: str = "", captured_at: datetime | None = None, is_markup: bool | None = None
) -> Reading:
    """Everything that the rules find in a page; of one in another language than ours, what stands around its body.

    Raises:
        InputError: the bytes are no text, too large, or hold no text.
    """
    page = read_page(content, name, captured_at, is_markup)
    language = page.header.language
    if language not in {"id", "en"}:
        return Reading(page)
    return _Analysis(page, language).reading()


class _Analysis:
    def __init__(self, page: Page, language: str) -> None:
        self.page = page
        self.language = language
        self.tables: Gazetteer = load_gazetteer()
        text = page.text
        head = [
            Sentence(part.start, part.end, one.words, -1)
            for part in _dateline(page)
            for one in sentences_of(text, part.start, part.end, -1)
        ]
        body = [
            sentence
            for number, part in enumerate(page.body)
            for sentence in sentences_of(text, part.start, part.end, number)
        ]
        self.first = len(head)
        self.sentences = [*head, *body]

    def reading(self) -> Reading:
        page, text = self.page, self.page.text
        finder = find_names(text, self.sentences, self.language, self.tables)
        self._mark_dateline(finder)
        if self.language == "id":
            self._tagged_people(finder, range(self.first, len(self.sentences)))
        listener = Listener(text, finder, self.language, self.tables)
        statements = listener.listen(range(self.first, len(self.sentences)))
        dates = self._dates(page.body, page.header.published_day)
        taken = [(one.start, one.end) for one in dates] + [
            (one.start, one.end) for one in finder.found.mentions if one.entity.kind in {"organisation", "group"}
        ]
        numbers = find_numbers(self.sentences, self.language, taken, self.tables.adjectives)
        self._metonyms(finder, statements)
        events = find_events(text, finder, self.language, dates, statements)
        entities = [one for one in finder.found.entities if self._is_kept(one)]
        related = self._related()
        return Reading(
            page=page,
            sentences=tuple(self.sentences),
            entities=tuple(entities),
            mentions=tuple(finder.found.mentions),
            countries=self._countries(finder),
            collectives=tuple(self._collectives()),
            numbers=tuple(numbers),
            dates=tuple(dates),
            statements=tuple(statements),
            events=tuple(events),
            conflicts=tuple(find_conflicts(numbers, statements, self.sentences, text)),
            sources=tuple(self._sources(statements)),
            related_people=related[0],
            related_numbers=related[1],
            related_events=tuple(related_event(page.text_of(story.title), self.language) for story in page.related),
        )

    def _is_kept(self, entity: Entity) -> bool:
        header = self.page.header
        people = {name.casefold() for name in (header.byline, header.photo_person, header.writer) if name}
        return not (entity.kind == "person" and entity.name.casefold() in people and entity.office is None)

    def _mark_dateline(self, finder: Finder) -> None:
        for mention in finder.found.mentions:
            if mention.sentence < self.first:
                mention.entity.in_dateline = True

    def _tagged_people(self, finder: Finder, indices: Iterable[int]) -> None:
        """Names of two words or more that the trained tagger alone has found."""
        tagger = load_tagger()
        for index in indices:
            words = finder.sentences[index].words
            tags = tagger.tags([word.text for word in words])
            at = 0
            while at < len(words):
                end = at + 1
                if tags[at] == "B-PER":
                    while end < len(words) and tags[end] == "I-PER":
                        end += 1
                    joined = (at > 1 and words[at - 1].is_capital and words[at - 1].is_word) or (
                        end < len(words) and words[end].is_capital and words[end].is_word
                    )
                    joined = joined or (words[at].text.isupper() and len(words[at].text) >= 3)
                    near = {word.low for word in (*words[max(0, at - 1) : at], *words[end : end + 1])}
                    joined = joined or bool(near & {"of", "for", "the", "&"})
                    if 2 <= end - at <= 5 and not joined and self._may_be_person(words[at:end]):
                        finder.person_in(index, at, end, "person-tagger", 0.4)
                at = end

    def _may_be_person(self, words: Sequence[Word]) -> bool:
        tables = self.tables
        if not all(word.is_capital for word in words) or is_trigger(words[0].text, self.language):
            return False
        keys = [key_of(word.text) for word in words]
        for word, key in zip(words, keys, strict=True):
            if key in tables.countries or word.text in tables.organisations or key in tables.organisations:
                return False
            if word.low in tables.offices[self.language] or word.low in tables.verbs:
                return False
        return not all(any(area.people > 500_000 for area in tables.areas(key)) for key in keys)

    def _dates(self, parts: Sequence[Paragraph], published: date | None) -> list[DateMention]:
        # One look over the whole body: "the same day" reaches across paragraphs.
        if not parts:
            return []
        start, end = parts[0].start, parts[-1].end
        inside = []
        for found in find_dates(self.page.text[start:end], published):
            stop = found.end - (self.page.text[start + found.end - 1] == ".")
            one = DateMention(start + found.start, start + stop, found.value, found.kind, found.rule)
            if any(part.start <= one.start and one.end <= part.end for part in parts):
                inside.append(one)
        return inside

    # Metonyms: a capital that acts is a government.

    def _metonyms(self, finder: Finder, statements: Sequence[Statement]) -> None:
        spoke = {id(one.entity): one for one in statements if one.entity is not None}
        for mention in finder.found.mentions:
            entity = mention.entity
            seat = entity.area is not None and (entity.area.is_capital or entity.area.type == "site")
            if not seat or entity.country is None or mention.sentence < self.first:
                continue
            words = self.sentences[mention.sentence].words
            before = words[mention.first - 1].low if mention.first else ""
            after = words[mention.last].low if mention.last < len(words) else ""
            said = id(entity) in spoke and spoke[id(entity)].sentence == mention.sentence
            acts = before not in _LOCATIVE and bool(_ACTS_OF_STATES.fullmatch(after)) and after not in _NOT_ACTS
            if (said and before not in _LOCATIVE) or acts or before in _BEFORE_METONYM:
                entity.metonym = entity.country

    def _countries(self, finder: Finder) -> tuple[str, ...]:
        named = [
            one
            for one in finder.found.mentions
            if one.sentence >= self.first and (one.entity.kind == "country" or one.entity.metonym)
        ]
        codes = [one.entity.country for one in named if one.entity.country]
        return tuple(dict.fromkeys(codes))

    def _collectives(self) -> list[Paragraph]:
        found = []
        for sentence in self.sentences[self.first :]:
            for match in _COLLECTIVES[self.language].finditer(self.page.text, sentence.start, sentence.end):
                found.append(Paragraph(match.start("span"), match.end("span")))
        return found

    def _sources(self, statements: Sequence[Statement]) -> list[Link]:
        header = self.page.header
        publisher, agency = header.publisher, header.agency
        links = []
        if publisher and agency:
            links.append(Link(publisher, agency))
        joint = agency is not None and header.writer is None and not _is_credited(self.page, agency)
        teller = publisher if agency is None or (joint and publisher) else agency
        for one in statements:
            if one.speaker is None or teller is None or one.attribution == "narrator":
                continue
            if one.medium and agency is not None and self._is_same_body(one.medium, agency):
                links.append(Link(agency, one.speaker))
                continue
            links.append(Link(teller, one.speaker))
            if one.medium and not self._is_same_body(one.medium, teller):
                links += [Link(one.medium, one.speaker), Link(teller, one.medium)]
        return list(dict.fromkeys(links))

    def _is_same_body(self, one: str, other: str) -> bool:
        """Whether two names are those of one organisation: AP and The Associated Press."""
        known = [
            self.tables.organisations.get(name) or self.tables.organisations.get(key_of(name)) for name in (one, other)
        ]
        return key_of(one) == key_of(other) or (known[0] is not None and known[0] is known[1])

    # Other stories: who and how many, in their own section.

    def _related(self) -> tuple[tuple[Entity, ...], tuple[Number, ...]]:
        parts = [part for story in self.page.related for part in (story.title, story.teaser) if part is not None]
        text = self.page.text
        sentences = [one for part in parts for one in sentences_of(text, part.start, part.end, -2)]
        for title in self.page.other:
            at = text.find(title)
            if at >= 0:
                sentences += sentences_of(text, at, at + len(title), -3)
        numbers = find_numbers(sentences, self.language, (), self.tables.adjectives)
        teasers = {story.teaser.start for story in self.page.related if story.teaser is not None}
        running = [
            one
            for one in sentences
            if one.start in teasers or re.search(r"[a-z] [a-z]\w+ [a-z]", text[one.start : one.end])
        ]
        finder = find_names(text, running, self.language, self.tables)
        if self.language == "id":
            self._tagged_people(finder, [at for at, one in enumerate(running) if one.paragraph == -2])
        people = [one for one in finder.found.entities if one.kind == "person"]
        return tuple(people), tuple(one for one in numbers if one.value is None or one.unit)


def _dateline(page: Page) -> list[Paragraph]:
    """The places of the dateline as one stretch, so that what stands behind a place still explains it."""
    if not page.dateline:
        return []
    return [Paragraph(page.dateline[0].start, page.dateline[-1].end)]


def _is_credited(page: Page, agency: str) -> bool:
    """Whether the agency stands in a credit line or in the dateline, not in a shared byline."""
    shared = re.search(
        rf"(?i)\bstaff\b[^\n]*\b{re.escape(agency)}\b", page.text[: page.body[0].start] if page.body else ""
    )
    return shared is None


_COLLECTIVES = {
    "id": re.compile(
        r"(?P<span>(?<!\w)(?:para|sejumlah) [a-z]+(?: [a-z]+)?(?: (?:dari|di|asal) [\w ]+?)?"
        r"(?: yang (?:dihuni|berada|berasal) [\w ]+?)?(?=[,.;]|$| (?:bertemu|menyatakan|mengatakan|akan|telah|yang|untuk|mungkin|dengan|itu|[md]e?[a-z]{5,})\b)"
        r"|(?<![\w-])(?:paramiliter|milisi|pasukan|tentara) [A-Z]\w+(?: [A-Z]\w+)?"
        r"|kelompok bersenjata yang [^.,;]+)",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"(?P<span>(?<![\w-])(?:tribal|rebel|militia|opposition|community) (?:leaders|commanders|fighters))",
        re.IGNORECASE,
    ),
}

_CONTEXTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:tewas|meninggal|gugur|korban|mati|die[ds]?|dead|killed|kill|deaths?|toll)\b",
        r"\b(?:luka|terluka|cedera|wounded|injured|hurt)\b",
        r"\b(?:sandera|disandera|ditahan|diculik|hostages?|captives?|held|kidnapped)\b",
        r"\b(?:kerugian|rugi|kerusakan|loss(?:es)?|damage|cost|stolen|dicuri)\b",
        r"\b(?:bertemu|pertemuan|menemui|rapat|met|meeting|summit)\b",
        r"\b(?:mengungsi|pengungsi|fled|displaced|refugees|evacuated)\b",
        r"\b(?:menyerah|surrendered|arrested|ditangkap|menangkap|detained)\b",
        r"\b(?:penyerang|attackers|gunmen|pelaku)\b",
        r"\b(?:fuel|oil|records|data|akun|accounts|homes|rumah)\b",
    )
)

_POINTS_BACK = re.compile(
    r"\b(?:jumlahnya|angkanya|jumlah (?:itu|tersebut)|angka (?:itu|tersebut)|the (?:figure|number|toll|total|count)|its number)\b",
    re.IGNORECASE,
)


def find_conflicts(
    numbers: Sequence[Number], statements: Sequence[Statement], sentences: Sequence[Sentence], text: str
) -> list[Conflict]:
    """Numbers of one unit for one matter that differ, told by different speakers or in different sentences."""
    groups: list[list[Number]] = []
    for number in numbers:
        if number.hedge == "several" or number.unit == "%":
            continue
        for group in groups:
            if any(_rival(one, number, statements, sentences, text) for one in group):
                group.append(number)
                break
        else:
            groups.append([number])
    kept = [group for group in groups if len({_range(one) for one in group}) > 1]
    return [Conflict(tuple(group)) for group in kept]


def _range(one: Number) -> tuple[object, object]:
    return (one.value, one.value) if one.value is not None else (one.least, one.most)


def _rival(
    one: Number, other: Number, statements: Sequence[Statement], sentences: Sequence[Sentence], text: str
) -> bool:
    if _range(one) == _range(other) and one.hedge == other.hedge:
        return one.unit == other.unit
    teller, rival = _teller(one, statements), _teller(other, statements)
    if one.unit is None or other.unit is None:
        # "put the number at ...": a number without a unit counts what the one before it counts, in other words of the same.
        near = 0 <= other.sentence - one.sentence <= 1 and other.unit is None and not _far_apart(one, other)
        return near and teller is not None and rival is not None and teller != rival
    casualties = all(_CONTEXTS[0].search(_clause(each, sentences, text)) for each in (one, other))
    people = {
        "orang",
        "korban",
        "people",
        "warga",
        "warga sipil",
        "civilians",
        "soldiers",
        "tentara",
        "guards",
        "nelayan",
        "victims",
        "korban jiwa",
    }
    same = _unit_head(one.unit) == _unit_head(other.unit) or (casualties and {one.unit, other.unit} <= people)
    if not same or (one.sentence == other.sentence and teller == rival):
        return False
    if (teller is not None and teller == rival) or _far_apart(one, other):
        return False
    if 0 < other.sentence - one.sentence <= 1 and _POINTS_BACK.search(_clause(other, sentences, text)):
        return True
    shared = [
        c for c in _CONTEXTS if c.search(_clause(one, sentences, text)) and c.search(_clause(other, sentences, text))
    ]
    return bool(shared)


def _far_apart(one: Number, other: Number) -> bool:
    """More than tenfold apart: hardly counts of the same."""
    values = sorted(number.value or number.most or 0 for number in (one, other))
    return values[0] * 10 < values[1]


def _unit_head(unit: str) -> str:
    words = unit.casefold().split()
    return words[-1] if words[-1].endswith("s") else words[0]


def _teller(number: Number, statements: Sequence[Statement]) -> str | None:
    return next(
        (one.speaker for one in statements if one.speaker and one.start <= number.start and number.end <= one.end + 1),
        None,
    )


def _clause(number: Number, sentences: Sequence[Sentence], text: str) -> str:
    sentence = sentences[number.sentence]
    return text[sentence.start : sentence.end]
