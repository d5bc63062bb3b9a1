"""Text from others made fit for a terminal: no control characters, so that nobody's object can move our cursor."""

from __future__ import annotations


def plain(text: object) -> str:
    """The text in one line, with everything unprintable written out as an escape."""
    return "".join(_shown(character) for character in str(text))


def plain_lines(text: object) -> str:
    """The text with its line ends kept and everything else unprintable written out."""
    return "\n".join(plain(line) for line in str(text).split("\n"))


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    return character.encode("unicode_escape").decode("ascii")
