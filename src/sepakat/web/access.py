"""Which role may open which page: one table, and a page that is not in it answers to nobody.

Decides nothing about objects: what a partner may read is the release rule's. DESIGN section 9: the overseer reads
everything and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from sepakat.exchange.records import Role

EVERYBODY = frozenset(Role)
"""Every role: whoever is signed in."""

PUBLIC: frozenset[Role] | None = None
"""No sign-in asked for."""

MAY_OPEN: Mapping[str, frozenset[Role] | None] = {
    "static": PUBLIC,
    "sign-in": PUBLIC,
    "sign-out": EVERYBODY,
    "overview": EVERYBODY,
    "came": EVERYBODY,
    "went": EVERYBODY,
    "decisions": EVERYBODY,
    "object": EVERYBODY,
    "as-party": EVERYBODY,
    "nowhere": EVERYBODY,
}
"""The roles that may open each page, by the name of its route."""


def is_public(page: str) -> bool:
    """Whether a page opens without sign-in; a page that nobody entered does not."""
    return MAY_OPEN.get(page, frozenset()) is None


def may_open(page: str, role: Role) -> bool:
    """Whether a person with this role may open a page."""
    roles = MAY_OPEN.get(page, frozenset())
    return roles is None or role in roles
