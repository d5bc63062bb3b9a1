"""A claim in plain words: what a reader without Sepakat sees in the content or description of the object.

Decides the wording of number, hedge, rating, likelihood, time and status. Every figure is the speaker's own: nothing is
rounded, averaged or moved from one scale to another. Sentences are in English and end in a full stop.
"""

from __future__ import annotations

from collections.abc import Iterator

from sepakat.claims.claim import Amount, Claim, Likelihood, Quantity, Source, Valid
from sepakat.claims.vocabulary import ADMIRALTY, LIKELIHOODS, SOURCE_SCHEMES

_KIND_WORDS = {
    "fact": "Stated as a fact",
    "report": "Reported",
    "assessment": "Assessed",
    "estimate": "Estimated",
    "hypothesis": "Put up as a hypothesis",
    "offer": "Offered",
    "denial": "Denied",
    "accusation": "Accused",
    "question": "Asked",
}


def amount_words(amount: Amount) -> str:
    """A number as people write it: without a needless fraction, thousands apart."""
    if isinstance(amount, float) and amount.is_integer() and abs(amount) < 2**53:
        amount = int(amount)
    return f"{amount:,}" if isinstance(amount, int) else repr(amount)


def quantity_words(quantity: Quantity) -> str:
    """The number with its hedge and unit: `about 500 or more people`."""
    point, low, high = (None if n is None else amount_words(n) for n in (quantity.point, quantity.min, quantity.max))
    match quantity.qualifier:
        case "exactly":
            words = f"exactly {point}"
        case "about":
            words = f"about {point}{_bounds(low, high)}"
        case "at-least":
            words = f"at least {low}"
        case "at-most":
            words = f"at most {high}"
        case "between":
            words = f"between {low} and {high}"
        case _:
            words = f"about {point} or more"
    words += f" {quantity.unit}"
    return words if quantity.qualifier != "between" or point is None else f"{words}, most likely {point}"


def _bounds(low: str | None, high: str | None) -> str:
    if low is not None and high is not None:
        return f" ({low} to {high})"
    if low is not None:
        return f" ({low} or more)"
    return "" if high is None else f" ({high} or less)"


def rating_words(source: Source | None, credibility: int | None) -> str | None:
    """The rating in its own scheme, code and meaning; None when nothing is rated."""
    # A variant may have lost the scheme: its letter then means nothing, and is left out.
    named = source if source is not None and source.scheme is not None else None
    scheme = SOURCE_SCHEMES[named.scheme if named is not None and named.scheme is not None else ADMIRALTY]
    letter = named.reliability if named else None
    code = credibility if credibility is not None else named.evaluation if named else None
    if letter is None and code is None:
        return None
    parts = []
    if letter is not None:
        parts.append(f"source: {scheme.reliability[letter]}")
    if code is not None:
        parts.append(f"information: {scheme.information[code]}")
    return f"{scheme.name} {letter or ''}{code or ''} ({'; '.join(parts)})"


def source_words(source: Source | None, credibility: int | None) -> str | None:
    """Where it is from and how that is rated: `reported by a liaison officer, Admiralty B2 (...)`."""
    descriptor = source.descriptor if source else None
    access = f"access: {source.access}" if source and source.access else None
    parts = [f"reported by {descriptor}" if descriptor else None, access, rating_words(source, credibility)]
    said = [part for part in parts if part]
    return ", ".join(said) if said else None


def likelihood_words(likelihood: Likelihood) -> str:
    """The word with its scale and range: `likely (ICD 203: 55 to 80 %)`."""
    scheme = LIKELIHOODS.get(likelihood.scheme)
    low, high = likelihood.low, likelihood.high
    if scheme is not None and (word := scheme.word(likelihood.term)) is not None:
        low, high = word.low, word.high
    limits = None if low is None or high is None else f"{amount_words(low)} to {amount_words(high)} %"
    notes = [note for note in (scheme.name if scheme else None, limits) if note]
    return f"{likelihood.term} ({': '.join(notes)})" if notes else likelihood.term


def valid_words(valid: Valid) -> str | None:
    """When it is true: `from 2014-10-14 to 2014-10-15`; to the day or finer, as `precision` says."""
    digits = {"year": 4, "month": 7, "day": 10, "hour": 13, "minute": 16, "second": 19}.get(valid.precision or "", 0)

    def shown(text: str) -> str:
        return (text[:digits] if digits else text).replace("T", " ")

    parts = [f"from {shown(valid.from_)}" if valid.from_ else None, f"to {shown(valid.to)}" if valid.to else None]
    said = [part for part in parts if part]
    if valid.from_ and valid.from_ == valid.to:
        return f"at {shown(valid.from_)}"
    return " ".join(said) if said else None


def claim_words(claim: Claim, speaker: str | None = None, *, describe_source: bool = False) -> str:
    """The claim's number, hedge, rating, time and status as sentences; `speaker` is a name to say whose it is.

    The source's descriptor and access stand in the words only if `describe_source`: free text goes out whole where the
    extension's `source` may be cut, so words for sending have the rating alone.
    """
    sentences = _sentences(claim, speaker, describe_source)
    return " ".join(f"{sentence[0].upper()}{sentence[1:]}." for sentence in sentences)


def _sentences(claim: Claim, speaker: str | None, describe_source: bool) -> Iterator[str]:
    first = _KIND_WORDS[claim.kind] + (f" by {speaker}" if speaker else "")
    if claim.quantity is not None:
        first += f": {quantity_words(claim.quantity)}"
        if claim.quantity.as_said:
            first += f' (as said: "{claim.quantity.as_said}")'
    yield first
    if claim.likelihood is not None:
        yield f"likelihood: {likelihood_words(claim.likelihood)}"
    if claim.analytic_confidence is not None:
        yield f"analytic confidence: {claim.analytic_confidence}"
    source = (source_words if describe_source else rating_words)(claim.source, claim.credibility)
    if source is not None:
        yield source
    if claim.valid is not None and (when := valid_words(claim.valid)) is not None:
        yield f"true {when}"
    if claim.person is not None:
        yield f"about a person: {claim.person.category}"
    yield from _caution(claim)


def _caution(claim: Claim) -> Iterator[str]:
    if claim.lineage is not None and not claim.lineage.roots:
        yield "independence of sources unknown"
    if claim.made_by is not None and claim.made_by.maker == "program":
        yield "extracted by a program; not confirmed by a person"
    if claim.status in ("corrected", "withdrawn"):
        yield f"status: {claim.status}"
