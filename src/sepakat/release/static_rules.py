"""The rules that look at one version by itself: each gives the slots, of all views at once, that it lets through.

The engine ANDs all of them, an explanation asks each alone, so both see the same. What depends on other objects being
in the view (references, evidence over relationships) is decided in `fixpoint`. The names are those of `rules`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sepakat.release.compiled import Compiled
from sepakat.release.question import NO_POLICY, View
from sepakat.release.versions import Version

StaticRule = Callable[[Compiled, Version], int]


def type_shared(world: Compiled, version: Version) -> int:
    """Slots whose clause shares the type."""
    return world.clauses.types(version.type)


def kind_shared(world: Compiled, version: Version) -> int:
    """Slots whose clause shares the kind of claim; a claim without a kind is shared by none."""
    if version.claim is None:
        return world.slots.every
    return world.clauses.kinds(version.claim.kind) if version.claim.kind is not None else 0


def topic_not_excluded(world: Compiled, version: Version) -> int:
    """Slots whose clause excludes none of the version's own topics."""
    return world.clauses.no_excluded_topic(version.own_topics)


def region_not_excluded(world: Compiled, version: Version) -> int:
    """Slots whose clause excludes none of the version's own regions."""
    return world.clauses.no_excluded_region(version.own_regions)


def tlp_within_ceiling(world: Compiled, version: Version) -> int:
    """Slots whose clause allows every TLP marking of the object."""
    mask = world.slots.every
    for restriction in world.all_markings(version):
        mask &= world.markings.on_axis("tlp", restriction.tlp)
    return mask


def pap_within_ceiling(world: Compiled, version: Version) -> int:
    """Slots whose clause allows every PAP marking of the object."""
    mask = world.slots.every
    for restriction in world.all_markings(version):
        mask &= world.markings.on_axis("pap", restriction.pap)
    return mask


def classification_within_ceiling(world: Compiled, version: Version) -> int:
    """Slots whose clause allows every classification of the object."""
    mask = world.slots.every
    for restriction in world.all_markings(version):
        mask &= world.markings.on_axis("classification", restriction.classification)
    return mask


def releasable_to_ceiling(world: Compiled, version: Version) -> int:
    """Slots whose clause names only countries of every REL-TO marking of the object."""
    mask = world.slots.every
    for restriction in world.all_markings(version):
        mask &= world.markings.releasable(restriction.releasable_to)
    return mask


def minimum_rating(world: Compiled, version: Version) -> int:
    """Slots whose minimum the rating reaches."""
    claim = version.claim
    if claim is None:
        return world.clauses.rated(None, None)
    return world.clauses.rated(claim.reliability, claim.credibility)


def within_data_window(world: Compiled, version: Version) -> int:
    """Slots whose agreement covers data of this time and age."""
    return world.clauses.created_at(version.created) & world.clauses.of_age(version.modified)


def persons_rule(world: Compiled, version: Version) -> int:
    """Slots that let the personal data through, have the necessity they ask for, and whose retention is not over."""
    if not version.is_personal:
        return world.slots.every
    pseudonymous = version.type == "identity" and version.is_own
    mask = world.clauses.persons(
        version.person_category, can_be_pseudonymous=pseudonymous, has_necessity=version.has_necessity
    )
    return mask & world.clauses.retained(version.created)


def approved(world: Compiled, version: Version) -> int:
    """Slots that wait for no approval, or for which enough persons gave it."""
    mask = world.clauses.approvals[0]
    if not world.labels.approvers(version.ref):
        return mask
    for persons in (1, 2):
        if world.clauses.approvals[persons]:
            mask |= world.clauses.approvals[persons] & world.slots.spread(world.labels.approved(version.ref, persons))
    return mask


def delay_over(world: Compiled, version: Version) -> int:
    """Slots whose delay since intake is over."""
    return world.clauses.waited_since(version.received)


def among_readers(world: Compiled, version: Version) -> int:
    """Views whose taker is among the readers of the whole object."""
    return world.readers(version)


def origin_allows(world: Compiled, version: Version) -> int:
    """Views whose taker every origin allows."""
    return world.labels.origins_allow(version.held, version.owners)


def terms_not_weaker(world: Compiled, version: Version) -> int:
    """Views whose onward rule is at least as strict as the terms under which the version came."""
    return world.labels.terms_allow(version.held)


def not_held(world: Compiled, version: Version) -> int:
    """All views, unless the object is on hold."""
    return 0 if world.policy(version).hold is not None else world.slots.live


def not_recalled(world: Compiled, version: Version) -> int:
    """All views but those from which the object was recalled."""
    policy = world.policy(version)
    if policy.recalled:
        return 0
    views = world.slots.live
    for view in policy.recalled_views:
        views &= ~world.slots.bit(view)
    return views


