"""A first draft of an agreement for its author: valid YAML, cautious, with a comment at each choice.

The words of each choice come from the vocabulary, so that the template cannot offer one that is refused.
"""

from __future__ import annotations

from datetime import datetime

from sepakat.agreements.vocabulary import KEYS
from sepakat.agreements.writing import flow, instant_text
from sepakat.stix.identifiers import PartyId

_ONE_YEAR_ON = 1


def template(
    giver: PartyId,
    takers: tuple[PartyId, ...],
    now: datetime,
    community: str | None = None,
    agreement_id: str | None = None,
) -> str:
    """An agreement of one year from `now`, to be edited; with a community, `takers` is left out."""
    start = now.replace(hour=0, minute=0, second=0, microsecond=0)
    # A year from 29 February is 28 February: the day before would be missing otherwise.
    day = 28 if (start.month, start.day) == (2, 29) else start.day
    end = start.replace(year=start.year + _ONE_YEAR_ON, day=day)
    whom = f"community: {flow(community)}" if community is not None else f"takers: {flow(list(takers))}"
    name = agreement_id or "-".join((giver, *((community,) if community is not None else takers[:1]), str(start.year)))
    return f"""\
# Who shares what with whom. Nothing is granted by leaving it out: where you mean everything, write `any`.
# An unknown key or value makes the whole document invalid; `sepakat agreements check` lists every fault.
sepakat: 1
id: {flow(name)}
version: 1
supersedes: null                # from version 2 on: the hash of the version before
title: Sharing on one subject
giver: {flow(giver)}
{whom:<31} # takers: [...] or community: ..., not both
scope: organisation             # {_words("scope")}
purpose: [counter-terrorism]    # shown to whoever handles the objects
basis:
  text: null                    # the paper in words
  reference: null               # its number or address
  regime: national              # {_words("basis.regime")}
window:
  from: {instant_text(start)}
  to: {instant_text(end)}      # null: no end
  # only what was created since data_from and modified at most max_age ago; any for each
  data_from: {instant_text(start.replace(month=1, day=1))}
  max_age: P180D
share:                          # each clause grants what matches all its keys
  - id: S1
    topics:                     # a topic contains what lies below it; any: [...] or any: any
      any: [terrorism]
      none: []
    regions:                    # countries, UN regions, middle-east, admin areas; any: [...] or any: any
      any: [middle-east]
      none: []
    types: [identity, indicator, location, note, relationship, report, sighting, threat-actor]  # or any
    kinds: [assessment, estimate, fact, report]  # of claims; or any
    ceiling:
      tlp: green                # {_words("share[].ceiling.tlp")}
      pap: amber                # {_words("share[].ceiling.pap")}
      classification: null      # nothing that is classified
      releasable_to: []         # countries, for what is marked REL-TO
    minimum:
      reliability: C            # A to E, or any
      credibility: 3            # 1 to 5, or any
      unrated: allow            # {_words("share[].minimum.unrated")}
    fields:
      allow: standard           # standard, any, or a list of names
      deny: []
      external_references: none # none, any, or a list of source names
      tear_line: if-needed      # {_words("share[].fields.tear_line")}
    source: rating              # {_words("share[].source")}
    persons:
      rule: none                # {_words("share[].persons.rule")}
      allow: []                 # with categories: {_words("share[].persons.allow")}
      necessity: required       # or null
      retention: P1Y            # or null
    release:
      approval: one             # {_words("share[].release.approval")}
      delay: PT0S
onward:
  default: ask                  # {_words("onward.default")}
  named: []                     # parties, with default: named
  derivatives: same
use:
  # {_words("use.actions")}
  actions: internally-visible
  court: ask                    # {_words("use.court")}
  attribution: must-not         # {_words("use.attribution")}
  resale: must-not              # {_words("use.resale")}
  automated_decision: must-not  # {_words("use.automated_decision")}
duties:
  receipt: PT5M
  recall: PT1H
  correction: PT24H
  delete_at_end: true
  review: P6M                   # or null
match: []                       # private matching is not supported yet
end: {{suspend: either-at-once, narrow: giver-alone, widen: both, terminate: P30D}}
"""


def _words(path: str) -> str:
    """What the vocabulary accepts for a key, as a comment."""
    return (
        next(key.kind.expected for key in KEYS if key.path == path)
        .removesuffix(", or null")
        .removeprefix("a list of: ")
    )
