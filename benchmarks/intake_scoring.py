"""The scorer of taking in reports: lists each leaf of a gold with its match rule, and every extra of a proposal.

The forms of gold and proposal stand in `benchmarks.intake_form`, the match rules in `benchmarks.intake_rules`.
Recall is right leaves of all leaves; an extra is a proposed item that matches no item of the gold, or a proposed value
of a matched item that is not the gold's; precision is right leaves of right leaves and extras.
What the gold holds as `accepted` counts neither way; a trap that was sprung is told apart, and is an extra as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.intake_form import MEMBERS, SPEECH, Item, check
from benchmarks.intake_rules import (
    HALF,
    NEAR_KM,
    Rule,
    any_name,
    ends_with,
    half_the_words,
    holds,
    one_of,
    overlap,
    same_duration,
    same_instant,
    same_name,
    same_quantity,
    same_text,
    same_time,
    same_value,
    same_verb,
    spans_meet,
    starts_with,
    within,
)

REPEATABLE = frozenset({"numbers", "dates", "events", "boilerplate"})
CLAIMS = frozenset({"statements", "events"})


@dataclass(frozen=True, slots=True)
class Leaf:
    """One thing that the gold says, the rule by which it is compared, and what was proposed for it."""

    path: str
    rule: str
    expected: Any
    proposed: Any
    right: bool


@dataclass(frozen=True, slots=True)
class Extra:
    """Something proposed that the gold does not have: a whole item, or a value of a matched one."""

    path: str
    proposed: Any
    of: str


@dataclass(frozen=True, slots=True)
class Trap:
    """Something that must not be proposed, and whether it was."""

    layer: str
    text: str
    why: str
    kept: bool


@dataclass(slots=True)
class Layer:
    """The leaves and extras of one layer, and how many proposals were left out of the count."""

    leaves: list[Leaf] = field(default_factory=list)
    extras: list[Extra] = field(default_factory=list)
    left_out: int = 0

    @property
    def right(self) -> int:
        """How many leaves are right."""
        return sum(leaf.right for leaf in self.leaves)


@dataclass(slots=True)
class Score:
    """What one proposal is worth against one gold, by layer; nothing is weighed."""

    layers: dict[str, Layer] = field(default_factory=dict)
    traps: list[Trap] = field(default_factory=list)
    unscored: list[tuple[str, str]] = field(default_factory=list)
    offsets_right: int = 0
    offsets_wrong: list[str] = field(default_factory=list)

    @property
    def leaves(self) -> list[Leaf]:
        """All leaves, in the order of the layers."""
        return [leaf for layer in self.layers.values() for leaf in layer.leaves]

    @property
    def extras(self) -> list[Extra]:
        """All extras, in the order of the layers."""
        return [extra for layer in self.layers.values() for extra in layer.extras]

    @property
    def right(self) -> int:
        """How many leaves are right."""
        return sum(leaf.right for leaf in self.leaves)

    def add(self, other: Score) -> None:
        """Put the counts of another page to this one's."""
        for name, layer in other.layers.items():
            mine = self.layers.setdefault(name, Layer())
            mine.leaves += layer.leaves
            mine.extras += layer.extras
            mine.left_out += layer.left_out
        self.traps += other.traps
        self.unscored += other.unscored
        self.offsets_right += other.offsets_right
        self.offsets_wrong += other.offsets_wrong


def score(gold: Item, proposal: Item) -> Score:
    """Compare a proposal document with a gold.

    Raises:
        InputError: the proposal is not of the form above; all faults at once.
    """
    check(proposal)
    names = _names(gold)
    found = Score()
    found.layers["header"] = _score_header(gold, proposal)
    for layer in ("boilerplate", "other", "countries"):
        if layer in gold:
            found.layers[layer] = _score_texts(layer, gold, proposal)
    for layer in MEMBERS:
        if layer in gold:
            found.layers[layer] = _score_items(layer, gold, proposal, names)
    found.traps = [_spring(trap, proposal) for trap in gold.get("traps", ())]
    _check_offsets(proposal, found)
    return found


