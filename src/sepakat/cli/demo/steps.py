"""The story: nine steps, each of which ends it if something is not as it should be."""

from __future__ import annotations

from collections.abc import Callable

from sepakat.cli.demo.cast import Cast
from sepakat.cli.demo.contesting import contest
from sepakat.cli.demo.counting import count
from sepakat.cli.demo.explaining import explain
from sepakat.cli.demo.passing_on import pass_on, recall
from sepakat.cli.demo.proving import verify
from sepakat.cli.demo.setting_up import agree
from sepakat.cli.demo.sharing import share, take_in
from sepakat.cli.demo.story import StoryEnded
from sepakat.errors import SepakatError

STEPS: tuple[tuple[str, Callable[[Cast], None]], ...] = (
    ("Four parties set up their nodes, exchange cards and agree", agree),
    ("us takes in what it knows", take_in),
    ("The others synchronise; each gets what was agreed, and nothing else", share),
    ("Why, and why not", explain),
    ("ru wants to pass an AMBER object of us on to fr", pass_on),
    ("us takes it back", recall),
    ("A contested question: five governments and a group answer differently", contest),
    ("One story reaches us by three ways, and counts once", count),
    ("The proof: every log verifies, and one changed byte is found", verify),
)


def play(cast: Cast) -> bool:
    """Play all steps; whether everything was as it should be."""
    story = cast.story
    try:
        for number, (title, step) in enumerate(STEPS, 1):
            story.step(number, title)
            step(cast)
        story.end_step()
    except StoryEnded:
        story.note("The story ends here: what follows builds on this step.")
    except SepakatError as error:
        story.check(error.message, False)
    return story.close()
