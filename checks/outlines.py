"""Draws the outlines of the map anew: `python -m checks.outlines countries-110m.json`.

The file is that of the npm package `world-atlas`, which has Natural Earth's public-domain outlines as TopoJSON: chains
of points, each a step from the one before, that neighbours share. Every chain is drawn once, in tenths of a degree.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from checks.tree import ROOT

STATIC = ROOT / "src" / "sepakat" / "web" / "static"
STROKES = {"world.svg": "4", "world-near.svg": "0.5"}
"""How thick lines are, for the whole world and for a part of it: a picture in a picture scales its lines too."""

WIDTH, HEIGHT = 3600, 1800
_HEAD = (
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"><path fill="none" stroke="#808b95" '
    'stroke-width="STROKE" stroke-linejoin="round" d="'
)


def drawn(topology: dict[str, object]) -> str:
    """The picture: 3600 by 1800, ten to a degree, 180 west and 90 north at its corner."""
    scale, move = topology["transform"]["scale"], topology["transform"]["translate"]  # type: ignore[index]
    chains = (_chain(arc, scale, move) for arc in topology["arcs"])  # type: ignore[attr-defined]
    return _HEAD + "".join(chains) + '"/></svg>\n'


def _chain(arc: Sequence[Sequence[int]], scale: Sequence[float], move: Sequence[float]) -> str:
    x = y = 0
    places: list[tuple[int, int]] = []
    for step in arc:
        x, y = x + step[0], y + step[1]
        longitude, latitude = x * scale[0] + move[0], y * scale[1] + move[1]
        place = (round((longitude + 180) * 10), round((90 - latitude) * 10))
        if not places or place != places[-1]:
            places.append(place)
    return "".join(_steps(places))


def _steps(places: Sequence[tuple[int, int]]) -> Iterator[str]:
    last = places[0]
    yield f"M{last[0]} {last[1]}l" if len(places) > 1 else ""
    for number, (x, y) in enumerate(places[1:]):
        right, down = x - last[0], y - last[1]
        last = (x, y)
        yield f"{' ' if number and right >= 0 else ''}{right}{' ' if down >= 0 else ''}{down}"


def main() -> int:
    """Draw."""
    picture = drawn(json.loads(Path(sys.argv[1]).read_text("utf-8")))
    for name, stroke in STROKES.items():
        (STATIC / name).write_text(picture.replace("STROKE", stroke, 1), encoding="utf-8")
        print(f"wrote {STATIC / name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
