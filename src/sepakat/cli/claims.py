"""`sepakat claims`: make, correct and withdraw claims, say what one thinks of others', and see where they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sepakat.cli import claim_options as options
from sepakat.cli.claim_rows import HEADERS, as_json, rating, row_of
from sepakat.cli.options import ByOption, JsonOption, NodeOption, open_named, person
from sepakat.cli.printing import instant, say, say_fields, say_json, say_raw, say_table

if TYPE_CHECKING:
    from sepakat.claims.telling import Telling

app = typer.Typer(help="Claims: who said what, how sure, from where.", no_args_is_help=True)

ClaimArgument = Annotated[str, typer.Argument(metavar="ID", help="The claim's STIX id.", show_default=False)]


@app.command("make")
def make(
    text: Annotated[str, typer.Argument(help="What is claimed, in words.", show_default=False)],
    *,
    kind: Annotated[
        str,
        typer.Option(
            help="fact, report, assessment, estimate, hypothesis, offer, denial or accusation.", show_default=False
        ),
    ],
    speaker: Annotated[str | None, typer.Option(metavar="ID", help="Who says it; this party if absent.")] = None,
    question: options.QuestionOption = None,
    about: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="An object that it is about, or to whom; repeatable.")
    ] = None,
    quantity: options.QuantityOption = None,
    unit: options.UnitOption = None,
    as_said: options.AsSaidOption = None,
    scheme: options.SchemeOption = None,
    reliability: options.ReliabilityOption = None,
    evaluation: options.EvaluationOption = None,
    descriptor: options.DescriptorOption = None,
    access: options.AccessOption = None,
    credibility: options.CredibilityOption = None,
    analytic_confidence: options.ConfidenceOption = None,
    likelihood: options.LikelihoodOption = None,
    valid_from: options.ValidFromOption = None,
    valid_to: options.ValidToOption = None,
    precision: options.PrecisionOption = None,
    basis: options.BasisOption = None,
    root: Annotated[
        list[str] | None,
        typer.Option(metavar="TOKEN", help="A root that it comes from, from `sepakat claims token`; repeatable."),
    ] = None,
    via: Annotated[
        list[str] | None, typer.Option(metavar="PARTY", help="A party that it came through, first to last; repeatable.")
    ] = None,
    person_category: Annotated[
        str | None, typer.Option("--person", help="It is about a person, of this category.")
    ] = None,
    marking: options.MarkOption = None,
    label: Annotated[list[str] | None, typer.Option(help="A STIX label; repeatable.")] = None,
    topic: Annotated[list[str] | None, typer.Option(help="A topic (internal, never sent); repeatable.")] = None,
    region: Annotated[list[str] | None, typer.Option(help="A region (internal, never sent); repeatable.")] = None,
    by: ByOption = None,
    node: NodeOption = None,
    as_json_: JsonOption = False,
) -> None:
    """Make a claim: a note with the claim extension, that every STIX tool reads as a note.

    What it quotes or works out (`--basis quotes=ID`) gives it its roots, so that passing on adds no origin.
    Credibility 1 needs two independent roots.
    """
    from sepakat.claims.claim import Claim, Lineage, MadeBy, Person
    from sepakat.exchange.claiming import Draft, make_claim
    from sepakat.stix.identifiers import PartyId, StixId

    said = options.Said(
        quantity, unit, as_said, scheme, reliability, evaluation, descriptor, access, None, credibility,
        analytic_confidence, likelihood, valid_from, valid_to, precision, tuple(basis or ()),
    )  # fmt: skip
    who = person(by)
    parties = tuple(PartyId(one) for one in via or ())
    lineage = Lineage(tuple(root or ()), parties, len(parties) or None) if root or via else None
    claim = Claim(
        kind=kind,
        speaker_ref=StixId(speaker) if speaker else None,
        question=question,
        lineage=lineage,
        person=Person(person_category) if person_category else None,
        made_by=MadeBy("person", who),
        **said.members(),
    )
    draft = Draft(
        claim,
        text,
        about=tuple(StixId(one) for one in about or ()),
        markings=options.markings_of(marking),
        labels=tuple(label or ()),
        topics=tuple(topic or ()),
        regions=tuple(region or ()),
    )
    _say(make_claim(open_named(node), draft, who), "Made", is_json=as_json_)


@app.command("correct")
def correct(
    object_id: ClaimArgument,
    *,
    text: Annotated[str | None, typer.Option(help="What is claimed now; as before if absent.")] = None,
    question: options.QuestionOption = None,
    quantity: options.QuantityOption = None,
    unit: options.UnitOption = None,
    as_said: options.AsSaidOption = None,
    scheme: options.SchemeOption = None,
    reliability: options.ReliabilityOption = None,
    evaluation: options.EvaluationOption = None,
    descriptor: options.DescriptorOption = None,
    access: options.AccessOption = None,
    credibility: options.CredibilityOption = None,
    analytic_confidence: options.ConfidenceOption = None,
    likelihood: options.LikelihoodOption = None,
    valid_from: options.ValidFromOption = None,
    valid_to: options.ValidToOption = None,
    precision: options.PrecisionOption = None,
    basis: options.BasisOption = None,
    by: ByOption = None,
    node: NodeOption = None,
    as_json_: JsonOption = False,
) -> None:
    """Correct a claim of one's own: a new version, marked as corrected, that goes to whoever has the old one."""
    from sepakat.exchange.claiming import correct_claim
    from sepakat.stix.identifiers import StixId

    said = options.Said(
        quantity, unit, as_said, scheme, reliability, evaluation, descriptor, access, None, credibility,
        analytic_confidence, likelihood, valid_from, valid_to, precision, tuple(basis or ()),
    )  # fmt: skip
    changes = said.members() | ({"question": question} if question else {})
    if not changes and text is None:
        raise typer.BadParameter("nothing to correct: give --text or another option")
    made = correct_claim(open_named(node), StixId(object_id), changes, text, person(by))
    _say(made, "Corrected", is_json=as_json_)


