"""A picture of estimates over time: who said which number when, each with the reach that its hedge allows. SVG text.

Every mark is somebody's own number. There is no line through them and no average: nobody said one. Colours come from
the page (`currentColor`); what a mark means stands in its `<title>` and in the list below the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from sepakat.claims.claim import Quantity
from sepakat.claims.quantities import range_of
from sepakat.claims.words import amount_words, quantity_words

_LEFT, _RIGHT, _TOP, _LINE = 70, 20, 24, 18
_HEIGHT = 260
_HEAD = 16
_NOTES = 4


@dataclass(frozen=True, slots=True)
class Mark:
    """One estimate: by whom, when it was said, and whether the speaker still stands by it."""

    who: str
    said_at: datetime
    quantity: Quantity
    is_believed: bool = True


def draw_estimates(marks: Sequence[Mark], title: str, *, width: int = 720) -> str:
    """The picture as an SVG element; marks of one unit. Without marks it says that there are none."""
    drawn = sorted(marks, key=lambda mark: (mark.said_at, mark.who, quantity_words(mark.quantity)))
    height = _TOP + _HEIGHT + 2 * _HEAD + _LINE * (len(drawn) + 1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" class="estimates" font-family="sans-serif" font-size="12" fill="currentColor">',
        f"<title>{escape(title)}</title>",
    ]
    if drawn:
        parts += _Plot(drawn, width).parts()
    else:
        parts.append(f'<text x="{_LEFT}" y="{_TOP}">No estimates</text>')
    return "\n".join([*parts, "</svg>"])


class _Plot:
    """Where everything goes: time to the right, numbers upwards from zero, or from the least if it lies below."""

    def __init__(self, marks: Sequence[Mark], width: int) -> None:
        self._marks = marks
        self._width = width
        self._first, last = marks[0].said_at, marks[-1].said_at
        self._span = max((last - self._first).total_seconds(), 1.0)
        numbers = [number for mark in marks for number in _numbers(mark.quantity)]
        self._low = min(0.0, *numbers)
        self._high = max(*numbers, self._low + 1.0) * 1.1

    def parts(self) -> list[str]:
        """Axes, marks, list."""
        return [*self._axes(), *(part for place, mark in enumerate(self._marks, 1) for part in self._mark(place, mark))]

    def _x(self, instant: datetime) -> float:
        room = self._width - _LEFT - _RIGHT - 40
        part = (instant - self._first).total_seconds() / self._span
        return round(_LEFT + 20 + room * (part if len(self._marks) > 1 else 0.5), 1)

    def _y(self, number: float) -> float:
        return round(_TOP + _HEIGHT * (1 - (number - self._low) / (self._high - self._low)), 1)

    def _axes(self) -> list[str]:
        bottom, right = _TOP + _HEIGHT, self._width - _RIGHT
        unit = self._marks[0].quantity.unit
        lines = [
            f'<path d="M{_LEFT} {_TOP}V{bottom}H{right}" fill="none" stroke="currentColor"/>',
            f'<text x="{_LEFT}" y="{_TOP - 10}">{escape(unit)}</text>',
        ]
        for part in range(_NOTES + 1):
            number = self._low + (self._high - self._low) * part / _NOTES
            y = self._y(number)
            shown = amount_words(round(number)) if self._high - self._low >= 2 * _NOTES else f"{number:.2f}"
            lines.append(f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{shown}</text>')
            lines.append(
                f'<path d="M{_LEFT} {y}H{right}" stroke="currentColor" stroke-opacity="0.15" stroke-dasharray="2 3"/>'
            )
        ends = ((_LEFT, "start", self._first), (right, "end", self._marks[-1].said_at))
        for x, anchor, instant in ends if len(self._marks) > 1 else ends[:1]:
            day = instant.strftime("%Y-%m-%d")
            lines.append(f'<text x="{x}" y="{bottom + _HEAD}" text-anchor="{anchor}">{day}</text>')
        return lines

    def _mark(self, place: int, mark: Mark) -> list[str]:
        x = self._x(mark.said_at)
        reach = range_of(mark.quantity)
        low = self._y(self._low if reach.low is None else float(reach.low))
        high = float(_TOP) if reach.high is None else self._y(float(reach.high))
        words = f"{place}. {mark.said_at:%Y-%m-%d} {mark.who}: {quantity_words(mark.quantity)}"
        words += "" if mark.is_believed else " (withdrawn)"
        opacity = "1" if mark.is_believed else "0.4"
        shape = [
            f'<g class="estimate" opacity="{opacity}"><title>{escape(words)}</title>',
            f'<path d="M{x} {low}V{high}" stroke="currentColor" stroke-width="3"{_dashes(mark)}/>',
        ]
        if reach.high is None:
            shape.append(_arrow(x, high, high + 8))
        if reach.low is None:
            shape.append(_arrow(x, low, low - 8))
        if mark.quantity.point is not None:
            shape.append(f'<circle cx="{x}" cy="{self._y(float(mark.quantity.point))}" r="5"/>')
        shape.append(f'<text x="{x + 8}" y="{max(high + 12, _TOP + 12)}">{place}</text></g>')
        y = _TOP + _HEIGHT + 2 * _HEAD + _LINE * place
        shape.append(f'<text x="{_LEFT}" y="{y}">{escape(words)}</text>')
        return shape


def _arrow(x: float, tip: float, back: float) -> str:
    return f'<path d="M{x - 5} {back}L{x} {tip}L{x + 5} {back}" fill="none" stroke="currentColor"/>'


def _dashes(mark: Mark) -> str:
    return "" if mark.is_believed else ' stroke-dasharray="4 3"'


def _numbers(quantity: Quantity) -> list[float]:
    reach = range_of(quantity)
    return [float(number) for number in (reach.low, reach.high, quantity.point) if number is not None]
