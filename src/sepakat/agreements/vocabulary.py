"""Every key of the agreement language in one table: how it is read, whether it is enforced, what absence means.

`parsing` reads by this table, `writing` leaves out by it, the reference page is generated from it: what is not in here
is no part of the language. Rule for absence: a key that is left out has the narrowest value it can have; where
nothing is narrowest, the key must be written. Keys that only take away (`none`, `deny`) take nothing away when absent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sepakat.agreements.regions import load_regions
from sepakat.agreements.terms import (
    ApprovalRule,
    OnwardRule,
    Pap,
    PersonsRule,
    Scope,
    SourceDisclosure,
    TearLine,
    Tlp,
    Unrated,
)
from sepakat.agreements.value_kinds import (
    Flag,
    Group,
    Groups,
    Instant,
    Integer,
    Length,
    OneOf,
    OnlyEmpty,
    OrNull,
    OrWord,
    SetOf,
    Text,
    ValueKind,
    Word,
    is_plain_text,
)
from sepakat.stix.identifiers import is_type_name

LANGUAGE: Final = 1
CLAIM_KINDS: Final = (
    "fact",
    "report",
    "assessment",
    "estimate",
    "hypothesis",
    "offer",
    "denial",
    "accusation",
    "question",
)
PERSON_CATEGORIES: Final = ("office-holder", "suspect", "convicted", "witness", "victim", "other")
PURPOSES: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*").fullmatch
ACTIONS: Final = (
    "none",
    "contact-for-instruction",
    "internally-visible",
    "externally-visible-indirect",
    "externally-visible-direct",
)
CLASSIFICATIONS: Final = ("unclassified", "restricted", "confidential", "secret", "top-secret")
REGIMES: Final = ("national", "gdpr", "law-enforcement-directive", "convention-108", "other")

_PARTY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*").fullmatch
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,126}[a-z0-9])?").fullmatch
_CLAUSE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}").fullmatch
_TOPIC = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:/[a-z0-9]+(?:-[a-z0-9]+)*){0,7}").fullmatch
_HASH = re.compile(r"[0-9a-f]{64}").fullmatch
_FIELD = re.compile(
    r"[a-z][a-z0-9_-]{0,249}(?:\.(?:[A-Za-z0-9_-]{1,250}|\[[0-9]{1,6}\])){0,30}|extension-definition--[0-9a-f-]{36}"
).fullmatch
_LONGEST_TOPIC = 128


def is_party_id(text: str) -> bool:
    """Whether the text can be the short id of a party or community: up to 64 of a-z, 0-9 and single hyphens inside."""
    return len(text) <= 64 and _PARTY(text) is not None and text not in ("any", "none", "null")


def is_agreement_id(text: str) -> bool:
    """Whether the text can be the id of an agreement: up to 128 of a-z, 0-9 and inner hyphens, dots, underscores."""
    return _SLUG(text) is not None


def is_topic(text: str) -> bool:
    """Whether the text is a path of topics, such as `terrorism/isis`: up to 8 names, 128 characters."""
    return len(text) <= _LONGEST_TOPIC and _TOPIC(text) is not None


def _is_field(text: str) -> bool:
    return _FIELD(text) is not None


def _is_source_name(text: str) -> bool:
    return 0 < len(text) <= 200 and is_plain_text(text)


def _region_advice(text: str) -> str | None:
    code = load_regions().resolve(text)
    return None if code is None else f"write {code}"


class Status(StrEnum):
    """What the product does with a key."""

    ENFORCED = "enforced"
    CARRIED = "carried"
    REFUSED = "refused"


REQUIRED: Final = object()
"""In the place of a value for absence: the key must be written."""


@dataclass(frozen=True)
class Key:
    """One key: its path, how it is read, what is done with it, what it means, and its value when absent."""

    path: str
    kind: ValueKind
    status: Status
    meaning: str
    absent: Any
    """The canonical JSON value that absence stands for, or REQUIRED."""
    absent_means: str = ""

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2].removesuffix("[]")

    @property
    def parent(self) -> str:
        """The path of the mapping that the key stands in; empty for the document."""
        return self.path.rpartition(".")[0]

    @property
    def is_required(self) -> bool:
        """Whether absence is a fault."""
        return self.absent is REQUIRED


_PARTY_WORD = Word("a party id such as us or cert-nl", is_party_id)
_TOPICS = SetOf(Word("a topic such as terrorism/isis", is_topic))
_REGIONS = SetOf(
    Word(
        "a region: country (IQ), UN region (western-asia), middle-east or admin area (IQ-AN)",
        lambda text: load_regions().is_region(text),
        _region_advice,
    )
)
_COUNTRIES = SetOf(
    Word("a country by two letters such as RU", lambda text: load_regions().is_country(text), _region_advice)
)
_FIELDS = SetOf(Word("standard, a property name or selector, or the id of an extension definition", _is_field))
_DENIED = SetOf(Word("a property name or selector, or the id of an extension definition", _is_field))
_SOURCE_NAMES = SetOf(Word("a source name", _is_source_name))
_TYPES = SetOf(Word("an object type such as indicator", is_type_name))
_EXACT = Length()
_MAY = OneOf(("must-not", "ask", "may"))

_E, _C, _R = Status.ENFORCED, Status.CARRIED, Status.REFUSED
_NOTHING_MATCHES = "nothing matches: the clause grants nothing"

KEYS: Final[tuple[Key, ...]] = (
    Key("sepakat", Integer(LANGUAGE, LANGUAGE), _E, "Version of this language.", REQUIRED),
    Key("id", Word("an id such as us-ru-ct-2014", is_agreement_id), _E,
        "Names the agreement; all its versions have the same id.", REQUIRED),
    Key("version", Integer(1, 1_000_000), _E, "Number of this version, from 1.", REQUIRED),
    Key("supersedes", OrNull(Word("the hash of the version before (64 hex digits)",
        lambda t: _HASH(t) is not None)), _E,
        "Hash of the version before. Version 1 has none, every later one needs it.", None, "null: the first version"),
    Key("title", Text(200), _C, "What people call it.", REQUIRED),
    Key("giver", _PARTY_WORD, _E, "The party that shares.", REQUIRED),
    Key("takers", SetOf(_PARTY_WORD), _E,
        "The parties that receive, each with its own state. Either `takers` or `community`, not both.", [],
        "nobody, unless `community` is written"),
    Key("community", OrNull(_PARTY_WORD), _E,
        "The community whose members receive, each once giver and member have signed.",
        None, "no community: `takers` must be written"),
    Key("scope", OneOf(tuple(Scope)), _E,
        "Who beyond the taker may read what comes: `persons` and `organisation` nobody, `organisation+clients` also "
        "the "
        "taker's listed clients (TLP:AMBER), `community` its roster (TLP:GREEN), `public` anybody (TLP:CLEAR). "
        "It narrows what a marking allows, and never widens it.",
        "persons", "persons"),
    Key("purpose", SetOf(Word("a purpose such as counter-terrorism",
        lambda t: PURPOSES(t) is not None and len(t) <= 64)), _C,
        "What it may be used for.", [], "no purpose is stated"),

    Key("basis", Group(), _C, "Where the agreement rests.", {}, "no basis is stated"),
    Key("basis.text", OrNull(Text(500)), _C, "In words.", None, "null"),
    Key("basis.reference", OrNull(Text(500)), _C, "File number or address of the paper.", None, "null"),
    Key("basis.regime", OrNull(OneOf(REGIMES)), _C, "The law on data protection that applies.", None, "null"),

    Key("window", Group(), _E, "When it holds, and for which data.", REQUIRED),
    Key("window.from", Instant(), _E, "From this instant it can be in force.", REQUIRED),
    Key("window.to", OrNull(Instant()), _E, "From this instant it is ended; `null`, which must be written: no end.",
        REQUIRED),
    Key("window.data_from", OrWord(Instant()), _E,
        "Only what was created at or after this instant; `any`: however old.", REQUIRED),
    Key("window.max_age", OrWord(_EXACT), _E,
        "Only what was modified at most so long ago; `any`: however long ago.", REQUIRED),

    Key("share[]", Groups(), _E, "The clauses. Each grants what matches all its keys.", [], "nothing is shared"),
    Key("share[].id", Word("a clause id such as S1", lambda t: _CLAUSE(t) is not None), _E,
        "Names the clause; no two clauses have the same.", REQUIRED),
    Key("share[].topics", Group("any"), _E, "What it is about.", {}, _NOTHING_MATCHES),
    Key("share[].topics.any", OrWord(_TOPICS), _E,
        "At least one of these, or something below one; the word `any`: everything, also what has no topic.",
        [], _NOTHING_MATCHES),
    Key("share[].topics.none", _TOPICS, _E, "None of these, nor anything below one.", [], "nothing is excluded"),
    Key("share[].regions", Group("any"), _E, "Where it is about.", {}, _NOTHING_MATCHES),
    Key("share[].regions.any", OrWord(_REGIONS), _E,
        "In at least one of these; the word `any`: everywhere, also what has no region.", [], _NOTHING_MATCHES),
    Key("share[].regions.none", _REGIONS, _E, "In none of these.", [], "nothing is excluded"),
    Key("share[].types", OrWord(_TYPES), _E,
        "Object types; `any`: every type that STIX 2.1 defines. A custom type only by its name.", [], _NOTHING_MATCHES),
    Key("share[].kinds", OrWord(SetOf(OneOf(CLAIM_KINDS))), _E,
        "Kinds of claim, for objects that carry a claim.", [], "no object that carries a claim"),
    Key("share[].ceiling", Group(), _E, "The highest marking that goes, axis by axis.", {},
        "the lowest level of each axis"),
    Key("share[].ceiling.tlp", OrNull(OneOf(tuple(Tlp))), _E,
        "Traffic Light Protocol; `red` still needs an approval that names the taker.", None,
        "null: nothing above TLP:CLEAR"),
    Key("share[].ceiling.pap", OrNull(OneOf(tuple(Pap))), _E, "Permissible Actions Protocol.", None,
        "null: nothing above PAP:CLEAR"),
    Key("share[].ceiling.classification", OrNull(OneOf((), not_yet=CLASSIFICATIONS)), _R,
        "National classification: only `null` until it is enforced, so nothing that is classified goes.", None,
        "null: nothing that is classified"),
    Key("share[].ceiling.releasable_to", _COUNTRIES, _E,
        "Countries: what is marked REL-TO goes only if it is marked for all of these, and for the taker's.", [],
        "nothing that is marked REL-TO"),
    Key("share[].minimum", Group(), _E, "The worst rating that goes.", {}, "only what is rated best: A, 1"),
    Key("share[].minimum.reliability", OrWord(OneOf(("A", "B", "C", "D", "E"))), _E,
        "Reliability of the source, A best; `any`: not asked for.", "A", "A"),
    Key("share[].minimum.credibility", OrWord(Integer(1, 5)), _E,
        "Credibility of the claim, 1 best; `any`: not asked for.", 1, "1"),
    Key("share[].minimum.unrated", OneOf(tuple(Unrated)), _E,
        "What has not the rating asked for, F and 6 (cannot be judged) among it.", "out", "out"),
    Key("share[].fields", Group(), _E, "Which properties go.", {}, "no property, so no object"),
    Key("share[].fields.allow", OrWord(_FIELDS, ("standard", "any")), _E,
        "`standard`: what STIX 2.1 defines; `any`: also custom properties and unknown extensions; or a list of "
        "names.", [],
        "no property, so no object"),
    Key("share[].fields.deny", _DENIED, _E, "These do not go, even when allowed.", [], "nothing is denied"),
    Key("share[].fields.external_references", OrWord(_SOURCE_NAMES, ("none", "any")), _E,
        "External references by their `source_name`.", "none", "none"),
    Key("share[].fields.tear_line", OneOf(tuple(TearLine)), _E,
        "`none`: whole or not at all; `if-needed`: as a variant where something must be cut; `always`: as a variant.",
        "none", "none: whole or not at all"),
    Key("share[].source", OneOf(tuple(SourceDisclosure)), _E,
        "How much of a claim's source goes; each word includes the ones before.", "none", "none"),
    Key("share[].persons", Group(), _E, "Personal data.", {}, "no personal data"),
    Key("share[].persons.rule", OneOf(tuple(PersonsRule)), _E,
        "`none`: does not go; `pseudonym`: under a keyed pseudonym; `categories`: of the persons in `allow`.",
        "none", "none: no personal data"),
    Key("share[].persons.allow", SetOf(OneOf(PERSON_CATEGORIES)), _E,
        "Categories of persons; only with `rule: categories`.", [], "no category"),
    Key("share[].persons.necessity", OrNull(OneOf(("required",))), _E,
        "`required`: each such object needs a stated necessity.", None, "null; the linter warns"),
    Key("share[].persons.retention", OrNull(Length(on_calendar=True)), _E,
        "How long such an object stays, from its creation.", None, "null: as long as the agreement; the linter warns"),
    Key("share[].release", Group(), _E, "What a release waits for.", REQUIRED),
    Key("share[].release.approval", OneOf(tuple(ApprovalRule)), _E, "How many persons must approve.", "two", "two"),
    Key("share[].release.delay", _EXACT, _E, "How long after intake; `PT0S`: at once.", REQUIRED),

    Key("onward", Group(), _E, "Passing on what came.", {}, "nothing may be passed on"),
    Key("onward.default", OneOf(tuple(OnwardRule)), _E,
        "`none`: to nobody; `ask`: after the giver's consent to the single object; `named`: also to those in `named` "
        "without asking.", "none", "none"),
    Key("onward.named", SetOf(_PARTY_WORD), _E, "Parties; only with `default: named`.", [], "nobody"),
    Key("onward.derivatives", OneOf(("same",)), _E, "What is derived from it is bound in the same way.", "same",
        "same"),

    Key("use", Group(), _C, "What the taker may do with it.", {}, "the strictest word of each key"),
    Key("use.actions", OneOf(ACTIONS), _C, "Permitted actions, after FIRST IEP 2.0.", "none", "none"),
    Key("use.court", _MAY, _C, "As evidence in court.", "must-not", "must-not"),
    Key("use.attribution", OneOf(("must-not", "may", "must")), _C, "Naming the giver.", "must-not", "must-not"),
    Key("use.resale", OneOf(("must-not", "may")), _C, "Selling it unchanged.", "must-not", "must-not"),
    Key("use.automated_decision", _MAY, _C, "Decisions about persons by machines alone.", "must-not", "must-not"),

    Key("duties", Group(), _E, "What the taker owes, and by when.", REQUIRED),
    Key("duties.receipt", _EXACT, _E, "A receipt, from the arrival of a page.", REQUIRED),
    Key("duties.recall", _EXACT, _E, "An answer to a recall, from its arrival.", REQUIRED),
    Key("duties.correction", _EXACT, _E, "Acting on a correction, from its arrival.", REQUIRED),
    Key("duties.delete_at_end", Flag(), _E, "What came is deleted when the agreement ends.", True, "true"),
    Key("duties.review", OrNull(Length(on_calendar=True)), _E, "Both look at the agreement again, from its start.",
        None,
        "null: no review before the end"),

    Key("match", OnlyEmpty(), _R, "Private matching: only `[]` until it is built.", [], "[]"),

    Key("end", Group(), _E, "How it is stopped and changed.", {}, "ends at once when either says so"),
    Key("end.suspend", OneOf(("either-at-once",)), _E,
        "Either side suspends, from the next byte; only who suspended resumes.", "either-at-once", "either-at-once"),
    Key("end.narrow", OneOf(("giver-alone",), ("both",)), _E, "The giver alone may narrow.", "giver-alone",
        "giver-alone"),
    Key("end.widen", OneOf(("both",)), _E, "Widening needs both signatures.", "both", "both"),
    Key("end.terminate", _EXACT, _E, "Notice that ending it takes.", "PT0S", "PT0S: at once"),
)  # fmt: skip


def _by_parent() -> dict[str, dict[str, Key]]:
    table: dict[str, dict[str, Key]] = {}
    for key in KEYS:
        table.setdefault(key.parent, {})[key.name] = key
    return table


CHILDREN: Final[Mapping[str, Mapping[str, Key]]] = _by_parent()
"""Keys by the path of the mapping that they stand in, in the order of the document."""
