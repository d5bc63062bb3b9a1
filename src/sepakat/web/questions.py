"""The pages about questions: what rival claims answer differently, side by side, without a winner."""

from __future__ import annotations

from starlette.responses import Response

from sepakat.exchange.asking import draw_question, list_questions, show_question, speaker_name
from sepakat.web.asking import Ask
from sepakat.web.rendering import page


def list_(ask: Ask) -> Response:
    """Every question."""
    return page(ask, "questions.html", shown=list_questions(ask.node))


def show(ask: Ask) -> Response:
    """One question with rival claims, the matrix, and how many origins have spoken."""
    shown = show_question(ask.node, ask.named["question"])
    has_numbers = any(one.claim.quantity is not None for one in shown.account.claims)
    return page(
        ask,
        "question.html",
        shown=shown,
        by_id={one.id: one for one in shown.account.claims},
        speaker=lambda one: speaker_name(shown, one),
        picture=draw_question(shown) if has_numbers else "",
    )
