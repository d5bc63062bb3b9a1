from __future__ import annotations

import io

import pytest
from rich.console import Console

from sepakat.cli.demo.story import Story, StoryEnded


def story() -> tuple[Story, io.StringIO]:
    text = io.StringIO()
    return Story(Console(file=text, width=200, highlight=False)), text


def test_a_story_of_ticks_is_as_it_should_be() -> None:
    told, text = story()
    told.step(1, "First")
    told.check("it is so", True, "not shown")
    told.step(2, "Second")
    assert told.close()
    assert "✓ it is so" in text.getvalue()
    assert "not shown" not in text.getvalue()
    assert "All 1 checks" in text.getvalue()


def test_a_cross_ends_the_story_before_the_next_step_and_says_what_was_found() -> None:
    told, text = story()
    told.check("it is so", False, "it is not")
    with pytest.raises(StoryEnded):
        told.step(2, "Second")
    assert not told.close()
    assert "✗ it is so" in text.getvalue()
    assert "it is not" in text.getvalue()
    assert "Second" not in text.getvalue()


def test_what_others_wrote_is_not_taken_as_markup() -> None:
    told, text = story()
    told.tell("[bold]x[/bold]")
    told.check("[red]y", True)
    told.quote("z\x1b[2J")
    told.table(("a", "b"), [("[link]", "whole")])
    assert "[bold]x[/bold]" in text.getvalue()
    assert "[red]y" in text.getvalue()
    assert "\x1b[2J" not in text.getvalue()
    assert "[link]" in text.getvalue()
