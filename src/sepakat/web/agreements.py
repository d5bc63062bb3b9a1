"""The pages about agreements: the list, one in plain sentences with its life and versions, the editor, and every act.

What a document means, what is wrong with it and what it would change is asked of `exchange`; the editor keeps nothing
that a person did not ask to keep.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from sepakat.agreements.template import template
from sepakat.agreements.writing import to_yaml
from sepakat.errors import InputError, SepakatError
from sepakat.exchange import agreeing
from sepakat.exchange.agreement_pages import agreement_account, list_by_standing, sentences_in
from sepakat.exchange.agreement_states import AgreementState
from sepakat.exchange.parties import list_parties
from sepakat.exchange.simulating import lint_agreement, simulate_agreement
from sepakat.stix.identifiers import PartyId
from sepakat.web import agreement_form
from sepakat.web.asking import Ask, Handler
from sepakat.web.rendering import page


def list_(ask: Ask) -> Response:
    """Every agreement and where it stands."""
    return page(ask, "agreements.html", shown=list_by_standing(ask.node, ask.language))


def show(ask: Ask) -> Response:
    """One agreement: what it says, where it stands, its versions."""
    shown = agreement_account(ask.node, ask.agreement, ask.language, ask.query.get("version"))
    return page(ask, "agreement.html", shown=shown)


def editor(ask: Ask) -> Response:
    """A document being written: filled in by the form, checked, tried on what is held, or kept as a draft."""
    text = ask.form.get("document", "") if ask.method == "POST" else _begun(ask)
    faults: list[tuple[str, str]] = []
    answer: dict[str, Any] = {"sentences": (), "lint": (), "simulation": None}
    if ask.method == "POST":
        try:
            if ask.form.get("do") == "fill":
                text = agreement_form.filled(text, ask.form)
            elif ask.form.get("do") == "keep":
                kept = agreeing.draft(ask.node, text).record.agreement
                return RedirectResponse(f"/agreements/{quote(kept.id)}?said=drafted&version={kept.version}", 303)
            agreement, findings = lint_agreement(ask.node, text)
            answer |= {"sentences": sentences_in(ask.language, agreement), "lint": findings}
            if ask.form.get("do") == "simulate":
                answer["simulation"] = simulate_agreement(ask.node, text)
        except SepakatError as error:
            listed = error.faults if isinstance(error, InputError) else ()
            faults = [(fault.path, str(fault)) for fault in listed] or [("", error.message)]
    return page(
        ask,
        "agreement_editor.html",
        document=text,
        faults=faults,
        filled=agreement_form.shown(text),
        choices=agreement_form.CHOICES,
        parties=[party for party in list_parties(ask.node) if not party.is_self],
        **answer,
    )


def _begun(ask: Ask) -> str:
    """The document to begin with: the next version of an agreement, or a template for a partner."""
    older = ask.query.get("from")
    if older:
        return next_version(agreeing.show(ask.node, older))
    taker = ask.query.get("taker", "")
    return template(ask.node.party, (PartyId(taker),), ask.now) if taker else ""


def next_version(state: AgreementState) -> str:
    """The YAML of a version, numbered on and naming the hash of the one before."""
    record = state.record
    return to_yaml(replace(record.agreement, version=record.agreement.version + 1, supersedes=record.hash))


def _act(do: Callable[[Ask, str], object], said: str) -> Handler:
    def handler(ask: Ask) -> Response:
        do(ask, ask.form.get("hash") or ask.agreement)
        return RedirectResponse(f"/agreements/{quote(ask.agreement)}?said={said}", 303)

    return handler


def _for(ask: Ask) -> PartyId | None:
    return PartyId(ask.form["taker"]) if ask.form.get("taker") else None


ACTS: Mapping[str, Handler] = MappingProxyType(
    {
        "offer": _act(lambda ask, name: agreeing.offer(ask.node, name), "offered"),
        "accept": _act(lambda ask, name: agreeing.accept(ask.node, name), "accepted"),
        "reject": _act(lambda ask, name: agreeing.reject(ask.node, name, ask.said("reason")), "rejected"),
        "suspend": _act(lambda ask, name: agreeing.suspend(ask.node, name, ask.said("reason"), _for(ask)), "suspended"),
        "resume": _act(lambda ask, name: agreeing.resume(ask.node, name, None, _for(ask)), "resumed"),
        "end": _act(lambda ask, name: agreeing.end(ask.node, name, ask.said("reason"), _for(ask)), "ended"),
        "attest": _act(
            lambda ask, name: agreeing.attest(
                ask.node, name, PartyId(ask.said("taker")), by=ask.who, paper=ask.said("paper")
            ),
            "attested",
        ),
    }
)
"""What a releaser may say about an agreement, by the last word of the address."""
