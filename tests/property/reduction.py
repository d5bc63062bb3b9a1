"""`python -m tests.property.reduction SEED`: a small world that shows what engine and oracle see differently there."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import asdict, replace

from tests.oracle.plain import World
from tests.property.comparison import disagreements
from tests.support.worlds import random_case
from tests.support.worlds_reduction import reduced

_IN_VIEW = re.compile(r"--.*?: the")


def main(seed: int) -> str:
    """The report for one seed."""
    case = random_case(seed)
    found = disagreements(case)
    if not found:
        return f"engine and oracle agree on world {seed}\n"
    wanted = _sort_of(found[0])

    def still_fails(world: World) -> bool:
        return any(_sort_of(text) == wanted for text in disagreements(replace(case, world=world)))

    small = reduced(case.world, still_fails)
    world = json.dumps(asdict(small), indent=1, default=_readable)
    return world + "\n" + "\n".join(disagreements(replace(case, world=small))) + "\n"


def _sort_of(disagreement: str) -> str:
    """The type and the two answers, without the names."""
    return _IN_VIEW.sub(" the", disagreement) if " leaves " not in disagreement else disagreement.partition("--")[0]


def _readable(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)


if __name__ == "__main__":
    sys.stdout.write(main(int(sys.argv[1])))
