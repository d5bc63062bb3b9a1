"""The sessions recorded in the tutorials run, and print what stands there; `...` stands for what differs."""

from __future__ import annotations

import doctest
import re
import shlex
from pathlib import Path

import pytest

from checks.tree import ROOT
from tests.support.command_line import CommandLine

SAME = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
PAGE = ROOT / "benchmarks" / "pages" / "open" / "en-1.html"


def steps(page: str) -> list[tuple[str, str]]:
    """Each command with what it prints."""
    found: list[tuple[str, str]] = []
    for block in BLOCK.findall((ROOT / "docs" / page).read_text(encoding="utf-8")):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], ""))
            else:
                found[-1] = (found[-1][0], f"{found[-1][1]}{line}\n")
    return found


def test_the_review_of_a_report_runs_as_recorded(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SEPAKAT_NODE", raising=False)
    (tmp_path / "page.html").write_bytes(PAGE.read_bytes())
    (tmp_path / "next.html").write_bytes(PAGE.read_bytes().replace(b"at least nine", b"at least eleven"))
    sepakat = CommandLine(capsys, monkeypatch)
    recorded = steps("tutorial/first-report.md")
    assert len(recorded) >= 15
    for line, expected in recorded:
        command, _, may_fail = line.partition(" || ")
        ended = sepakat(*shlex.split(command)[1:])
        assert (ended.status != 0) == bool(may_fail), f"{line}: {ended.status}\n{ended.out}{ended.err}"
        printed = re.sub(r"^ *\u2500+ *\n", "", ended.out + ended.err, flags=re.MULTILINE)
        is_same = doctest.OutputChecker().check_output(expected, printed, SAME)
        assert is_same, f"{line}\nexpected:\n{expected}\nprinted:\n{printed}"
