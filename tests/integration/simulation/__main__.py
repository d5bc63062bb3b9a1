"""The large simulation: `python -m tests.integration.simulation [--seeds 20] [--objects 2000] [--steps 1500]`."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.integration.simulation.many_nodes import HAPPENED, Size, lived


def main() -> int:
    parser = argparse.ArgumentParser(prog="simulation")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--objects", type=int, default=2_000)
    parser.add_argument("--steps", type=int, default=1_500)
    arguments = parser.parse_args()
    size = Size(objects=arguments.objects, steps=arguments.steps)
    for seed in range(arguments.first, arguments.first + arguments.seeds):
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="sepakat-") as folder, lived(Path(folder), size, seed) as life:
            life.check()
            missing = [what for what in HAPPENED if not life.done[what]]
            happened = ", ".join(f"{count} {what}" for what, count in sorted(life.done.items()))
            what = f"{size.nodes} nodes, {size.agreements} agreements, {size.steps} steps"
            print(f"seed {seed}: {what}, {time.monotonic() - began:.0f} s: {happened}")
            if missing:
                print(f"seed {seed}: never happened: {', '.join(missing)}")
                return 1
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
