"""Steps 5 and 6: `ru` passes on what is not its own, with consent; `us` recalls it, from both."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic

from sepakat.cli.demo.cast import Cast, everything, held
from sepakat.cli.demo.machine import together
from sepakat.cli.demo.material import COALITION, ONWARD, OUT, PACT

OBJECT = "crossing"
ORIGIN_AND_LABEL = {"OriginAllows", "AmongReaders"}
ANSWER_SECONDS = 40


def pass_on(cast: Cast) -> None:
    """Play step 5."""
    story, object_id, purpose = cast.story, cast.material.id_of(OBJECT), "Joint watch on the border"
    cast.fr.ask("sync", "ru")
    story.check("fr has not got it", object_id not in held(cast.fr))
    _check_withheld(cast, object_id)
    story.command("ru", f'sepakat consent request {object_id} --to fr --purpose "{purpose}"')
    asked = cast.ru.ask("consent", "request", object_id, "--to", "fr", "--purpose", purpose)["consents"]
    waiting = [one["id"] for one in cast.us.ask("consent", "list") if one["granted"] is None]
    story.check("us has the request", waiting == [one["id"] for one in asked], str(waiting))
    for request in waiting:
        story.command("us", f"sepakat consent grant {request}")
        cast.us.run("consent", "grant", request)
    story.command("fr", "sepakat sync ru")
    cast.fr.ask("sync", "ru")
    ours, theirs = (
        {one["id"]: one for one in listed["objects"]} for listed in together(everything, (cast.us, cast.fr))
    )
    got = theirs.get(object_id, {})
    story.check("now fr has it, byte for byte as us wrote it", got.get("digest") == ours[object_id]["digest"])
    story.check("  with us as its origin", got.get("origins") == ["us"], str(got.get("origins")))
    alone = [one for one in cast.material.entries if one.expected[PACT] != OUT and one.expected[COALITION] == OUT]
    others = [one.key for one in alone if one.key != OBJECT and one.id in theirs]
    story.check(f"  and none of the {len(alone) - 1} others that us gave ru alone", not others, *others)


def _check_withheld(cast: Cast, object_id: str) -> None:
    story, command = cast.story, ("explain", object_id, "--to", "fr", "--agreement", ONWARD)
    story.command("ru", f"sepakat {' '.join(command)}")
    said, [decision] = together(lambda ask: ask(*command), (cast.ru.run, cast.ru.ask))
    story.quote(said.output)
    failing = {finding["rule"] for finding in decision["findings"] if finding["verdict"] == "withholds"}
    words = "withheld: its origin and its label are the only rules that say no"
    story.check(words, decision["outcome"] == OUT and failing == ORIGIN_AND_LABEL, f"failing: {sorted(failing)}")


def recall(cast: Cast) -> None:
    """Play step 6."""
    story, object_id, reason = cast.story, cast.material.id_of(OBJECT), "The source is in danger"
    story.command("us", f'sepakat recall {object_id} --reason "{reason}"')
    started = cast.us.ask("recall", object_id, "--reason", reason)["id"]
    answers = _wait_for_answers(cast, started, {"ru", "fr"})
    for machine, ids in zip((cast.ru, cast.fr), together(held, (cast.ru, cast.fr)), strict=True):
        story.check(f"it has disappeared at {machine.party}", object_id not in ids)
    rows = [row for view in cast.ru.ask("view", "fr") for row in view["objects"] if row["original"] == object_id]
    live = [row["id"] for row in rows if row["standing"] == "live"]
    story.check("ru gives it to nobody any more", not live, *live)
    for party in ("ru", "fr"):
        said = answers.get(party)
        story.check(f"the answer of {party} stands at us: {said or 'none'}", said in ("restricted", "deleted"))
    story.command("us", "sepakat recalls list")
    story.quote(cast.us.run("recalls", "list").output)


def _wait_for_answers(cast: Cast, started: str, parties: set[str]) -> dict[str, str]:
    """The answers, once all are there: messages travel in the background."""
    answers: dict[str, str] = {}

    def all_answered() -> bool:
        for one in cast.us.ask("recalls", "list"):
            if one["id"] == started:
                answers.update({answer["party"]: answer["action"] for answer in one["answers"] if answer["action"]})
        return parties <= answers.keys()

    _wait_until(all_answered)
    return answers


def _wait_until(is_so: Callable[[], bool]) -> None:
    pause = threading.Event()
    deadline = monotonic() + ANSWER_SECONDS
    while not is_so() and monotonic() < deadline:
        pause.wait(0.5)
