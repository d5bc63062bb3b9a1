"""Agreement documents for tests: a wide one, with what a test is about as arguments."""

from __future__ import annotations

TEMPLATE = """\
sepakat: 1
id: {id}
version: {version}
supersedes: {supersedes}
title: {title}
giver: {giver}
{takers}
scope: {scope}
purpose: [counter-terrorism]
basis: {{text: "Joint announcement", reference: null, regime: national}}
window: {{from: {from_}, to: {to}, data_from: any, max_age: any}}
share:
  - id: S1
    topics: {{any: any}}
    regions: {{any: any}}
    types: any
    kinds: any
    ceiling: {{tlp: {ceiling}, pap: red, classification: null, releasable_to: []}}
    minimum: {{reliability: any, credibility: any, unrated: allow}}
    fields: {{allow: standard, deny: [{deny}], external_references: any, tear_line: if-needed}}
    source: rating
    persons: {{rule: none}}
    release: {{approval: auto, delay: PT0S}}
onward: {{default: ask, named: [], derivatives: same}}
use: {{actions: internally-visible, court: ask, attribution: must-not, resale: must-not, automated_decision: must-not}}
duties: {{receipt: PT5M, recall: PT1H, correction: PT24H, delete_at_end: true, review: P6M}}
match: []
end: {{suspend: either-at-once, narrow: giver-alone, widen: both, terminate: {terminate}}}
"""


def agreement_text(
    id_: str = "us-ru",
    giver: str = "us",
    takers: tuple[str, ...] = ("ru",),
    *,
    community: str | None = None,
    version: int = 1,
    supersedes: str | None = None,
    title: str = "Counter-terrorism",
    ceiling: str = "amber",
    scope: str = "organisation",
    deny: str = "",
    from_: str = "2030-01-01T00:00:00Z",
    to: str = "2031-01-01T00:00:00Z",
    terminate: str = "P30D",
) -> str:
    """The YAML of an agreement that shares everything up to a ceiling."""
    return TEMPLATE.format(
        id=id_,
        giver=giver,
        takers=f"community: {community}" if community else f"takers: [{', '.join(takers)}]",
        version=version,
        supersedes=supersedes or "null",
        title=title,
        ceiling=ceiling,
        scope=scope,
        deny=deny,
        from_=from_,
        to=to,
        terminate=terminate,
    )
