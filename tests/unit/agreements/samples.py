"""An agreement with every key of the language, short ways to variants of it, and strategies for random ones."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from sepakat.agreements.parsing import from_document, parse_agreement
from sepakat.agreements.terms import Agreement, Clause
from sepakat.agreements.vocabulary import CLAIM_KINDS, PERSON_CATEGORIES
from sepakat.agreements.writing import complete_document_of, instant_text
from sepakat.errors import Fault, InputError
from sepakat.stix.identifiers import PartyId

US, RU, FR, IQ = PartyId("us"), PartyId("ru"), PartyId("fr"), PartyId("iq")

EXAMPLE = """\
sepakat: 1
id: us-ru-ct-2030
version: 1
supersedes: null
title: Counter-terrorism, Middle East
giver: us
takers: [ru]
scope: organisation
purpose: [counter-terrorism]
basis: {text: "Joint announcement, Paris", reference: null, regime: national}
window: {from: 2030-01-01T00:00:00Z, to: 2031-01-01T00:00:00Z, data_from: 2029-01-01T00:00:00Z, max_age: P180D}
share:
  - id: S1
    topics: {any: [terrorism/isis], none: [terrorism/sources]}
    regions: {any: [IQ, SY, middle-east], none: []}
    types: [report, note, identity, indicator]
    kinds: [report, assessment, estimate, offer]
    ceiling: {tlp: amber, pap: amber, classification: null, releasable_to: [RU]}
    minimum: {reliability: C, credibility: 3, unrated: allow}
    fields: {allow: standard, deny: [], external_references: [mitre-attack], tear_line: if-needed}
    source: rating
    persons: {rule: categories, allow: [office-holder], necessity: required, retention: P1Y}
    release: {approval: auto, delay: PT0S}
