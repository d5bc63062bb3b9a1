"""A test that needs PostgreSQL or a browser cannot vanish in CI."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from checks.tree import ROOT

PAGE = """
import pytest

@pytest.mark.{marker}
def test_something():
    pytest.skip("it is not here")
"""


def run(folder: Path, marker: str, **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_page.py").write_text(PAGE.format(marker=marker), encoding="utf-8")
    without_ci = {name: value for name, value in os.environ.items() if name not in ("CI", "PYTEST_ADDOPTS")}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.support.required_tools",
        "-p",
        "no:cacheprovider",
        "-q",
        ".",
    ]
    return subprocess.run(
        command,
        cwd=folder,
        env={**without_ci, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("marker", ["needs_postgresql", "needs_browser"])
def test_skip_of_a_required_test_fails_in_ci(tmp_path: Path, marker: str) -> None:
    ran = run(tmp_path, marker, CI="true")
    assert ran.returncode == 1
    assert f"{marker} and must run in CI: Skipped: it is not here" in ran.stdout


def test_skip_of_a_required_test_is_a_skip_elsewhere(tmp_path: Path) -> None:
    assert "1 skipped" in run(tmp_path, "needs_browser").stdout


def test_skip_of_another_test_stays_a_skip_in_ci(tmp_path: Path) -> None:
    assert "1 skipped" in run(tmp_path, "slow", CI="true").stdout
