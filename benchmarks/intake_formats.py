"""How fast and how small taking in STIX and MISP is, beside `stix2` in the same run; what became of MISP attributes.

Figures for `benchmarks.intake`: objects a second from bytes with all verdicts, against `stix2.parse` on the same
bytes; a bundle of 100,000 objects and an event of 150,000 attributes in processes of their own, whose memory is their
peak. The table of attributes in and objects out is written to build/bench/intake-misp.md.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import lzma
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import stix2

from benchmarks.intake_figures import Figure, figure
from sepakat.cli.main import collect_rarely
from sepakat.errors import InputError
from sepakat.intake.misp.events import read_events
from sepakat.intake.misp.reader import EventReading
from sepakat.intake.source import Source
from sepakat.stix.identifiers import StixId
from sepakat.stix.reading import read_objects
from sepakat.stix.validation import faults_of

ROOT = Path(__file__).resolve().parents[1]
MISP_TABLE = ROOT / "build" / "bench" / "intake-misp.md"
BUNDLE = b'{"type":"bundle","id":"bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","objects":['
ATTRIBUTES = 150_000
ROUNDS = 5
AT_ONCE = 250
_MEASURED = """
import json, resource, sys, time
from sepakat.cli.main import run
begun = time.perf_counter()
status = run(sys.argv[1:])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([status, time.perf_counter() - begun, peak]))
"""


def format_figures(data: Path) -> list[Figure]:
    """Every figure of STIX and MISP; none where the folder of test data is not there."""
    if not (data / "stix").exists():
        return []
    collect_rarely()
    figures = [*stix_speed(data), *large_bundle(data), *large_event()]
    write_misp_table(data)
    return figures


def stix_speed(data: Path) -> Iterator[Figure]:
    """From bytes to verdicts, ours and the peer's, on the same objects."""
    with gzip.open(data / "stix" / "attack-10k.ndjson.gz") as file:
        attack = file.read().splitlines()
    mixed = _readable((data / "stix" / "mixed.ndjson").read_bytes().splitlines())
    for name, lines, goal, sample in (("ATT&CK", attack, 10, 2000), ("mixed", mixed, 3, len(mixed))):
        # In bundles of a few hundred, as they come in pages and as large ones are read.
        bundles = [BUNDLE + b",".join(lines[at : at + AT_ONCE]) + b"]}" for at in range(0, len(lines), AT_ONCE)]
        ours = [_rate(len(lines), partial(_ours, bundles)) for _ in range(ROUNDS)]
        theirs = [_rate(sample, partial(_peer, lines[:sample])) for _ in range(ROUNDS)]
        ratio = sorted(ours)[ROUNDS // 2] / sorted(theirs)[ROUNDS // 2]
        yield figure(f"STIX {name}: objects a second, checked from bytes", ours, "1/s", "", met=True)
        yield figure(f"STIX {name}: the same by stix2.parse", theirs, "1/s", "", met=True)
        yield figure(f"STIX {name}: times as fast as stix2", [ratio], "times", f">= {goal}", ratio >= goal)
    same = sum((not faults_of(json.loads(line))) == _peer_takes(line) for line in attack[:2000])
    yield figure("STIX ATT&CK: verdicts equal to those of stix2", [same / 2000], "of 2000", "== 1", same == 2000)


def _readable(lines: Sequence[bytes]) -> list[bytes]:
    kept: dict[Any, bytes] = {}
    for line in lines:
        try:
            kept.setdefault(read_objects(line)[0].version_ref, line)
        except InputError:
            continue
    return list(kept.values())


def _ours(bundles: Sequence[bytes]) -> None:
    for bundle in bundles:
        for made in read_objects(bundle):
            faults_of(made.content)


def _peer(lines: Sequence[bytes]) -> None:
    for line in lines:
        _peer_takes(line)


def _peer_takes(line: bytes) -> bool:
    try:
        stix2.parse(line, allow_custom=True)
    except Exception:  # noqa: BLE001 -- its verdict
        return False
    return True


def _rate(count: int, act: Callable[[], None]) -> float:
    """By the processor time of this process: what else the machine does at one moment is no part of a ratio."""
    begun = time.process_time()
    act()
    return count / (time.process_time() - begun)


def large_bundle(data: Path) -> Iterator[Figure]:
    """A bundle of 100,000 objects, taken into a fresh node."""
    with lzma.open(data / "stix" / "attack-100k.ndjson.xz") as file:
        lines = file.read().splitlines()
    seconds, peak = _taken_in("bundle.json", BUNDLE + b",".join(lines) + b"]}")
    rate = len(lines) / seconds
    yield figure("STIX bundle of 100,000: peak of memory", [peak], "MiB", "< 1024", peak < 1024)
    yield figure("STIX bundle of 100,000: objects a second, kept", [rate], "1/s", "", met=True)


def large_event() -> Iterator[Figure]:
    """An event of 150,000 attributes, converted in parts and taken into a fresh node."""
    seconds, peak = _taken_in("event.json", json.dumps(generated_event(ATTRIBUTES)).encode())
    yield figure("MISP event of 150,000: peak of memory", [peak], "MiB", "< 2048", peak < 2048)
    yield figure("MISP event of 150,000: seconds", [seconds], "s", "< 600", seconds < 600)


def generated_event(count: int) -> dict[str, Any]:
    """A MISP event of usual attributes, the same at each call."""
    attributes = []
    for number in range(count):
        digest = hashlib.sha256(str(number).encode()).hexdigest()
        kinds = (
            ("ip-dst", f"{10 + number % 200}.{number // 65536 % 256}.{number // 256 % 256}.{number % 256}"),
            ("domain", f"h{number}.example.org"),
            ("sha256", digest),
            ("url", f"http://h{number}.example.org/x"),
            ("md5", digest[:32]),
            ("filename|sha256", f"a{number}.exe|{digest}"),
            ("text", f"remark {number}"),
        )
        kind, value = kinds[number % len(kinds)]
        attributes.append(
            {
                "uuid": str(uuid.UUID(int=number + (4 << 76) + (2 << 62))),
                "type": kind,
                "category": "Other" if kind == "text" else "Network activity",
                "value": value,
                "timestamp": "1700000000",
                "to_ids": number % 2 == 0,
                "distribution": "5",
                "Tag": [{"name": "tlp:green"}] if number % 5 == 0 else [],
            }
        )
    head = {
        "uuid": str(uuid.UUID(int=77 + (4 << 76) + (2 << 62))),
        "info": "Large",
        "distribution": "3",
        "published": True,
    }
    dates = {"date": "2023-11-14", "timestamp": "1700000500", "publish_timestamp": "1700000600"}
    return {"Event": {**head, **dates, "Attribute": attributes}}


def _taken_in(name: str, content: bytes) -> tuple[float, float]:
    """Seconds and peak (MiB) of taking a source into a fresh node, in a process of its own."""
    with TemporaryDirectory(prefix="sepakat-bench-") as folder:
        node, file = Path(folder) / "node", Path(folder) / name
        file.write_bytes(content)
        command = [sys.executable, "-m", "sepakat", "init", str(node), "--party", "us", "--name", "US"]
        subprocess.run(command, check=True, capture_output=True)
        measured = [sys.executable, "-c", _MEASURED, "take-in", str(file), "--node", str(node)]
        done = subprocess.run(measured, check=True, capture_output=True, text=True)
        status, seconds, peak = json.loads(done.stdout.splitlines()[-1])
    if status:
        raise RuntimeError(f"{name} was not taken in: {done.stderr[-500:]}")
    return seconds, peak


def write_misp_table(data: Path) -> None:
    """Attributes in, objects out, for every event of the test data, with every loss named."""
    rows: Counter[tuple[str, str]] = Counter()
    losses: Counter[str] = Counter()
    objects: Counter[str] = Counter()
    events = 0
    for path in sorted((data / "misp").glob("**/*.json")):
        content = path.read_bytes()
        source = Source(content, path.name, datetime.now(UTC), StixId("identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"))
        try:
            found = read_events(content)
        except InputError as error:
            losses[f"{path.name}: {error.message}"] += 1
            continue
        for event in found:
            events += 1
            reading = EventReading(event, source)
            objects.update(json.loads(raw)["type"] for raw in reading.raws())
            rows.update(reading.account.rows)
            losses.update(loss.reason for loss in reading.account.losses)
    table = ["# MISP: attributes in, objects out", "", f"{events} events became {objects.total()} objects:", ""]
    table += [f"- {count} {type_}" for type_, count in objects.most_common()]
    table += ["", "| in MISP | how many | what was made of it |", "|---|---|---|"]
    table += [f"| {kind} | {count} | {outcome} |" for (kind, outcome), count in sorted(rows.items())]
    table += ["", "Lost, or kept only in a custom object:", ""]
    table += [f"- {count} times: {reason}" for reason, count in losses.most_common()]
    MISP_TABLE.parent.mkdir(parents=True, exist_ok=True)
    MISP_TABLE.write_text("\n".join(table) + "\n", encoding="utf-8")
