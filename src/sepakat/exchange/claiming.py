"""Makes claims, corrects and withdraws them, and says what this party thinks of the claims of others.

A claim is taken in like any other content, so that everything that holds for intake holds for it. A party corrects and
withdraws its own claims only; a rating of another's claim is an opinion of one's own and never changes the claim.
Credibility 1 ("confirmed by other sources") needs two independent roots, declared or behind its basis.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import orjson

from sepakat.claims.building import Carrier, build_claim
from sepakat.claims.claim import Claim, Lineage, Source
from sepakat.claims.extension import CLAIM_EXTENSION
from sepakat.claims.lineage import Report, distinct_roots, secret_token
from sepakat.claims.telling import Telling, reports_of
from sepakat.claims.vocabulary import ADMIRALTY, CARRIERS, SOURCE_SCHEMES
from sepakat.claims.words import rating_words
from sepakat.errors import InputError, NotFound, NotPermitted
from sepakat.exchange.marking import annotate
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.taking_in import Provenance, take_in
from sepakat.exchange.tellings import every_telling, held_telling, telling_of, tellings
from sepakat.stix.identifiers import StixId, type_of
from sepakat.stix.instants import format_instant

OPINIONS = ("strongly-disagree", "disagree", "neutral", "agree", "strongly-agree")
CONFIRMED = 1
SOURCE = "claims"
"""What stands as the source of an intake of claims made here."""

_LETTING_NOTHING_OVER = ("supports", "contradicts", "assumption")


@dataclass(frozen=True, slots=True)
class Draft:
    """A claim to be made: what it says, about which objects, under which markings, on which topics and regions."""

    claim: Claim
    text: str
    about: tuple[StixId, ...] = ()
    markings: tuple[StixId, ...] = ()
    labels: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()


def make_claim(node: Node, draft: Draft, by: str) -> Telling:
    """Make a claim of this party: a note by its identity, spoken by it unless the draft names a speaker.

    Raises:
        InputError: the claim has faults; all are named.
        NotPermitted: credibility 1 without two independent roots.
    """
    with node.store.reading() as unit:
        own, claim = _own_identity(node, unit), draft.claim
        claim = claim if claim.speaker_ref is not None else replace(claim, speaker_ref=own)
        claim = replace(claim, status=claim.status or "live", lineage=_inherited(node, unit, claim))
        speaker = _name_of(unit, claim.speaker_ref)
        _check_confirmed(unit, claim)
    now = _to_millisecond(node.clock.now())
    about = tuple(dict.fromkeys((*draft.about, *(ref for ref in (claim.speaker_ref,) if ref is not None))))
    properties: dict[str, Any] = {"object_refs": list(about)}
    if draft.markings:
        properties["object_marking_refs"] = list(draft.markings)
    if draft.labels:
        properties["labels"] = list(draft.labels)
    carrier = Carrier(StixId(f"note--{node.ids.uuid()}"), now, now, own, properties)
    made = _take(node, build_claim(claim, carrier, draft.text, speaker), by)
    if draft.topics or draft.regions:
        annotate(node, made.id, topics=draft.topics, regions=draft.regions)
    return made


def correct_claim(node: Node, object_id: StixId, changes: Mapping[str, Any], text: str | None, by: str) -> Telling:
    """A new version of one's own claim, marked as corrected; `changes` are members of `Claim` with their new values.

    Raises:
        NotFound: no such claim. NotPermitted: it is another's, or withdrawn. InputError: the new claim has faults.
    """
    return _next_version(node, object_id, {**changes, "status": "corrected"}, text, by)


def withdraw_claim(node: Node, object_id: StixId, reason: str, by: str) -> Telling:
    """A new version of one's own claim that says that its speaker no longer stands by it, and why.

    Raises:
        NotFound: no such claim. NotPermitted: it is another's, or withdrawn already.
    """
    with node.store.reading() as unit:
        statement = held_telling(unit, object_id).statement
    return _next_version(node, object_id, {"status": "withdrawn"}, f"{statement}\n\nWithdrawn: {reason}", by)


@dataclass(frozen=True, slots=True)
class Rating:
    """A rating in one scheme: of the source, of the information, or of both."""

    source: Source | None = None
    credibility: int | None = None


@dataclass(frozen=True, slots=True)
class Stance:
    """What a party thinks of a claim: a word of STIX `opinion-enum`, a reason, its own rating, markings."""

    opinion: str
    explanation: str = ""
    rating: Rating | None = None
    markings: tuple[StixId, ...] = ()


def give_opinion(node: Node, about: StixId, stance: Stance, by: str) -> StixId:
    """Say what this party thinks of a claim: the id of the new opinion. The claim stays as it is.

    Raises:
        NotFound: no such claim. InputError: no such word or code. NotPermitted: it rates a single-rooted claim as
            confirmed.
    """
    if stance.opinion not in OPINIONS:
        expected = ", ".join(OPINIONS)
        raise InputError("opinion-invalid", f"opinion refused: expected one of {expected}, got {stance.opinion}")
    rating = stance.rating
    if rating is not None:
        _check_codes(rating)
    with node.store.reading() as unit:
        rated = held_telling(unit, about)
        own = _own_identity(node, unit)
        if rating is not None and rating.credibility == CONFIRMED:
            _check_confirmed(unit, replace(rated.claim, credibility=CONFIRMED))
    now = format_instant(node.clock.now(), 3)
    words = rating_words(rating.source, rating.credibility) if rating is not None else None
    content: dict[str, Any] = {
        "type": "opinion",
        "spec_version": "2.1",
        "id": f"opinion--{node.ids.uuid()}",
        "created_by_ref": own,
        "created": now,
        "modified": now,
        "explanation": "\n\n".join(part for part in (stance.explanation.strip(), words and f"Rated {words}.") if part),
        "authors": [by],
        "opinion": stance.opinion,
        "object_refs": [about],
    }
    if not content["explanation"]:
        del content["explanation"]
    if stance.markings:
        content["object_marking_refs"] = list(stance.markings)
    take_in(node, orjson.dumps(content), Provenance(SOURCE, by))
    return StixId(content["id"])


@dataclass(frozen=True, slots=True)
class ClaimQuery:
    """Which claims to list: of a question, a kind, a speaker, a standing; as of an instant."""

    question: str | None = None
    kind: str | None = None
    speaker: StixId | None = None
    standing: str | None = None
    instant: datetime | None = None
    limit: int = 100
    after: StixId | None = None


def list_claims(node: Node, query: ClaimQuery) -> list[Telling]:
    """Claims by id, as they counted at the query's instant; at most its limit."""
    found: list[Telling] = []
    with node.store.reading() as unit:
        held = every_telling(unit, question=query.question, kind=query.kind, instant=query.instant, after=query.after)
        for one in held:
            is_asked = query.speaker in (None, one.claim.speaker_ref) and query.standing in (None, one.standing)
            if is_asked:
                found.append(one)
                if len(found) == query.limit:
                    break
    return found