@app.command("withdraw")
def withdraw(
    object_id: ClaimArgument,
    *,
    reason: Annotated[str, typer.Option(help="Why; it stands in the new version.", show_default=False)],
    by: ByOption = None,
    node: NodeOption = None,
    as_json_: JsonOption = False,
) -> None:
    """Say that one no longer stands by a claim of one's own; it stays readable and supports nothing any more."""
    from sepakat.exchange.claiming import withdraw_claim
    from sepakat.stix.identifiers import StixId

    _say(withdraw_claim(open_named(node), StixId(object_id), reason, person(by)), "Withdrew", is_json=as_json_)


@app.command("opinion")
def opinion(
    object_id: ClaimArgument,
    word: Annotated[
        str,
        typer.Argument(
            metavar="OPINION", help="strongly-disagree, disagree, neutral, agree or strongly-agree.", show_default=False
        ),
    ],
    *,
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    scheme: options.SchemeOption = None,
    reliability: options.ReliabilityOption = None,
    evaluation: options.EvaluationOption = None,
    credibility: options.CredibilityOption = None,
    marking: options.MarkOption = None,
    by: ByOption = None,
    node: NodeOption = None,
    as_json_: JsonOption = False,
) -> None:
    """Say what this party thinks of a claim, and how it would rate it; the claim stays as it is."""
    from sepakat.exchange.claiming import Rating, Stance, give_opinion
    from sepakat.stix.identifiers import StixId

    said = options.Said(scheme=scheme, reliability=reliability, evaluation=evaluation)
    stance = Stance(word, reason, Rating(said.source(), credibility), options.markings_of(marking))
    made = give_opinion(open_named(node), StixId(object_id), stance, person(by))
    if as_json_:
        say_json({"id": made, "about": object_id, "opinion": word})
        return
    say(f"{made}: {word} with {object_id}.")


@app.command("list")
def list_(
    *,
    question: options.QuestionOption = None,
    kind: Annotated[str | None, typer.Option(help="Only this kind.")] = None,
    speaker: Annotated[str | None, typer.Option(metavar="ID", help="Only this speaker.")] = None,
    standing: Annotated[str | None, typer.Option(help="Only live, corrected or withdrawn.")] = None,
    as_of: options.AsOfOption = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 100,
    after: Annotated[str | None, typer.Option(metavar="ID", help="Go on after this id.")] = None,
    node: NodeOption = None,
    as_json_: JsonOption = False,
) -> None:
    """List claims by id, as they stand now or stood on a day."""
    from sepakat.exchange.claiming import ClaimQuery, list_claims
    from sepakat.stix.identifiers import StixId

    found = list_claims(
        open_named(node),
        ClaimQuery(
            question,
            kind,
            StixId(speaker) if speaker else None,
            standing,
            options.instant_of(as_of),
            limit,
            StixId(after) if after else None,
        ),
    )
    if as_json_:
        say_json([as_json(one) for one in found])
        return
    say_table(HEADERS, map(row_of, found), "No claims.")


