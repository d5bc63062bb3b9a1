"""The tables of *How a release is decided*, cell by cell: what stands on the page is what engine and oracle say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.plain import Grant, Terms, Version, World
from tests.property.test_combinations import REPORT
from tests.property.test_oracle import INDICATOR, RU, US, VIEW, a_world, an_object, clause, held
from tests.property.test_regressions import outcome
from tests.support.worlds import AMBER, AMBER_STRICT, CLEAR, GREEN, NOW, RED, UNKNOWN
from tests.support.worlds_objects import stamp

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "how-a-release-is-decided.md"
MARKINGS = {
    "TLP:CLEAR": CLEAR,
    "TLP:GREEN": GREEN,
    "TLP:AMBER": AMBER,
    "TLP:AMBER+STRICT": AMBER_STRICT,
    "TLP:RED": RED,
    "unknown": UNKNOWN,
}
Cell = tuple[str, str, str]


def tables() -> dict[str, list[Cell]]:
    """The cells of every table of the page as (row, column, what stands there), by the heading of its first column."""
    found: dict[str, list[Cell]] = {}
    heads: list[str] = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            heads = []
        elif not heads:
            heads = cells
        elif set(cells[0]) != {"-"}:
            row = found.setdefault(heads[0], [])
            row += [(cells[0], column, cell) for column, cell in zip(heads[1:], cells[1:], strict=True)]
    return found


TABLES = tables()


def test_page_has_its_tables() -> None:
    assert {name: len(cells) for name, cells in TABLES.items()} == {
        "marked": 9 * 6 + 5 * 5,
        "what may not go": 11 * 4,
    }


# Markings.


def marked(words: str, **content: Any) -> dict[str, Any]:
    """An indicator with the markings that a row names."""
    refs = [MARKINGS[word] for word in words.split(", ")] if words != "nothing" else []
    made = {**INDICATOR, "object_marking_refs": refs, **content}
    return made if refs else {name: value for name, value in made.items() if name != "object_marking_refs"}


def approved(world: World, content: Mapping[str, Any]) -> World:
    """The world with a person's approval of the object for the view."""
    return replace(world, approvals={((str(content["id"]), str(content["modified"])), VIEW): (("ann", NOW),)})


def partners(words: str, *terms: Terms) -> Version:
    """An indicator that a partner created, with its terms."""
    return held(marked(words, created_by_ref=RU), "us", *terms)


def with_readers(words: str, column: str) -> tuple[World, Mapping[str, Any]]:
    """The world of one cell of the first table, and its object."""
    red = (clause(ceiling={"tlp": "red"}),)
    none = {"default": "none"}
    if column == "ours":
        return a_world(marked(words), clauses=red), marked(words)
    if column == "ours, approved for the view":
        return approved(a_world(marked(words), clauses=red), marked(words)), marked(words)
    terms = {
        "a partner's": Terms("ru", none),
        "a partner's, taker on its roster": Terms("ru", none, roster=frozenset({"fr"})),
        "a partner's, taker our client and its terms allow clients": Terms("ru", none, clients_allowed=True),
        "a partner's, with its grant": Terms("ru", none),
    }[column]
    version = partners(words, terms)
    world = a_world(clauses=red, more=(version,))
    if "client" in column:
        world = replace(world, clients=frozenset({"fr"}))
    if "grant" in column:
        world = replace(world, grants=(Grant("ru", "us", "fr", version.id, NOW - timedelta(days=1)),))
    return world, version.content


def with_ceiling(words: str, column: str) -> tuple[World, Mapping[str, Any]]:
    """The world of one cell of the second table, and its object."""
    level = column.removeprefix("ceiling ").lower()
    content = marked(words)
    return approved(a_world(content, clauses=(clause(ceiling={"tlp": level}),)), content), content


