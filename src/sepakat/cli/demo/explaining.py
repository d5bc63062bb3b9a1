"""Step 4: one released, one cut and one withheld object, explained with what every rule found."""

from __future__ import annotations

from sepakat.cli.demo.cast import Cast
from sepakat.cli.demo.machine import together
from sepakat.cli.demo.material import OUT, PACT, VARIANT, WHOLE

SHOWN = {WHOLE: "five-hundred", VARIANT: "relay-address", OUT: "safehouse"}


def explain(cast: Cast) -> None:
    """Play the step."""
    story = cast.story
    commands = [("explain", cast.material.id_of(key), "--to", "ru", "--agreement", PACT) for key in SHOWN.values()]
    printed = together(lambda command: cast.us.run(*command).output, commands)
    decisions = together(lambda command: cast.us.ask(*command)[0], commands)
    for (outcome, key), command, text, decision in zip(SHOWN.items(), commands, printed, decisions, strict=True):
        story.command("us", f"sepakat {' '.join(command)}")
        story.quote(text)
        verdicts = {finding["verdict"] for finding in decision["findings"]}
        fitting = {
            WHOLE: not verdicts & {"withholds", "cuts"},
            VARIANT: "cuts" in verdicts,
            OUT: "withholds" in verdicts,
        }
        words = f"{key}: {outcome}, with what each of {len(decision['findings'])} rules found"
        story.check(words, decision["outcome"] == outcome and fitting[outcome], decision["sentence"])
    first, *others = [[finding["rule"] for finding in decision["findings"]] for decision in decisions]
    words = "every rule has its say, also after the first refusal"
    story.check(words, bool(first) and all(rules == first for rules in others))
