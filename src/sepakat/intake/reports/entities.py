"""What a text names, as values: entities with what is known of them, and every place where they are named.

Finds nothing. An entity is one for the whole text, however often and however shortly it is named; mentions count words
of a sentence and characters of the text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sepakat.intake.reports.gazetteer import Area, Group, Organisation, key_of


@dataclass(slots=True)
class Entity:
    """Something that the text names. `kind` is country, place, organisation, group or person; `type` tells it apart further."""

    kind: str
    name: str
    start: int
    end: int
    rule: str
    score: float
    type: str = ""
    country: str | None = None
    area: Area | None = None
    long: str | None = None
    office: str | None = None
    category: str = "other"
    gazetteer: Group | Organisation | None = None
    also: set[str] = field(default_factory=set)
    metonym: str | None = None
    in_dateline: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where an entity is named; `first` and `last` count words of the sentence, last excluded."""

    entity: Entity
    sentence: int
    first: int
    last: int
    start: int
    end: int


@dataclass(slots=True)
class Names:
    """All entities of a text and their mentions, by sentence."""

    entities: list[Entity] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    countries: dict[str, int] = field(default_factory=dict)

    _by_sentence: dict[int, list[Mention]] = field(default_factory=dict)

    def of(self, sentence: int) -> list[Mention]:
        """The mentions of one sentence, in order."""
        return sorted(self._by_sentence.get(sentence, ()), key=lambda one: one.start)

    def at(self, sentence: int, word: int) -> Mention | None:
        """The mention that holds a word of a sentence."""
        return next((one for one in self._by_sentence.get(sentence, ()) if one.first <= word < one.last), None)

    def add(self, mention: Mention) -> None:
        """Keep a mention."""
        self.mentions.append(mention)
        self._by_sentence.setdefault(mention.sentence, []).append(mention)

    def drop(self, mention: Mention) -> None:
        """Forget a mention."""
        self.mentions.remove(mention)
        self._by_sentence[mention.sentence].remove(mention)


def is_short_of(short: str, full: str) -> bool:
    """Whether one name is a part of another by which a person is called: the first or the last word."""
    parts, pieces = key_of(full).split(), key_of(short).split()
    return len(parts) > len(pieces) >= 1 and (parts[: len(pieces)] == pieces or parts[-len(pieces) :] == pieces)


def spans_of(mentions: Iterable[Mention]) -> list[tuple[int, int]]:
    """Where the mentions stand."""
    return [(one.start, one.end) for one in mentions]
