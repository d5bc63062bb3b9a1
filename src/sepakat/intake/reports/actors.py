"""Who did it: the actors of an event, and to whom something was offered, from the words around its trigger.

Names before the trigger, chained by commas and "and", or behind it with "oleh", "by", "dengan", "with". Which words are
a trigger is for `events`; where nobody is named there is no actor.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sepakat.intake.reports.entities import Mention
from sepakat.intake.reports.gazetteer import key_of
from sepakat.intake.reports.names import Finder
from sepakat.intake.reports.statements import Statement
from sepakat.intake.reports.times import DateMention
from sepakat.intake.reports.words import Word

NEGATIONS = frozenset("tidak tak belum bukan tanpa batal gagal not never no without n't nobody".split())
_COUPLING = frozenset({",", "dan", "and", "serta", "&"})
_SKIPPED = frozenset(
    """akan telah sudah juga kemudian lalu pernah kembali has have had also will would allegedly reportedly again then
    later secretly jointly were was sebelumnya previously earlier to is are be been scheduled expected due set dijadwalkan
    direncanakan diperkirakan dikabarkan dilaporkan diduga hendak bakal berencana ingin harus bisa dapat""".split()
)
_OF_CLAUSES = frozenset(
    """yang who which whom whose that untuk to whether if asked when after because apakah jika ketika setelah ditanya""".split()
)
_OF_THINGS = frozenset("menawarkan menyediakan mengirim mengirimkan memasok provide supply send".split())
NOMINAL = re.compile(
    r"(?i)(?:pe\w+an|serangan.*|gempuran.*|serbuan.*|ledakan|kesepakatan|perjanjian|bom .*|(?:air ?|drone )?strikes?|air raids?|bombing.*|.*bombings?|attacks?|ambush|explosions?|blasts?|shootings?|meetings?|agreements?|.*deal|pact|treaty|accord|arrests?|phone call|meeting|sepakat)$"
)


class ActorSearch:
    """Finds who takes part in the events of one text."""

    def __init__(
        self, text: str, finder: Finder, dates: Sequence[DateMention], statements: Sequence[Statement]
    ) -> None:
        self.text = text
        self.finder = finder
        self.dates = dates
        self.statements = statements

    def _actors(
        self, index: int, words: Sequence[Word], first: int, last: int, kind: str, told: Statement | None
    ) -> list[str]:
        trigger = words[first].low
        if re.match(r"di[a-z]{4,}", trigger) or (
            first and words[first - 1].low in {"was", "were", "been", "being"} and trigger.endswith("ed")
        ):
            return []
        nominal = bool(NOMINAL.match(self.text[words[first].start : words[last].end]))
        if nominal and kind in {"attack", "arrest"}:
            return []
        before, behind = (words[at].low if 0 <= at < len(words) else "" for at in (first - 1, last + 1))
        if nominal and (before in {"the", "this", "that"} or behind in {"itu", "tersebut", "ini"}) and first > 1:
            # `X criticised the deal`: a deal that was told of before, whoever speaks of it now.
            return []
        start = 0
        if told is not None:
            start = next((at for at, word in enumerate(words) if word.start >= told.start), 0)
            start = 0 if start > first else start
        actors = self._before(index, words, start, first, nominal)
        if (
            not actors
            and told is not None
            and kind == "meeting"
            and told.speaker
            and any(word.low in {"he", "she", "dia", "ia"} for word in words[start:first])
        ):
            actors = [told.speaker]
        if kind == "meeting":
            actors += self._with(index, words, last)
        if not actors and told is not None and kind == "agreement" and told.act == "announce" and told.speaker:
            actors = re.split(r",\s+(?:dan |and )?|\s+(?:dan|and)\s+", told.speaker)
        if not actors and told is not None and kind == "offer" and told.speaker:
            actors = [told.speaker]
        return list(dict.fromkeys(actors))

    def _before(self, index: int, words: Sequence[Word], start: int, first: int, nominal: bool) -> list[str]:
        """Who does it: the names that end right before the verb, else those that open the clause, else its words."""
        mentions = [one for one in self.finder.found.of(index) if start <= one.first and one.last <= first]
        end = first
        while end > start and words[end - 1].low in _SKIPPED:
            end -= 1
        chain = self._chain_back(words, [one for one in mentions if one.last <= end], end)
        if chain:
            return chain
        opening = [
            one
            for one in mentions
            if one.first - start <= 1 or (one.entity.kind == "person" and one.first - start <= 8)
        ]
        if nominal:
            if not opening:
                return self._chain_open(words, mentions, start)
            people = [one for one in opening if one.entity.kind == "person"]
            if people:
                return [people[0].entity.name]
            return self._chain_open(words, mentions, start)
        begin = end
        while begin > start and words[begin - 1].text not in {",", ";", ":", '"', "\u201c", "\u201d"}:
            if words[begin - 1].low in self.finder.tables.verbs and not words[begin - 1].text[:1].isupper():
                break
            begin -= 1
        while begin < end and words[begin].low in {"the", "a", "an", "para", "but", "and", "dan", "namun", "sementara"}:
            begin += 1
        part = words[begin:end]
        if not part or len(part) > 9 or any(word.low in _OF_CLAUSES or word.low in NEGATIONS for word in part):
            return []
        if part[0].low in {"he", "she", "they", "it", "dia", "ia", "mereka", "no", "any"}:
            return []
        return [self.text[part[0].start : part[-1].end]]

    def _chain_back(self, words: Sequence[Word], mentions: Sequence[Mention], end: int) -> list[str]:
        chain: list[Mention] = []
        for one in sorted(mentions, key=lambda mention: -mention.last):
            office = key_of(chain[-1].entity.office or "").split() if chain else []
            if one.last == end or (
                chain and all(word.low in _COUPLING or word.low in office for word in words[one.last : chain[-1].first])
            ):
                if (chain and one.entity.kind != chain[-1].entity.kind) or (chain and one.last > chain[-1].first):
                    continue
                chain.append(one)
        if (
            chain
            and chain[-1].first
            and words[chain[-1].first - 1].low in {"di", "in", "at", "dari", "of", "from", "near"}
        ):
            return []
        if (
            chain
            and chain[-1].first
            and words[chain[-1].first - 1].is_word
            and not words[chain[-1].first - 1].is_capital
            and chain[-1].entity.kind in {"country", "place"}
            and words[chain[-1].first - 1].low not in {"dan", "the", "itu", "bersamaan", "and", "while", "sementara"}
        ):
            return []
        return [self._name(one) for one in reversed(chain)]

    def _chain_open(self, words: Sequence[Word], mentions: Sequence[Mention], start: int) -> list[str]:
        named = [one for one in mentions if one.entity.kind in {"country", "organisation", "group", "place"}]
        if (
            not named
            or named[0].first - start > 4
            or (
                named[0].first and words[named[0].first - 1].low in {"di", "in", "at", "dari", "of", "from", "ke", "to"}
            )
        ):
            return []
        chain = [named[0]]
        for one in named[1:]:
            if all(word.low in _COUPLING for word in words[chain[-1].last : one.first]):
                chain.append(one)
        return [self._name(one) for one in chain]

    def _name(self, mention: Mention) -> str:
        return (
            self.text[mention.start : mention.end]
            if mention.entity.kind in {"country", "place"}
            else mention.entity.name
        )

    def _with(self, index: int, words: Sequence[Word], last: int) -> list[str]:
        at = next(
            (one for one in range(last + 1, min(last + 8, len(words))) if words[one].low in {"dengan", "with"}), None
        )
        direct = (
            words[last].low in {"meet", "meets", "met", "menemui", "bertemu"}
            and last + 1 < len(words)
            and words[last + 1].low
            not in {
                "in",
                "on",
                "at",
                "with",
                "to",
                "for",
                ",",
                ".",
                "his",
                "her",
                "di",
                "pada",
                "untuk",
                "guna",
                "lagi",
                "dan",
            }
            and not (words[last].low == "bertemu" and not words[last + 1].is_capital)
        )
        if at is None and not direct:
            return []
        begin = (at if at is not None else last) + 1
        people = [
            one for one in self.finder.found.of(index) if one.entity.kind == "person" and begin <= one.first < begin + 8
        ]
        if people:
            return [people[0].entity.name]
        while begin < len(words) and words[begin].low in {"para", "the", "his", "her"}:
            begin += 1
        end = begin
        while (
            end < len(words)
            and end - begin < 7
            and words[end].is_word
            and words[end].low
            not in {
                "menyatakan",
                "untuk",
                "di",
                "pada",
                "to",
                "in",
                "on",
                "at",
                "next",
                "last",
                "guna",
                "mengatakan",
                "and",
            }
        ) or (end < len(words) and words[end].text.isdigit() and end > begin):
            if self.finder.tables.verbs.get(words[end].low) is not None:
                break
            end += 1
        return [self.text[words[begin].start : words[end - 1].end]] if end > begin else []

    def _recipient(self, words: Sequence[Word], last: int) -> str | None:
        at = last + 1
        if words[last].low in {"offered", "offers"}:
            return None
        if words[last].low in _OF_THINGS:
            # What is offered stands behind the verb, to whom behind a word for it.
            to = next((one for one in range(at, min(at + 9, len(words))) if words[one].low in {"kepada", "bagi"}), None)
            if to is None or any(words[one].text in {",", "."} for one in range(at, to)):
                return None
            at = to + 1
        end = at
        while (
            end < len(words)
            and words[end].is_word
            and words[end].low not in {"di", "untuk", "dalam", "pada", "dengan", "in", "to", "for"}
        ):
            end += 1
        return self.text[words[at].start : words[end - 1].end] if end > at else None