onward: {default: ask, named: [], derivatives: same}
use: {actions: internally-visible, court: ask, attribution: must-not, resale: must-not, automated_decision: must-not}
duties: {receipt: PT5M, recall: PT1H, correction: PT24H, delete_at_end: true, review: P6M}
match: []
end: {suspend: either-at-once, narrow: giver-alone, widen: both, terminate: P30D}
"""


def example() -> Agreement:
    return parse_agreement(EXAMPLE)


def document() -> dict[str, Any]:
    """The example with every key, in the JSON form, to be changed freely."""
    return copy.deepcopy(complete_document_of(example()))


def changed(change: Callable[[dict[str, Any]], object]) -> Agreement:
    """The example after a change to its document."""
    raw = document()
    change(raw)
    return from_document(raw)


def changed_clause(**values: Any) -> Agreement:
    """The example with other values in its one clause."""
    return changed(lambda raw: raw["share"][0].update(values))


def clause(**values: Any) -> Clause:
    return changed_clause(**values).share[0]


def faults_of(raw: Any) -> tuple[Fault, ...]:
    """All faults of a YAML text or of a document in the JSON form."""
    try:
        parse_agreement(raw) if isinstance(raw, str | bytes) else from_document(raw)
    except InputError as error:
        return error.faults
    return ()


def faulty_paths(raw: Any) -> list[str]:
    return [fault.path for fault in faults_of(raw)]


START = datetime(2030, 1, 1, tzinfo=UTC)
_TOPICS = ["terrorism", "terrorism/isis", "terrorism/sources", "cyber", "cyber/crime"]
_REGIONS = ["IQ", "IQ-AN", "SY", "NO", "middle-east", "western-asia", "US-CA"]
_PARTIES = ["ru", "fr", "iq", "cert-nl"]
_DURATIONS = ["PT0S", "PT5M", "P30D", "P1W", "P1DT2H"]

instants = st.integers(0, 10**9).map(
    lambda seconds: instant_text(START + timedelta(seconds=seconds, milliseconds=seconds))
)


def some(values: list[str] | tuple[str, ...], at_least: int = 0) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), unique=True, min_size=at_least, max_size=3)


def some_or_any(values: list[str] | tuple[str, ...]) -> st.SearchStrategy[Any]:
    return st.one_of(some(values), st.just("any"))


_words = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=8)
texts = st.lists(_words, min_size=1, max_size=4).map(" ".join).filter(lambda text: text != "null")


@st.composite
def clause_documents(draw: st.DrawFn, clause_id: str = "S1") -> dict[str, Any]:
    rule = draw(st.sampled_from(["none", "pseudonym", "categories"]))
    return {
        "id": clause_id,
        "topics": {"any": draw(some_or_any(_TOPICS)), "none": draw(some(_TOPICS))},
        "regions": {"any": draw(some_or_any(_REGIONS)), "none": draw(some(_REGIONS))},
        "types": draw(some_or_any(["report", "note", "indicator", "x-custom"])),
        "kinds": draw(some_or_any(CLAIM_KINDS)),
        "ceiling": {
            "tlp": draw(st.sampled_from([None, "clear", "green", "amber", "amber+strict", "red"])),
            "pap": draw(st.sampled_from([None, "clear", "green", "amber", "red"])),
            "classification": None,
            "releasable_to": draw(some(["RU", "FR", "NO"])),
        },
        "minimum": {
            "reliability": draw(st.sampled_from(["A", "C", "E", "any"])),
            "credibility": draw(st.sampled_from([1, 3, 5, "any"])),
            "unrated": draw(st.sampled_from(["out", "allow"])),
        },
        "fields": {
            "allow": draw(st.one_of(some_or_any(["standard", "x_note", "name"]), st.just("standard"))),
            "deny": draw(some(["description", "external_references.[0].url"])),
            "external_references": draw(st.one_of(some_or_any(["mitre-attack", "cve: list"]), st.just("none"))),
            "tear_line": draw(st.sampled_from(["none", "if-needed", "always"])),
        },
        "source": draw(st.sampled_from(["none", "rating", "descriptor", "identity"])),
        "persons": {
            "rule": rule,
            "allow": draw(some(PERSON_CATEGORIES)) if rule == "categories" else [],
            "necessity": draw(st.sampled_from([None, "required"])),
            "retention": draw(st.sampled_from([None, "P1Y", "P6M", "P30D"])),
        },
        "release": {
            "approval": draw(st.sampled_from(["auto", "one", "two"])),
            "delay": draw(st.sampled_from(_DURATIONS)),
        },
    }


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Complete documents in the JSON form, valid."""
    start, end = sorted(draw(st.lists(instants, min_size=2, max_size=2, unique=True)), key=_instant)
    community = draw(st.sampled_from([None, "coalition"]))
    onward = draw(st.sampled_from(["none", "ask", "named"]))
    version = draw(st.integers(1, 3))
    return {
        "sepakat": 1,
        "id": "us-ru",
        "version": version,
        "supersedes": None if version == 1 else draw(st.sampled_from(["0", "a"])) * 64,
        "title": draw(texts),
        "giver": "us",
        "takers": [] if community else draw(some(_PARTIES, at_least=1)),
        "community": community,
        "scope": draw(st.sampled_from(["persons", "organisation", "organisation+clients", "community", "public"])),
        "purpose": draw(some(["counter-terrorism", "cyber-defence", "on"])),
        "basis": {
            "text": draw(st.none() | texts),
            "reference": draw(st.none() | texts),
            "regime": draw(st.sampled_from([None, "national", "gdpr"])),
        },
        "window": {
            "from": start,
            "to": draw(st.sampled_from([None, end])),
            "data_from": draw(st.one_of(instants, st.just("any"))),
            "max_age": draw(st.sampled_from(["any", "P180D", "PT0S"])),
        },
        "share": [draw(clause_documents(f"S{number}")) for number in range(draw(st.integers(0, 2)))],
        "onward": {
            "default": onward,
            "named": draw(some(_PARTIES)) if onward == "named" else [],
            "derivatives": "same",
        },
        "use": {
            "actions": draw(st.sampled_from(["none", "internally-visible"])),
            "court": draw(st.sampled_from(["must-not", "ask", "may"])),
            "attribution": draw(st.sampled_from(["must-not", "may", "must"])),
            "resale": draw(st.sampled_from(["must-not", "may"])),
            "automated_decision": draw(st.sampled_from(["must-not", "ask", "may"])),
        },
        "duties": {
            "receipt": draw(st.sampled_from(_DURATIONS)),
            "recall": "PT1H",
            "correction": "PT24H",
            "delete_at_end": draw(st.booleans()),
            "review": draw(st.sampled_from([None, "P6M"])),
        },
        "match": [],
        "end": {
            "suspend": "either-at-once",
            "narrow": "giver-alone",
            "widen": "both",
            "terminate": draw(st.sampled_from(_DURATIONS)),
        },
    }


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


agreements = documents().map(from_document)
