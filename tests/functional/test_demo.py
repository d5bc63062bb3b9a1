"""The demo tells its story to the end; and with one rule of release broken it notices, and ends with status 1."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command_line import Ended, in_process_of_its_own

BROKEN_RULES = Path(__file__).parent / "broken_rules"
NOTICED = {
    "ceiling": ["forum-domain: whole, expected out", "lantern-forum"],
    "granular-cut": ["relay-address: whole, expected variant", "HERON SEVEN"],
    "reference-closure": ["at-safehouse: whole, expected out", "->"],
    "origin": ["failing: ['AmongReaders']"],
    "recall": ["ru gives it to nobody any more"],
}
"""What the demo must say about each broken rule."""


def demo(folder: Path, broken: str | None = None) -> Ended:
    environment = {"BROKEN_RULE": broken, "PYTHONPATH": str(BROKEN_RULES)} if broken else {}
    return in_process_of_its_own("demo", "--exit", "--folder", folder, environment=environment, seconds=900)


def crosses(ended: Ended) -> str:
    """What is said from the first cross of a check on."""
    lines = ended.out.splitlines()
    first = next((place for place, line in enumerate(lines) if line.startswith("  ✗ ")), len(lines))
    return "\n".join(lines[first:])


def test_demo_plays_all_seven_steps_and_leaves_no_process_behind(tmp_path: Path) -> None:
    ended = demo(tmp_path / "demo")
    assert ended.status == 0, crosses(ended) + ended.err
    assert "✓ All " in ended.out
    assert "A plain TAXII client (taxii2-client) logs in as fr" in ended.out
    assert all(f"\n{number}. " in ended.out for number in range(1, 8))
    for party in ("us", "ru", "iq", "fr"):
        assert "Stopped serving" in (tmp_path / "demo" / f"{party}.log").read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", NOTICED)
def test_demo_notices_a_broken_rule_of_release(rule: str, tmp_path: Path) -> None:
    ended = demo(tmp_path / "demo", rule)
    assert ended.status == 1
    said = crosses(ended)
    assert all(words in said for words in NOTICED[rule]), ended.out
