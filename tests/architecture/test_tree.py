"""What no file of the project may hold: addresses of package indexes, places of one machine, unfinished notes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from checks.tree import ROOT, tracked_files

# Put together from parts, so that this file does not hold what it looks for.
INDEX = re.compile(
    "|".join(
        ["--(extra-)?" + "index-url", "https?://[^ \"']+/" + "simple/", "pypi" + r"\.org/simple", "python" + "hosted"]
    )
)
HOMES = re.compile(r"(?<![\w.])/(" + "|".join(["home", "Users", "root"]) + r")/[a-z]")
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]) + r")\b")
MOST_KILOBYTES = 600


def texts() -> dict[Path, str]:
    found = {}
    for path in tracked_files():
        try:
            found[path.relative_to(ROOT)] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


TEXTS = texts()


def holding(pattern: re.Pattern[str], suffixes: tuple[str, ...] = ()) -> list[str]:
    return [
        f"{path}:{number}"
        for path, text in TEXTS.items()
        if not suffixes or path.suffix in suffixes
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_names_a_package_index() -> None:
    assert holding(INDEX) == []


def test_no_file_names_a_place_of_one_machine() -> None:
    # The folder that the project stands in is such a place, if it is long enough not to be a word of the project.
    here = re.compile(rf"(?<![\w.]){re.escape(str(ROOT))}(?![\w-])") if len(ROOT.parts) > 2 else HOMES
    assert holding(HOMES) + holding(here) == []


def test_no_file_holds_an_unfinished_note() -> None:
    assert holding(UNFINISHED, (".py", ".md", ".toml", ".html", ".yaml")) == []


def test_no_file_is_too_large_to_review() -> None:
    # What a data folder holds is made or taken whole, with its source and digest beside it; nobody reviews it by eye.
    read = [path for path in tracked_files() if "data" not in path.parts]
    assert [path for path in read if path.stat().st_size > MOST_KILOBYTES * 1024] == []


@pytest.mark.parametrize(
    "name", ["LICENSE", "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"]
)
def test_the_pages_that_a_reader_expects_are_there(name: str) -> None:
    assert len((ROOT / name).read_text(encoding="utf-8").split()) > 50