@app.command("show")
def show(object_id: ClaimArgument, *, node: NodeOption = None, as_json_: JsonOption = False) -> None:
    """Show all versions of a claim: what it says, when it was true, said and received."""
    from sepakat.exchange.claiming import show_claim
    from sepakat.stix.identifiers import StixId

    versions = show_claim(open_named(node), StixId(object_id))
    if as_json_:
        say_json([as_json(one) for one in versions])
        return
    for one in versions:
        _say_version(one)


@app.command("copies")
def copies(
    object_id: Annotated[
        str | None, typer.Argument(metavar="ID", help="Only what concerns this claim; everything if absent.")
    ] = None,
    *,
    question: options.QuestionOption = None,
    node: NodeOption = None,
    as_json_: JsonOption = False,
) -> None:
    """Warn of undeclared copying: claims that share odd figures, names, slips or wording beyond the facts.

    A warning discounts nothing: independent reports of one event share facts too. The evidence is shown.
    """
    from sepakat.exchange.copies import copies_of, find_copies
    from sepakat.stix.identifiers import StixId

    opened = open_named(node)
    found = find_copies(opened, question) if object_id is None else copies_of(opened, StixId(object_id))
    if as_json_:
        say_json(
            [
                {
                    "claims": [one.first.id, one.second.id],
                    "sentence": one.evidence.sentence,
                    "figures": list(one.evidence.figures),
                    "names": list(one.evidence.names),
                    "slips": list(one.evidence.slips),
                    "likeness": round(one.evidence.likeness, 3),
                }
                for one in found
            ]
        )
        return
    rows = [(one.first.id, one.second.id, one.evidence.sentence) for one in found]
    say_table(("claim", "and claim", "evidence"), rows, "No warnings.")


@app.command("token")
def token(
    *,
    url: Annotated[str | None, typer.Option(help="The address of a public document.")] = None,
    file: Annotated[str | None, typer.Option(help="Its text, as a file; `-` reads standard input.")] = None,
    source: Annotated[str | None, typer.Option(help="A secret source, by the name that you have for it.")] = None,
    report: Annotated[str | None, typer.Option(help="Which report of that source.")] = None,
    community: Annotated[str, typer.Option(help="For which community the token is.")] = "",
    node: NodeOption = None,
    as_json_: JsonOption = False,
) -> None:
    """The root token of a source: of a public document (anybody gets the same), or of a secret one (only you can)."""
    from sepakat.claims.lineage import public_token
    from sepakat.cli.options import read_input
    from sepakat.errors import InputError
    from sepakat.exchange.claiming import token_of_secret

    if url is not None and file is not None and source is None:
        try:
            made = public_token(url, read_input(file, _MOST_BYTES).decode())
        except UnicodeDecodeError as error:
            raise InputError("text-not-utf8", f"{file} is no text in UTF-8") from error
        kind = "public"
    elif source is not None and report is not None and url is None and file is None:
        made, kind = token_of_secret(open_named(node), community, source, report), "secret"
    else:
        raise typer.BadParameter("give --url and --file, or --source and --report")
    if as_json_:
        say_json({"token": made, "kind": kind})
        return
    say_raw(made)


_MOST_BYTES = 50_000_000


def _say(made: Telling, did: str, *, is_json: bool) -> None:
    if is_json:
        say_json(as_json(made))
        return
    say(f"{did} {made.id}.")


def _say_version(one: Telling) -> None:
    valid = one.claim.valid
    lineage = one.claim.lineage
    say_fields(
        (
            ("claim", one.id),
            ("version", one.version),
            ("standing", one.standing),
            ("kind", one.claim.kind),
            ("speaker", one.claim.speaker_ref),
            ("question", one.claim.question),
            ("rating", rating(one)),
            ("true from", valid.from_ if valid else None),
            ("true to", valid.to if valid else None),
            ("said", instant(one.said_at)),
            ("received", instant(one.received_at)),
            ("origins", ", ".join(one.origins)),
            ("roots", ", ".join(lineage.roots) if lineage else "none declared"),
            ("through", ", ".join(lineage.via) if lineage else None),
        )
    )
    say_raw(one.text)
    say()