# What the gold says of one item, and what the proposal says of it, as pairs of leaf name and value.

_FIELDS: Mapping[str, Mapping[str, Rule]] = {
    "related": {"raw": same_text, "ago": same_duration, "date": same_time, "teaser": starts_with, "event": same_value},
    "places": {"role": same_value, "type": one_of, "country": same_value, "position": within, "metonym": same_value},
    "people": {"office": half_the_words, "country": same_value, "category": same_value},
    "organisations": {"kind": same_value},
    "groups": {"long": same_text},
    "collectives": {},
    "numbers": {"quantity": same_quantity, "unit": same_text, "modality": same_text},
    "dates": {"value": same_time, "kind": same_value},
    "statements": {
        "speaker": one_of,
        "attribution": same_value,
        "verb": same_verb,
        "act": same_value,
        "quote": same_value,
    },
    "events": {
        "negated": same_value,
        "status": same_value,
        "date": same_time,
        "topic": spans_meet,
        "recipient": spans_meet,
    },
    "conflicts": {},
    "sources": {},
}
_LISTS: Mapping[str, Mapping[str, Rule]] = {
    "places": {"also_known_as": same_name},
    "people": {"also_known_as": same_name},
    "events": {"places": spans_meet, "actors": spans_meet},
}
_IDENTITY = {
    "related": "title: same text",
    "places": "span: same name",
    "people": "name: same name",
    "organisations": "name: same name",
    "groups": "name: same name",
    "collectives": "span: half the words",
    "numbers": "span: spans meet",
    "dates": "span: spans meet",
    "statements": "content: half the words",
    "events": "same type, triggers meet",
    "conflicts": "two of its spans meet",
    "sources": "both names",
}


class _Names:
    """The other names by which the gold knows whom it names."""

    def __init__(self, sets: Iterable[tuple[str, ...]]) -> None:
        self._sets = tuple(sets)

    def of(self, name: str) -> tuple[str, ...]:
        """The name and all that stand for the same."""
        return next((names for names in self._sets if any_name(names, name)), (name,))


def _names(gold: Item) -> _Names:
    return _Names(
        _all_names(item) for layer in ("people", "organisations", "groups", "places") for item in gold.get(layer, ())
    )


def _all_names(item: Item) -> tuple[str, ...]:
    first = item.get("name") or item.get("span")
    names = [first, item.get("long"), *item.get("aka", ()), *item.get("short", ()), *item.get("also_known_as", ())]
    return tuple(name for name in names if name)


def _value(layer: str, name: str, item: Item) -> Any:
    """A member of an item as the rules want it; None for silence."""
    if layer == "places" and name == "position":
        if item.get("lat") is None or item.get("lon") is None:
            return None
        return item["lat"], item["lon"], item.get("within_km", NEAR_KM)
    if layer == "places" and name == "role":
        return None if item.get("role") == "body" else item.get("role")
    if layer == "numbers" and name == "quantity":
        if item.get("hedge") is None:
            return None
        point = item.get("value")
        return item.get("min", point), item.get("max", point), item["hedge"]
    if name == "also_known_as" and "also_known_as" not in item:
        return item.get("aka")
    return item.get(name)


def _judged(layer: str, name: str, item: Item) -> bool:
    if name == "position":
        return "lat" in item
    if name == "quantity":
        return "hedge" in item
    return name in item or (layer == "places" and name == "metonym")


