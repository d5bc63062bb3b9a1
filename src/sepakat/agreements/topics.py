"""Topics: paths with containment, and the table that says which labels, ids and names stand for which topic.

`terrorism/isis` lies in `terrorism`. A node defines its topics; definitions are internal and never sent. A topic
built on a protected attribute of persons is found by `protected_attribute` (DESIGN sections 3 and 9); the words that
it knows are in `data/protected-attributes.tsv`. They are plain words: a person still looks at what a topic stands for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import NamedTuple

_Index = Mapping[str, frozenset[str]]
_NO_TOPICS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TopicDefinition:
    """What stands for a topic: ids of entities, names and aliases (in any case), and STIX `labels` (as they are)."""

    id: str
    entities: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    aliases: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TopicTable:
    """The topics of a node. Definitions of the same topic add up."""

    definitions: tuple[TopicDefinition, ...] = ()
    _by_id: _Index = field(init=False, repr=False, compare=False)
    _by_name: _Index = field(init=False, repr=False, compare=False)
    _by_label: _Index = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        rows = self.definitions
        object.__setattr__(self, "_by_id", _index((row.id, row.entities) for row in rows))
        object.__setattr__(self, "_by_name", _index((row.id, map(folded, (*row.names, *row.aliases))) for row in rows))
        object.__setattr__(self, "_by_label", _index((row.id, (row.id, *row.labels)) for row in rows))

    @classmethod
    def empty(cls) -> TopicTable:
        """A table in which nothing stands for a topic."""
        return cls()

    def topics_of(
        self, labels: Iterable[str] = (), ids: Iterable[str] = (), names: Iterable[str] = ()
    ) -> frozenset[str]:
        """The topics that these STIX labels, ids and names stand for. A label that is a defined topic's id counts."""
        return frozenset().union(
            *(self._by_label.get(label, ()) for label in labels),
            *(self._by_id.get(identifier, ()) for identifier in ids),
            *(self._by_name.get(folded(name), ()) for name in names),
        )

    def topics_of_id(self, identifier: str) -> frozenset[str]:
        """The topics that the id of an entity stands for."""
        return self._by_id.get(identifier, _NO_TOPICS)

    def topics_of_folded(self, name: str) -> frozenset[str]:
        """The topics that a name stands for; `name` is `folded` already."""
        return self._by_name.get(name, _NO_TOPICS)


def lies_in(inner: str, outer: str) -> bool:
    """Whether a topic is another one or lies below it."""
    return inner == outer or inner.startswith(outer + "/")


def ancestors(topic: str) -> tuple[str, ...]:
    """The topic and everything that it lies in, itself first."""
    parts = topic.split("/")
    return tuple("/".join(parts[:count]) for count in range(len(parts), 0, -1))


def folded(name: str) -> str:
    """A name without its case and with single blanks, as names are compared."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def protected_attribute(topic: str) -> str | None:
    """The protected attribute that a topic (or a region's name) is built on; None if none is found.

    One of ethnicity, religion, belief, health, sexual orientation, politics.
    """
    phrase = f" {_words(topic)} "
    known = _protected_phrases()
    for harmless in known.harmless:
        phrase = phrase.replace(f" {harmless} ", " | ")
    return next((attribute for words, attribute in known.attributes if f" {words} " in phrase), None)


def protected_attribute_of(definition: TopicDefinition) -> str | None:
    """The protected attribute that a topic is built on by its id, a name, an alias or a label."""
    texts = (definition.id, *sorted(definition.names | definition.aliases | definition.labels))
    return next((found for text in texts if (found := protected_attribute(text)) is not None), None)


class _Protected(NamedTuple):
    attributes: tuple[tuple[str, str], ...]
    harmless: tuple[str, ...]


@cache
def _protected_phrases() -> _Protected:
    source = resources.files("sepakat.agreements").joinpath("data/protected-attributes.tsv")
    attributes: list[tuple[str, str]] = []
    harmless: list[str] = []
    for line in source.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            attribute, phrases = line.split("\t")
            for phrase in phrases.split(", "):
                if attribute == "harmless":
                    harmless.append(phrase)
                else:
                    attributes.append((phrase, attribute))
    return _Protected(tuple(attributes), tuple(harmless))


def _words(text: str) -> str:
    """The words of a path or name, lower-case, without accents. A slash keeps words of two names apart."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+|/", bare))


def _index(entries: Iterable[tuple[str, Iterable[str]]]) -> _Index:
    index: dict[str, set[str]] = {}
    for topic, keys in entries:
        for key in keys:
            index.setdefault(key, set()).add(topic)
    return MappingProxyType({key: frozenset(topics) for key, topics in index.items()})
