"""What a faultless extraction would propose for a gold: the gold turned into a proposal document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.intake_form import HEADER, MEMBERS

PAGES = Path(__file__).resolve().parents[3] / "benchmarks" / "pages"
GOLDS = sorted(PAGES.glob("*/*.gold.json"))


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def faultless(gold: Mapping[str, Any]) -> dict[str, Any]:
    header = gold["header"]
    filling = ["x"] * (header["body_paragraphs"] - 2)
    found: dict[str, Any] = {
        "proposal": 1,
        "header": {name: value for name, value in header.items() if name in HEADER},
        "body": [header["body_first"] + " ...", *filling, "... " + header["body_last"]],
        **{name: list(gold[name]) for name in ("boilerplate", "other", "countries")},
    }
    for layer, members in MEMBERS.items():
        if layer in gold:
            found[layer] = [_proposed(layer, item, members) for item in gold[layer]]
    return found


def _proposed(layer: str, item: Mapping[str, Any], members: tuple[str, ...]) -> dict[str, Any]:
    kept = {name: value for name, value in item.items() if name in {*members, "section"}}
    if layer == "places":
        kept["type"] = item["type"][0]
    if "also_known_as" in item:
        kept["aka"] = item["also_known_as"]
    if layer == "events":
        kept |= {"trigger": item["triggers"][0], "sentence": item["triggers"][0]}
        kept["places"] = [item["place"]] if item.get("place") else item.get("places", [])
    if layer == "statements":
        kept["content"] = item.get("content", item.get("start"))
    return kept
