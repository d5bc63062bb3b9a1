"""Statements, events and numbers of a page as notes that carry claims, and what links them.

Who says something speaks; what the page tells in its own name is said by its agency, else by its publisher. Whatever an
event or a number stands in is quoted word for word. Two numbers that cannot both be right become two claims and a
relationship between them; none is preferred. Belief, descent and the like become no property and no label.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from sepakat.claims.building import Carrier, build_claim
from sepakat.claims.claim import Basis, Claim, Likelihood, Lineage, MadeBy, Person, Quantity, Span, Valid
from sepakat.claims.vocabulary import AS_SAID
from sepakat.intake.reports.events import Event
from sepakat.intake.reports.gazetteer import key_of
from sepakat.intake.reports.notes import with_text
from sepakat.intake.reports.numbers import Number
from sepakat.intake.reports.proposing import Builder, ProposedObject
from sepakat.intake.reports.statements import Statement
from sepakat.stix.identifiers import StixId

MAKER = "sepakat.intake.reports"
_KINDS = {
    "say": "report", "announce": "report", "confirm": "report", "claim": "report", "warn": "assessment", "doubt": "assessment",
    "deny": "denial", "refuse": "denial", "accuse": "accusation", "promise": "offer", "offer": "offer", "demand": "report",
    "ask": "question",
}  # fmt: skip
_OF_EVENTS = {"asked": "question", "possible": "hypothesis", "alleged": "accusation", "claimed": "report"}
_QUALIFIERS = {"more-than": "at-least", "less-than": "at-most"}
_SPEAKERS = frozenset({"identity", "threat-actor", "intrusion-set"})


def propose_claims(builder: Builder) -> None:
    """All claims of the page, in the order of the text, then the links between them."""
    writer = _Writer(builder)
    found: list[tuple[int, ProposedObject]] = []
    for statement in builder.reading.statements:
        if statement.speaker is not None:
            found.append((statement.start, writer.statement(statement)))
    found += [(event.start, writer.event(event)) for event in writer.events_told()]
    found += [(number.start, writer.number(number)) for number in writer.numbers_told()]
    for _, made in sorted(found, key=lambda one: one[0]):
        builder.add(made)
    writer.conflicts()
    writer.chain()


class _Writer:
    """Writes claims of one page; remembers which number stands in which note."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.page = builder.reading.page
        self.reading = builder.reading
        self.roots = builder.roots()
        self.notes: dict[int, StixId] = {}
        header = self.page.header
        self.teller_name = header.agency or header.publisher
        self.teller = builder.ids.get(key_of(self.teller_name or ""))
        self.spoken = [one for one in self.reading.statements if one.speaker is not None]

    # Who says what.

    def statement(self, one: Statement) -> ProposedObject:
        """What somebody says, with its number if it has exactly one."""
        numbers = [number for number in self.reading.numbers if one.start <= number.start < one.end]
        quantity = self._quantity(numbers[0]) if len(numbers) == 1 else None
        kind = _KINDS.get(one.act or "say", "report")
        if quantity is not None and one.act == "say":
            kind = "estimate"
        entity = one.entity
        person = Person(entity.category) if entity is not None and entity.kind == "person" else None
        claim = self._claim(kind, one.start, one.end, one.rule, self._speaker(one), quantity, person)
        note = self._note("statement", claim, (str(one.start), str(one.end)), one.score, one.speaker)
        if not one.is_quote:
            # "denies involvement" alone says nothing: the note quotes the sentence, the span keeps the exact place.
            sentence = self.reading.sentences[one.sentence]
            whole = self.page.text[min(sentence.start, one.start) : max(sentence.end, one.end)].strip()
            note = replace(note, content=with_text(note.content, whole))
        if quantity is not None:
            self.notes[numbers[0].start] = note.content["id"]
        labels = {event.type for event in self.reading.events if one.start <= event.start < one.end}
        if labels:
            note.content["labels"] = sorted(label.replace("_", "-") for label in labels)
        return note

    def _speaker(self, one: Statement) -> StixId:
        """The identity or group that speaks; a state, or who is named by words alone, gets an identity of its own."""
        builder, name = self.builder, one.speaker or ""
        known = builder.ids.get(key_of(name))
        if known is not None and known.partition("--")[0] in _SPEAKERS:
            return known
        content = builder.base("identity", "speaker", key_of(name))
        content |= {"name": name, "identity_class": "group", "external_references": [builder.reference()]}
        builder.add(ProposedObject("speaker", content, one.rule, one.score))
        speaker = StixId(content["id"])
        if known is not None:
            builder.relate("relation", speaker, "located-at", known, (one.rule, one.score))
        return speaker

    # What the page itself tells.

    def _is_told(self, start: int) -> bool:
        return all(not one.start <= start < one.end for one in self.spoken)

    def events_told(self) -> Iterable[Event]:
        """The events that nobody is quoted with."""
        return [one for one in self.reading.events if self._is_told(one.start)]

    def event(self, one: Event) -> ProposedObject:
        """An event, with the sentence that tells it."""
        sentence = self.reading.sentences[one.sentence]
        kind = "denial" if one.negated else _OF_EVENTS.get(one.status, "report")
        numbers = [number for number in self.reading.numbers if sentence.start <= number.start < sentence.end]
        quantity = self._quantity(numbers[0]) if len(numbers) == 1 and self._is_told(numbers[0].start) else None
        claim = self._claim(kind, sentence.start, sentence.end, one.rule, self.teller, quantity, None, one.date)
        note = self._note("event", claim, ("event", one.type, str(one.start)), one.score, self.teller_name)
        if quantity is not None:
            self.notes[numbers[0].start] = note.content["id"]
        note.content["labels"] = [one.type.replace("_", "-")]
        named = [self.builder.ids.get(key_of(actor)) for actor in one.actors]
        named += [self.builder.by_entity.get(id(place.entity)) for place in one.places]
        refs = [*note.content["object_refs"], *(one for one in named if one is not None)]
        note.content["object_refs"] = list(dict.fromkeys(refs))
        return replace(note, start=one.start, end=one.end)

    def numbers_told(self) -> Iterable[Number]:
        """The numbers with a unit that stand in no claim yet."""
        return [one for one in self.reading.numbers if one.start not in self.notes and one.unit]

    def number(self, one: Number) -> ProposedObject:
        """A number, with the statement or sentence that it stands in."""
        said = next((each for each in self.spoken if each.start <= one.start < each.end), None)
        quantity = self._quantity(one)
        kind = "report" if quantity is None or quantity.qualifier == "exactly" else "estimate"
        if said is not None:
            claim = self._claim(kind, said.start, said.end, said.rule, self._speaker(said), quantity)
        else:
            sentence = self.reading.sentences[one.sentence]
            claim = self._claim(kind, sentence.start, sentence.end, "number", self.teller, quantity)
        name = said.speaker if said is not None else self.teller_name
        note = self._note("number", claim, ("number", str(one.start), str(one.end)), 0.5, name)
        self.notes[one.start] = note.content["id"]
        return replace(note, start=one.start, end=one.end)

    # Links.

    def conflicts(self) -> None:
        """Numbers that cannot all be right, side by side."""
        for conflict in self.reading.conflicts:
            notes = [note for number in conflict.numbers if (note := self.notes.get(number.start)) is not None]
            for first, other in pairwise(notes):
                if first != other:
                    self.builder.relate("conflict", first, "contradicts", other, ("numbers-differ", 0.6))

    def chain(self) -> None:
        """Who has it from whom."""
        for link in self.reading.sources:
            source, target = (self.builder.ids.get(key_of(name)) for name in (link.from_, link.to))
            if source is None or target is None or source == target:
                continue
            if {one.partition("--")[0] for one in (source, target)} <= _SPEAKERS:
                self.builder.relate("source", source, "quotes", target, ("source-chain", 0.7))

    # One claim and its note.

    def _claim(
        self,
        kind: str,
        start: int,
        end: int,
        rule: str,
        speaker: StixId | None,
        quantity: Quantity | None = None,
        person: Person | None = None,
        date: str | None = None,
    ) -> Claim:
        return Claim(
            kind=kind,
            speaker_ref=speaker,
            quantity=quantity,
            likelihood=self._likelihood(start, end) if quantity is not None else None,
            valid=self._valid(start, end, date),
            basis=(Basis("quotes", digest=self.page.digest),),
            lineage=Lineage(roots=self.roots) if self.roots else None,
            person=person,
            status="live",
            made_by=MadeBy("program", f"{MAKER}:{rule}"),
            span=Span(self.page.digest, start, end),
        )

    def _note(
        self, kind: str, claim: Claim, parts: tuple[str, ...], score: float, speaker: str | None
    ) -> ProposedObject:
        builder = self.builder
        assert claim.span is not None, "every claim of a page has its place"
        assert claim.made_by is not None, "and its rule"
        start, end = claim.span.start, claim.span.end
        refs = [claim.speaker_ref] if claim.speaker_ref is not None else []
        refs += [
            builder.by_entity[id(one.entity)]
            for one in self.reading.mentions
            if start <= one.start < end and id(one.entity) in builder.by_entity
        ]
        carrier = Carrier(
            id=builder.id_of("note", *parts),
            created=builder.said_at,
            modified=builder.origin.now,
            created_by_ref=builder.origin.creator,
            properties={
                "object_refs": list(dict.fromkeys(refs)) or [builder.origin.creator],
                "external_references": [builder.reference()],
            },
        )
        text = self.page.text[start:end].strip(" ,")
        content = build_claim(claim, carrier, text, speaker)
        rule = (claim.made_by.name or "").rpartition(":")[2]
        return ProposedObject(kind, content, rule, score, start, end)

    def _quantity(self, number: Number) -> Quantity | None:
        said = self.page.text[number.start : number.end]
        unit = number.unit or "unstated"
        qualifier = _QUALIFIERS.get(number.hedge, number.hedge)
        if qualifier == "between":
            return Quantity("between", unit, min=number.least, max=number.most, as_said=said)
        if qualifier == "at-least":
            return Quantity(
                qualifier, unit, min=number.value if number.value is not None else number.least, as_said=said
            )
        if qualifier == "at-most":
            return Quantity(
                qualifier, unit, max=number.value if number.value is not None else number.most, as_said=said
            )
        if qualifier in {"exactly", "about", "about-or-more"} and number.value is not None:
            return Quantity(qualifier, unit, point=number.value, as_said=said)
        return None

    def _likelihood(self, start: int, end: int) -> Likelihood | None:
        """The word by which a number is called possible, as it was said: of no scale, and without a range."""
        words = {one.modality for one in self.reading.numbers if start <= one.start < end and one.modality}
        return Likelihood(AS_SAID, next(iter(words))) if len(words) == 1 else None

    def _valid(self, start: int, end: int, date: str | None) -> Valid | None:
        days = {one.value for one in self.reading.dates if start <= one.start < end and len(one.value) == 10}
        day = date if date is not None and len(date) == 10 else next(iter(days)) if len(days) == 1 else None
        return None if day is None else Valid(f"{day}T00:00:00Z", f"{day}T23:59:59Z", "day")