def not_expired(world: Compiled, version: Version) -> int:
    """All views, until the object expires."""
    expires_at = world.policy(version).expires_at
    return world.slots.live if expires_at is None or world.now < expires_at else 0


def basis_allows(world: Compiled, version: Version) -> int:
    """Slots that everything lets through that the version derives from."""
    return world.basis.lets_through(version)


def original_allows(world: Compiled, version: Version) -> int:
    """Slots that the labels of the translated object and of all its properties let through."""
    mask = world.slots.every
    for original in world.translated(version):
        mask &= world.label_of_all(original)
    return mask


CLAUSE_RULES: Mapping[str, StaticRule] = {
    "TypeShared": type_shared,
    "KindShared": kind_shared,
    "TopicNotExcluded": topic_not_excluded,
    "RegionNotExcluded": region_not_excluded,
    "TlpWithinCeiling": tlp_within_ceiling,
    "PapWithinCeiling": pap_within_ceiling,
    "ClassificationWithinCeiling": classification_within_ceiling,
    "ReleasableToCeiling": releasable_to_ceiling,
    "MinimumRating": minimum_rating,
    "WithinDataWindow": within_data_window,
    "PersonsRule": persons_rule,
    "Approved": approved,
    "DelayOver": delay_over,
    "BasisAllows": basis_allows,
    "OriginalAllows": original_allows,
}
"""Rules that give slots, by name."""

VIEW_RULES: Mapping[str, StaticRule] = {
    "AmongReaders": among_readers,
    "OriginAllows": origin_allows,
    "TermsNotWeaker": terms_not_weaker,
    "NotHeld": not_held,
    "NotRecalled": not_recalled,
    "NotExpired": not_expired,
}
"""Rules that give views, by name."""


ALIKE = (
    *("TypeShared", "KindShared", "TopicNotExcluded", "RegionNotExcluded", "TlpWithinCeiling", "PapWithinCeiling"),
    *("ClassificationWithinCeiling", "ReleasableToCeiling", "MinimumRating", "PersonsRule"),
)
"""Rules that look at features which many versions share: asked once for all that are alike in `features`."""

_OF_FEATURES = ("types", "kinds", "topics", "regions", "ceiling", "minimum")
"""The keys of a clause that nobody asks but these rules, and whoever asks for a part of an object by its markings."""
_CARRIED = ("version", "supersedes", "title")
"""The keys of an agreement by which nothing is decided."""

_ONE_BY_ONE = tuple(
    rule for name, rule in CLAUSE_RULES.items() if name not in (*ALIKE, "BasisAllows", "OriginalAllows")
)
_BY_POLICY: tuple[StaticRule, ...] = (not_held, not_recalled, not_expired)
"""Rules that let everything through on which nobody put anything."""


def base_slots(world: Compiled, version: Version, within: int) -> int:
    """Of some slots, those that every rule here lets through."""
    mask = of_alike(world, version) & within
    if not mask:
        return 0
    views = world.readers(version) & origin_allows(world, version)
    if version.held.received:
        views &= terms_not_weaker(world, version)
    if version.policy is not NO_POLICY:
        for rule in _BY_POLICY:
            views &= rule(world, version)
    mask &= world.slots.spread(views)
    for rule in _ONE_BY_ONE:
        if not mask:
            return 0
        mask &= rule(world, version)
    if mask:
        # What is translated is among the basis of a translation, which asks for more than `original_allows`.
        mask &= basis_allows(world, version)
    return mask


def of_alike(world: Compiled, version: Version) -> int:
    """The slots that the rules of `ALIKE` let through."""
    if version.is_personal:
        # How long personal data is kept hangs on the instant; there is too little of it to matter.
        return _all_of_alike(world, version)
    key = features(version)
    mask = world.alike.get(key)
    if mask is None:
        mask = world.alike[key] = _all_of_alike(world, version)
    return mask


def _all_of_alike(world: Compiled, version: Version) -> int:
    mask = world.slots.every
    for name in ALIKE:
        mask &= CLAUSE_RULES[name](world, version)
    return mask


def features(version: Version) -> tuple[object, ...]:
    """Everything about a version that is no personal data that the rules of `ALIKE` look at."""
    claim = version.claim
    return (
        version.type,
        None if claim is None else (claim.kind, claim.reliability, claim.credibility),
        version.own_topics,
        version.own_regions,
        version.markings,
        version.policy.markings,
    )


def differ_in_features_alone(before: View, now: View) -> bool:
    """Whether the terms of a view differ at most in what clauses ask of features, so that what is alike goes alike."""
    old, new = before.agreement, now.agreement
    if len(old.share) != len(new.share):
        return False
    share = tuple(
        replace(clause, **_values(was, _OF_FEATURES)) for was, clause in zip(old.share, new.share, strict=True)
    )
    return replace(now, agreement=replace(new, share=share, **_values(old, _CARRIED))) == before


def _values(of: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(of, name) for name in names}
