"""Verdicts of `stix2` and `stix2-validator` on lines of STIX: runs in a Python that has both, knows nothing of ours.

Reads objects from standard input, one a line, and writes one JSON line for each: what each peer says against it,
nothing if it is content, or the name of the exception that it let through.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import stix2
from stix2validator import ValidationOptions, validate_instance

OPTIONS = ValidationOptions(version="2.1", strict=False, disabled="all")


def main() -> None:
    """Answer line by line."""
    for line in sys.stdin:
        print(json.dumps({"stix2": _stix2(line), "validator": _validator(line)}), flush=False)


def _stix2(line: str) -> str | None:
    try:
        stix2.parse(line, allow_custom=True)
    except Exception as error:  # noqa: BLE001 -- its verdict
        return f"{type(error).__name__}: {str(error)[:300]}"
    return None


def _validator(line: str) -> str | None:
    try:
        found: Any = validate_instance(json.loads(line), OPTIONS)
    except Exception as error:  # noqa: BLE001 -- its verdict
        return f"{type(error).__name__}: {str(error)[:300]}"
    return None if found.is_valid else "; ".join(str(one.message)[:200] for one in found.errors[:3])


if __name__ == "__main__":
    main()
