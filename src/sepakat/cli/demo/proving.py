"""Step 9: every log verifies offline; in a copy of a store one byte is changed, and verification names the place."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from sepakat.cli.demo.cast import Cast
from sepakat.cli.demo.machine import together
from sepakat.cli.demo.material import PACT, VARIANT
from sepakat.composition import STORE_FILE

VERIFY = ("log", "verify")
EITHER = (0, 1)


def verify(cast: Cast) -> None:
    """Play the step."""
    story, machines = cast.story, cast.machines.values()
    story.command("us", "sepakat log verify")
    for machine, logs in zip(machines, together(lambda one: one.ask(*VERIFY, statuses=EITHER), machines), strict=True):
        damage = [finding["message"] for log in logs for finding in log["findings"] if finding["damage"]]
        sizes = ", ".join(f"{log['size']} for {log['counterpart']}" for log in logs if not log["mirror"])
        words = f"{machine.party}: {len(logs)} logs verify offline (leaves: {sizes})"
        story.check(words, bool(logs) and all(log["sound"] for log in logs), *damage)
    _find_one_changed_byte(cast)


def _find_one_changed_byte(cast: Cast) -> None:
    story, us = cast.story, cast.us
    rows = [row for view in us.ask("view", "ru", "--agreement", PACT) for row in view["objects"]]
    row = next(row for row in rows if row["outcome"] == VARIANT)
    token = next(one["same_as"] for one in row["content"]["extensions"].values() if "same_as" in one)
    copy = copied(us.folder, cast.place / "us-copy")
    place = change_a_byte(copy / STORE_FILE, token.encode())
    story.tell(f"In a copy of the store of us, byte {place} is changed: one digit inside an object that ru was given.")
    story.command("us", "sepakat log verify --node us-copy")
    ran, logs = together(lambda ask: ask(*VERIFY, statuses=EITHER, folder=copy), (us.run, us.ask))
    story.quote("\n".join(line for line in ran.output.splitlines() if "✗" in line))
    damage = [finding for log in logs for finding in log["findings"] if finding["damage"]]
    named = [(one["leaf"], (one["object"] or "").split(" ")[0]) for one in damage]
    words = f"verification says no, and names the place: leaf {row['leaf']}, object {row['id']}"
    story.check(words, ran.status == 1 and named == [(row["leaf"], row["id"])], *(one["message"] for one in damage))


def copied(folder: Path, target: Path) -> Path:
    """A copy of a node's folder that is whole although the node is being served."""
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns(f"{STORE_FILE}*"))
    source, copy = sqlite3.connect(folder / STORE_FILE), sqlite3.connect(target / STORE_FILE)
    try:
        source.backup(copy)
    finally:
        source.close()
        copy.close()
    (target / STORE_FILE).chmod(0o600)
    return target


def change_a_byte(file: Path, where: bytes) -> int:
    """Change the first byte of the first place in a file that holds `where`, a number in digits; its offset."""
    data = bytearray(file.read_bytes())
    offset = data.index(where)
    data[offset] = ord("1") if data[offset] == ord("0") else ord("0")
    file.write_bytes(data)
    return offset
