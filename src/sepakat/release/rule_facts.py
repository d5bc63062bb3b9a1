"""The facts behind one rule's verdict on one version: markings, levels, limits and instants, to be put into words.

Says what stands on each side of a rule; what that means is left to the rule, the words to `explanation`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from sepakat.agreements.terms import Clause, Named, Selection
from sepakat.release.compiled import Compiled
from sepakat.release.evidence_reasons import Evidence
from sepakat.release.levels import ceiling_of, level_name
from sepakat.release.question import ViewKey
from sepakat.release.restrictions import Restriction
from sepakat.release.times import as_datetime, duration
from sepakat.release.versions import Version
from sepakat.stix.instants import format_instant

Facts: TypeAlias = dict[str, Any]


def facts_of_clause(rule: str, world: Compiled, version: Version, clause: Clause, evidence: Evidence) -> Facts:
    """The facts of a rule that is asked of one clause."""
    return _OF_CLAUSES[rule](world, version, clause, evidence)


def _type(_: Compiled, version: Version, clause: Clause, __: Evidence) -> Facts:
    return {"found": version.type, "wanted": _named(clause.types)}


def _kind(_: Compiled, version: Version, clause: Clause, __: Evidence) -> Facts:
    claim = version.claim
    found = "no claim" if claim is None else f"a claim of kind {claim.kind or 'unknown'}"
    return {"found": found, "wanted": _named(clause.kinds)}


def _topic(_: Compiled, __: Version, clause: Clause, evidence: Evidence) -> Facts:
    names = evidence.names("topic")
    return {"found": _about("topic", names), "wanted": _wanted(clause.topics), "evidence": names}


def _region(_: Compiled, __: Version, clause: Clause, evidence: Evidence) -> Facts:
    names = evidence.names("region")
    return {"found": _about("region", names), "wanted": _wanted(clause.regions), "evidence": names}


def _no_topic(_: Compiled, version: Version, clause: Clause, __: Evidence) -> Facts:
    return {"found": _about("topic", sorted(version.own_topics)), "wanted": _list(clause.topics.none)}


def _no_region(_: Compiled, version: Version, clause: Clause, __: Evidence) -> Facts:
    return {"found": _about("region", sorted(version.own_regions)), "wanted": _list(clause.regions.none)}


def _tlp(world: Compiled, version: Version, clause: Clause, _: Evidence) -> Facts:
    return _ceiling("tlp", world, version, clause)


def _pap(world: Compiled, version: Version, clause: Clause, _: Evidence) -> Facts:
    return _ceiling("pap", world, version, clause)


def _classification(world: Compiled, version: Version, clause: Clause, _: Evidence) -> Facts:
    return _ceiling("classification", world, version, clause)


def _releasable(world: Compiled, version: Version, clause: Clause, _: Evidence) -> Facts:
    named = [sorted(r.releasable_to) for r in world.all_markings(version) if r.releasable_to is not None]
    found = "; ".join(f"marked REL-TO {_list(countries)}" for countries in named) or "not marked REL-TO"
    return {"found": found, "wanted": _list(clause.ceiling.releasable_to)}


def _approved(world: Compiled, version: Version, clause: Clause, _: Evidence) -> Facts:
    given = world.labels.approvers(version.ref)
    found = "; ".join(f"for {view.taker} by {_list(sorted(names))}" for view, names in given.items()) or "none"
    return {"wanted": clause.release.approval.persons, "found": found}


def _delay(_: Compiled, version: Version, clause: Clause, __: Evidence) -> Facts:
    over = as_datetime(version.received + duration(clause.release.delay.length))
    return {"wanted": clause.release.delay.text, "found": format_instant(over)}


def facts_of_view(rule: str, world: Compiled, version: Version, view: ViewKey) -> Facts:
    """The facts of a rule that is asked of a whole view."""
    policy = world.policy(version)
    match rule:
        case "AmongReaders":
            return {"found": "; ".join(_owners_words(world, version, view)) or "not marked", "evidence": _ids(version)}
        case "OriginAllows":
            others = sorted(version.held.origins - {world.world.node})
            refusing = [origin for origin in others if not _consents(world, version, origin, view)]
            named = _list(refusing or others) if others else "this node"
            return {"found": named, "evidence": tuple(refusing or others)}
        case "TermsNotWeaker":
            terms = [f"{t.onward.default} (from {t.sender} under {t.agreement})" for t in version.held.received]
            ours = world.world.views[view].agreement.onward.default
            return {"found": _list(terms) if terms else "no terms of others", "wanted": str(ours)}
        case "NotHeld":
            return {"found": policy.hold or ""}
        case "NotExpired":
            return {"found": "never" if policy.expires_at is None else format_instant(policy.expires_at)}
        case "BasisAllows":
            bit = world.slots.spread(world.slots.bit(view))
            bases = world.basis.bases(version)
            closed = [base for base in bases if not world.basis.of(base) & bit]
            return {"found": _list(closed or bases), "evidence": tuple(closed or bases)}
        case "OriginalAllows":
            return {"found": str(version.held.object.content.get("object_ref", ""))}
    return {}


def _ceiling(axis: str, world: Compiled, version: Version, clause: Clause) -> Facts:
    levels = [level for r in world.all_markings(version) if (level := getattr(r, axis)) is not None]
    highest = ceiling_of(axis, getattr(clause.ceiling, axis))
    found = f"marked {level_name(axis, max(levels))}" if levels else f"not marked on the {axis.upper()} axis"
    return {"found": found, "wanted": level_name(axis, highest)}


def _rating(_: Compiled, version: Version, clause: Clause, __: Evidence) -> Facts:
    claim = version.claim
    reliability = claim.reliability if claim is not None else None
    credibility = claim.credibility if claim is not None else None
    minimum = clause.minimum
    asked = [str(value) for value in (minimum.reliability, minimum.credibility) if value is not None]
    found = f"rated {reliability or '-'} and {credibility or '-'}" if reliability or credibility else "not rated"
    wanted = f"{' and '.join(asked)} or better (unrated: {minimum.unrated})" if asked else "no rating"
    return {"found": found, "wanted": wanted}


def _window(world: Compiled, version: Version, clause: Clause, _: Evidence) -> Facts:
    agreement = next(entry.agreement for entry in world.slots.clauses if entry.clause is clause)
    window = agreement.window
    start = "any time" if window.data_from is None else format_instant(window.data_from)
    age = "of any age" if window.max_age is None else f"at most {window.max_age.text} old"
    created, modified = (format_instant(as_datetime(at)) for at in (version.created, version.modified))
    return {"found": f"created {created}, modified {modified}", "wanted": f"data from {start}, {age}"}


def _person(_: Compiled, version: Version, clause: Clause, __: Evidence) -> Facts:
    necessity = "its necessity stated" if version.has_necessity else "no necessity stated"
    category = version.person_category or "unknown"
    found = f"personal data of category {category}, {necessity}" if version.is_personal else "no person"
    wanted = str(clause.persons.rule) + (f" ({_list(clause.persons.allow)})" if clause.persons.allow else "")
    if clause.persons.necessity is not None:
        wanted += ", a necessity required"
    if clause.persons.retention is not None:
        wanted += f", kept for {clause.persons.retention.text}"
    return {"found": found, "wanted": wanted}


def _owners_words(world: Compiled, version: Version, view: ViewKey) -> Iterator[str]:
    """For each owner, the markings by which the taker may not read; where there are none, all markings."""
    marked, added = world.marked(version), world.added(version)
    if not marked and not added:
        return
    bit = world.slots.bit(view)
    refused = False
    for owner in version.owners:
        for restriction in (*marked, *added):
            if not restriction.is_known or not world.labels.admitted_by(owner, version.held, (restriction,)) & bit:
                refused = True
                yield f"marked {restriction.name} by {owner}, {_who(restriction, owner == world.world.node)}"
    if not refused:
        names = dict.fromkeys(restriction.name for restriction in (*marked, *added))
        yield f"marked {_list(list(names))} by {_list(version.owners)}"


def _who(restriction: Restriction, is_ours: bool) -> str:
    if not restriction.is_known:
        return "which nobody here can read, so nobody may read the object"
    if restriction.audiences or restriction.rules:
        return "for readers of whom the taker is none"
    level = level_name("tlp", restriction.tlp) if restriction.tlp is not None else ""
    if is_ours:
        return "only for whom an approval of this version names"
    return {
        "TLP:GREEN": "only for members of the community under whose terms it came",
        "TLP:AMBER": "only for this node's clients, where the terms say so",
    }.get(level, "for nobody further")


def _consents(world: Compiled, version: Version, origin: Any, view: ViewKey) -> bool:
    return bool(world.labels.grants.granted(origin, version.held, version.owners) & world.slots.bit(view))


def _ids(version: Version) -> tuple[str, ...]:
    return tuple(str(item) for item in version.held.object.content.get("object_marking_refs", ()))


def _about(axis: str, names: Any) -> str:
    return f"about {_list(names)}" if names else f"without a {axis}"


def _wanted(selection: Selection) -> str:
    return "anything" if selection.any_written else _list(selection.any)


def _named(names: Named) -> str:
    return "any" if names.any_written else _list(names.names)


def _list(words: Any) -> str:
    return ", ".join(str(word) for word in words) or "nothing"


_OF_CLAUSES: Mapping[str, Callable[[Compiled, Version, Clause, Evidence], Facts]] = {
    "TypeShared": _type,
    "KindShared": _kind,
    "TopicShared": _topic,
    "RegionShared": _region,
    "TopicNotExcluded": _no_topic,
    "RegionNotExcluded": _no_region,
    "TlpWithinCeiling": _tlp,
    "PapWithinCeiling": _pap,
    "ClassificationWithinCeiling": _classification,
    "ReleasableToCeiling": _releasable,
    "MinimumRating": _rating,
    "WithinDataWindow": _window,
    "PersonsRule": _person,
    "Approved": _approved,
    "DelayOver": _delay,
}
