"""When a proposed value counts as the same as one of the gold: the match rules of the scorer, each a plain function.

Every rule takes the gold's value first and answers yes or no; texts are compared after `plain`, so that case, quotes,
white space, accents and invisible characters never decide. Nothing here knows a page, a language or a layer.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from difflib import SequenceMatcher
from typing import Any

Rule = Callable[[Any, Any], bool]

EARTH_KM = 6371.0
NEAR_KM = 25.0
HALF = 0.5
_ARTICLES = ("the ", "a ", "an ")
_DURATION = re.compile(r"^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$")
_HOURS = (8760.0, 730.0, 168.0, 24.0, 1.0, 1 / 60)

HEDGE_CLASSES = {
    "exactly": "exactly",
    "about": "about",
    "about-or-more": "about-or-more",
    "at-least": "lower bound",
    "more-than": "lower bound",
    "at-most": "upper bound",
    "less-than": "upper bound",
    "between": "between",
    "several": "several",
}
"""The words for a hedge and the class in which they are compared."""


def plain(text: object) -> str:
    """A text without what does not matter: compatibility forms, accents, invisible characters, case, punctuation."""
    decomposed = unicodedata.normalize("NFKD", str(text))
    kept = "".join(c for c in decomposed if unicodedata.category(c) not in {"Cf", "Mn"})
    return " ".join(re.sub(r"(?<=\w)['\u2019\u02bc](?=\w)|[^\w%+]", _gap, kept.casefold()).split())


def _gap(found: re.Match[str]) -> str:
    return "" if found.group() in "'\u2019\u02bc" else " "


def overlap(one: object, other: object) -> float:
    """How far two spans cover each other: the words they share in order, of all the words of both."""
    left, right = plain(one).split(), plain(other).split()
    if not left or not right:
        return 0.0
    shared = sum(block.size for block in SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks())
    return shared / (len(left) + len(right) - shared)


def holds(one: object, other: object) -> bool:
    """Whether one text holds the other in whole words."""
    left, right = f" {plain(one)} ", f" {plain(other)} "
    return bool(left.strip() and right.strip()) and (left in right or right in left)


def same_value(gold: Any, proposed: Any) -> bool:
    """Exactly the same."""
    return bool(gold == proposed)


def one_of(gold: Any, proposed: Any) -> bool:
    """One of those that the gold allows."""
    return bool(proposed in gold)


def same_text(gold: Any, proposed: Any) -> bool:
    """The same after `plain`."""
    return plain(gold) == plain(proposed) != ""


def same_name(gold: Any, proposed: Any) -> bool:
    """The same name, with or without an article before it."""
    return _bare(gold) == _bare(proposed) != ""


def _bare(name: object) -> str:
    text = plain(name)
    return next((text.removeprefix(article) for article in _ARTICLES if text.startswith(article)), text)


def starts_with(gold: Any, proposed: Any) -> bool:
    """The proposal begins as the gold says."""
    return plain(gold) != "" and plain(proposed).startswith(plain(gold))


def ends_with(gold: Any, proposed: Any) -> bool:
    """The proposal ends as the gold says."""
    return plain(gold) != "" and plain(proposed).endswith(plain(gold))


def half_the_words(gold: Any, proposed: Any) -> bool:
    """At least half of the words of both are shared, in order."""
    return overlap(gold, proposed) >= HALF


def spans_meet(gold: Any, proposed: Any) -> bool:
    """At least half shared, or one inside the other."""
    return half_the_words(gold, proposed) or holds(gold, proposed)


def same_verb(gold: Any, proposed: Any) -> bool:
    """The same first word, the Indonesian `-nya` apart."""
    left, right = (plain(value).split()[:1] for value in (gold, proposed))
    return bool(left and right) and left[0].removesuffix("nya") == right[0].removesuffix("nya")


def same_instant(gold: Any, proposed: Any) -> bool:
    """The same instant, in whatever zone it is written."""
    left, right = _instant(gold), _instant(proposed)
    return left is not None and left == right


def _instant(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return None if found.tzinfo is None else found.astimezone(UTC)


def same_time(gold: Any, proposed: Any) -> bool:
    """The same instant where the gold has a clock time, the same day, month or interval where it has none."""
    if "T" in str(gold):
        return same_instant(gold, proposed)
    if "T" in str(proposed) and "/" not in str(gold):
        return str(proposed).startswith(str(gold))
    return str(gold) == str(proposed)


def same_duration(gold: Any, proposed: Any) -> bool:
    """The same length: `P1W` is `P7D`."""
    left, right = _hours(gold), _hours(proposed)
    return left is not None and right is not None and math.isclose(left, right)


def _hours(text: object) -> float | None:
    found = _DURATION.match(str(text))
    if not found or not any(found.groups()):
        return None
    return sum(int(part) * hours for part, hours in zip(found.groups(), _HOURS, strict=True) if part)


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The great-circle distance of two points (latitude, longitude)."""
    (lat1, lon1), (lat2, lon2) = (tuple(map(math.radians, point)) for point in (one, other))
    chord = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, chord)))


def within(gold: Any, proposed: Any) -> bool:
    """Within the gold's distance; `gold` is (latitude, longitude, km), `proposed` (latitude, longitude)."""
    return bool(kilometres((gold[0], gold[1]), (proposed[0], proposed[1])) <= gold[2])


def same_quantity(gold: Any, proposed: Any) -> bool:
    """The same number or range and the same class of hedge; both are (min, max, hedge)."""
    same_hedge = HEDGE_CLASSES.get(gold[2]) == HEDGE_CLASSES.get(proposed[2])
    return bool(same_hedge and gold[:2] == proposed[:2])


def any_name(names: Iterable[object], proposed: object) -> bool:
    """Whether one of the names is the proposed one."""
    return any(same_name(name, proposed) for name in names)
