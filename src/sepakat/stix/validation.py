"""The standard's rules for one object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sepakat.errors import Fault
from sepakat.stix.objects import StixObject


def faults_of(content: Mapping[str, Any]) -> tuple[Fault, ...]:
    """What is wrong with an object by the standard."""
    return ()


def warnings_of(content: Mapping[str, Any]) -> tuple[Fault, ...]:
    """What the standard advises against."""
    return ()


def check_all(objects: Iterable[StixObject]) -> None:
    """Raise one InputError with every fault of every object."""
