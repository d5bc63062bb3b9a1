"""Changes the release rules one place at a time and sees that a test fails: `python -m checks.mutants`.

A mutant is the product with one operator, comparison or constant of `--package` exchanged. Its unit tests run first,
then, if they let it pass, the tests marked `worlds`, which compare with the oracle. A mutant that all of them let pass
shows a line that no test holds. The tree is never touched: mutants live in a copy of `src`, first on the path.
Results go to build/mutants.json; the exit status is 1 if a mutant survived.
"""

from __future__ import annotations

import argparse
import ast
import copy
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from checks.tree import ROOT, SOURCE

REPORT = ROOT / "build" / "mutants.json"
PYTEST = (sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--no-header")
WORLDS = (
    "-m",
    "worlds",
    "tests",
    *(f"--ignore=tests/{name}" for name in ("architecture", "documentation", "functional")),
)
PASSED, FAILED, NONE_COLLECTED = 0, 1, 5

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
    turned = copy.deepcopy(node)
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
    text = path.read_text(encoding="utf-8")
    places = len(_places(ast.parse(text)))
    for number in range(places):
        tree = ast.parse(text)
        node, replace = _places(tree)[number]
        turned = changed(node)
        assert turned is not None
        before = ast.unparse(node)
        replace(turned)
        after = ast.unparse(turned)
        yield Mutant(
            path.relative_to(SOURCE.parent),
            getattr(node, "lineno", 0),
            before,
            after,
            ast.unparse(ast.fix_missing_locations(tree)),
        )


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


def outcome(source: Path, package: str) -> str:
    """Run the tests on the product in `source`: `survived`, or what noticed it."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(source), str(ROOT)]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    for name, selection in (("unit tests", (f"tests/unit/{package}",)), ("worlds", WORLDS)):
        try:
            ran = subprocess.run(
                [*PYTEST, *selection], cwd=ROOT, env=environment, capture_output=True, check=False, timeout=600
            )
        except subprocess.TimeoutExpired:
            return f"{name} (no end)"
        if ran.returncode not in (PASSED, NONE_COLLECTED):
            return name if ran.returncode == FAILED else f"{name} (not importable)"
    return "survived"


def sample(mutants: list[Mutant], limit: int) -> list[Mutant]:
    """Take at most `limit` mutants, evenly spread, the same ones every time."""
    if limit <= 0 or limit >= len(mutants):
        return mutants
    return [mutants[number * len(mutants) // limit] for number in range(limit)]


def main(arguments: list[str]) -> int:
    """Make the mutants, run the tests on each, report; give the exit status."""
    parser = argparse.ArgumentParser(prog="make mutants", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--package", default="release", help="the package below sepakat to change")
    parser.add_argument("--limit", type=int, default=120, help="at most so many mutants, evenly spread; 0: all")
    chosen = parser.parse_args(arguments)
    every = [mutant for path in sorted((SOURCE / chosen.package).rglob("*.py")) for mutant in mutants_of(path)]
    results = []
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "src"
        shutil.copytree(SOURCE.parent, source, ignore=shutil.ignore_patterns("__pycache__"))
        if (noticed := outcome(source, chosen.package)) != "survived":
            print(f"mutants: the tests fail without any change: {noticed}", file=sys.stderr)
            return 2
        for mutant in sample(every, chosen.limit):
            target = source / mutant.path
            original = target.read_text(encoding="utf-8")
            target.write_text(mutant.text, encoding="utf-8")
            noticed = outcome(source, chosen.package)
            target.write_text(original, encoding="utf-8")
            results.append({**mutant._asdict(), "path": str(mutant.path), "text": None, "noticed_by": noticed})
            if noticed == "survived":
                print(f"{mutant.path}:{mutant.line}: survived: {mutant.before}  ->  {mutant.after}", flush=True)
    survived = sum(result["noticed_by"] == "survived" for result in results)
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(
        json.dumps({"of": len(every), "tried": len(results), "survived": survived, "mutants": results}, indent=1)
    )
    print(f"mutants: {len(results)} of {len(every)} tried, {survived} survived; see {REPORT.relative_to(ROOT)}")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
