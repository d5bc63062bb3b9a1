"""The page `docs/reference/claim-extension.md`, from the tables that check claims."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sepakat.claims.extension import CLAIM_EXTENSION, SEPAKAT_IDENTITY, VARIANT_EXTENSION
from sepakat.claims.quantities import ABOUT
from sepakat.claims.schema import CLAIM, VARIANT
from sepakat.claims.vocabulary import (
    ADMIRALTY,
    CARRIERS,
    CONFIDENCE,
    KINDS,
    LIKELIHOODS,
    MAKERS,
    PERSON_CATEGORIES,
    QUALIFIERS,
    ROLES,
    SOURCE_SCHEMES,
    STATUSES,
)
from sepakat.shapes import ListOf, Record, Shape


def reference_page() -> str:
    """The whole page."""
    return "\n\n".join([*_introduction(), *_members(), *_words(), *_ratings(), *_likelihoods()]) + "\n"


def _introduction() -> list[str]:
    return [
        "# The claim extension",
        "A claim is a standard STIX 2.1 object with one property-extension. A tool that does not know the extension "
        "reads the object as it is: number, hedge, rating and time also stand there in plain words. This page is "
        "generated from the tables that check claims. An unknown key is a fault.",
        _table(
            ("object", "id"),
            (
                ("claim extension", f"`{CLAIM_EXTENSION}`"),
                ("tear-line variant extension", f"`{VARIANT_EXTENSION}`"),
                ("the identity that created both", f"`{SEPAKAT_IDENTITY}`"),
            ),
        ),
        "It may stand on these types; observed data is carried by a note that refers to it.",
        _table(("type", "plain words in"), ((f"`{kind}`", f"`{words}`") for kind, words in CARRIERS.items())),
    ]


def _members() -> list[str]:
    header = ("member", "value", "meaning")
    return [
        "## Members of a claim",
        "`kind` must be there; everything else may be absent. Where a member is there, the tables below say what it "
        "needs. An object that is marked as a tear-line variant may lack any part.",
        _table(header, _rows(CLAIM, "")),
        "## Members of the variant extension",
        _table(header, _rows(VARIANT, "")),
    ]


def _words() -> list[str]:
    return [
        "## Kinds",
        _meanings(KINDS),
        "## Qualifiers of a quantity",
        _table(
            ("qualifier", "meaning", "needs", "may have"),
            (
                (f"`{name}`", entry.meaning, ", ".join(entry.needs), ", ".join(entry.may_have))
                for name, entry in QUALIFIERS.items()
            ),
        ),
        f"When two numbers are compared, `about` without bounds reaches {float(ABOUT):.0%} to either side. Two numbers "
        "are compatible if the ranges that they allow meet. Numbers are never averaged.",
        "## Roles of a basis",
        _meanings(ROLES),
        "## Statuses",
        _meanings(STATUSES),
        "## Categories of a person",
        _meanings(PERSON_CATEGORIES),
        "## Makers",
        _meanings(MAKERS),
    ]


def _ratings() -> list[str]:
    parts = ["## Ratings", "A rating stays in its scheme; none is converted into another."]
    for key, scheme in SOURCE_SCHEMES.items():
        place = "`credibility`" if key == ADMIRALTY else "`source.evaluation`"
        codes = ((str(code), words) for code, words in scheme.information.items())
        parts += [
            f"### {scheme.name} (`{key}`)",
            _table(("`source.reliability`", "meaning"), scheme.reliability.items()),
            _table((place, "meaning"), codes),
        ]
    confidence = ((str(code), "absent" if value is None else str(value)) for code, value in CONFIDENCE.items())
    return [
        *parts,
        "STIX `confidence` holds Admiralty credibility and nothing else (STIX 2.1 appendix A); without credibility it "
        "is absent.",
        _table(("`credibility`", "`confidence`"), confidence),
    ]


def _likelihoods() -> list[str]:
    parts = [
        "## Words of likelihood",
        "A term keeps the scheme that it was said in. `low` and `high`, when given, are those of the table. The scheme "
        '`as-said` is for a word of no scale, such as "perhaps"; its range is the speaker\'s own, or absent.',
    ]
    for key, scheme in LIKELIHOODS.items():
        rows = ((", ".join(word.terms), str(word.low), str(word.high)) for word in scheme.words)
        parts += [f"### {scheme.name} (`{key}`)", f"From {scheme.source}.", _table(("terms", "low %", "high %"), rows)]
    return parts


def _meanings(table: Mapping[str, str]) -> str:
    return _table(("word", "meaning"), ((f"`{word}`", meaning) for word, meaning in table.items()))


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _rows(record: Record, prefix: str) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for name, member in record.fields.items():
        inner = _inner(member.shape)
        words = member.shape.words
        if inner is not None:
            words = f"a list of {member.shape.least} or more" if isinstance(member.shape, ListOf) else "an object"
        needed = "" if member.optional else "; required"
        rows.append((f"`{prefix}{name}`", words + needed, member.about))
        if inner is not None:
            rows += _rows(inner, f"{prefix}{name}{'.[]' if isinstance(member.shape, ListOf) else ''}.")
    return rows


def _inner(shape: Shape) -> Record | None:
    if isinstance(shape, ListOf):
        return _inner(shape.item)
    return shape if isinstance(shape, Record) else None
