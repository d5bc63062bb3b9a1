"""The marking policies that are shipped as data, read once from the package: the only place of `release` that does."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import orjson


@cache
def shipped_policies() -> tuple[Mapping[str, Any], ...]:
    """Every `*.json` file of this folder, by name."""
    folder = resources.files(__name__)
    files = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".json")), key=lambda entry: entry.name)
    return tuple(orjson.loads(entry.read_bytes()) for entry in files)


@cache
def marking_extensions() -> frozenset[str]:
    """The ids of the extensions in which markings of a known scheme state what they restrict."""
    return frozenset(
        policy["recognised_by"]["extension"] for policy in shipped_policies() if "extension" in policy["recognised_by"]
    )
