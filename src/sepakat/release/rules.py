"""The register of the rules: name, what it holds, where it comes from; in the order in which findings stand.

Explanations and the reference page are written from this table. Adding a rule means adding it here, so that no rule can
decide without a name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the release."""

    name: str
    holds: str
    """What is true of everything that the rule lets through."""
    section: str
    """Where the rule is laid down: a numbered part of *How a release is decided*, or a section of a standard."""


RULES: Final[tuple[Rule, ...]] = (
    Rule(
        "AgreementInForce", "The agreement is in force for the taker at this instant, and this node is its giver.", "2"
    ),
    Rule("Readable", "The version is held and could be read completely.", "fail closed"),
    Rule(
        "ScaffoldNeeded", "Scaffold: something in the view refers to it, or it is the giver's or taker's identity.", "6"
    ),
    Rule("ClauseMatches", "At least one clause matches on all its keys.", "2"),
    Rule("TypeShared", "A clause shares the type; a custom type only by its name.", "2"),
    Rule("KindShared", "A clause shares the kind of claim, where the object carries one.", "2"),
    Rule("TopicShared", "It is about a topic that the clause lists, by itself or one hop away inside the view.", "4"),
    Rule("RegionShared", "It is about a region that the clause lists, by itself or one hop away inside the view.", "4"),
    Rule("TopicNotExcluded", "None of its own topics lies in one that the clause excludes.", "4"),
    Rule("RegionNotExcluded", "None of its own regions lies in one that the clause excludes.", "4"),
    Rule("TlpWithinCeiling", "Every TLP marking of the object lies within the clause's ceiling.", "2; FIRST TLP 2.0"),
    Rule("PapWithinCeiling", "Every PAP marking of the object lies within the clause's ceiling.", "2"),
    Rule("ClassificationWithinCeiling", "Every classification of the object lies within the clause's ceiling.", "2"),
    Rule("ReleasableToCeiling", "What is marked REL-TO is marked for every country that the clause names.", "2"),
    Rule("MinimumRating", "Reliability and credibility reach the clause's minimum.", "2"),
    Rule("WithinDataWindow", "It was created and modified in the time that the agreement covers.", "2"),
    Rule(
        "PersonsRule",
        "Personal data is of a category that the clause shares, with a necessity if asked for, and not kept too long.",
        "2",
    ),
    Rule("Approved", "As many different persons approved this version for this view as the clause asks for.", "2"),
    Rule("DelayOver", "The clause's delay since intake is over.", "2"),
    Rule("AmongReaders", "The taker is among the readers of every owner of the object's markings.", "1"),
    Rule("OriginAllows", "Every origin is this node, or consents that this taker gets it.", "3"),
    Rule("TermsNotWeaker", "It goes under terms at least as strict as those under which it came.", "1"),
    Rule("BasisAllows", "Everything that it quotes or derives from may go to the taker too.", "1, 3"),
    Rule("OriginalAllows", "A translation goes only where the label of what it translates allows.", "7"),
    Rule("NotHeld", "Nobody and no rule has put it on hold.", "5"),
    Rule("NotRecalled", "It has not been recalled from this view.", "5"),
    Rule("NotExpired", "It has not expired.", "5"),
    Rule("FieldsAllowed", "The clause allows every property that goes.", "7"),
    Rule("ExternalReferencesAllowed", "The clause allows the source of every external reference that goes.", "7"),
    Rule("SourceDisclosed", "No more of a claim's source goes than the clause discloses.", "7"),
    Rule("MarkingsOfProperties", "The taker may read every marked property that goes, within the ceiling.", "1, 5"),
    Rule("AggregatesReadable", "A value that sums up a list goes only where the whole list does.", "7"),
    Rule("ReferencesInView", "Everything that it refers to is in the same view.", "6"),
    Rule("SomethingRemains", "No list or group that must not be empty loses all that is in it.", "6; STIX 2.1"),
    Rule(
        "FormAllowed",
        "It goes whole, or as a tear-line where it is this node's own and the clause allows that.",
        "6, 8",
    ),
)

BY_NAME: Final = {rule.name: rule for rule in RULES}


def reference_page() -> str:
    """The reference page of all rules, as Markdown."""
    lines = [
        "# Rules of release",
        "",
        "Every decision has a finding from each of these rules, in this order. The last column names the numbered",
        "part of [How a release is decided](../explanation/how-a-release-is-decided.md) that lays the rule down.",
        "",
        "| Rule | What it holds | Part |",
        "|---|---|---|",
        *(f"| `{rule.name}` | {rule.holds} | {rule.section} |" for rule in RULES),
    ]
    return "\n".join(lines) + "\n"
