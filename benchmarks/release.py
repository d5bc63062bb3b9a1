"""How fast the release engine decides: `python -m benchmarks.release`, `--help` for what may be asked for.

The world is ATT&CK with the overlay of `benchmarks.overlay`; reading and parsing it is not timed. Every figure is the
median of its runs, in seconds of the wall clock on one core; the raw numbers are printed beside it and kept in
build/bench/release.json. The garbage collector is off while the clock runs, as in `timeit`: it would walk through the
world again and again. What an object says by itself is found once and kept with it (`release.object_facts`), so
deciding from nothing and what arrives are measured twice: with objects that nobody looked at before, and with objects
of which that is known. The run fails when the shares of what is released show that the world is no fair one, when the
oracle disagrees on one of the random pairs, or when Cedar denies what the engine let out.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from random import Random

from benchmarks.figures import Report
from benchmarks.overlay import LARGE, NOW, SMALL, Overlay, corpus, overlay
from benchmarks.release_cedar import ask
from benchmarks.release_checking import check
from sepakat.agreements.terms import Agreement, Tlp
from sepakat.release.decision import Outcome
from sepakat.release.engine import Verdicts, decide, decide_all
from sepakat.release.explanation import lines
from sepakat.release.object_facts import parts_of, reading_of
from sepakat.release.question import HeldVersion, View, ViewKey, World
from sepakat.release.state import Change, Decided
from sepakat.release.versions import Version
from sepakat.stix.identifiers import StixId
from sepakat.stix.objects import StixObject

LEAST_RELEASED, MOST_RELEASED, LEAST_VARIANTS = 0.20, 0.80, 0.03
ARRIVING = 1_000
LINKS = 40
EXPLAINED = 200


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.release", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="runs of each figure")
    parser.add_argument("--pairs", type=int, default=1_000, help="random pairs that are checked against the oracle")
    parser.add_argument("--cedar", type=int, default=1_000, help="random pairs that are put to cedarpy; 0 for none")
    parser.add_argument("--small", action="store_true", help="the corpus of 10,000 for everything, to try this out")
    asked = parser.parse_args()
    report = Report()
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores, one used", flush=True)
    made = overlay(corpus(SMALL if asked.small else LARGE))
    print(f"world: {dict(made.shares)}", flush=True)
    verdicts, per_version = decide_from_nothing(report, made.engine, asked.runs)
    tell_shares(report, verdicts, len(made.engine.views))
    check_pairs(report, made, verdicts, asked.pairs)
    explain(report, made.engine, verdicts, asked.runs)
    if asked.cedar:
        compare_with_cedar(report, made.engine, verdicts, asked.cedar)
    del verdicts
    change(report, made.engine, asked.runs)
    small = overlay(corpus(SMALL)).engine
    show_flatness(report, small, per_version, asked.runs)
    report.write("release")
    if report.faults:
        sys.exit("\n".join(report.faults))


# From nothing.


def decide_from_nothing(report: Report, world: World, runs: int) -> tuple[Verdicts, float]:
    """All versions for all views: with objects of which nothing is known yet, and with objects read before."""
    pairs = _count(world) * len(world.views)
    unread = [_seconds(lambda fresh: decide_all(fresh, NOW), _unread(world)) for _ in range(runs)]
    report.add(
        f"decisions from nothing, {pairs:,} pairs, each object looked at for the first time",
        "decisions/s",
        1_000_000,
        [pairs / seconds for seconds in unread],
        more_is_better=True,
    )
    verdicts = decide_all(world, NOW)
    read = list[float]()
    for _ in range(runs):
        del verdicts
        with _timed(read):
            verdicts = decide_all(world, NOW)
    report.add(
        f"decisions from nothing, {pairs:,} pairs, objects as the node keeps them",
        "decisions/s",
        1_000_000,
        [pairs / seconds for seconds in read],
        more_is_better=True,
    )
    return verdicts, statistics.median(read) / _count(world)


def tell_shares(report: Report, verdicts: Verdicts, views: int) -> None:
    """How much goes whole, as a variant, not at all; scaffold left out."""
    versions = [version for version in verdicts.compiled.versions() if not version.is_scaffold]
    pairs = len(versions) * views
    whole = sum(version.whole.bit_count() for version in versions) / pairs
    variants = sum((version.variant & ~version.whole).bit_count() for version in versions) / pairs
    print(f"released: {whole + variants:.1%} of {pairs:,} pairs, of these as variants {variants:.1%} of all")
    if not LEAST_RELEASED <= whole + variants <= MOST_RELEASED or variants < LEAST_VARIANTS:
        report.fault(f"{whole + variants:.1%} released, {variants:.1%} as variants: no fair world")


def check_pairs(report: Report, made: Overlay, verdicts: Verdicts, pairs: int) -> None:
    """Random pairs against the oracle."""
    found = dict(check(made.plain, made.engine, verdicts, NOW, pairs))
    disagreements = found.pop("disagreements")
    print(f"against the oracle: {found}, disagreements: {len(disagreements)}", flush=True)
    for text in disagreements[:10]:
        report.fault(text)
    report.add("pairs on which the oracle disagrees", f"of {pairs}", 0, [len(disagreements)])


def explain(report: Report, world: World, verdicts: Verdicts, runs: int) -> None:
    """One decision with all findings, worded; the mean of many in each run."""
    random, seconds = Random(2), list[float]()
    for _ in range(runs):
        chosen = list(islice(_random_pairs(verdicts, random), EXPLAINED))
        with _timed(seconds):
            for version, view in chosen:
                lines(decide(world, verdicts, version.ref, view, NOW))
    report.add("explaining one decision", "ms", 5, [1000 * each / EXPLAINED for each in seconds])


def compare_with_cedar(report: Report, world: World, verdicts: Verdicts, pairs: int) -> None:
    """The same questions as one request each to cedarpy, as far as Cedar can answer them."""
    chosen = list(islice(_random_pairs(verdicts, Random(3)), pairs))
    answered = ask(world, verdicts, chosen)
    for (version, view), allowed in zip(chosen, answered["answers"], strict=True):
        if not allowed and verdicts.outcome(version.ref, view) is not Outcome.OUT:
            report.fault(f"Cedar denies {version.id} to {view}, the engine lets it out")
    report.add("cedarpy, one request each", "requests/s", None, [pairs / answered["seconds"]])
    ours = next(figure for figure in report.figures if "as the node keeps them" in figure.figure)
    report.add("engine to cedarpy", "times as many answers a second", None, [ours.value * answered["seconds"] / pairs])


# Changes.


def change(report: Report, world: World, runs: int) -> None:
    """What arrives, and what is narrowed, in a world that is decided.

    What arrives are the newest objects in the order in which they were made, then some of any age that were missing so
    far, so that others name them already and rise with them: that is another question, and has no goal.
    """
    random, free = Random(4), _free(world)
    size = min(ARRIVING, len(free) // (4 * runs))
    half = runs * size
    newest = sorted(free, key=lambda identifier: (_made(world, identifier), identifier))[-2 * half :]
    older = sorted(set(free).difference(newest))
    links = random.sample([each for each in older if each.startswith("relationship--")], runs * LINKS)
    missing = random.sample(sorted(set(older).difference(links)), half)
    gone = {*newest, *links, *missing}
    before = {identifier: held for identifier, held in world.versions.items() if identifier not in gone}
    decided = Decided(replace(world, versions=before), NOW)
    for what, arriving, known, goal in (
        ("new objects decided, each looked at for the first time", newest[:half], False, 50),
        ("new objects decided, as the node keeps them", newest[half:], True, 50),
        ("objects that others waited for decided, as the node keeps them", missing, True, None),
    ):
        seconds = [
            _arrival(world, decided, arriving[number * size : (number + 1) * size], known=known)
            for number in range(runs)
        ]
        report.add(f"{size:,} {what}", "ms", goal, [1000 * each for each in seconds])
    seconds = []
    for number in range(runs):
        news = [
            Change(versions={identifier: _fresh(world.versions[identifier][-1:])})
            for identifier in links[number * LINKS : (number + 1) * LINKS]
        ]
        with _timed(seconds):
            for one in news:
                decided.apply(one, NOW)
    report.add("one new relationship decided", "ms", 1, [1000 * each / LINKS for each in seconds])
    seconds = []
    for agreement in _widest(world, runs):
        narrowed = _narrowed(world, agreement)
        with _timed(seconds):
            decided.apply(Change(views=narrowed), NOW)
    report.add(f"one agreement narrowed on {_count(world):,} versions", "s", 2, seconds)


def _arrival(world: World, decided: Decided, arriving: Sequence[StixId], *, known: bool) -> float:
    """The seconds that it takes to decide what arrives."""
    new = {identifier: _fresh(world.versions[identifier][-1:]) for identifier in arriving}
    for (held,) in new.values() if known else ():
        reading_of(held.object)
        parts_of(held.object)
    seconds = list[float]()
    with _timed(seconds):
        decided.apply(Change(versions=new), NOW)
    return seconds[0]


def _free(world: World) -> list[StixId]:
    """The ids of what is neither scaffold nor a marking."""
    never = ("marking-definition--", "identity--", "extension-definition--")
    return [each for each in world.versions if not each.startswith(never)]


def _made(world: World, identifier: StixId) -> str:
    """When the first held version of an object was made."""
    return min(str(held.object.content.get("created", "")) for held in world.versions[identifier])


def _widest(world: World, number: int) -> list[Agreement]:
    """The agreements in force with the most takers, whose ceiling can be lowered."""
    takers: dict[str, list[Agreement]] = {}
    for view in world.views.values():
        if view.in_force and any(clause.ceiling.tlp not in (None, Tlp.GREEN) for clause in view.agreement.share):
            takers.setdefault(view.agreement.id, []).append(view.agreement)
    return [same[0] for same in sorted(takers.values(), key=len, reverse=True)[:number]]


def _narrowed(world: World, agreement: Agreement) -> dict[ViewKey, View]:
    """The views of an agreement, with a ceiling of GREEN in all clauses."""
    clauses = tuple(replace(clause, ceiling=replace(clause.ceiling, tlp=Tlp.GREEN)) for clause in agreement.share)
    narrow = replace(agreement, share=clauses)
    return {
        key: replace(view, agreement=narrow) for key, view in world.views.items() if view.agreement.id == agreement.id
    }


# Flatness.


def show_flatness(report: Report, small: World, per_version: float, runs: int) -> None:
    """The cost of a version in a larger world, and for many more parties."""
    here = [seconds / _count(small) for seconds in _runs_of(small, runs)]
    report.add(
        "cost of a version among 100,000 to that among 10,000", "times", 1.3, [per_version / each for each in here]
    )
    objects = corpus(SMALL)
    few, many = (
        [seconds / _count(world) for seconds in _runs_of(world, runs)]
        for world in (overlay(objects, takers=number).engine for number in (2, 1_000))
    )
    report.add(
        "cost of a version for 1,000 parties to that for 2", "times", 3, [b / a for a, b in zip(few, many, strict=True)]
    )


def _runs_of(world: World, runs: int) -> list[float]:
    decide_all(world, NOW)
    return [_seconds(lambda same: decide_all(same, NOW), world) for _ in range(runs)]


# Time and chance.


def _seconds(work: Callable[[World], object], world: World) -> float:
    seconds = list[float]()
    with _timed(seconds):
        work(world)
    return seconds[0]


@contextmanager
def _timed(seconds: list[float]) -> Iterator[None]:
    gc.collect()
    gc.disable()
    begun = time.perf_counter()
    try:
        yield
    finally:
        seconds.append(time.perf_counter() - begun)
        gc.enable()


def _unread(world: World) -> World:
    """The same world with objects that nobody has looked at: parsed, but with no fact kept."""
    return replace(world, versions={identifier: _fresh(held) for identifier, held in world.versions.items()})


def _fresh(versions: tuple[HeldVersion, ...]) -> tuple[HeldVersion, ...]:
    return tuple(replace(held, object=StixObject(held.object.raw, held.object.content)) for held in versions)


def _count(world: World) -> int:
    return sum(map(len, world.versions.values()))


def _random_pairs(verdicts: Verdicts, random: Random) -> Iterator[tuple[Version, ViewKey]]:
    versions = [version for version in verdicts.compiled.versions() if not version.is_scaffold]
    views = list(verdicts.compiled.world.views)
    while True:
        yield random.choice(versions), random.choice(views)


if __name__ == "__main__":
    main()