def _likeness(layer: str, gold: Item, proposed: Item, names: _Names) -> float:  # noqa: PLR0911
    """How well an item fits one of the gold; 0 when it is not the same thing."""
    match layer:
        case "related":
            return float(same_text(gold["title"], proposed.get("title")))
        case "places" | "people" | "organisations" | "groups":
            first = proposed.get("name") or proposed.get("span")
            mine = [first, proposed.get("long"), *(proposed.get("aka") or ())]
            if any_name(_all_names(gold), first):
                return 2.0
            return float(any(any_name(_all_names(gold), name) for name in mine if name))
        case "collectives":
            return _if(overlap(gold["span"], proposed.get("span")), HALF)
        case "numbers":
            near = float(spans_meet(gold["span"], proposed.get("span"))) * (
                HALF + overlap(gold["span"], proposed.get("span"))
            )
            return near and near + same_quantity(_quantity(gold), _quantity(proposed))
        case "dates":
            near = float(spans_meet(gold["span"], proposed.get("span"))) * (
                HALF + overlap(gold["span"], proposed.get("span"))
            )
            return near and near + same_time(gold.get("value"), proposed.get("value"))
        case "statements":
            return _statement_likeness(gold, proposed, names)
        case "events":
            return _event_likeness(gold, proposed)
        case "conflicts":
            spans = proposed.get("spans") or ()
            return float(sum(any(spans_meet(span, other) for other in spans) for span in gold["spans"]) >= 2)
        case _:
            same = (any_name(names.of(gold[end]), proposed.get(end)) for end in ("from", "to"))
            return float(all(same))


def _if(value: float, least: float) -> float:
    return value if value >= least else 0.0


def _quantity(item: Item) -> tuple[Any, Any, Any]:
    return item.get("min", item.get("value")), item.get("max", item.get("value")), item.get("hedge")


def _statement_likeness(gold: Item, proposed: Item, names: _Names) -> float:
    if gold.get("attribution") == "narrator":
        told = proposed.get("speaker") is None and proposed.get("attribution") == "narrator"
        return float(told and starts_with(gold["start"], proposed.get("content")))
    near = _if(overlap(gold["content"], proposed.get("content")), HALF)
    spoken = proposed.get("speaker") is not None and any_name(names.of(gold["speaker"]), proposed["speaker"])
    return near and near + spoken + same_verb(gold.get("verb"), proposed.get("verb"))


def _event_likeness(gold: Item, proposed: Item) -> float:
    if gold["type"] != proposed.get("type"):
        return 0.0
    if not any(spans_meet(trigger, proposed.get("trigger")) for trigger in gold["triggers"]):
        return 0.0
    right = (
        rule(_value("events", name, gold), proposed.get(name))
        for name, rule in _FIELDS["events"].items()
        if name in gold
    )
    lists = (
        any(rule(one, other) for other in proposed.get(name) or ())
        for name, rule in _LISTS["events"].items()
        for one in gold.get(name) or ()
    )
    exact = max(overlap(trigger, proposed.get("trigger")) for trigger in gold["triggers"])
    return 1.0 + sum(right) + sum(lists) + exact


def _score_items(layer: str, gold: Item, proposal: Item, names: _Names) -> Layer:
    wanted = [_gold_item(layer, item) for item in gold[layer]]
    given = list(proposal.get(layer) or ())
    done = Layer()
    given = [item for item in given if not _is_left_out(layer, item, wanted, done)]
    pairs = _pair(layer, wanted, given, names)
    for index, item in enumerate(wanted):
        chosen = given[pairs[index]] if index in pairs else None
        _score_item(f"{layer}[{index}]", layer, (item, chosen), names, done)
    taken = set(pairs.values())
    for index, item in enumerate(given):
        if index in taken:
            continue
        repeated = layer in REPEATABLE and any(_is_repeat(layer, one, item, names) for one in wanted)
        if repeated or _is_accepted(layer, item, gold):
            done.left_out += 1
        else:
            done.extras.append(Extra(f"{layer}[{index}]", dict(item), "item"))
    return done


def _gold_item(layer: str, item: Item) -> Item:
    if layer == "events" and "place" in item:
        return {**item, "places": [item["place"]] if item["place"] else []}
    return item


