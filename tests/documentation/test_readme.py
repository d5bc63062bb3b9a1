"""The README's two commands exist and its session runs as it stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from checks.tree import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
SESSION = re.compile(r"```console\n(.*?)```", re.DOTALL)


def session() -> list[str]:
    return [line[2:] for block in SESSION.findall(README) for line in block.splitlines() if line.startswith("$ ")]


def test_the_two_commands_are_targets_of_make() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"^make ([a-z]+)", README, re.MULTILINE))
    assert named == {"demo", "test"}
    assert named <= set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))


def test_the_session_runs(tmp_path: Path) -> None:
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    assert len(session()) >= 5
    for line in session():
        ran = subprocess.run(
            ["sh", "-c", line],
            cwd=tmp_path,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert ran.returncode == 0, f"{line}\n{ran.stdout}{ran.stderr}"
