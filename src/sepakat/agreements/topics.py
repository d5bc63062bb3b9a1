"""Topics: paths with containment, and the table that says which labels, ids and names stand for which topic.

`terrorism/isis` lies in `terrorism`. A node defines its topics; definitions are internal and never sent. A topic built
on a protected attribute of persons is refused (DESIGN sections 3 and 9), by `protected_attribute`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


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
    """The topics of a node."""

    definitions: Mapping[str, TopicDefinition]
    _by_id: Mapping[str, frozenset[str]] = field(repr=False)
    _by_name: Mapping[str, frozenset[str]] = field(repr=False)
    _by_label: Mapping[str, frozenset[str]] = field(repr=False)

    @classmethod
    def of(cls, definitions: Iterable[TopicDefinition]) -> TopicTable:
        """The table of these definitions.

        Raises:
            ValueError: a topic is defined twice.
        """
        rows = tuple(definitions)
        by_topic = {row.id: row for row in rows}
        if len(by_topic) != len(rows):
            raise ValueError("a topic is defined twice")
        return cls(
            definitions=MappingProxyType(by_topic),
            _by_id=_index((row.id, row.entities) for row in rows),
            _by_name=_index((row.id, (folded(name) for name in row.names | row.aliases)) for row in rows),
            _by_label=_index((row.id, row.labels) for row in rows),
        )

    @classmethod
    def empty(cls) -> TopicTable:
        """A table in which nothing stands for a topic."""
        return cls.of(())

    def topics_of(
        self, labels: Iterable[str] = (), ids: Iterable[str] = (), names: Iterable[str] = ()
    ) -> frozenset[str]:
        """The topics that these STIX labels, ids and names stand for. A label that is itself a topic's id counts."""
        found: set[str] = set()
        for label in labels:
            found |= self._by_label.get(label, frozenset())
            if label in self.definitions:
                found.add(label)
        for identifier in ids:
            found |= self._by_id.get(identifier, frozenset())
        for name in names:
            found |= self._by_name.get(folded(name), frozenset())
        return frozenset(found)


def lies_in(inner: str, outer: str) -> bool:
    """Whether a topic is another one or lies below it."""
    return inner == outer or inner.startswith(outer + "/")


def ancestors(topic: str) -> tuple[str, ...]:
    """The topic and everything that it lies in, itself first."""
    parts = topic.split("/")
    return tuple("/".join(parts[:count]) for count in range(len(parts), 0, -1))


def folded(name: str) -> str:
    """A name without its case and with single blanks, as names are compared."""
    return " ".join(name.casefold().split())


def _index(entries: Iterable[tuple[str, Iterable[str]]]) -> Mapping[str, frozenset[str]]:
    index: dict[str, set[str]] = {}
    for topic, keys in entries:
        for key in keys:
            index.setdefault(key, set()).add(topic)
    return MappingProxyType({key: frozenset(topics) for key, topics in index.items()})
