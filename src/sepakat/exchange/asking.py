"""Questions: asks them, gathers what answers them, keeps judgements of evidence, and says that one is settled for us.

A question is a claim of kind `question` and a `grouping` that has it; what answers has the same key, or was assigned by
hand. Everything said stays as it was said: no use case here changes, joins or drops a claim, and there is no winner.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import orjson

from sepakat.claims.claim import Basis, Claim
from sepakat.claims.drawing import Mark, draw_estimates
from sepakat.claims.hypotheses import Judged, Matrix, build_matrix
from sepakat.claims.lineage import Support, distinct_roots, is_echo
from sepakat.claims.questions import SETTLED_LABEL, Opinion, QuestionAccount, State, account_of
from sepakat.claims.telling import Telling, reports_of, withdrawn_roots
from sepakat.errors import InputError, NotFound, NotPermitted
from sepakat.exchange.claim_records import Judgement, Verdict
from sepakat.exchange.claiming import SOURCE, Draft, make_claim, withdraw_claim
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import StoredVersion
from sepakat.exchange.taking_in import Provenance, take_in
from sepakat.exchange.tellings import every_telling, groupings, held_telling, opinions, speaker_names, tellings
from sepakat.stix.identifiers import StixId, is_stix_id
from sepakat.stix.instants import format_instant, parse_instant

CONTEXT = "contested-question"
"""The context of the groupings that stand for questions."""

_TICK = timedelta(milliseconds=1)
LABEL = "question:"
"""Before the key in the STIX label of such a grouping."""


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """One question in a list."""

    key: str
    text: str
    state: State
    claims: int
    support: str
    contested_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question with everything that answers it, the support by roots, and the matrix of hypotheses.

    `echoes` are claims that came back to this party; they are shown and never counted. `speakers` names who speaks.
    """

    account: QuestionAccount
    state: State
    support: Support
    echoes: frozenset[StixId]
    matrix: Matrix | None
    speakers: dict[StixId, str]
    instant: datetime | None = None


def ask_question(node: Node, key: str, draft: Draft, by: str) -> QuestionLine:
    """Ask a question: a claim of kind `question` in the draft's words, and the grouping that has it.

    Raises:
        NotPermitted: this party has asked it. InputError: the claim has faults.
    """
    with node.store.reading() as unit:
        if _own_grouping(node, unit, key) is not None:
            raise NotPermitted("question-asked", f"question {key} is asked already", f"`sepakat questions show {key}`")
    claim = replace(draft.claim, kind="question", question=key)
    asked = make_claim(node, replace(draft, claim=claim), by)
    now = format_instant(node.clock.now(), 3)
    content: dict[str, Any] = {
        "type": "grouping",
        "spec_version": "2.1",
        "id": f"grouping--{node.ids.uuid()}",
        "created_by_ref": asked.creator,
        "created": now,
        "modified": now,
        "name": draft.text,
        "context": CONTEXT,
        "labels": [f"{LABEL}{key}"],
        "object_refs": [asked.id],
    }
    if draft.markings:
        content["object_marking_refs"] = list(draft.markings)
    take_in(node, orjson.dumps(content), Provenance(SOURCE, by))
    with node.store.reading() as unit:
        return _line(node, unit, _account(unit, key, _beside(unit)))


