"""The page about keeping and erasing: how long what is kept, what is over its time, and the proofs of what was erased.

Reads rules and proofs, sets and removes rules of this party. Erasing by a rule is the served node's own work, every few
minutes; erasing a subject is a person's on the command line, who looks at what would go first.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from starlette.responses import RedirectResponse, Response

from sepakat.exchange.erasing import list_erasures
from sepakat.exchange.erasure_records import EVERY_TYPE
from sepakat.exchange.retaining import list_rules, remove_rule, set_rule
from sepakat.web.asking import Ask, Handler
from sepakat.web.rendering import page

_MOST_SHOWN = 100


def show(ask: Ask) -> Response:
    """Rules, what is due, what was erased."""
    erased = list_erasures(ask.node)
    return page(
        ask,
        "retention.html",
        rules=list_rules(ask.node),
        erased=erased,
        newest=erased.erasures[-_MOST_SHOWN:][::-1],
        every_type=EVERY_TYPE,
    )


def set_(ask: Ask) -> Response:
    """Keep objects of a type for a period."""
    set_rule(ask.node, ask.said("type"), ask.said("period"), by=ask.who)
    return RedirectResponse("/administration/retention?said=rule-set", 303)


def unset(ask: Ask) -> Response:
    """Keep objects of a type without an end again."""
    remove_rule(ask.node, ask.said("type"))
    return RedirectResponse("/administration/retention?said=rule-removed", 303)


ACTS: Mapping[str, Handler] = MappingProxyType({"set": set_, "unset": unset})
"""What an administrator may do with rules, by the last word of the address."""
