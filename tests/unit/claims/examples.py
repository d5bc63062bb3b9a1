"""Claims and carriers that the tests share: the estimate of 2014, with everything that a claim can say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sepakat.claims.building import Carrier, build_claim
from sepakat.claims.claim import Basis, Claim, Likelihood, Lineage, MadeBy, Person, Quantity, Source, Span, Valid
from sepakat.stix.identifiers import PartyId, StixId

UUID = "8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"
NOTE = StixId(f"note--{UUID}")
SPEAKER = StixId(f"identity--{UUID}")
AT = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)
ROOT = "ab" * 32
TOKEN = "cd" * 32

ABOUT_500 = Quantity("about-or-more", "people", point=500, as_said="perhaps around 500 people or more")

FULL = Claim(
    kind="estimate",
    speaker_ref=SPEAKER,
    question="strength/fighters:2014-10",
    quantity=ABOUT_500,
    source=Source(TOKEN, "admiralty", "B", None, "direct", "a liaison officer"),
    credibility=2,
    analytic_confidence="moderate",
    likelihood=Likelihood("icd-203", "likely", 55, 80),
    valid=Valid("2014-10-14T00:00:00Z", "2014-10-15T00:00:00Z", "day"),
    basis=(Basis("quotes", object_ref=StixId(f"report--{UUID}")), Basis("derived", digest=ROOT)),
    lineage=Lineage((ROOT,), (PartyId("ru"), PartyId("us")), 3),
    person=Person("office-holder"),
    status="live",
    made_by=MadeBy("person", "desk officer"),
    span=Span(ROOT, 10, 45),
)


def carrier(**properties: Any) -> Carrier:
    return Carrier(NOTE, AT, AT, SPEAKER, {"object_refs": [SPEAKER]} | properties)


def full_note() -> dict[str, Any]:
    return build_claim(FULL, carrier(), "A minister gave an estimate.", "the minister")
