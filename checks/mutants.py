"""Changes the core one place at a time and sees that a test fails: `python -m checks.mutants`.

A mutant is the product with one operator, comparison or constant of `release/` or `agreements/` exchanged. A seeded
sample, spread over every module by its size, is tried in the fast profile: the tests of the module itself, of its
package, the comparison with the oracle on some worlds, then the other tests that look at releases. A mutant that all of
them let pass has survived, also one on a line that no test runs. One that uses up its share of processor time loops,
and counts as killed; one that merely does not come to an end has survived. What cannot be told from the original is
excluded by name, with the reason. The tree is never touched: mutants live in copies of `src`, first on the path.
Results go to build/mutants.json; the exit status is 1 if fewer than 95 % were killed.
"""

from __future__ import annotations

import argparse
import ast
import compileall
import copy
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from py_compile import PycInvalidationMode
from queue import SimpleQueue
from random import Random
from typing import NamedTuple

from checks.tree import ROOT, SOURCE

REPORT = ROOT / "build" / "mutants.json"
PACKAGES = ("release", "agreements")
LEAST_KILLED = 0.95
MOST_EXCLUDED = 0.03
PYTEST = (sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--no-header", "--tb=no")
SMALL_WORLDS = {"SEPAKAT_WORLDS": "48"}
PROCESSOR_SECONDS = 120
"""Several times what the slowest step takes."""
WALL_SECONDS = 500
PASSED, FAILED, NONE_COLLECTED = 0, 1, 5

EXCLUDED: Mapping[tuple[str, str], str] = {
    ("sepakat/agreements/topics.py", "field(init=False, repr=False, compare=False)"): (
        "an index follows from the definitions: tables that are equal without it are equal with it"
    ),
}
"""Why a mutant cannot be told from the original, by its file and what its line has."""

COMPARISONS: Mapping[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
OPERATORS: Mapping[type[ast.operator], type[ast.operator]] = {
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
}


class Mutant(NamedTuple):
    """One changed place: the file below src, its line, what was there and what is there now, the whole new text."""

    path: Path
    line: int
    before: str
    after: str
    text: str


def changed(node: ast.AST) -> ast.AST | None:
    """Give the node with its meaning turned, or nothing where there is nothing to turn."""
    turned = copy.copy(node)
    match turned:
        case ast.Compare(ops=[operator]) if type(operator) in COMPARISONS:
            turned.ops = [COMPARISONS[type(operator)]()]
        case ast.BoolOp():
            turned.op = ast.Or() if isinstance(turned.op, ast.And) else ast.And()
        case ast.BinOp() | ast.AugAssign() if type(turned.op) in OPERATORS:
            turned.op = OPERATORS[type(turned.op)]()
        case ast.UnaryOp(op=ast.Not()):
            return turned.operand
        case ast.Constant(value=bool()):
            turned.value = not turned.value
        case ast.Constant(value=int(number)):
            turned.value = number + 1
        case _:
            return None
    return turned


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Yield every mutant of one file; annotations are left alone, since nothing runs them."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node, replace in _places(tree):
        turned = changed(node)
        assert turned is not None
        replace(turned)
        text = ast.unparse(ast.fix_missing_locations(tree))
        replace(node)
        where = path.relative_to(SOURCE.parent)
        yield Mutant(where, getattr(node, "lineno", 0), ast.unparse(node), ast.unparse(turned), text)


def _places(tree: ast.Module) -> list[tuple[ast.AST, Callable[[ast.AST], None]]]:
    found: list[tuple[ast.AST, Callable[[ast.AST], None]]] = []

    def put_field(parent: ast.AST, name: str) -> Callable[[ast.AST], None]:
        return lambda node: setattr(parent, name, node)

    def put_item(items: list[ast.AST], index: int) -> Callable[[ast.AST], None]:
        return lambda node: items.__setitem__(index, node)

    def visit(parent: ast.AST) -> None:
        for name, value in ast.iter_fields(parent):
            if name in ("annotation", "returns", "decorator_list", "type_comment"):
                continue
            if isinstance(value, ast.AST):
                look(value, put_field(parent, name))
            elif isinstance(value, list):
                for index, item in enumerate(value):
                    if isinstance(item, ast.AST):
                        look(item, put_item(value, index))

    def look(node: ast.AST, replace: Callable[[ast.AST], None]) -> None:
        if changed(node) is not None:
            found.append((node, replace))
        visit(node)

    visit(tree)
    return found


def steps(mutant: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What is run on a mutant of a file below src, by name, the quickest to find it first."""
    package, own = mutant.parts[1], f"test_{mutant.stem}.py"
    units = Path("tests", "unit", package)
    if (ROOT / units / own).exists():
        yield "tests of the module", (str(units / own),)
    yield "unit tests", (str(units),)
    yield "worlds", ("-m", "worlds", "tests/property")
    yield "properties", ("-m", "not worlds", "tests/property")
    if package != "release":
        yield "unit tests of release", ("tests/unit/release",)


def outcome(source: Path, mutant: Path) -> str:
    """Run the tests on the product in `source`: `survived`, or what noticed it."""
    environment = {
        **os.environ,
        **SMALL_WORLDS,
        "PYTHONPATH": os.pathsep.join([str(source), str(ROOT)]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    for name, selection in steps(mutant):
        try:
            ran = subprocess.run(
                [*PYTEST, *selection],
                cwd=ROOT,
                env=environment,
                capture_output=True,
                check=False,
                timeout=WALL_SECONDS,
                preexec_fn=_limit_processor,
            )
        except subprocess.TimeoutExpired:
            continue
        if ran.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
            return f"{name} (loops)"
        if ran.returncode not in (PASSED, NONE_COLLECTED):
            return name if ran.returncode == FAILED else f"{name} (not importable)"
    return "survived"


def _limit_processor() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS + 5))


def sample(mutants: Sequence[Mutant], limit: int, seed: int = 1) -> list[Mutant]:
    """Take `limit` mutants, of each file as many as its size asks for and at least one, the same ones for each seed."""
    if limit <= 0 or limit >= len(mutants):
        return list(mutants)
    random = Random(seed)  # noqa: S311  a sample, no secret
    by_file: dict[Path, list[Mutant]] = {}
    for mutant in mutants:
        by_file.setdefault(mutant.path, []).append(mutant)
    chosen = [random.choice(those) for those in by_file.values()]
    left = [mutant for mutant in mutants if mutant not in chosen]
    chosen += random.sample(left, max(0, limit - len(chosen)))
    return sorted(chosen, key=lambda mutant: (mutant.path, mutant.line, mutant.before))


def try_out(mutants: Sequence[Mutant], workers: int, deadline: float) -> Iterator[tuple[Mutant, str]]:
    """Run the tests on each mutant, several at a time; those that time did not suffice for are left out."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(workers) as pool:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(workers):
            source = Path(folder, str(number), "src")
            shutil.copytree(SOURCE.parent, source, ignore=shutil.ignore_patterns("__pycache__"))
            # Checked by what the source says, so that a mutant is never taken for the original.
            compileall.compile_dir(source, quiet=1, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
            copies.put(source)

        def one(mutant: Mutant) -> str | None:
            if time.monotonic() > deadline:
                return None
            source = copies.get()
            target = source / mutant.path
            original = target.read_text(encoding="utf-8")
            try:
                target.write_text(mutant.text, encoding="utf-8")
                return outcome(source, mutant.path)
            finally:
                target.write_text(original, encoding="utf-8")
                copies.put(source)

        for mutant, noticed in zip(mutants, pool.map(one, mutants), strict=True):
            if noticed is not None:
                yield mutant, noticed


def main(arguments: list[str]) -> int:
    """Make the mutants, run the tests on each, report; give the exit status."""
    parser = argparse.ArgumentParser(prog="make mutants", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--package", action="append", choices=PACKAGES, help="only this package below sepakat")
    parser.add_argument("--module", help="only this module, by its name")
    parser.add_argument("--limit", type=int, default=420, help="how many mutants; 0: all")
    parser.add_argument("--seed", type=int, default=1, help="another seed takes another sample")
    parser.add_argument("--workers", type=int, default=min(4, os.cpu_count() or 2), help="how many at a time")
    parser.add_argument("--minutes", type=float, default=58, help="no mutant is begun after that")
    asked = parser.parse_args(arguments)
    deadline = time.monotonic() + 60 * asked.minutes
    files = [
        path
        for package in asked.package or PACKAGES
        for path in sorted((SOURCE / package).rglob("*.py"))
        if asked.module in (None, path.stem)
    ]
    every = [mutant for path in files for mutant in mutants_of(path)]
    chosen = sample(every, asked.limit, asked.seed)
    excluded = [mutant for mutant in chosen if _reason(mutant)]
    tried = [mutant for mutant in chosen if not _reason(mutant)]
    # In no order of files, so that a run which time ends early says something about all of them.
    Random(asked.seed).shuffle(tried)  # noqa: S311  an order, no secret
    unchanged = [Mutant(path, 0, "", "", (SOURCE.parent / path).read_text("utf-8")) for path in _firsts(tried)]
    for mutant, noticed in try_out(unchanged, asked.workers, deadline):
        if noticed != "survived":
            print(f"mutants: without any change {noticed} fail for {mutant.path}", file=sys.stderr)
            return 2
    results = []
    for mutant, noticed in try_out(tried, asked.workers, deadline):
        results.append({**mutant._asdict(), "path": str(mutant.path), "text": None, "noticed_by": noticed})
        if noticed == "survived":
            print(f"{mutant.path}:{mutant.line}: survived: {mutant.before}  ->  {mutant.after}", flush=True)
    return _report(every, excluded, results, not_tried=len(tried) - len(results))


def _firsts(mutants: Sequence[Mutant]) -> Iterator[Path]:
    """One file of each package."""
    yield from {mutant.path.parts[1]: mutant.path for mutant in mutants}.values()


def _reason(mutant: Mutant) -> str | None:
    line = (SOURCE.parent / mutant.path).read_text(encoding="utf-8").splitlines()[mutant.line - 1]
    return next((why for (path, part), why in EXCLUDED.items() if path == str(mutant.path) and part in line), None)


def _report(
    every: Sequence[Mutant], excluded: Sequence[Mutant], results: Sequence[Mapping[str, object]], not_tried: int
) -> int:
    by = Counter(str(result["noticed_by"]) for result in results)
    killed = len(results) - by["survived"]
    document = {
        "mutants": len(results),
        "killed": killed,
        "survived": by["survived"],
        "of": len(every),
        "not_tried": not_tried,
        "noticed_by": dict(by),
        "excluded": [
            {"path": str(one.path), "line": one.line, "before": one.before, "reason": _reason(one)} for one in excluded
        ],
        "results": list(results),
    }
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps(document, indent=1) + "\n")
    share = killed / len(results) if results else 0.0
    print(f"mutants: {len(results)} of {len(every)} tried, {killed} killed ({share:.1%}), {len(excluded)} excluded")
    print(f"noticed by: {dict(by)}; not tried for want of time: {not_tried}; see {REPORT.relative_to(ROOT)}")
    is_good = share >= LEAST_KILLED and len(excluded) <= MOST_EXCLUDED * (len(results) + len(excluded))
    return 0 if is_good and not not_tried else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
