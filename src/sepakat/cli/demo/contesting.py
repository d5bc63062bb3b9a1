"""Step 7: one attack, five governments and a group that answer differently; side by side, and nobody's word is changed.

The facts are those of the report that the requirements come from, in our words: a group claims an attack, one state
doubts that, the services of two others confirm it, one denies an accusation, one says why two attackers could travel.
"""

from __future__ import annotations

import json
from typing import Any

from sepakat.cli.demo.cast import Cast
from sepakat.cli.demo.machine import together

KEY = "responsibility/concert-hall-attack:ru-mow:2024-03"
STAMP = "2024-03-23T08:00:00.000Z"

SPEAKERS = {
    "group": "Islamic State",
    "us": "United States",
    "ru": "Russia",
    "fr": "France",
    "tj": "Tajikistan",
    "tr": "Türkiye",
}
SAID: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("group", "fact", "The attack was ours.", ()),
    ("us", "assessment", "The group that claims it did it.", ("--analytic-confidence", "high")),
    ("ru", "denial", "We do not believe that this group was behind it.", ()),
    ("ru", "accusation", "There is proof that the attackers had ties to Ukrainian nationalists.", ()),
    ("fr", "assessment", "Our services confirm that the group did it.", ("--likelihood", "stix-wep:highly likely")),
    ("tj", "denial", "Nobody recruits our citizens as fighters, as Russia holds against Ukraine.", ()),
    ("tr", "report", "Two of the attackers moved freely between us and Russia: there was no arrest warrant.", ()),
)
HYPOTHESES = ("The group did it by itself.", "Others stood behind it.")


def contest(cast: Cast) -> None:
    """Play the step, at `us` alone: what is unmarked stays there."""
    story, us = cast.story, cast.us
    ids = {name: _identity(number, known) for number, (name, known) in enumerate(SPEAKERS.items(), 1)}
    file = cast.place / "speakers.json"
    bundle = {"type": "bundle", "id": "bundle--6f0b2f6e-0f57-4b0a-8e0f-2b9f6f7f9c20", "objects": list(ids.values())}
    file.write_text(json.dumps(bundle, ensure_ascii=False), encoding="utf-8")
    ask = ("questions", "ask", "Who was behind the attack on the concert hall?", "--key", KEY)
    story.command("us", f"sepakat questions ask {ask[2]!r} --key {KEY}")
    together(lambda command: us.run(*command), (("take-in", str(file)), ask))

    def make(said: tuple[str, str, str, tuple[str, ...]]) -> dict[str, Any]:
        who, kind, text, more = said
        found: dict[str, Any] = us.ask(
            "claims", "make", text, "--kind", kind, "--question", KEY, "--speaker", ids[who]["id"], *more
        )
        return found

    story.command("us", "sepakat claims make 'Our services confirm ...' --kind assessment --likelihood ...")
    made = list(together(make, SAID))
    up = [*together(lambda text: make(("us", "hypothesis", text, ())), HYPOTHESES)]
    first, second = (one["id"] for one in up)
    judged = ((second, made[4]["id"], "inconsistent"), (first, made[4]["id"], "consistent"))
    together(lambda cell: us.run("questions", "judge", KEY, *cell, "--by", "demo"), judged)
    story.command("us", f"sepakat questions show {KEY}")
    shown = us.ask("questions", "show", KEY)
    rows = [(one["speaker"], one["claim"]["kind"], one["statement"]) for one in _claims(shown)]
    story.table(("who", "kind", "what"), rows)
    told = {(SPEAKERS[who], text) for who, _, text, _ in SAID}
    story.check("every claim stands there as it was said", told <= {(who, text) for who, _, text in rows})
    words = "; ".join(shown["contested_by"])
    story.check(f"the question is contested: {words}", shown["state"] == "contested", shown["state"])
    least = shown["matrix"]["least_against"]
    words = "against which hypothesis least is known, with the working; there is no field for a winner"
    story.check(words, least == [first] and "winner" not in json.dumps(shown), str(least))


def _claims(shown: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for answer in shown["answers"] for one in answer["claims"]]


def _identity(number: int, name: str) -> dict[str, Any]:
    return {
        "type": "identity",
        "spec_version": "2.1",
        "id": f"identity--6f0b2f6e-0f57-4b0a-8e0f-{number:012d}",
        "created": STAMP,
        "modified": STAMP,
        "name": name,
        "identity_class": "group",
    }
