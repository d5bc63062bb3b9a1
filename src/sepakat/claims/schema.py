"""What may stand in the claim extension and the variant extension, member by member and together.

Two sorts of rules: what contradicts itself is a fault everywhere; what is not all there is a fault only of an original,
since a tear-line variant may have lost any part. An unknown key is always a fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sepakat.claims.vocabulary import (
    ADMIRALTY,
    AS_SAID,
    CONFIDENCE_WORDS,
    EUROPOL,
    KINDS,
    LIKELIHOODS,
    MAKERS,
    PERSON_CATEGORIES,
    PRECISIONS,
    QUALIFIERS,
    ROLES,
    SOURCE_SCHEMES,
    STATUSES,
)
from sepakat.errors import Fault
from sepakat.shapes import (
    HASH,
    PARTY,
    STIX_ID,
    Field,
    Flag,
    ListOf,
    Number,
    OneOf,
    Record,
    Text,
    Timestamp,
    Whole,
    found,
    join,
)
from sepakat.stix.instants import version_key

_EXTENSION_TYPE = Field(OneOf(("property-extension",)), "the type of extension (STIX 2.1 section 7.3)")
_ORDER = ("min", "point", "max")


def _optional(shape: Any, about: str) -> Field:
    return Field(shape, about, optional=True)


def _in_order(low: str, high: str) -> Any:
    def rule(value: Mapping[str, Any], path: str) -> Iterator[Fault]:
        if low in value and high in value and value[low] > value[high]:
            yield Fault(join(path, high), f"not less than {low} ({found(value[low])})", found(value[high]))

    return rule


def _quantity_fits_qualifier(value: Mapping[str, Any], path: str) -> Iterator[Fault]:
    if "qualifier" not in value:
        return
    qualifier = QUALIFIERS[value["qualifier"]]
    for name in _ORDER:
        if name in value and name not in qualifier.needs + qualifier.may_have:
            yield Fault(join(path, name), f"nothing, since qualifier is {value['qualifier']}", found(value[name]))


def _source_fits_scheme(value: Mapping[str, Any], path: str) -> Iterator[Fault]:
    scheme, letter = value.get("scheme"), value.get("reliability")
    if scheme is not None and letter is not None and letter not in SOURCE_SCHEMES[scheme].reliability:
        letters = ", ".join(SOURCE_SCHEMES[scheme].reliability)
        yield Fault(join(path, "reliability"), f"one of {letters}, as {scheme} has them", found(letter))
    if "evaluation" in value and scheme == ADMIRALTY:
        expected = "nothing: Admiralty rates the information in credibility"
        yield Fault(join(path, "evaluation"), expected, found(value["evaluation"]))


def _likelihood_is_of_its_scheme(value: Mapping[str, Any], path: str) -> Iterator[Fault]:
    scheme = LIKELIHOODS.get(value.get("scheme", ""))
    if scheme is None or "term" not in value:
        return
    word = scheme.word(value["term"])
    if word is None:
        terms = ", ".join(term for step in scheme.words for term in step.terms)
        yield Fault(join(path, "term"), f"one of {terms}, as {scheme.name} has them", found(value["term"]))
        return
    for name, expected in (("low", word.low), ("high", word.high)):
        if name in value and value[name] != expected:
            yield Fault(join(path, name), f"{expected}, as {scheme.name} has it", found(value[name]))


def _time_in_order(value: Mapping[str, Any], path: str) -> Iterator[Fault]:
    if "from" in value and "to" in value and version_key(value["to"]) < version_key(value["from"]):
        yield Fault(join(path, "to"), f"not before from ({value['from']})", found(value["to"]))


def _one_basis(value: Mapping[str, Any], path: str) -> Iterator[Fault]:
    named = [name for name in ("object_ref", "digest", "token") if name in value]
    if len(named) > 1:
        yield Fault(path, "one of object_ref, digest and token", f"{' and '.join(named)} together")


def _depth_covers_via(value: Mapping[str, Any], path: str) -> Iterator[Fault]:
    if "depth" in value and value["depth"] < len(value.get("via", ())):
        expected = f"at least {len(value['via'])}, as many as via"
        yield Fault(join(path, "depth"), expected, found(value["depth"]))


def _schemes_not_mixed(value: Mapping[str, Any], path: str) -> Iterator[Fault]:
    if "credibility" in value and value.get("source", {}).get("scheme") == EUROPOL:
        expected = "nothing: it is Admiralty's, and the source is rated by the 4x4, which has source.evaluation"
        yield Fault(join(path, "credibility"), expected, found(value["credibility"]))


QUANTITY = Record(
    {
        "qualifier": _optional(OneOf(tuple(QUALIFIERS)), "how the number is meant"),
        "unit": _optional(Text("a unit", most=100), "what is counted: people, states, tonnes"),
        "point": _optional(Number(), "the number"),
        "min": _optional(Number(), "the lower bound"),
        "max": _optional(Number(), "the upper bound"),
        "as_said": _optional(Text("words", most=1_000), "in the speaker's words, hedge included"),
    },
    (_in_order("min", "point"), _in_order("point", "max"), _in_order("min", "max"), _quantity_fits_qualifier),
)

SOURCE = Record(
    {
        "token": _optional(HASH, "what tells equal sources apart from others, and nothing else"),
        "scheme": _optional(OneOf(tuple(SOURCE_SCHEMES)), "by which scheme it is rated"),
        "reliability": _optional(Text("a letter", r"[A-Z]"), "the letter of the source in that scheme"),
        "evaluation": _optional(Whole(1, 4), "the 4x4's code of the information; never with Admiralty"),
        "access": _optional(Text("words", most=1_000), "how the source comes to know"),
        "descriptor": _optional(Text("words", most=1_000), "what kind of source, without naming it"),
    },
    (_source_fits_scheme,),
)

LIKELIHOOD = Record(
    {
        "scheme": _optional(OneOf((*LIKELIHOODS, AS_SAID)), "the scale; `as-said` for a word of no scale"),
        "term": _optional(Text("a word of likelihood", most=100), "the word, as it was used"),
        "low": _optional(Number(0, 100, "a percentage"), "the scale's lower bound"),
        "high": _optional(Number(0, 100, "a percentage"), "the scale's upper bound"),
    },
    (_in_order("low", "high"), _likelihood_is_of_its_scheme),
)

VALID = Record(
    {
        "from": _optional(Timestamp(), "from when it is true"),
        "to": _optional(Timestamp(), "until when"),
        "precision": _optional(OneOf(PRECISIONS), "how exact both are"),
    },
    (_time_in_order,),
)

BASIS = Record(
    {
        "object_ref": _optional(STIX_ID, "an object"),
        "digest": _optional(HASH, "SHA-256 of a document"),
        "token": _optional(HASH, "the token of a source"),
        "role": _optional(OneOf(tuple(ROLES)), "what it is to the claim"),
    },
    (_one_basis,),
)

LINEAGE = Record(
    {
        "roots": _optional(ListOf(HASH, least=1, most=1_000, distinct=True), "tokens of where it comes from"),
        "via": _optional(ListOf(PARTY, least=1, most=1_000), "the parties it went through, first to last"),
        "depth": _optional(Whole(0, 1_000), "through how many hands it went; goes with via"),
    },
    (_depth_covers_via,),
)

CLAIM = Record(
    {
        "extension_type": _EXTENSION_TYPE,
        "kind": _optional(OneOf(tuple(KINDS)), "what sort of statement it is"),
        "speaker_ref": _optional(STIX_ID, "who says it: an identity, a threat-actor, any object"),
        "question": _optional(
            Text("a question key like strength/fighters:2014-10", r"[a-z0-9]+(?:[-./:_][a-z0-9]+)*", 250),
            "what it answers; rival claims have the same key",
        ),
        "quantity": _optional(QUANTITY, "a number, as it was given"),
        "source": _optional(SOURCE, "where the speaker has it from"),
        "credibility": _optional(Whole(1, 6), "Admiralty's code of the information, 1 best, 6 cannot be judged"),
        "analytic_confidence": _optional(OneOf(CONFIDENCE_WORDS), "how sure the analyst is of the reasoning"),
        "likelihood": _optional(LIKELIHOOD, "how likely, in the words of one scale"),
        "valid": _optional(VALID, "when it is true; `created` is when it was said"),
        "basis": _optional(ListOf(BASIS, least=1, most=1_000), "what it rests on"),
        "lineage": _optional(LINEAGE, "where it comes from, and through whom"),
        "person": _optional(
            Record({"category": Field(OneOf(tuple(PERSON_CATEGORIES)), "the category")}), "it is about a person"
        ),
        "status": _optional(OneOf(tuple(STATUSES)), "whether the speaker stands by it; absent: live"),
        "made_by": _optional(
            Record(
                {
                    "maker": Field(OneOf(tuple(MAKERS)), "a person or a program"),
                    "name": _optional(Text("a name", most=200), "its name, role or version"),
                }
            ),
            "who put it into this form",
        ),
        "span": _optional(
            Record(
                {
                    "digest": Field(HASH, "SHA-256 of the document"),
                    "start": Field(Whole(), "the first character"),
                    "end": Field(Whole(), "the character after the last"),
                },
                (_in_order("start", "end"),),
            ),
            "where it stands in a document",
        ),
    },
    (_schemes_not_mixed,),
)

VARIANT = Record(
    {
        "extension_type": _EXTENSION_TYPE,
        "incomplete": Field(Flag(True), "something may be missing; never what"),
        "same_as": Field(HASH, "equal for all variants of one original under one agreement"),
    }
)


def missing_parts(document: Mapping[str, Any], path: str) -> Iterator[Fault]:
    """What an original must say and `document`, right in each member, does not."""
    if "kind" not in document:
        yield Fault(join(path, "kind"), "one of " + ", ".join(KINDS), "nothing")
    quantity = document.get("quantity")
    if quantity is not None:
        where = join(path, "quantity")
        yield from _needs(quantity, where, "qualifier", "unit")
        yield from _needs(quantity, where, *QUALIFIERS[quantity["qualifier"]].needs if "qualifier" in quantity else ())
    source = document.get("source", {})
    if source.keys() & {"reliability", "evaluation"}:
        yield from _needs(source, join(path, "source"), "scheme")
    if "likelihood" in document:
        yield from _needs(document["likelihood"], join(path, "likelihood"), "scheme", "term")
    for index, basis in enumerate(document.get("basis", ())):
        where = join(join(path, "basis"), index)
        yield from _needs(basis, where, "role")
        if not basis.keys() & {"object_ref", "digest", "token"}:
            yield Fault(where, "one of object_ref, digest and token", "none")
    for name in ("quantity", "source", "likelihood", "valid", "lineage"):
        if name in document and not document[name]:
            yield Fault(join(path, name), "something in it", "an empty object")


def _needs(value: Mapping[str, Any], path: str, *names: str) -> Iterator[Fault]:
    for name in names:
        if name not in value:
            yield Fault(join(path, name), "something", "nothing")