def _is_left_out(layer: str, item: Item, wanted: Sequence[Item], done: Layer) -> bool:
    """Items of other stories where the gold lists none, narration where it lists none, rival dates of publication."""
    section = item.get("section", "body")
    elsewhere = section in {"related", "other"} and layer not in CLAIMS | {"related"}
    told = layer == "statements" and item.get("attribution") == "narrator" and section == "body"
    out = elsewhere and not any(one.get("section") == section for one in wanted)
    out = out or (told and not any(one.get("attribution") == "narrator" for one in wanted))
    out = out or (layer == "conflicts" and item.get("kind") == "published")
    done.left_out += out
    return out


def _pair(layer: str, wanted: Sequence[Item], given: Sequence[Item], names: _Names) -> dict[int, int]:
    """The best partner of each gold item, each proposal used once, the best pairs first."""
    ranked = sorted(
        (-likeness, left, right)
        for left, one in enumerate(wanted)
        for right, other in enumerate(given)
        if _same_section(layer, one, other) and (likeness := _likeness(layer, one, other, names)) > 0
    )
    pairs: dict[int, int] = {}
    for _, left, right in ranked:
        if left not in pairs and right not in pairs.values():
            pairs[left] = right
    return pairs


def _same_section(layer: str, gold: Item, proposed: Item) -> bool:
    if layer == "related":
        return True
    outside = {"related", "other"}
    mine, other = gold.get("section", "body"), proposed.get("section", "body")
    return bool(mine == other) if mine in outside or other in outside else True


def _score_item(path: str, layer: str, pair: tuple[Item, Item | None], names: _Names, done: Layer) -> None:
    item, chosen = pair
    done.leaves.append(
        Leaf(path, _IDENTITY[layer], _label(layer, item), chosen and _label(layer, chosen), chosen is not None)
    )
    if layer in {"people", "organisations", "groups"} and chosen is not None and not _is_full_name(item, chosen):
        done.leaves[-1] = Leaf(path, _IDENTITY[layer], item["name"], chosen.get("name"), False)
        done.extras.append(Extra(f"{path}.name", chosen.get("name"), "value"))
    for name, rule in _FIELDS[layer].items():
        if not _judged(layer, name, item):
            continue
        expected = _value(layer, name, item)
        if layer == "statements" and name == "speaker" and expected is not None:
            proposed = chosen and chosen.get("speaker")
            right = bool(proposed) and any_name(names.of(expected), proposed)
            _judge(
                f"{path}.speaker", "same name, or one that the page uses for the same", expected, proposed, right, done
            )
            continue
        proposed = chosen and _value(layer, name, chosen)
        _compare(f"{path}.{name}", rule, expected, proposed, done)
    for name, rule in _LISTS.get(layer, {}).items():
        if name in item:
            _compare_lists(f"{path}.{name}", rule, item[name], (chosen and _value(layer, name, chosen)) or (), done)


def _is_full_name(item: Item, chosen: Item) -> bool:
    """A short form finds the person but is not the person's name."""
    return any_name((item["name"], *item.get("aka", ())), chosen.get("name"))


def _compare(path: str, rule: Rule, expected: Any, proposed: Any, done: Layer) -> None:
    if expected is None or expected == []:
        if proposed not in (None, [], False, ""):
            done.extras.append(Extra(path, proposed, "value"))
        return
    right = proposed is not None and rule(expected, proposed)
    _judge(path, (rule.__doc__ or rule.__name__).split("\n")[0], expected, proposed, right, done)


def _judge(path: str, rule: str, expected: Any, proposed: Any, right: bool, done: Layer) -> None:
    done.leaves.append(Leaf(path, rule, expected, proposed, right))
    if proposed is not None and not right:
        done.extras.append(Extra(path, proposed, "value"))


