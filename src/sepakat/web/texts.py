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
        "no answer yet": N_("no answer yet"),
        # What happened to an object or an intake.
        "recalled": N_("recalled"),
        "revoked": N_("revoked"),
        "held": N_("held"),
        "undone": N_("undone"),
        # Who signs in.
        "analyst": N_("analyst"),
        "releaser": N_("releaser"),
        "administrator": N_("administrator"),
        "overseer": N_("overseer"),
    }
)

MARKINGS: Mapping[str, str] = MappingProxyType(
    {
        "tlp-2.0 red": N_("For the eyes of the persons it was given to, nobody else."),
        "tlp-2.0 amber+strict": N_("For those inside the organisation who need it."),
        "tlp-2.0 amber": N_("For those inside the organisation and among its clients who need it."),
        "tlp-2.0 green": N_("For the community; not in public."),
        "tlp-2.0 clear": N_("For everybody."),
        "tlp-1.0 red": N_("For the eyes of the persons it was given to, nobody else."),
        "tlp-1.0 amber": N_("For those inside the organisation and among its clients who need it."),
        "tlp-1.0 green": N_("For the community; not in public."),
        "tlp-1.0 white": N_("For everybody."),
        "pap red": N_("Use it unseen only: nothing that the adversary could notice."),
        "pap amber": N_("Look it up passively; do not touch what belongs to the adversary."),
        "pap green": N_("Active use is allowed, such as blocking."),
        "pap clear": N_("No limit on use."),
        "pap white": N_("No limit on use."),
        "statement": N_("A statement; it restricts nobody."),
        "unknown": N_("This node does not know what it means: nobody else may read what is marked so."),
        "unheld": N_("Its definition is not held here: nobody else may read what is marked so."),
    }
)
"""Who may read, or how to use, what is marked so: TLP 2.0 and 1.0, PAP."""
