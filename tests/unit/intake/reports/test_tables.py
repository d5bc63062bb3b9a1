"""The tables that reports are read with are the ones that their README names, each with its source."""

from __future__ import annotations

import re
from hashlib import sha256
from importlib import resources

DATA = resources.files("sepakat.intake.reports") / "data"
README = (DATA / "README.md").read_text(encoding="utf-8")


def test_every_table_is_the_one_whose_digest_stands_in_the_readme() -> None:
    stated = dict(re.findall(r"^\| `([^`]+)` \| `([0-9a-f]{64})` \|$", README, re.MULTILINE))
    found = {one.name: sha256(one.read_bytes()).hexdigest() for one in DATA.iterdir() if one.name != "README.md"}
    assert stated == found


def test_every_table_has_a_source_and_a_licence() -> None:
    sources = README.partition("SHA-256")[0]
    assert all(f"`{one.name}`" in sources for one in DATA.iterdir() if one.name != "README.md")
