"""The pages about objects and what became of them: each asks one use case and shows what it says."""

from __future__ import annotations

from urllib.parse import quote

import orjson
from starlette.responses import RedirectResponse, Response

from sepakat.errors import NotFound
from sepakat.exchange import consulting
from sepakat.exchange.accounting import account_for_object, account_for_view
from sepakat.exchange.claims_about import claims_about
from sepakat.exchange.consulting import must_say_why
from sepakat.exchange.explaining import explain
from sepakat.exchange.marking import PERSON_CATEGORIES
from sepakat.exchange.neighbours import neighbours
from sepakat.exchange.overview import came_from, decided, went_to
from sepakat.exchange.parties import show_party
from sepakat.exchange.relating import USUAL
from sepakat.exchange.viewing import show_object
from sepakat.stix.identifiers import AgreementId, StixId
from sepakat.web.asking import Ask
from sepakat.web.claim_form import CHOICES
from sepakat.web.pictures import HEIGHT, WIDTH, around
from sepakat.web.rendering import page

_EXPLAINED = 20
"""How many entries a page shows whose every finding it carries."""


def decisions(ask: Ask) -> Response:
    """What was decided and acted on."""
    return page(ask, "decisions.html", shown=decided(ask.node, ask.number("before"), _EXPLAINED))


def came(ask: Ask) -> Response:
    """What one partner sent."""
    return page(ask, "came.html", shown=came_from(ask.node, ask.party, ask.number("before")))


def went(ask: Ask) -> Response:
    """What was released to one partner under one agreement."""
    return page(ask, "went.html", shown=went_to(ask.node, ask.party, ask.agreement, ask.number("before")))


def object_(ask: Ask) -> Response:
    """One object: versions, markings, who has it and who has not; personal data only after a purpose was said."""
    if must_say_why(ask.node, ask.who, ask.object_id):
        return page(ask, "consult.html", object_id=ask.object_id)
    shown = account_for_object(ask.node, ask.object_id)
    # Before the links: with it the catalogue learns of what was just made here.
    claims = claims_about(ask.node, ask.object_id, ask.who)
    linked = neighbours(ask.node, ask.object_id, ask.who)
    return page(
        ask,
        "object.html",
        shown=shown,
        graph=around(linked),
        width=WIDTH,
        height=HEIGHT,
        claims=claims,
        choices=CHOICES,
        usual_links=USUAL,
        categories=PERSON_CATEGORIES,
    )


def consult(ask: Ask) -> Response:
    """Write down what a person looks at personal data for."""
    consulting.consult(ask.node, ask.who, ask.object_id, ask.said("purpose"))
    return RedirectResponse(f"/objects/{quote(ask.object_id)}", 303)


def why(ask: Ask) -> Response:
    """Why an object goes to a partner or not, rule by rule: a page, or a part for the object's page."""
    found = explain(ask.node, ask.object_id, ask.party)
    template = "why_part.html" if ask.is_part else "why.html"
    return page(ask, template, shown=found, party=show_party(ask.node, ask.party), object_id=ask.object_id)


def bundle(ask: Ask) -> Response:
    """An object with all its versions as a STIX bundle, to keep."""
    if must_say_why(ask.node, ask.who, ask.object_id):
        return page(ask, "consult.html", object_id=ask.object_id)
    held = show_object(ask.node, ask.object_id)
    objects = [version.object.content for version in held.versions]
    document = {"type": "bundle", "id": f"bundle--{ask.node.ids.uuid()}", "objects": objects}
    headers = {"Content-Disposition": 'attachment; filename="object.json"'}
    return Response(orjson.dumps(document, option=orjson.OPT_INDENT_2), media_type="application/json", headers=headers)


def as_party(ask: Ask) -> Response:
    """A view as its taker sees it, beside what is withheld."""
    agreement, withheld_after = ask.query.get("under"), ask.query.get("withheld-after")
    shown = account_for_view(
        ask.node,
        ask.party,
        AgreementId(agreement) if agreement else None,
        seen_after=ask.number("after") or 0,
        withheld_after=StixId(withheld_after) if withheld_after else None,
        limit=_EXPLAINED,
    )
    return page(ask, "as_party.html", shown=shown)


def nowhere(ask: Ask) -> Response:
    """What no page has."""
    raise NotFound("page-unknown", "there is no such page", "go back to the front page")
