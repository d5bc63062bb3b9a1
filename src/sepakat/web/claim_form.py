"""The forms about claims: a claim with number, rating and basis, an opinion with a rating, a relationship, markings.

Reads fields into the values that use cases take; whether they fit together is checked there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from sepakat.claims.claim import Amount, Basis, Claim, Likelihood, MadeBy, Quantity, Source
from sepakat.claims.vocabulary import ADMIRALTY, KINDS, LIKELIHOODS, QUALIFIERS, ROLES, SOURCE_SCHEMES
from sepakat.errors import InputError
from sepakat.exchange.claiming import OPINIONS, Draft, Rating, Stance
from sepakat.stix.identifiers import StixId
from sepakat.stix.markings import PAP, TLP_2
from sepakat.web.asking import Ask

MARKINGS: Mapping[str, str] = MappingProxyType(
    {
        f"{scheme}:{level.upper()}": published.id
        for scheme, table in (("TLP", TLP_2), ("PAP", PAP))
        for level, published in table.items()
    }
)
"""What a person may put on an object, by the name that people know it by."""

CHOICES = MappingProxyType(
    {
        "kinds": tuple(kind for kind in KINDS if kind != "question"),
        "qualifiers": tuple(QUALIFIERS),
        "roles": tuple(ROLES),
        "opinions": OPINIONS,
        "schemes": SOURCE_SCHEMES,
        "likelihoods": LIKELIHOODS,
        "markings": tuple(MARKINGS),
    }
)
"""What the fields with choices offer."""


_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")


def marking_named(name: str) -> StixId:
    """The marking that people know by a name.

    Raises:
        InputError: there is none.
    """
    if name not in MARKINGS:
        raise InputError("marking-level-unknown", f"marking refused: expected one of {', '.join(MARKINGS)}, got {name}")
    return StixId(MARKINGS[name])


def markings_of(ask: Ask) -> tuple[StixId, ...]:
    """The marking that was chosen, or none: what has none stays with this node."""
    name = ask.form.get("marking", "")
    return (marking_named(name),) if name else ()


def draft_of(ask: Ask, about: StixId) -> Draft:
    """The claim that a form makes on an object.

    Raises:
        InputError: a field that must be filled in is empty, or a number is none.
    """
    source, credibility = _rating(ask)
    speaker = _text(ask, "speaker")
    claim = Claim(
        kind=ask.said("kind"),
        speaker_ref=StixId(speaker) if speaker else None,
        question=_text(ask, "question"),
        quantity=_quantity(ask),
        source=source,
        credibility=credibility,
        likelihood=_likelihood(ask),
        basis=_basis(ask),
        made_by=MadeBy("person", ask.who),
    )
    return Draft(claim, ask.said("text"), about=(about,), markings=markings_of(ask))


def stance_of(ask: Ask) -> Stance:
    """What a form says that this party thinks of a claim."""
    return Stance(ask.said("opinion"), ask.form.get("reason", "").strip(), Rating(*_rating(ask)), markings_of(ask))


def _rating(ask: Ask) -> tuple[Source | None, int | None]:
    """Of the source and of the information, each `SCHEME:CODE` of one scheme."""
    scheme, _, letter = ask.form.get("reliability", "").partition(":")
    other, _, code = ask.form.get("information", "").partition(":")
    if scheme and other and scheme != other:
        raise InputError("rating-invalid", f"rating refused: expected both codes of one scheme, got {scheme}, {other}")
    if other and not (code.isascii() and code.isdigit() and len(code) == 1):
        raise InputError("rating-invalid", f"rating refused: expected a figure for the information, got {code[:20]}")
    if other == ADMIRALTY:
        return (Source(scheme=scheme, reliability=letter) if scheme else None), int(code)
    if not (scheme or other):
        return None, None
    return Source(scheme=scheme or other, reliability=letter or None, evaluation=int(code) if code else None), None


def _quantity(ask: Ask) -> Quantity | None:
    qualifier = _text(ask, "qualifier")
    if qualifier is None:
        return None
    first, second = _number(ask, "number"), _number(ask, "number_to")
    unit, as_said = ask.said("unit"), _text(ask, "as_said")
    if qualifier == "between":
        return Quantity(qualifier, unit, min=first, max=second, as_said=as_said)
    if qualifier == "at-least":
        return Quantity(qualifier, unit, min=first, as_said=as_said)
    if qualifier == "at-most":
        return Quantity(qualifier, unit, max=first, as_said=as_said)
    return Quantity(qualifier, unit, point=first, as_said=as_said)


def _number(ask: Ask, name: str) -> Amount | None:
    text = _text(ask, name)
    if text is None:
        return None
    if not _NUMBER.fullmatch(text):
        raise InputError("number-invalid", f"number refused: expected one such as 500 or 2.5, got {text[:50]}")
    return float(text) if "." in text else int(text)


def _likelihood(ask: Ask) -> Likelihood | None:
    scheme, _, term = ask.form.get("likelihood", "").partition(":")
    return Likelihood(scheme, term) if scheme else None


def _basis(ask: Ask) -> tuple[Basis, ...]:
    role, named = _text(ask, "role"), _text(ask, "basis")
    return (Basis(role or "supports", object_ref=StixId(named)),) if named else ()


def _text(ask: Ask, name: str) -> str | None:
    return ask.form.get(name, "").strip() or None
