"""The project's files as the checks see them: sources parsed, tracked files listed. Reads only."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "sepakat"
REFERENCE = ROOT / "docs" / "reference"


class Module(NamedTuple):
    """One source file: its dotted name, where it is, and what it says."""

    name: str
    path: Path
    tree: ast.Module


def read_module(path: Path, top: Path) -> Module:
    """Parse one file; `top` is the folder that dotted names start from."""
    parts = path.relative_to(top).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return Module(name, path, ast.parse(path.read_text(encoding="utf-8"), filename=str(path)))


def source_modules() -> Iterator[Module]:
    """Yield every module of the product, in order of path."""
    for path in sorted(SOURCE.rglob("*.py")):
        yield read_module(path, SOURCE.parent)


def tracked_files() -> list[Path]:
    """List the files that belong to the project: those git tracks or would, or all where there is no git."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if listed.returncode == 0:
        names = listed.stdout.decode("utf-8").split("\0")
        return sorted({ROOT / name for name in names if name and (ROOT / name).is_file()})
    ours = (path for folder in ("src", "tests", "docs", "checks") for path in (ROOT / folder).rglob("*"))
    return sorted(path for path in (*ours, *ROOT.glob("*.*")) if path.is_file() and "__pycache__" not in path.parts)
