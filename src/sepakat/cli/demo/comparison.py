"""Compares what each partner really holds with what the data says it must hold. Asks no rule of release.

What a partner holds is read from that partner's own node; from `us` only which original a variant was made of.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sepakat.cli.demo.material import OUT, VARIANT, WHOLE, Entry

SCAFFOLD = ("identity", "marking-definition", "extension-definition")


@dataclass(frozen=True, slots=True)
class Holding:
    """What one partner holds: its objects by id, and what `us` says it released to it."""

    party: str
    held: Mapping[str, Mapping[str, Any]]
    views: Sequence[Mapping[str, Any]]

    @classmethod
    def of(cls, party: str, listed: Mapping[str, Any], views: Sequence[Mapping[str, Any]]) -> Holding:
        """From what `objects list --content` says at the partner, and `view` at `us`."""
        return cls(party, {one["id"]: one for one in listed["objects"]}, views)

    def outcome(self, entry: Entry, digest: str) -> str:
        """What the partner has of an entry: whole is the very same content under the same id."""
        if entry.id in self.held:
            return WHOLE if self.held[entry.id]["digest"] == digest else "other content"
        return VARIANT if self.variants_of(entry) & self.held.keys() else OUT

    def received_from(self, giver: str) -> dict[str, Mapping[str, Any]]:
        """What came from one giver, perhaps among others."""
        return {
            id_: one for id_, one in self.held.items() if any(terms["sender"] == giver for terms in one["received"])
        }

    def variants_of(self, entry: Entry) -> set[str]:
        """The ids of variants that `us` made of an entry for this partner."""
        rows = (row for view in self.views for row in view["objects"])
        return {row["id"] for row in rows if row["original"] == entry.id and row["outcome"] == VARIANT}

    def outcome_under(self, entry: Entry, agreement: str) -> str:
        """What `us` released of an entry under one agreement."""
        rows = (row for view in self.views if view["agreement"] == agreement for row in view["objects"])
        return next((row["outcome"] for row in rows if row["original"] == entry.id), OUT)

    def unexpected(self, entries: Sequence[Entry]) -> list[str]:
        """Ids that the partner holds and that are neither expected nor scaffold."""
        known = {entry.id for entry in entries}
        for entry in entries:
            known |= self.variants_of(entry)
        return sorted(id_ for id_ in self.held if id_ not in known and id_.split("--")[0] not in SCAFFOLD)

    def found_words(self, words: Sequence[str]) -> list[str]:
        """Those of the words that stand anywhere in what the partner holds."""
        text = json.dumps(list(self.held.values()), ensure_ascii=False).casefold()
        return [word for word in words if word.casefold() in text]


def words_kept_from(party: str, entries: Sequence[Entry]) -> list[str]:
    """The words that must not reach a partner."""
    return [word for entry in entries for word in (*entry.never, *(entry.not_by_coalition if party != "ru" else ()))]


def digests_of(contents: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The digest of each object, as every node computes it."""
    from sepakat.stix.objects import StixObject

    return {str(content["id"]): StixObject.from_content(dict(content)).digest for content in contents}


def broken_references(contents: Sequence[Mapping[str, Any]], known: set[str]) -> list[str]:
    """References of objects that lead to nothing among them."""
    there = {str(content["id"]) for content in contents} | known
    return sorted(
        f"{content['id']} -> {target}" for content in contents for target in _targets(content) if target not in there
    )


def _targets(value: Any, name: str = "") -> set[str]:
    if isinstance(value, Mapping):
        return {target for key, member in value.items() for target in _targets(member, str(key))}
    if isinstance(value, list):
        return {target for member in value for target in _targets(member, name)}
    return {value} if isinstance(value, str) and name.endswith(("_ref", "_refs")) else set()