def _compare_lists(path: str, rule: Rule, expected: Sequence[Any], proposed: Iterable[Any], done: Layer) -> None:
    """Each expected name is a leaf; other names of a known thing do no harm, other actors and places do."""
    given = list(proposed)
    used: set[int] = set()
    for index, one in enumerate(expected):
        hit = next((at for at, other in enumerate(given) if at not in used and rule(one, other)), None)
        used |= set() if hit is None else {hit}
        doc = "each: " + (rule.__doc__ or "").split("\n")[0]
        done.leaves.append(Leaf(f"{path}[{index}]", doc, one, None if hit is None else given[hit], hit is not None))
    if not path.endswith("also_known_as"):
        done.extras += [Extra(path, other, "value") for at, other in enumerate(given) if at not in used]


def _is_repeat(layer: str, one: Item, item: Item, names: _Names) -> bool:
    """A further mention of something that the gold has once: the same text with the same value."""
    if not _same_section(layer, one, item) or not _likeness(layer, one, item, names):
        return False
    if layer == "numbers":
        return same_quantity(_quantity(one), _quantity(item))
    if layer == "dates":
        return same_time(one.get("value"), item.get("value"))
    return bool(one.get("negated", False) == (item.get("negated") or False))


def _label(layer: str, item: Item) -> Any:
    if layer == "events":
        return f"{item.get('type')}: {item.get('trigger') or ' | '.join(item.get('triggers', ()))}"
    if layer == "conflicts":
        return list(item.get("spans") or ())
    if layer == "sources":
        return f"{item.get('from')} <- {item.get('to')}"
    return next((item[name] for name in ("title", "name", "span", "content", "start") if item.get(name)), None)


def _texts_of(layer: str, item: Any) -> tuple[str, ...]:
    """What a trap or an accepted text is compared with."""
    if isinstance(item, str):
        return (item,)
    names = ("title", "name", "span", "content", "trigger", "sentence", "long", "from", "to")
    values = [item.get(name) for name in names] + list(item.get("spans") or ()) + list(item.get("aka") or ())
    return tuple(value for value in values if value)


def _is_accepted(layer: str, item: Any, gold: Item) -> bool:
    if isinstance(item, Mapping) and item.get("section", "body") in {"related", "other"}:
        return False
    if layer == "events" and item.get("type") in SPEECH and _is_told_as_statement(item, gold):
        return True
    if layer == "sources":
        told = gold.get("accepted", {}).get(layer, ())
        return any(holds(text, item.get(end)) for text in told for end in ("from", "to"))
    exact = layer == "countries"
    texts = _texts_of(layer, item)[:1] if layer in CLAIMS else _texts_of(layer, item)
    return any(
        (text == one if exact else holds(text, one))
        for text in gold.get("accepted", {}).get(layer, ())
        for one in texts
    )


def _is_told_as_statement(item: Item, gold: Item) -> bool:
    return any(
        same_verb(one.get("verb") or "", item.get("trigger") or "")
        and holds(one["content"], item.get("sentence") or "")
        for one in gold.get("statements", ())
        if one.get("attribution") != "narrator"
    )


def _score_texts(layer: str, gold: Item, proposal: Item) -> Layer:
    """Lists of plain texts: boilerplate lines, titles of other stories, codes of countries."""
    rule: Rule = {"countries": same_value, "other": same_text}.get(layer, spans_meet)
    given = list(proposal.get(layer) or ())
    done = Layer()
    used: set[int] = set()
    for index, one in enumerate(gold[layer]):
        hit = next((at for at, other in enumerate(given) if at not in used and rule(one, other)), None)
        used |= set() if hit is None else {hit}
        doc = (rule.__doc__ or "").split("\n")[0]
        done.leaves.append(Leaf(f"{layer}[{index}]", doc, one, None if hit is None else given[hit], hit is not None))
    for at, other in enumerate(given):
        if at in used:
            continue
        if layer in REPEATABLE or _is_accepted(layer, other, gold):
            done.left_out += 1
        else:
            done.extras.append(Extra(f"{layer}[{at}]", other, "item"))
    return done


