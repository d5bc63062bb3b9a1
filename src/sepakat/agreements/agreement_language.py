"""The reference page of the agreement language, written from the vocabulary: every key, what it takes and means.

Generated, so that page and product cannot say different things; a test compares the page in the documentation.
"""

from __future__ import annotations

from typing import Final

from sepakat.agreements.value_kinds import NOT_SUPPORTED, OneOf, OnlyEmpty, OrNull, OrWord, SetOf, ValueKind
from sepakat.agreements.vocabulary import KEYS, Key

_HEAD: Final = """\
# The agreement language

One document is one version of one agreement: one giver shares with its takers, or with a community. It is written
in YAML; every scalar is read as a string and then typed by this table, so that `NO` stays Norway. Duplicate keys,
anchors, aliases, tags, several documents and more than 256 KiB are refused. All faults are told at once, each with
its path, what was expected and what was found.

**An unknown key or value anywhere makes the whole document invalid.** **An absent key grants nothing**: it has the
narrowest value that it can have, and where nothing is narrowest it must be written. `any` is never assumed. Keys
that only take away (`none`, `deny`) take nothing away when absent.

*Enforced* keys decide what leaves and what is owed. *Carried* keys are signed, sent and shown to whoever handles the
objects. *Refused* keys have one value until the product enforces the others; a known value that nothing enforces yet
makes the document invalid with "not supported yet".

Durations are ISO 8601 with whole numbers. Where the length must be fixed, weeks, days (24 hours), hours, minutes and
seconds are accepted; months and years only where a date of the calendar is meant (`review`, `retention`), and a day
that the month lacks becomes its last one. Instants are in UTC and end in `Z`.

The canonical form is RFC 8785 (JCS) over the typed document, with lists that are sets in sorted order and without the
keys whose value is what their absence means. Its SHA-256 is the hash of the agreement; giver and taker sign
`sepakat/agreement/1`, a line feed and the hash in hex.

This page is generated from `sepakat.agreements.vocabulary`.
"""


def reference_page() -> str:
    """The whole page in Markdown."""
    rows = "".join(_row(key) for key in KEYS)
    return f"{_HEAD}\n| key | takes | status | meaning | when absent |\n|---|---|---|---|---|\n{rows}"


def _row(key: Key) -> str:
    absent = "must be written" if key.is_required else key.absent_means
    cells = (f"`{key.path}`", _takes(key.kind), key.status.value, key.meaning, absent)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def _takes(kind: ValueKind) -> str:
    words = _not_yet(kind)
    later = f"; {NOT_SUPPORTED}: {', '.join(words)}" if words else ""
    return f"{kind.expected}{later}".removeprefix(", or ")


def _not_yet(kind: ValueKind) -> tuple[str, ...]:
    if isinstance(kind, OneOf):
        return kind.not_yet
    if isinstance(kind, OnlyEmpty):
        return ("everything else",)
    return _not_yet(kind.of) if isinstance(kind, OrNull | OrWord | SetOf) else ()