def show_claim(node: Node, object_id: StixId) -> list[Telling]:
    """All versions of one claim, oldest first.

    Raises:
        NotFound: no such claim.
    """
    with node.store.reading() as unit:
        held_telling(unit, object_id)
        return [one for one in map(telling_of, unit.objects.get(object_id)) if one is not None]


def token_of_secret(node: Node, community: str, source: str, report: str) -> str:
    """The root token of one report of a secret source of this party; nobody else can compute or test it."""
    return secret_token(node.secret, community, source, report)


def _inherited(node: Node, unit: Unit, claim: Claim) -> Lineage | None:
    """The lineage given, else the roots of what the claim repeats or works out: passing on adds no root."""
    if claim.lineage is not None:
        return claim.lineage
    sources = [entry.object_ref for entry in claim.basis if entry.role not in _LETTING_NOTHING_OVER]
    roots: dict[str, None] = {}
    via: dict[Any, None] = {}
    for one in tellings(unit, [ref for ref in sources if ref is not None]):
        lineage = one.claim.lineage or Lineage()
        roots.update(dict.fromkeys(lineage.roots))
        via.update(dict.fromkeys((*lineage.via, *(party for party in one.origins if party != node.party))))
    return Lineage(tuple(roots), tuple(via), len(via) + 1) if roots else None