@pytest.mark.parametrize(("words", "column", "expected"), TABLES["marked"])
def test_marking_has_the_readers_of_the_page(words: str, column: str, expected: str) -> None:
    world, content = (with_ceiling if column.startswith("ceiling") else with_readers)(words, column)
    assert outcome(world, content) == expected


# Parts.


def _red(content: Mapping[str, Any], selector: str) -> dict[str, Any]:
    return {**content, "granular_markings": [{"marking_ref": RED, "selectors": [selector]}]}


ACTOR = an_object("threat-actor", 80, name="n", aliases=["a", "b"], description="d")
HIDDEN = an_object("malware", 81, name="m", is_family=False, object_marking_refs=[RED])
SHOWN = an_object("malware", 82, name="m", is_family=False)
CUT = _red(an_object("malware", 83, name="m", is_family=False, description="d"), "description")
FILE = {"type": "file", "spec_version": "2.1", "id": f"file--{SHOWN['id'][-36:]}", "name": "f"}
PROCESS = {"type": "process", "spec_version": "2.1", "id": "process--00000000-0000-4000-8000-000000000084", "pid": 4}
SEEN = an_object("observed-data", 85, first_observed=stamp(NOW), last_observed=stamp(NOW), number_observed=2)


def _observable(content: Mapping[str, Any], marking: str = GREEN) -> dict[str, Any]:
    return {**content, "object_marking_refs": [marking]}


def _link(target: Mapping[str, Any]) -> dict[str, Any]:
    return an_object("relationship", 86, relationship_type="uses", source_ref=SHOWN["id"], target_ref=target["id"])


PARTS: Mapping[str, Callable[[], Iterator[dict[str, Any]]]] = {
    "nothing": lambda: iter((ACTOR,)),
    "an optional property": lambda: iter((_red(ACTOR, "description"),)),
    "an item of a list": lambda: iter((_red(ACTOR, "aliases.[0]"),)),
    "a required property": lambda: iter((_red(ACTOR, "name"),)),
    "the target of an optional reference": lambda: iter(
        (_observable({**PROCESS, "image_ref": FILE["id"]}), _observable(FILE, RED))
    ),
    "the target of a required reference": lambda: iter((_link(HIDDEN), SHOWN, HIDDEN)),
    "one target of a required list": lambda: iter(({**REPORT, "object_refs": [US, HIDDEN["id"]]}, HIDDEN)),
    "every target of a required list": lambda: iter(({**REPORT, "object_refs": [HIDDEN["id"]]}, HIDDEN)),
    "part of the target of a reference": lambda: iter((_link(CUT), SHOWN, CUT)),
    "the value that makes up an observable's id": lambda: iter(
        (
            _red(
                _observable({**FILE, "type": "url", "id": f"url--{FILE['id'][-36:]}", "value": "https://e.org"}),
                "value",
            ),
        )
    ),
    "an item that a required sum counts": lambda: iter((_red({**SEEN, "object_refs": [US, RU]}, "object_refs.[0]"),)),
}
"""The object that a row is about, then what else is held."""


@pytest.mark.parametrize(("row", "column", "expected"), TABLES["what may not go"])
def test_part_that_may_not_go_takes_with_it_what_the_page_says(row: str, column: str, expected: str) -> None:
    about, *others = PARTS[row]()
    tear_line = column.partition("`")[2].removeprefix("tear_line: ").rstrip("`")
    fields = {"allow": "standard", "external_references": "any", "tear_line": tear_line}
    clauses = (clause(fields=fields),)
    if not column.startswith("a partner's"):
        assert outcome(a_world(about, *others, clauses=clauses), about) == expected
        return
    theirs = held({**about, "created_by_ref": RU}, "ru", Terms("ru", {"default": "none"}))
    world = a_world(*others, clauses=clauses, more=(theirs,))
    grant = Grant("ru", "us", "fr", theirs.id, NOW - timedelta(days=1))
    assert outcome(replace(world, grants=(grant,)), about) == expected
