"""The options that say what a claim says, shared by the commands that make and correct claims.

Reads words of the command line into values; what goes together is checked where claims are built.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

if TYPE_CHECKING:
    from datetime import datetime

    from sepakat.claims.claim import Basis, Likelihood, Quantity, Source, Valid
    from sepakat.stix.identifiers import StixId

QuantityOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--quantity",
        metavar="NUMBER",
        help="A number with its hedge: 22, about:500, about-or-more:500, at-least:20, at-most:30, between:20:31500.",
    ),
]
UnitOption: TypeAlias = Annotated[str | None, typer.Option("--unit", help="What the number counts: people, states.")]
AsSaidOption: TypeAlias = Annotated[str | None, typer.Option("--as-said", help="The number in the speaker's words.")]
SchemeOption: TypeAlias = Annotated[
    str | None, typer.Option("--scheme", help="By which scheme the source is rated: admiralty or europol-4x4.")
]
ReliabilityOption: TypeAlias = Annotated[
    str | None, typer.Option("--reliability", metavar="LETTER", help="The source's letter in that scheme.")
]
EvaluationOption: TypeAlias = Annotated[
    int | None, typer.Option("--evaluation", help="The 4x4's code of the information, 1 to 4.")
]
DescriptorOption: TypeAlias = Annotated[
    str | None, typer.Option("--descriptor", metavar="WORDS", help="What kind of source, without naming it.")
]
AccessOption: TypeAlias = Annotated[
    str | None, typer.Option("--access", metavar="WORDS", help="How the source comes to know.")
]
CredibilityOption: TypeAlias = Annotated[
    int | None, typer.Option("--credibility", help="Admiralty's code of the information, 1 to 6.")
]
ConfidenceOption: TypeAlias = Annotated[
    str | None, typer.Option("--analytic-confidence", help="low, moderate or high: how sure of the reasoning.")
]
LikelihoodOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--likelihood", metavar="SCHEME:TERM", help="A word of one scale: icd-203:likely, phia:..., stix-wep:..."
    ),
]
ValidFromOption: TypeAlias = Annotated[
    str | None, typer.Option("--valid-from", metavar="INSTANT", help="From when it is true.")
]
ValidToOption: TypeAlias = Annotated[str | None, typer.Option("--valid-to", metavar="INSTANT", help="Until when.")]
PrecisionOption: TypeAlias = Annotated[
    str | None, typer.Option("--precision", help="How exact both are: year, month, day, hour, minute or second.")
]
BasisOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--basis", metavar="ROLE=ID", help="What it rests on: quotes=note--..., supports=..., a digest; repeatable."
    ),
]
MarkOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--marking", metavar="MARKING", help="tlp:green or an id; repeatable. Unmarked stays here."),
]
AsOfOption: TypeAlias = Annotated[
    str | None, typer.Option("--as-of", metavar="INSTANT", help="As it was known here then: 2014-12-01 or an instant.")
]
QuestionOption: TypeAlias = Annotated[
    str | None, typer.Option("--question", metavar="KEY", help="The key of the question that it answers.")
]


@dataclass(frozen=True, slots=True)
class Said:
    """What the options of a command say about a claim, as they were typed."""

    quantity: str | None = None
    unit: str | None = None
    as_said: str | None = None
    scheme: str | None = None
    reliability: str | None = None
    evaluation: int | None = None
    descriptor: str | None = None
    access: str | None = None
    token: str | None = None
    credibility: int | None = None
    analytic_confidence: str | None = None
    likelihood: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    precision: str | None = None
    basis: tuple[str, ...] = ()

    def members(self) -> dict[str, Any]:
        """The members of a `Claim` that were given."""
        found = {
            "quantity": quantity_of(self.quantity, self.unit, self.as_said),
            "source": self.source(),
            "credibility": self.credibility,
            "analytic_confidence": self.analytic_confidence,
            "likelihood": likelihood_of(self.likelihood),
            "valid": self.valid(),
            "basis": tuple(map(basis_of, self.basis)) or None,
        }
        return {name: value for name, value in found.items() if value is not None}

    def source(self) -> Source | None:
        """Where it is from, if anything of that was given."""
        from sepakat.claims.claim import Source

        made = Source(self.token, self.scheme, self.reliability, self.evaluation, self.access, self.descriptor)
        return made if made != Source() else None

    def valid(self) -> Valid | None:
        """When it is true, if that was given."""
        from sepakat.claims.claim import Valid

        made = Valid(_stamp(self.valid_from), _stamp(self.valid_to), self.precision)
        return made if made != Valid() else None


def quantity_of(text: str | None, unit: str | None, as_said: str | None) -> Quantity | None:
    """A number with its hedge, as it was typed."""
    from sepakat.claims.claim import Quantity

    if text is None:
        if unit is not None or as_said is not None:
            raise typer.BadParameter("--unit and --as-said need --quantity")
        return None
    if unit is None:
        raise typer.BadParameter("--quantity needs --unit")
    qualifier, *numbers = text.split(":") if ":" in text else ("exactly", text)
    amounts = [_number(one) for one in numbers]
    names = {"between": ("min", "max"), "at-least": ("min",), "at-most": ("max",)}.get(qualifier, ("point",))
    if len(amounts) != len(names):
        raise typer.BadParameter(f"--quantity {text}: expected {len(names)} number(s) after {qualifier}")
    return Quantity(qualifier, unit, as_said=as_said, **dict(zip(names, amounts, strict=True)))


def likelihood_of(text: str | None) -> Likelihood | None:
    """A word of likelihood with its scheme."""
    from sepakat.claims.claim import Likelihood

    if text is None:
        return None
    scheme, colon, term = text.partition(":")
    if not colon:
        raise typer.BadParameter(f"--likelihood {text}: expected SCHEME:TERM")
    return Likelihood(scheme, term)


def basis_of(text: str) -> Basis:
    """One entry of a basis: an object's id, or a digest."""
    from sepakat.claims.claim import Basis
    from sepakat.stix.identifiers import StixId, is_stix_id

    role, equals, what = text.partition("=")
    if not equals:
        raise typer.BadParameter(f"--basis {text}: expected ROLE=ID")
    return Basis(role, object_ref=StixId(what)) if is_stix_id(what) else Basis(role, digest=what)


def markings_of(texts: list[str] | None) -> tuple[StixId, ...]:
    """Markings given as `tlp:green` or as ids."""
    from sepakat.cli.objects import marking_id
    from sepakat.stix.identifiers import StixId

    return tuple(StixId(marking_id(one)) for one in texts or ())


def instant_of(text: str | None) -> datetime | None:
    """An instant, or the end of a day; to the end of the millisecond, since that is how instants are shown."""
    from datetime import timedelta

    from sepakat.errors import SepakatError
    from sepakat.stix.instants import parse_instant

    if text is None:
        return None
    try:
        found = parse_instant(f"{text}T23:59:59.999Z" if len(text) == len("2014-12-01") else text)
    except (SepakatError, ValueError) as error:
        raise typer.BadParameter(f"expected a day like 2014-12-01 or an instant, found {text}") from error
    return found + timedelta(microseconds=999 - found.microsecond % 1000)


def _stamp(text: str | None) -> str | None:
    return f"{text}T00:00:00Z" if text is not None and len(text) == len("2014-12-01") else text


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError as error:
            raise typer.BadParameter(f"--quantity: {text} is no number") from error
