"""The demo tells its story to the end; and with one rule of release broken it notices, and ends with status 1."""

from __future__ import annotations

import signal
import socket
import subprocess
import threading
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import pytest

from tests.support.command_line import SEPAKAT, Ended, in_process_of_its_own

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


def test_demo_plays_all_nine_steps_and_leaves_no_process_behind(tmp_path: Path) -> None:
    ended = demo(tmp_path / "demo")
    assert ended.status == 0, crosses(ended) + ended.err
    assert "✓ All " in ended.out
    assert "A plain TAXII client (taxii2-client) logs in as fr" in ended.out
    assert all(f"\n{number}. " in ended.out for number in range(1, 10))
    for party in ("us", "ru", "iq", "fr"):
        assert "Stopped serving" in (tmp_path / "demo" / f"{party}.log").read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", NOTICED)
def test_demo_notices_a_broken_rule_of_release(rule: str, tmp_path: Path) -> None:
    ended = demo(tmp_path / "demo", rule)
    assert ended.status == 1
    said = crosses(ended)
    assert all(words in said for words in NOTICED[rule]), ended.out


def test_demo_that_is_interrupted_leaves_no_process_behind(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    demo = subprocess.Popen(
        [*SEPAKAT, "demo", "--folder", str(folder)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        address = served_address(folder / "us.log", demo)
        demo.send_signal(signal.SIGINT)
        said, _ = demo.communicate(timeout=120)
    finally:
        demo.kill()
    assert demo.returncode == 130, said.decode()
    assert b"Traceback" not in said
    with pytest.raises(OSError), socket.create_connection((address.hostname, address.port or 0), timeout=5):
        pass


def served_address(log: Path, demo: subprocess.Popen[bytes]) -> SplitResult:
    """Where a node is served, once it is."""
    pause = threading.Event()
    said = ""
    for _ in range(1200):
        said = log.read_text(encoding="utf-8") if log.exists() else ""
        if said.endswith("\n") or demo.poll() is not None:
            break
        pause.wait(0.1)
    assert said.startswith("Serving "), said
    return urlsplit(said.split()[-1])
