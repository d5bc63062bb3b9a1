"""Where things stand in a picture: the nodes of a graph around one in the middle. Numbers only; templates draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from sepakat.exchange.neighbours import Neighbour

WIDTH, HEIGHT = 720, 440
_SHORT = 26


@dataclass(frozen=True, slots=True)
class Placed:
    """A neighbour with the middle of its place, where its line ends and where the word on the line stands."""

    one: Neighbour
    x: float
    y: float
    word_x: float
    word_y: float
    label: str


def around(neighbours: Sequence[Neighbour]) -> tuple[Placed, ...]:
    """Neighbours on an ellipse around the middle, evenly, the first at the top; of many, every second further out."""
    placed = []
    for position, one in enumerate(neighbours):
        angle = 2 * pi * position / len(neighbours) - pi / 2
        reach = 1.0 if len(neighbours) <= 10 or position % 2 else 0.62
        x = WIDTH / 2 + cos(angle) * (WIDTH / 2 - 95) * reach
        y = HEIGHT / 2 + sin(angle) * (HEIGHT / 2 - 34) * reach
        label = one.title or one.type
        placed.append(
            Placed(
                one,
                round(x, 1),
                round(y, 1),
                round((x + WIDTH / 2) / 2, 1),
                round((y + HEIGHT / 2) / 2, 1),
                label if len(label) <= _SHORT else label[: _SHORT - 1] + "…",
            )
        )
    return tuple(placed)