def _check_codes(rating: Rating) -> None:
    """A rating says codes of its own scheme; of the 4x4 the information's code stands with the source."""
    source = rating.source or Source()
    scheme = SOURCE_SCHEMES.get(source.scheme or ADMIRALTY)
    if scheme is None:
        raise InputError(
            "rating-invalid", f"rating refused: expected one of {', '.join(SOURCE_SCHEMES)}, got {source.scheme}"
        )
    is_admiralty = scheme is SOURCE_SCHEMES[ADMIRALTY]
    code, other = (rating.credibility, source.evaluation) if is_admiralty else (source.evaluation, rating.credibility)
    wrong = [] if source.reliability in (None, *scheme.reliability) else [str(source.reliability)]
    wrong += [] if code in (None, *scheme.information) else [str(code)]
    wrong += [] if other is None else [f"{other} of another scheme"]
    if wrong:
        expected = f"{', '.join(scheme.reliability)} with {', '.join(map(str, scheme.information))}"
        raise InputError("rating-invalid", f"rating refused: {scheme.name} has {expected}, got {' and '.join(wrong)}")


def _check_confirmed(unit: Unit, claim: Claim) -> None:
    if claim.credibility != CONFIRMED:
        return
    named = [entry.object_ref for entry in claim.basis if entry.role not in ("contradicts", "assumption")]
    own = [Report("this claim", claim.lineage)] if claim.lineage is not None else []
    reports = [*own, *reports_of(tellings(unit, [ref for ref in named if ref]))]
    support = distinct_roots(reports)
    if not support.is_independently_confirmed:
        raise NotPermitted(
            "claim-not-confirmed",
            f"credibility 1 refused: it says confirmed by other sources, and behind it stands: {support.sentence}",
            "name what confirms it in `--basis supports=ID`, or rate it 2 at most",
        )


def _next_version(node: Node, object_id: StixId, changes: Mapping[str, Any], text: str | None, by: str) -> Telling:
    with node.store.reading() as unit:
        before = held_telling(unit, object_id)
        content = dict(unit.objects.get(object_id)[-1].object.content)
        if before.creator != _own_identity(node, unit) or node.party not in before.origins:
            raise NotPermitted(
                "claim-not-ours",
                f"claim {object_id} not changed: it is of {', '.join(before.origins)}",
                "say what you think of it: `sepakat claims opinion`",
            )
        if not before.is_believed:
            raise NotPermitted("claim-withdrawn", f"claim {object_id} not changed: it is withdrawn", "make a new one")
        claim = replace(before.claim, **changes)
        speaker = _name_of(unit, claim.speaker_ref)
        _check_confirmed(unit, claim)
    # The clock may stand where it stood when the version before was made.
    now = _to_millisecond(max(node.clock.now(), _to_millisecond(before.said_at) + timedelta(milliseconds=1)))
    words = CARRIERS[type_of(object_id)]
    written = {"type", "spec_version", "id", "created", "modified", "created_by_ref", "confidence", words, "extensions"}
    properties = {name: value for name, value in content.items() if name not in written}
    others = {name: value for name, value in content["extensions"].items() if name != CLAIM_EXTENSION}
    if others:
        properties["extensions"] = others
    carrier = Carrier(object_id, before.created, now, before.creator, properties)
    return _take(node, build_claim(claim, carrier, text or before.statement, speaker), by)


def _to_millisecond(instant: datetime) -> datetime:
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def _take(node: Node, content: Mapping[str, Any], by: str) -> Telling:
    take_in(node, orjson.dumps(content), Provenance(SOURCE, by))
    with node.store.reading() as unit:
        return held_telling(unit, StixId(content["id"]))


def _own_identity(node: Node, unit: Unit) -> StixId:
    party = unit.parties.get(node.party)
    assert party is not None, "a node knows its own party from its first day on"
    return party.identity.id


def _name_of(unit: Unit, object_id: StixId | None) -> str | None:
    """The name of a speaker, if it is held or is a party."""
    if object_id is None:
        return None
    for party in unit.parties.everyone():
        if party.identity.id == object_id:
            return party.name
    versions = unit.objects.get(object_id)
    if not versions:
        raise NotFound("speaker-unknown", f"no object {object_id} is held to speak", "take the identity in first")
    name = versions[-1].object.content.get("name")
    return name if isinstance(name, str) else None