def assign_claims(node: Node, key: str, claims: Iterable[StixId], by: str) -> QuestionLine:
    """Say by hand that claims answer a question: a new version of our grouping, none of the claims.

    Raises:
        NotFound: this party has not asked the question, or does not hold one of the claims.
    """
    with node.store.reading() as unit:
        grouping = _own_grouping(node, unit, key)
        if grouping is None:
            raise NotFound("question-unknown", f"no question {key} of ours", "`sepakat questions ask` asks it")
        named = [held_telling(unit, one).id for one in claims]
        content = dict(grouping.object.content)
    refs = list(dict.fromkeys((*content["object_refs"], *named)))
    if refs != content["object_refs"]:
        before = parse_instant(content["modified"])
        now = max(node.clock.now(), before.replace(microsecond=before.microsecond // 1000 * 1000) + _TICK)
        content |= {"object_refs": refs, "modified": format_instant(now, 3)}
        take_in(node, orjson.dumps(content), Provenance(SOURCE, by))
    with node.store.reading() as unit:
        return _line(node, unit, _account(unit, key, _beside(unit)))


def list_questions(node: Node, instant: datetime | None = None) -> list[QuestionLine]:
    """All questions that somebody asked or answered, by key."""
    with node.store.reading() as unit:
        beside = _beside(unit, instant)
        keys = sorted({*unit.claims.questions(), *beside.grouped})
        accounts = (_account(unit, key, beside, instant) for key in keys)
        return [_line(node, unit, one, instant) for one in accounts if one.asked or one.answers]


def show_question(node: Node, key: str, instant: datetime | None = None) -> QuestionView:
    """One question with all rival claims side by side, as it stood at an instant (now if None).

    Raises:
        NotFound: nobody asked or answered it.
    """
    with node.store.reading() as unit:
        account = _account(unit, key, _beside(unit, instant), instant)
        if not (account.asked or account.answers):
            raise NotFound("question-unknown", f"no question {key}", "`sepakat questions list` shows them")
        judged = unit.claims.judgements(key)
        speakers = speaker_names(unit, account.claims)
        support = _support(node, unit, account.claims, instant)
    return QuestionView(
        account=account,
        state=account.state(node.party),
        support=support,
        echoes=frozenset(one.id for one in account.claims if _comes_back(node, one)),
        matrix=_matrix(account, judged),
        speakers=speakers,
        instant=instant,
    )


def judge_evidence(node: Node, judgement: Judgement) -> Matrix:
    """Keep one person's word on one cell of a question's matrix; the matrix with it.

    Raises:
        NotFound: no such question. InputError: hypothesis or evidence is not among its claims.
    """
    view = show_question(node, judgement.question)
    by_id = {one.id: one for one in view.account.claims}
    if judgement.hypothesis not in by_id or by_id[judgement.hypothesis].claim.kind != "hypothesis":
        raise InputError(
            "judgement-invalid",
            f"judgement refused: {judgement.hypothesis} is no hypothesis of {judgement.question}",
            "`sepakat claims make --kind hypothesis --question KEY` puts one up",
        )
    if judgement.evidence not in by_id or judgement.evidence == judgement.hypothesis:
        raise InputError(
            "judgement-invalid",
            f"judgement refused: {judgement.evidence} is no evidence in {judgement.question}",
            "`sepakat questions assign` adds it",
        )
    with node.store.writing() as unit:
        unit.claims.put_judgement(judgement)
        judged = unit.claims.judgements(judgement.question)
    matrix = _matrix(view.account, judged)
    assert matrix is not None, "there is a hypothesis"
    return matrix


def settle_question(node: Node, key: str, draft: Draft, rests_on: Iterable[StixId], by: str) -> Telling:
    """Say that a question is settled for this party, and why: an assessment of its own; rival claims stay as they are.

    Raises:
        NotFound: no such question, or a claim that it rests on is not held.
    """
    show_question(node, key)
    with node.store.reading() as unit:
        basis = tuple(Basis("supports", object_ref=held_telling(unit, one).id) for one in rests_on)
    claim = Claim(kind="assessment", question=key, basis=basis)
    return make_claim(node, replace(draft, claim=claim, labels=(*draft.labels, SETTLED_LABEL)), by)


def reopen_question(node: Node, key: str, reason: str, by: str) -> list[Telling]:
    """Withdraw this party's word that a question is settled.

    Raises:
        NotFound: it has not said so.
    """
    settled = [one for one in show_question(node, key).account.settlements if node.party in one.parties]
    if not settled:
        raise NotFound("question-not-settled", f"question {key} is not settled by {node.party}")
    return [withdraw_claim(node, one.id, reason, by) for one in settled]


def contested_questions(unit: Unit, keys: Iterable[str]) -> Iterator[tuple[str, str, datetime]]:
    """Those of the questions that are contested, with their words and when the newest claim to them was received."""
    asked = list(keys)
    if not asked:
        return
    beside = _beside(unit)
    for key in asked:
        account = _account(unit, key, beside)
        if account.contested_by:
            yield key, account.text, max(one.received_at for one in account.claims)


def contested_objects(unit: Unit) -> frozenset[StixId]:
    """The claims that answer a contested question and that somebody stands by, and what they are about."""
    beside = _beside(unit)
    found: set[StixId] = set()
    for key in sorted({*unit.claims.questions(), *beside.grouped}):
        account = _account(unit, key, beside)
        for one in account.claims if account.contested_by else ():
            if one.is_believed:
                # Who speaks stands among what a claim refers to and is not what it is about.
                found |= {one.id, *one.refs} - {one.claim.speaker_ref}
    return frozenset(found)


def draw_question(view: QuestionView) -> str:
    """The picture of the estimates that answer a question, with who said them; those of its most frequent unit."""
    given = [(one, one.claim.quantity) for one in view.account.claims if one.claim.quantity is not None]
    units = sorted({quantity.unit for _, quantity in given})
    if not units:
        return draw_estimates((), view.account.text)
    unit = max(units, key=lambda name: sum(1 for _, quantity in given if quantity.unit == name))
    marks = [
        Mark(speaker_name(view, one), one.created, quantity, one.is_believed)
        for one, quantity in given
        if quantity.unit == unit
    ]
    return draw_estimates(marks, view.account.text)


def speaker_name(view: QuestionView, one: Telling) -> str:
    """Who speaks, by name where it is known; else whose information it is."""
    name = view.speakers.get(one.claim.speaker_ref) if one.claim.speaker_ref is not None else None
    return name or ", ".join(one.origins)


@dataclass(frozen=True, slots=True)
class _Beside:
    """What is looked at for every question and read once: opinions, and what groupings say answers which question."""

    opinions: list[Opinion]
    grouped: dict[str, list[StixId]]


def _beside(unit: Unit, instant: datetime | None = None) -> _Beside:
    return _Beside(opinions(unit, instant), _grouped(unit, instant))


def _account(unit: Unit, key: str, beside: _Beside, instant: datetime | None = None) -> QuestionAccount:
    by_id = {one.id: one for one in every_telling(unit, question=key, instant=instant)}
    by_id |= {one.id: one for one in tellings(unit, beside.grouped.get(key, ()), instant)}
    return account_of(key, by_id.values(), beside.opinions)


def _grouped(unit: Unit, instant: datetime | None) -> dict[str, list[StixId]]:
    """What groupings say answers a question, by key."""
    found: dict[str, list[StixId]] = {}
    for stored in groupings(unit, instant):
        content = stored.object.content
        for label in content.get("labels", ()):
            if content.get("context") == CONTEXT and isinstance(label, str) and label.startswith(LABEL):
                refs = [StixId(one) for one in content.get("object_refs", ()) if is_stix_id(one)]
                found.setdefault(label.removeprefix(LABEL), []).extend(refs)
    return found


def _own_grouping(node: Node, unit: Unit, key: str) -> StoredVersion | None:
    own = (stored for stored in groupings(unit) if node.party in stored.origins)
    return next((stored for stored in own if f"{LABEL}{key}" in stored.object.content.get("labels", ())), None)


def _line(node: Node, unit: Unit, account: QuestionAccount, instant: datetime | None = None) -> QuestionLine:
    return QuestionLine(
        key=account.key,
        text=account.text,
        state=account.state(node.party),
        claims=len(account.claims),
        support=_support(node, unit, account.claims, instant).sentence,
        contested_by=account.contested_by,
    )


def _support(node: Node, unit: Unit, claims: Iterable[Telling], instant: datetime | None = None) -> Support:
    """Over all answers together: how many origins have spoken, not how many agree.

    A root is withdrawn wherever its first-hand claim stands: it may answer another question, or none.
    """
    held = list(claims)
    roots = {root for one in held if one.claim.lineage is not None for root in one.claim.lineage.roots}
    others = tellings(unit, unit.claims.of_roots(roots), instant)
    return distinct_roots(reports_of(held), listener=node.party, withdrawn=withdrawn_roots([*held, *others]))


def _comes_back(node: Node, one: Telling) -> bool:
    return node.party not in one.origins and is_echo(one.claim.lineage, node.party)


def _matrix(account: QuestionAccount, judged: Iterable[Judgement]) -> Matrix | None:
    hypotheses = [one for one in account.claims if one.claim.kind == "hypothesis"]
    if not hypotheses:
        return None
    evidence = [one for one in account.claims if one.claim.kind != "hypothesis"]
    words = [Judged(one.hypothesis, one.evidence, one.by, Verdict(one.verdict).value, one.reason) for one in judged]
    return build_matrix(hypotheses, evidence, words)
