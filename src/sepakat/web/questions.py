"""The pages about questions: what rival claims answer differently, side by side, without a winner; and the acts there.

A person asks, assigns claims, judges evidence, and says that a question is settled for this party. Each act asks one
use case and leads back to the question.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from sepakat.claims.claim import Claim
from sepakat.claims.questions import question_key
from sepakat.claims.telling import Telling
from sepakat.errors import InputError
from sepakat.exchange.asking import (
    ask_question,
    assign_claims,
    draw_question,
    judge_evidence,
    list_questions,
    reopen_question,
    settle_question,
    show_question,
    speaker_name,
)
from sepakat.exchange.claim_records import Judgement, Verdict
from sepakat.exchange.claiming import ClaimQuery, Draft, list_claims
from sepakat.exchange.consulting import closed_to
from sepakat.stix.identifiers import StixId
from sepakat.web.access import may_open
from sepakat.web.asking import Ask, Handler
from sepakat.web.claim_form import CHOICES, markings_of
from sepakat.web.rendering import page

RESTS = "rests-on-"
"""Before the id of a claim in the name of its box."""

_PROPOSED = 50


def list_(ask: Ask) -> Response:
    """Every question."""
    return page(ask, "questions.html", shown=list_questions(ask.node), choices=CHOICES)


def show(ask: Ask) -> Response:
    """One question with rival claims, the matrix, and how many origins have spoken."""
    shown = show_question(ask.node, ask.named["question"])
    claims = shown.account.claims
    held = {one.id: one for one in claims}
    closed = closed_to(ask.node, ask.who, held)
    is_ours = any(ask.node.party in one.origins for one in shown.account.asked)
    has_numbers = any(one.claim.quantity is not None for one in claims)
    return page(
        ask,
        "question.html",
        shown=shown,
        by_id=held,
        closed=closed,
        speaker=lambda one: speaker_name(shown, one),
        picture=draw_question(shown) if has_numbers else "",
        is_ours=is_ours,
        is_settled=any(ask.node.party in one.parties for one in shown.account.settlements),
        others=_others(ask, held) if is_ours and ask.user and may_open("question-assign", ask.user.role) else (),
        verdicts=list(Verdict),
        choices=CHOICES,
    )


def _others(ask: Ask, held: Collection[StixId]) -> list[Telling]:
    """Claims that may be assigned, to be proposed."""
    found = [one for one in list_claims(ask.node, ClaimQuery(limit=_PROPOSED)) if one.id not in held]
    closed = closed_to(ask.node, ask.who, [one.id for one in found])
    return [one for one in found if one.id not in closed and one.is_believed]


def _ask(ask: Ask) -> str:
    key = ask.form.get("key", "").strip()
    if not key:
        parts = {name: ask.form.get(name, "").strip() or None for name in ("place", "time")}
        key = question_key(ask.said("subject"), ask.said("predicate"), **parts)
    ask_question(ask.node, key, Draft(Claim("question"), ask.said("text"), markings=markings_of(ask)), ask.who)
    return key


def _assign(ask: Ask) -> str:
    key = ask.said("question")
    assign_claims(ask.node, key, [StixId(one) for one in ask.listed("claims")], ask.who)
    return key


def _judge(ask: Ask) -> str:
    verdict = ask.said("verdict")
    if verdict not in {one.value for one in Verdict}:
        raise InputError("verdict-unknown", f"judgement refused: expected one of {', '.join(Verdict)}, got {verdict}")
    judgement = Judgement(
        ask.said("question"),
        StixId(ask.said("hypothesis")),
        StixId(ask.said("evidence")),
        ask.who,
        Verdict(verdict),
        ask.now,
        ask.form.get("reason", "").strip() or None,
    )
    judge_evidence(ask.node, judgement)
    return judgement.question


def _settle(ask: Ask) -> str:
    key = ask.said("question")
    draft = Draft(Claim("assessment"), ask.said("reason"), markings=markings_of(ask))
    rests_on = [StixId(name.removeprefix(RESTS)) for name in ask.form if name.startswith(RESTS)]
    settle_question(ask.node, key, draft, rests_on, ask.who)
    return key


def _reopen(ask: Ask) -> str:
    key = ask.said("question")
    reopen_question(ask.node, key, ask.said("reason"), ask.who)
    return key


def _act(do: Callable[[Ask], str], said: str) -> Handler:
    def handler(ask: Ask) -> Response:
        return RedirectResponse(f"/questions/{quote(do(ask))}?said={said}", 303)

    return handler


ACTS: Mapping[str, Handler] = MappingProxyType(
    {
        "ask": _act(_ask, "question-asked"),
        "assign": _act(_assign, "assigned"),
        "judge": _act(_judge, "judged"),
        "settle": _act(_settle, "settled"),
        "reopen": _act(_reopen, "reopened"),
    }
)
"""What a person may do with questions, by the last word of the address."""
