"""The colours of the style sheet keep WCAG 2.2 AA contrast, light and dark (success criterion 1.4.3)."""

from __future__ import annotations

import re
from importlib.resources import files
from itertools import product

import pytest

TEXTS = ("ink", "quiet", "accent", "good", "part", "bad")
GROUNDS = ("ground", "paper", "sunk")
TLP = {"red": "#ff2b2b", "amber": "#ffc000", "green": "#33ff00", "clear": "#ffffff"}
"""FIRST, TLP 2.0: the colours of the words; the ground is black."""


def sheet() -> str:
    return files("sepakat.web").joinpath("static", "sepakat.css").read_text(encoding="utf-8")


def palette(scheme: str) -> dict[str, str]:
    light, dark = re.findall(r":root \{(.*?)\}", sheet(), re.DOTALL)
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", light if scheme == "light" else dark))


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_colour_is_readable_on_every_ground(scheme: str) -> None:
    colours = palette(scheme)
    for text, ground in product(TEXTS, GROUNDS):
        assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    assert contrast(colours["on-accent"], colours["accent"]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_edges_of_fields_and_buttons_can_be_seen(scheme: str) -> None:
    colours = palette(scheme)
    for ground in ("ground", "paper"):
        assert contrast(colours["strong-line"], colours[ground]) >= 3


def test_tlp_colours_are_those_of_first_on_black() -> None:
    assert re.search(r"\.tlp \{[^}]*background: #000000;", sheet())
    for level, colour in TLP.items():
        assert re.search(rf"\.tlp\.{level}\b[^{{]*\{{ color: {colour}; \}}", sheet()), level
        assert contrast(colour, "#000000") >= 4.5
