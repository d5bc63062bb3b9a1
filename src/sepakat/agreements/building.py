"""From a complete, checked document to the terms as values.

Takes what `parsing` has read by the vocabulary: every key present, every value canonical. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sepakat.agreements.terms import (
    Agreement,
    ApprovalRule,
    Basis,
    Ceiling,
    Clause,
    Duration,
    Duties,
    End,
    Fields,
    Minimum,
    Named,
    Onward,
    OnwardRule,
    Pap,
    Persons,
    PersonsRule,
    Release,
    Scope,
    Selection,
    SourceDisclosure,
    TearLine,
    Tlp,
    Unrated,
    Use,
    Window,
)
from sepakat.agreements.value_kinds import parse_duration
from sepakat.stix.identifiers import AgreementId, PartyId
from sepakat.stix.instants import parse_instant


def agreement_from(document: Mapping[str, Any]) -> Agreement:
    """The agreement that a complete document states."""
    window, onward, duties, end = (document[name] for name in ("window", "onward", "duties", "end"))
    return Agreement(
        id=AgreementId(document["id"]),
        version=document["version"],
        supersedes=document["supersedes"],
        title=document["title"],
        giver=PartyId(document["giver"]),
        takers=tuple(PartyId(taker) for taker in document["takers"]),
        community=document["community"],
        scope=Scope(document["scope"]),
        purpose=tuple(document["purpose"]),
        basis=Basis(**document["basis"]),
        window=Window(
            from_=parse_instant(window["from"]),
            to=None if window["to"] is None else parse_instant(window["to"]),
            data_from=_instant_or_any(window["data_from"]),
            max_age=None if window["max_age"] == "any" else parse_duration(window["max_age"]),
        ),
        share=tuple(_clause(entry) for entry in document["share"]),
        onward=Onward(
            OnwardRule(onward["default"]), tuple(PartyId(party) for party in onward["named"]), onward["derivatives"]
        ),
        use=Use(**document["use"]),
        duties=Duties(
            receipt=parse_duration(duties["receipt"]),
            recall=parse_duration(duties["recall"]),
            correction=parse_duration(duties["correction"]),
            delete_at_end=duties["delete_at_end"],
            review=_duration_or_none(duties["review"]),
        ),
        match=tuple(document["match"]),
        end=End(parse_duration(end["terminate"]), end["suspend"], end["narrow"], end["widen"]),
    )


def _clause(entry: Mapping[str, Any]) -> Clause:
    ceiling, minimum, fields = entry["ceiling"], entry["minimum"], entry["fields"]
    persons, release = entry["persons"], entry["release"]
    return Clause(
        id=entry["id"],
        topics=_selection(entry["topics"]),
        regions=_selection(entry["regions"]),
        types=_named(entry["types"]),
        kinds=_named(entry["kinds"]),
        ceiling=Ceiling(
            tlp=None if ceiling["tlp"] is None else Tlp(ceiling["tlp"]),
            pap=None if ceiling["pap"] is None else Pap(ceiling["pap"]),
            classification=ceiling["classification"],
            releasable_to=tuple(ceiling["releasable_to"]),
        ),
        minimum=Minimum(
            reliability=None if minimum["reliability"] == "any" else minimum["reliability"],
            credibility=None if minimum["credibility"] == "any" else minimum["credibility"],
            unrated=Unrated(minimum["unrated"]),
        ),
        fields=Fields(
            allow=_named(fields["allow"]),
            deny=tuple(fields["deny"]),
            external_references=_named(fields["external_references"]),
            tear_line=TearLine(fields["tear_line"]),
        ),
        source=SourceDisclosure(entry["source"]),
        persons=Persons(
            rule=PersonsRule(persons["rule"]),
            allow=tuple(persons["allow"]),
            necessity=persons["necessity"],
            retention=_duration_or_none(persons["retention"]),
        ),
        release=Release(ApprovalRule(release["approval"]), parse_duration(release["delay"])),
    )


def _selection(entry: Mapping[str, Any]) -> Selection:
    wanted = _named(entry["any"])
    return Selection(wanted.any_written, wanted.names, tuple(entry["none"]))


def _named(value: str | list[str]) -> Named:
    """`any`, `none`, one word that stands for itself, or a list."""
    if value == "any":
        return Named(any_written=True)
    if value == "none":
        return Named()
    return Named(names=(value,) if isinstance(value, str) else tuple(value))


def _instant_or_any(text: str) -> datetime | None:
    return None if text == "any" else parse_instant(text)


def _duration_or_none(text: str | None) -> Duration | None:
    return None if text is None else parse_duration(text)
