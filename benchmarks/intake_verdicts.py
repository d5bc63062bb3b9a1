"""Our verdicts on STIX beside those of `stix2` and `stix2-validator` 3.2.0: every difference, grouped and explained.

`python -m benchmarks.intake_verdicts` makes a Python with both peers in build/peers (once, from the package index),
asks them line by line, and writes build/bench/intake-verdicts.md. A difference that no explanation fits is listed as
such and the run ends with 1. `--whole` asks about all of attack-100k too, which takes the validator minutes.
"""

from __future__ import annotations

import argparse
import gzip
import json
import lzma
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from sepakat.errors import InputError
from sepakat.stix.reading import read_objects
from sepakat.stix.validation import faults_of, warnings_of

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / "build" / "peers"
RESULT = ROOT / "build" / "bench" / "intake-verdicts.md"
ASKED = Path(__file__).with_name("intake_verdicts_peer.py")

_ANY_UUID = r"[a-z0-9-]+--[0-9a-f-]{36}"
_BY_HAND = rf"not a valid STIX identifier|id: '{_ANY_UUID}' does not|_refs?(\[\d+\])?: '{_ANY_UUID}' does not"
EXPLANATIONS: tuple[tuple[str, str, str], ...] = (
    ("-", _BY_HAND, "a UUID without a version of RFC 4122: widespread in examples; we take it with a warning"),
    (
        *("-", r"TLPMarkingDefinitionError|TLP marking definitions must match"),
        "a TLP level under an id of its own: we warn, and count it as an unknown marking that has no reader",
    ),
    ("-", r"does not match the timestamp f", "a time without milliseconds: any number of digits is kept as it came"),
    ("-", r"does not match '\^\[a-z\]\{3\}\$'", "a language that is no code of ISO 639-2: a value we keep as it came"),
    ("-", r"value: '.*' does not match '\^\(\(\[0-9\]", "an address that is none: a value we keep as it came"),
    ("-", r"request_header", "a header whose value is a text, not a list, as in the examples of STIX 2.1"),
    ("-", r"key: '.*' should not be valid", "an abbreviated registry hive: a value we keep as it came"),
    ("-", r"extension-definition|extensions\.", "an extension whose own schema the peer does not know as we do"),
    (
        "-",
        r"empty arrays|non-empty|minItems|too short|\[\] ",
        "an empty list: a warning with us, a fault with --strict",
    ),
    ("-", r"url: |'uri'|valid URI", "an address that is no URI: a warning with us, a fault with --strict"),
    ("-", r"external reference is a CVE", "a CVE under a name or number of another form: a value we keep as it came"),
    (r"base64", "-", "payload that is no base64: the peer does not look"),
    (r"revoked", "-", "`revoked` as a text: the peer reads it as a truth value, so that two readers differ"),
    (r"encryption_algorithm", "-", "a key without its algorithm: the standard asks for both"),
    (r"found null", "-", "null, which STIX has not: the peer leaves the property out"),
    (r"lower case", "-", "an id in upper case: an object has one spelling, so that none hides a reference"),
)
"""(what we say, what the peer says, why the verdicts differ); `-` stands for nothing said."""


def peer_python() -> Path:
    """A Python with both peers, made if it is not there."""
    python = PEERS / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(PEERS)], check=True)
        wanted = ["stix2-validator==3.2.0", "stix2>=3,<4"]
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *wanted], check=True)
    return python


def lines_of(data: Path, *, whole: bool) -> Iterator[tuple[str, bytes]]:
    """Every object of the test data with the name of its file."""
    for line in (data / "stix" / "mixed.ndjson").read_bytes().splitlines():
        yield "mixed", line
    with gzip.open(data / "stix" / "attack-10k.ndjson.gz") as file:
        yield from (("attack-10k", line.strip()) for line in file)
    if whole:
        with lzma.open(data / "stix" / "attack-100k.ndjson.xz") as file:
            yield from (("attack-100k", line.strip()) for line in file)


def our_verdict(line: bytes) -> tuple[str, bool]:
    """What we say against an object, nothing if it is taken; and whether `--strict` would refuse it."""
    try:
        [made] = read_objects(line)
    except InputError as error:
        return "; ".join(map(str, error.faults)), True
    faults = [*faults_of(made.content)]
    return "; ".join(map(str, faults)), bool(faults or warnings_of(made.content))


def why(ours: str, theirs: str) -> str:
    """The explanation of a difference, or that there is none."""
    for our_words, their_words, reason in EXPLANATIONS:
        if ours and our_words != "-" and re.search(our_words, ours):
            return reason
        if theirs and their_words != "-" and re.search(their_words, theirs):
            return reason
    return "UNEXPLAINED"


def compare(
    lines: Iterable[tuple[str, bytes]], answers: Iterable[str]
) -> tuple[Counter[tuple[str, ...]], dict[str, int]]:
    """How many objects differ, by file, peer, who refuses and why; and the counts of all."""
    differences: Counter[tuple[str, ...]] = Counter()
    counts: Counter[str] = Counter()
    examples: dict[tuple[str, ...], str] = {}
    for (name, line), answer in zip(lines, answers, strict=True):
        peers = json.loads(answer)
        ours, is_strict = our_verdict(line)
        counts[f"{name}: objects"] += 1
        counts[f"{name}: refused by us"] += bool(ours)
        counts[f"{name}: refused by us with --strict"] += is_strict
        for peer in ("stix2", "validator"):
            theirs = peers[peer] or ""
            counts[f"{name}: refused by {peer}"] += bool(theirs)
            if bool(ours) != bool(theirs):
                reason = why(ours, theirs)
                if reason == "UNEXPLAINED":
                    reason += f": {(ours or theirs)[:160]}"
                key = (name, peer, "we refuse" if ours else f"{peer} refuses", reason)
                differences[key] += 1
                examples.setdefault(key, str(json.loads(line).get("id")))
    return Counter({(*key, examples[key]): count for key, count in differences.items()}), dict(counts)


def main() -> int:
    """Compare, write the table, and say how many differences are left unexplained."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.intake_verdicts", description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="the folder of test data")
    parser.add_argument("--whole", action="store_true", help="all of attack-100k too")
    options = parser.parse_args()
    lines = list(lines_of(options.data, whole=options.whole))
    asked = b"\n".join(line for _, line in lines) + b"\n"
    answered = subprocess.run([str(peer_python()), str(ASKED)], input=asked, capture_output=True, check=True)
    differences, counts = compare(lines, answered.stdout.decode().splitlines())
    table = ["# Verdicts on STIX: ours, `stix2` and `stix2-validator` 3.2.0", ""]
    table += [f"- {name}: {count}" for name, count in counts.items()]
    table += ["", "| file | objects | who refuses | peer | why they differ | example |", "|---|---|---|---|---|---|"]
    for (name, peer, who, reason, example), count in sorted(differences.items(), key=lambda one: (one[0][0], -one[1])):
        table.append(f"| {name} | {count} | {who} | {peer} | {reason.replace('|', '/')} | `{example}` |")
    text = "\n".join(table) + "\n"
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(text, encoding="utf-8")
    print(text)
    left = sum(count for key, count in differences.items() if key[3].startswith("UNEXPLAINED"))
    print(f"differences: {sum(differences.values())}, unexplained: {left}; {RESULT}")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