_HEADER_RULES: Mapping[str, Rule] = {
    "language": same_value,
    "published.value": same_instant,
    "published.utc": same_instant,
    "byline_label_empty": same_value,
    "body_paragraphs": same_value,
    "body_first": starts_with,
    "body_last": ends_with,
}
"""Everything else in a header: the same text."""


def _score_header(gold: Item, proposal: Item) -> Layer:
    wanted = _flat(gold.get("header", {}))
    body = proposal.get("body") or []
    given = _flat(proposal.get("header") or {})
    given["published.utc"] = given.get("published.value")
    if body:
        given |= {"body_paragraphs": len(body), "body_first": body[0], "body_last": body[-1]}
    done = Layer()
    for name, expected in wanted.items():
        if name == "published_rivals":
            _compare_rivals(expected, given.get(name) or (), gold, done)
            continue
        proposed = given.get(name)
        if (
            expected is None
            and proposed
            and _is_accepted(f"header.{name}".split(".agency")[0].split(".person")[0], proposed, gold)
        ):
            continue
        before = len(done.extras)
        _compare(f"header.{name}", _HEADER_RULES.get(name, same_text), expected, proposed, done)
        # One wrong value is one extra, though three leaves hang on the body and two on the instant.
        if name in {"published.utc", "body_last", "body_first"}:
            del done.extras[before:]
    return done


def _compare_rivals(expected: Sequence[str], proposed: Iterable[str], gold: Item, done: Layer) -> None:
    allowed = gold.get("accepted", {}).get("header.published_rivals", ())
    known = [one for one in proposed if not any(same_instant(other, one) for other in allowed)]
    _compare_lists("header.published_rivals", same_instant, expected, known, done)


def _flat(header: Item) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in header.items():
        if name == "photo_credit" and value is None:
            flat |= {"photo_credit.agency": None, "photo_credit.person": None}
        elif isinstance(value, Mapping):
            flat |= {f"{name}.{inner}": one for inner, one in value.items()}
        else:
            flat[name] = value
    return flat


def _spring(trap: Item, proposal: Item) -> Trap:
    layer, text = trap["layer"], trap["text"]
    return Trap(layer, text, trap.get("why", ""), not _is_sprung(layer, text, proposal))


def _is_sprung(layer: str, text: str, proposal: Item) -> bool:
    where, _, name = layer.partition(".")
    if where == "header":
        value = _flat(proposal.get("header") or {}).get(name)
        values = value if isinstance(value, list) else [value]
        return any(bool(one) and (text == "*" or same_text(text, one)) for one in values)
    if name:
        return any(item.get(name) for item in proposal.get(where) or ())
    items = [item for item in proposal.get(layer) or () if layer in CLAIMS or _is_of_this_report(item)]
    if layer == "countries":
        return text in items
    rule = same_name if layer in {"places", "related", "organisations"} else _trapped
    return any(rule(text, one) for item in items for one in _texts_of(layer, item))


def _is_of_this_report(item: Any) -> bool:
    return isinstance(item, str) or item.get("section", "body") not in {"related", "other"}


def _trapped(text: str, proposed: str) -> bool:
    """The trap's text inside the proposed one, or three or more words of it proposed by themselves."""
    return holds(text, proposed) and (
        len(proposed) >= len(text) or len(proposed.split()) >= 3 or same_text(text, proposed)
    )


def _check_offsets(proposal: Item, found: Score) -> None:
    text = proposal.get("text") or ""
    for layer in MEMBERS:
        for index, item in enumerate(proposal.get(layer) or ()):
            if item.get("start") is None:
                continue
            part = text[item["start"] : item.get("end") or item["start"]]
            if any(same_text(part, one) for one in _texts_of(layer, item)):
                found.offsets_right += 1
            else:
                found.offsets_wrong.append(f"{layer}[{index}]")
