"""Random claims for the worlds: right in form, but for a few whose kind no vocabulary knows."""

from __future__ import annotations

from typing import Any

from sepakat.claims.extension import CLAIM_EXTENSION
from tests.support.worlds_objects import Plan

CARRIERS = {
    "note": "content",
    "relationship": "description",
    "sighting": "description",
    "incident": "description",
    "report": "description",
}
_CONFIDENCE = {1: 90, 2: 70, 3: 50, 4: 30, 5: 10}


def add_claim(plan: Plan, content: dict[str, Any]) -> None:
    """Make an object carry a claim, with the words and the confidence that go with it."""
    claim = _claim(plan)
    words = CARRIERS[content["type"]]
    content.setdefault(words, "in plain words")
    content.pop("confidence", None)
    if claim.get("credibility") in _CONFIDENCE:
        content["confidence"] = _CONFIDENCE[claim["credibility"]]
    content["extensions"] = {**content.get("extensions", {}), CLAIM_EXTENSION: claim}


def _claim(plan: Plan) -> dict[str, Any]:
    claim: dict[str, Any] = {
        "extension_type": "property-extension",
        "kind": plan.pick(("fact", "report", "report", "assessment", "estimate", "accusation")),
    }
    if plan.chance(0.02):
        claim["kind"] = "rumour"
    if plan.chance(0.6):
        claim["source"] = _source(plan)
    if plan.chance(0.6) and claim.get("source", {}).get("scheme") != "europol-4x4":
        claim["credibility"] = plan.pick((1, 2, 2, 3, 4, 6))
    if plan.chance(0.4) and plan.identities:
        claim["speaker_ref"] = plan.pick(plan.identities)
    if plan.chance(0.5):
        claim["basis"] = [_basis(plan) for _ in range(plan.random.randint(1, 2))]
    if plan.chance(0.2):
        claim["person"] = {"category": plan.pick(("office-holder", "office-holder", "suspect", "witness", "unknown"))}
    if plan.chance(0.15):
        claim["lineage"] = {"roots": [_hash(plan)], "via": ["us", "ru", "fr"], "depth": 3}
    if plan.chance(0.2):
        claim["quantity"] = {"point": 500, "unit": "people", "qualifier": "about-or-more", "as_said": "perhaps 500"}
    return claim


def _source(plan: Plan) -> dict[str, Any]:
    source: dict[str, Any] = {"descriptor": "a person with access", "access": plan.pick(("direct", "indirect"))}
    if plan.chance(0.7):
        source["token"] = _hash(plan)
    if plan.chance(0.6):
        source |= {"scheme": "admiralty", "reliability": plan.pick("ABBCCDEF")}
    elif plan.chance(0.7):
        source |= {"scheme": "europol-4x4", "reliability": plan.pick("ABCX"), "evaluation": 1}
    return source


def _basis(plan: Plan) -> dict[str, Any]:
    if plan.chance(0.2):
        return {"token": _hash(plan), "role": "quotes"}
    role = plan.pick(("primary-source", "quotes", "derived", "supports", "contradicts"))
    return {"object_ref": plan.anything(), "role": role}


def _hash(plan: Plan) -> str:
    return f"{plan.random.getrandbits(256):064x}"
