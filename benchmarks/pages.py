"""How fast and how large the pages are: `python -m benchmarks.pages`, `--help` for what may be asked for.

A node that holds many objects, most of them released to a partner under an agreement, is served in this process; the
time of a page is from the request to its last byte, sign-in, store and template included, each page many times on its
own. Sizes are of what travels: the page, and what a browser without a cache fetches beside it. Raw numbers go to
build/bench/pages.json.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid5

import orjson
from starlette.applications import Starlette

from benchmarks.figures import Report
from sepakat.exchange.cataloguing import catch_up
from sepakat.exchange.ports import Node
from sepakat.exchange.taking_in import Provenance, take_in
from sepakat.stix.identifiers import StixId
from sepakat.web.site import routes
from tests.integration.web.browser import Browser, another
from tests.integration.web.conftest import add_everybody
from tests.support.agreements import agreement_text
from tests.support.simulator import Simulation, simulation

SPACE = UUID("7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e008")
PIECE = 10_000
MOST_MILLISECONDS, MOST_BYTES_FIRST, MOST_BYTES_AFTER = 50.0, 100_000, 40_000
WORDS = ("delta", "hydra", "convoy", "harbour", "signal", "ledger", "falcon", "quarry", "lantern", "border")


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.pages", description=__doc__)
    parser.add_argument("--objects", type=int, default=100_000, help="how many objects the node holds")
    parser.add_argument("--rounds", type=int, default=40, help="how often each page is asked for")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, simulation(Path(folder), "us", "ru") as world:
        ids = list(filled(world, asked.objects))
        figures = measured(world["us"], ids, asked.rounds)
    report = Report()
    for line in figures:
        name, after = line.page, line.largest
        report.add(f"{name}: at the server", "ms", MOST_MILLISECONDS, line.times)
        report.add(f"{name}: the first time", "bytes", MOST_BYTES_FIRST, [after + line.beside])
        report.add(f"{name}: afterwards", "bytes", MOST_BYTES_AFTER, [after])
    report.write("pages")


@dataclass(frozen=True, slots=True)
class Line:
    """What was measured of one page: milliseconds, the bytes of the largest, and those of what it fetches beside."""

    page: str
    times: list[float]
    largest: int
    beside: int


def filled(world: Simulation, count: int) -> Iterator[StixId]:
    """A node that gives a partner what it holds; every tenth object is a relationship between two others."""
    us = world["us"]
    add_everybody(us)
    world.introduce(("us", "ru"))
    world.conclude(agreement_text("us-ru", ceiling="green"), "us", "ru")
    made: list[StixId] = []
    for start in range(0, count, PIECE):
        objects = [_object(world, number, made) for number in range(start, min(start + PIECE, count))]
        bundle = {"type": "bundle", "id": f"bundle--{uuid5(SPACE, f'bundle {start}')}", "objects": objects}
        begun = time.perf_counter()
        take_in(us, orjson.dumps(bundle), Provenance("pages", "bench"))
        print(f"{start + len(objects):>8} objects held, {time.perf_counter() - begun:.1f} s", file=sys.stderr)
    begun = time.perf_counter()
    while not catch_up(us, 2_000):
        pass
    print(f"catalogue: {time.perf_counter() - begun:.1f} s", file=sys.stderr)
    yield from made


def _object(world: Simulation, number: int, made: list[StixId]) -> dict[str, object]:
    kind = "relationship" if number % 10 == 9 else ("malware", "campaign", "tool")[number % 3]
    id_ = StixId(f"{kind}--{uuid5(SPACE, str(number))}")
    level = ("green", "amber", "clear")[number % 3]
    if kind == "relationship":
        ends = {"source_ref": made[number * 7 % len(made)], "target_ref": made[number * 13 % len(made)]}
        return world.written_by("us", id_, level, relationship_type="related-to", **ends)
    made.append(id_)
    words = f"{WORDS[number % 10]} {WORDS[number // 10 % 10]} {number}"
    more: dict[str, object] = {"is_family": False} if kind == "malware" else {}
    return world.written_by("us", id_, level, name=words.title(), description=f"What is known of {words}.", **more)


def measured(node: Node, ids: list[StixId], rounds: int) -> list[Line]:
    """Each page many times, on another object or place each time."""
    person = another(Starlette(routes=routes(node)))
    person.sign_in("releaser")
    older = re.search(r"before=(\d+)", person.get("/objects").text)
    middle = int(older[1]) // 2 if older else 1
    pages: dict[str, Callable[[int], str]] = {
        "objects": lambda turn: "/objects",
        "objects, half way down": lambda turn: f"/objects?before={middle - turn * 50}",
        "objects of a type": lambda turn: "/objects?type=tool",
        "objects, two words": lambda turn: f"/objects?words={WORDS[turn % 10]}+{WORDS[(turn + 3) % 10]}",
        "objects, a rare word": lambda turn: f"/objects?words={turn * 97 + 1}",
        "objects released to a partner": lambda turn: "/objects?released_to=ru",
        "one object": lambda turn: f"/objects/{ids[turn * 1009 % len(ids)]}",
        "today": lambda turn: "/",
    }
    beside = _beside(person)
    return [_line(person, name, [path(turn) for turn in range(rounds)], beside) for name, path in pages.items()]


def _line(person: Browser, name: str, paths: list[str], beside: int) -> Line:
    times, sizes = [], []
    person.get(paths[0])
    for path in paths:
        begun = time.perf_counter()
        answer = person.get(path)
        times.append((time.perf_counter() - begun) * 1000)
        assert answer.status_code == 200, path
        sizes.append(int(answer.headers["content-length"]))
    return Line(name, times, max(sizes), beside)


def _beside(person: Browser) -> int:
    """The bytes of what a page fetches beside itself, as they travel."""
    html = person.get("/objects").text
    found = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', html))
    return sum(int(person.get(one, **{"Accept-Encoding": "gzip"}).headers["content-length"]) for one in found)


if __name__ == "__main__":
    main()
