"""The register of the rules: the name of each, what it holds, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the release."""

    name: str
    holds: str
    """What is true of everything that the rule lets through."""
    section: str


def reference_page() -> str:
    """The reference page of all rules, as Markdown."""
    raise NotImplementedError
