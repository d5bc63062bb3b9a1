"""The words of the pages for states that code names by a word of its own, marked for translation.

Sentences stand in the templates. What `exchange` and `release` word themselves (findings, refusals) is shown as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


def N_(text: str) -> str:  # noqa: N802 -- the name that extraction of texts looks for
    """Mark a text for translation; it is translated where it is shown."""
    return text


WORDS: Mapping[str, str] = MappingProxyType(
    {
        # Where an agreement stands.
        "draft": N_("draft"),
        "offered": N_("offered"),
        "in-force": N_("in force"),
        "suspended": N_("suspended"),
        "ended": N_("ended"),
        # What left.
        "whole": N_("whole"),
        "variant": N_("tear-line variant"),
        "out": N_("withheld"),
        # What a row of a view is.
        "live": N_("in the view"),
        "tombstone": N_("tombstone"),
        "withdrawn": N_("withdrawn"),
        # What a rule says.
        "permits": N_("permits"),
        "withholds": N_("withholds"),
        "cuts": N_("cuts"),
        "not-applicable": N_("does not apply"),
        # What a recalled party says it did.
        "deleted": N_("deleted"),
        "restricted": N_("restricted"),
        "kept-by-law": N_("kept by law"),
        # Who signs in.
        "analyst": N_("analyst"),
        "releaser": N_("releaser"),
        "administrator": N_("administrator"),
        "overseer": N_("overseer"),
    }
)
