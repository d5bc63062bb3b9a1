"""Which role may open which page and do what: one table, and a page that is not in it answers to nobody.

Decides nothing about objects: what a partner may read is the release rule's. Analysts work on objects; releasers also
speak for the party to its partners; administrators run the node and touch no object; the overseer reads everything and
changes nothing (DESIGN section 9).
"""

from __future__ import annotations

from collections.abc import Mapping

from sepakat.exchange.records import Role

EVERYBODY = frozenset(Role)
"""Every role: whoever is signed in."""

WORKS = frozenset({Role.ANALYST, Role.RELEASER})
"""Who works on objects."""

SPEAKS = frozenset({Role.RELEASER})
"""Who speaks for the party: approves, consents, recalls, signs."""

RUNS = frozenset({Role.ADMINISTRATOR})
"""Who runs the node."""

OVERSEES = frozenset({Role.ADMINISTRATOR, Role.OVERSEER})
"""Who sees how the node is run."""

PUBLIC: frozenset[Role] | None = None
"""No sign-in asked for."""

MAY_OPEN: Mapping[str, frozenset[Role] | None] = {
    "static": PUBLIC,
    "sign-in": PUBLIC,
    "language": PUBLIC,
    "sign-out": EVERYBODY,
    "sessions": EVERYBODY,
    "session-end": EVERYBODY,
    "today": EVERYBODY,
    "approvals": EVERYBODY,
    "approve": SPEAKS,
    "recalls": EVERYBODY,
    "recall-answer": SPEAKS,
    "notices": EVERYBODY,
    "notice-acknowledge": SPEAKS,
    "consents": EVERYBODY,
    "consent-answer": SPEAKS,
    "consent-withdraw": SPEAKS,
    "decisions": EVERYBODY,
    "objects": EVERYBODY,
    "objects-bundle": EVERYBODY,
    "search-save": EVERYBODY,
    "search-forget": EVERYBODY,
    "object": EVERYBODY,
    "object-why": EVERYBODY,
    "object-consult": EVERYBODY,
    "object-bundle": EVERYBODY,
    "object-mark": WORKS,
    "object-unmark": WORKS,
    "object-hold": WORKS,
    "object-unhold": SPEAKS,
    "object-annotate": WORKS,
    "object-ask-consent": WORKS,
    "object-relate": WORKS,
    "object-claim": WORKS,
    "object-rate": WORKS,
    "object-withdraw-claim": WORKS,
    "object-correct": SPEAKS,
    "object-notice": SPEAKS,
    "object-recall": SPEAKS,
    "watches": EVERYBODY,
    "watch": EVERYBODY,
    "watch-add": WORKS,
    "watch-look": WORKS,
    "watch-end": WORKS,
    "watch-acknowledge": WORKS,
    "try": EVERYBODY,
    "reports": EVERYBODY,
    "report": EVERYBODY,
    "report-confirm": WORKS,
    "report-reject": WORKS,
    "report-undo": WORKS,
    "report-correct": WORKS,
    "report-join": WORKS,
    "questions": EVERYBODY,
    "question": EVERYBODY,
    "question-ask": WORKS,
    "question-assign": WORKS,
    "question-judge": WORKS,
    "question-settle": WORKS,
    "question-reopen": WORKS,
    "take-in": WORKS,
    "agreements": EVERYBODY,
    "agreement": EVERYBODY,
    "agreement-editor": SPEAKS,
    "agreement-offer": SPEAKS,
    "agreement-accept": SPEAKS,
    "agreement-reject": SPEAKS,
    "agreement-suspend": SPEAKS,
    "agreement-resume": SPEAKS,
    "agreement-end": SPEAKS,
    "agreement-attest": SPEAKS,
    "parties": EVERYBODY,
    "partner": EVERYBODY,
    "came": EVERYBODY,
    "went": EVERYBODY,
    "as-party": EVERYBODY,
    "log": EVERYBODY,
    "log-entries": EVERYBODY,
    "log-verify": EVERYBODY,
    "administration": OVERSEES,
    "user-add": RUNS,
    "user-password": RUNS,
    "user-disable": RUNS,
    "account-add": RUNS,
    "account-disable": RUNS,
    "party-add": RUNS,
    "key-change": RUNS,
    "retention": OVERSEES,
    "retention-set": RUNS,
    "retention-unset": RUNS,
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
