"""How well reports are taken in: `python -m benchmarks.intake`, `--help` for what may be asked for.

Scores proposal documents (`benchmarks.intake_form`) against the gold of our own pages and, where the folder of test
data is at hand, of the 2014 news page. Proposals come from `propose(content, name, captured_at)` of
`benchmarks.intake_extraction`, if that module is there, or from files `NAME.proposal.json`. A page without a proposal
is named and counts as not measured, never as zero or as perfect. The held-out pages wait for `--held-out`.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.intake_figures import names, quality, speed
from benchmarks.intake_formats import format_figures
from benchmarks.intake_news import read_news_gold
from benchmarks.intake_scoring import Score, score

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "benchmarks" / "pages"
RESULT = ROOT / "build" / "bench" / "intake.json"
EXTRACTION = "benchmarks.intake_extraction"
Propose = Callable[[bytes, str, str | None], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Page:
    """One page with its gold, and the members of a foreign gold that are no leaves."""

    name: str
    group: str
    content: bytes
    gold: dict[str, Any]
    unscored: list[tuple[str, str]]


def our_pages(folder: Path, group: str) -> Iterator[Page]:
    """The pages of one folder, by name."""
    for path in sorted(folder.glob("*.gold.json")):
        gold = json.loads(path.read_text(encoding="utf-8"))
        yield Page(gold["page"], group, (folder / gold["page"]).read_bytes(), gold, [])


def news_page(data: Path) -> Iterator[Page]:
    """The 2014 page, if the folder of test data has it."""
    path = data / "news" / "report-2014-id.gold.json"
    if path.exists():
        gold, unscored = read_news_gold(json.loads(path.read_text(encoding="utf-8")))
        name = "report-2014-id.txt"
        yield Page(name, "news 2014", (path.parent / name).read_bytes(), gold, unscored)


def proposer(folder: Path | None) -> Propose | None:
    """Where proposals come from: files, the extraction, or nowhere."""
    if folder is not None:
        return lambda _content, name, _at: _read_proposal(folder / f"{name}.proposal.json")
    if importlib.util.find_spec(EXTRACTION) is None:
        return None
    found: Propose = importlib.import_module(EXTRACTION).propose
    return found


def _read_proposal(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def measure(page: Page, propose: Propose) -> Score:
    """The score of one page."""
    found = score(page.gold, propose(page.content, page.name, page.gold.get("captured_at")))
    found.unscored += page.unscored
    return found


def table(found: Score) -> Iterator[str]:
    """The counts by layer, with precision and recall."""
    yield f"  {'layer':<15}{'right':>7}{'leaves':>8}{'extras':>8}{'left out':>10}{'precision':>11}{'recall':>8}"
    rows = [
        (name, len(layer.leaves), layer.right, len(layer.extras), layer.left_out)
        for name, layer in found.layers.items()
    ]
    rows.append(("all", len(found.leaves), found.right, len(found.extras), sum(row[4] for row in rows)))
    for name, leaves, right, extras, left_out in rows:
        precision = f"{right / (right + extras):.3f}" if right + extras else "-"
        recall = f"{right / leaves:.3f}" if leaves else "-"
        yield f"  {name:<15}{right:>7}{leaves:>8}{extras:>8}{left_out:>10}{precision:>11}{recall:>8}"
    kept = sum(trap.kept for trap in found.traps)
    yield f"  traps kept: {kept} of {len(found.traps)}"
    yield f"  offsets right: {found.offsets_right}, wrong: {len(found.offsets_wrong)}"


def listing(found: Score) -> Iterator[str]:
    """Each leaf with its rule, each extra, each trap that was sprung, and what is no leaf."""
    for leaf in found.leaves:
        mark = "+" if leaf.right else "-"
        yield f"  {mark} {leaf.path} [{leaf.rule}] wanted {leaf.expected!r}, got {leaf.proposed!r}"
    yield from (f"  x {extra.path} extra {extra.of}: {extra.proposed!r}" for extra in found.extras)
    yield from (f"  ! {trap.layer}: {trap.text!r} ({trap.why})" for trap in found.traps if not trap.kept)
    yield from (f"  . {path}: no leaf: {why}" for path, why in found.unscored)


def main() -> None:
    """Print the tables, and write the figures to build/bench/intake.json and every leaf beside them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.intake", description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="the folder of test data")
    parser.add_argument("--held-out", action="store_true", help="score the held-out pages too, at the end")
    parser.add_argument("--proposals", type=Path, help="score files NAME.proposal.json of this folder")
    parser.add_argument("--leaves", action="store_true", help="list each leaf, extra and trap")
    options = parser.parse_args()
    pages = [*our_pages(PAGES / "open", "open pages"), *news_page(options.data)]
    pages += our_pages(PAGES / "held_out", "held-out pages") if options.held_out else []
    propose = proposer(options.proposals)
    if propose is None:
        empty = [(page, score(page.gold, {"proposal": 1})) for page in pages]
        print("there is no extraction yet: nothing is measured; this is what the golds ask for")
        for page, found in empty:
            print(f"{page.group}: {page.name}: {len(found.leaves)} leaves, {len(found.traps)} traps")
            if options.leaves:
                print("\n".join(listing(found)))
        return
    groups = _report(pages, propose, options.leaves)
    if options.proposals is None:
        _figures(groups, options.data)


def _report(pages: list[Page], propose: Propose, leaves: bool) -> dict[str, Score]:
    groups: dict[str, Score] = {}
    for page in pages:
        try:
            found = measure(page, propose)
        except FileNotFoundError as absent:
            print(f"{page.group}: {page.name}: not measured: no {Path(absent.filename).name}")
            continue
        print(f"{page.group}: {page.name}: {found.right} of {len(found.leaves)} leaves, {len(found.extras)} extras")
        if leaves:
            print("\n".join(listing(found)))
        groups.setdefault(page.group, Score()).add(found)
    for group, found in groups.items():
        print(f"\n{group}")
        print("\n".join(table(found)))
    return groups


def _figures(groups: dict[str, Score], data: Path) -> None:
    """Print the figures and write them, and every leaf beside them."""
    shown = sorted(path for path in (PAGES / "open").iterdir() if not path.name.endswith(".gold.json"))
    figures = [*quality(groups), *names(data), *speed(shown), *format_figures(data)]
    print()
    for one in figures:
        if one["goal"]:
            mark = "met" if one["met"] else "NOT met"
            print(f"{one['figure']}: {one['value']} {one['unit']} (goal {one['goal']}: {mark})")
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    leaves = {group: asdict(found) for group, found in groups.items()}
    RESULT.with_name("intake-leaves.json").write_text(json.dumps(leaves, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
