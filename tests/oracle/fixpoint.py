"""The release rule itself: begin with everything whole, judge everything again until nothing falls any more.

The order in which things are judged does not matter, since a status only ever falls; so this is the greatest
fixpoint. Views are judged one by one and know nothing of each other. Design, section 4, rules 5 to 9.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.oracle import tables
from tests.oracle.clauses import (
    fields_allow,
    is_pseudonymous,
    matches_by_evidence,
    matches_by_itself,
)
from tests.oracle.content import (
    OUT,
    PSEUDONYM,
    VARIANT,
    WHOLE,
    Remains,
    cut,
    granular_markings_on,
    ids_in,
    ids_in_names,
    ids_in_value,
    is_dead_selector,
    leaves,
    markings_of,
    references,
    renamed,
    rewrite_granular,
    variant_of,
)
from tests.oracle.plain import Content, Json, Path, Ref, Version, View, ViewName, World
from tests.oracle.readers import (
    Clause,
    granular_parts,
    is_own,
    is_scaffold,
    lets_read,
    origins_consent,
    terms_are_kept,
)

_ORDER = {OUT: 0, VARIANT: 1, WHOLE: 2}
_REPLACED = frozenset({"id", "created", "modified", "created_by_ref"})
_PSEUDONYM_KEEPS = tables.ALWAYS_ALLOWED | {"name", "identity_class"}


@dataclass(frozen=True)
class Answer:
    """What leaves of one version in one view; `projection` for a variant."""

    status: str
    projection: Mapping[str, Any] | None = None


def answers(world: World, now: datetime) -> dict[tuple[Ref, ViewName], Answer]:
    """The answer for every held version in every view."""
    return {
        (ref, view.name): answer for view in world.views for ref, answer in _Judge(world, view, now).verdict().items()
    }


class _Judge:
    """One view, while its statuses fall."""

    def __init__(self, world: World, view: View, now: datetime) -> None:
        self.world, self.view, self.now = world, view, now
        self.scaffold = {version.id for version in world.versions if is_scaffold(world, version.id)}
        self.status: dict[Ref, str] = {version.ref: WHOLE for version in world.versions}
        self.projections: dict[Ref, Mapping[str, Any]] = {}
        # What does not hang on the status of others is asked once; it would give the same answer every time.
        self.candidates = {version.ref: self._candidate_clauses(version) for version in world.versions}
        self.readable: dict[tuple[Ref, str], set[Path]] = {
            (version.ref, clause["id"]): self._readable_paths(version, clause)
            for version in world.versions
            for clause in self.candidates[version.ref]
        }

    def verdict(self) -> dict[Ref, Answer]:
        """Judge until nothing falls, then see which scaffold the view needs."""
        has_fallen = True
        while has_fallen:
            has_fallen = False
            for version in self.world.versions:
                if version.id in self.scaffold:
                    continue
                judged = self._judge(version)
                if _ORDER[judged] < _ORDER[self.status[version.ref]]:
                    self.status[version.ref] = judged
                    has_fallen = True
        needed = self._needed_scaffold()
        found = {}
        for version in self.world.versions:
            status = self.status[version.ref]
            if version.id in self.scaffold:
                status = WHOLE if version.id in needed else OUT
            found[version.ref] = Answer(status, self.projections.get(version.ref) if status == VARIANT else None)
        return found

    # One version.

    def _judge(self, version: Version) -> str:
        matching = [
            clause
            for clause in self.candidates[version.ref]
            if matches_by_evidence(self.world, version, clause, self._in_view)
        ]
        tear_lines = {clause["id"]: clause.get("fields", {}).get("tear_line", "none") for clause in matching}
        going_whole = [clause for clause in matching if tear_lines[clause["id"]] in ("none", "if-needed")]
        going_cut = [clause for clause in matching if tear_lines[clause["id"]] in ("if-needed", "always")]
        if not matching or not self._markings_in(version) or not self._translation_in(version):
            return OUT
        if self._is_whole(version, going_whole):
            return WHOLE
        # A marking that says less than it did would be another marking.
        if going_cut and is_own(self.world, version) and version.type != "marking-definition":
            projection = self._projection(version, going_cut)
            if projection is not None:
                self.projections[version.ref] = projection
                return VARIANT
        return OUT

    def _candidate_clauses(self, version: Version) -> list[Clause]:
        """The clauses that match but for topic and region, if nothing else stops the version."""
        if not self.view.in_force or version.id in self.scaffold or self._is_stopped(version):
            return []
        if not origins_consent(self.world, version, self.view, self.now):
            return []
        if not terms_are_kept(self.world, version, self.view, self.now):
            return []
        clauses: Iterable[Clause] = self.view.document.get("share", [])
        return [clause for clause in clauses if matches_by_itself(self.world, version, self.view, clause, self.now)]

    def _is_stopped(self, version: Version) -> bool:
        policy = self.world.policies.get(version.id)
        return policy is not None and (
            policy.hold
            or policy.recalled
            or self.view.name in policy.recalled_views
            or (policy.expires_at is not None and self.now >= policy.expires_at)
        )

    def _readable_paths(self, version: Version, clause: Clause) -> set[Path]:
        content = version.content
        return {
            path
            for path, _ in leaves(content)
            if fields_allow(self.world, content, path, clause)
            and not is_dead_selector(content, path)
            and all(
                lets_read(self.world, part, self.view, clause, self.now)
                for summed in self._summed_up(content, path)
                for part in granular_parts(self.world, version, summed)
            )
        }

    def _summed_up(self, content: Content, path: Path) -> list[Path]:
        """The paths whose labels a path carries: its own, and those of the lists that it counts or sums up."""
        lists, sums = tables.AGGREGATES.get(str(content["type"]), ((), ()))
        above = ("extensions", self.world.claim_extension, "lineage")
        if path[0] in sums:
            return [path, *(item for item, _ in leaves(content) if item[0] in lists)]
        if path == (*above, "depth"):
            return [path, *(item for item, _ in leaves(content) if item[:4] == (*above, "via"))]
        return [path]

    def _in_view(self, version: Version) -> bool:
        return version.id in self.scaffold or self.status[version.ref] != OUT

    def _status_of(self, identifier: str) -> str:
        """The status of what a reference names: the best of its versions."""
        if identifier in self.scaffold:
            return WHOLE
        held = [self.status[version.ref] for version in self.world.held(identifier)]
        return max(held, key=_ORDER.__getitem__, default=OUT)

    def _markings_in(self, version: Version) -> bool:
        return all(self._status_of(marking) != OUT for marking in markings_of(version.content) or [])

    def _translation_in(self, version: Version) -> bool:
        return version.type != "language-content" or self._status_of(version.content["object_ref"]) == WHOLE

    def _is_whole(self, version: Version, clauses: list[Clause]) -> bool:
        clear = [clause for clause in clauses if not is_pseudonymous(self.world, version, clause)]
        return all(
            any(path in self.readable[version.ref, clause["id"]] for clause in clear)
            for path, _ in leaves(version.content)
        ) and all(self._status_of(target) == WHOLE for _, target in references(version.content))

    # What remains of a version.

    def _projection(self, version: Version, clauses: list[Clause]) -> dict[str, Any] | None:
        content = version.content

        def keeps(path: Path, value: Json) -> tuple[bool, Json]:
            under = [clause for clause in clauses if path in self.readable[version.ref, clause["id"]]]
            clear = [clause for clause in under if not is_pseudonymous(self.world, version, clause)]
            # A marking that cannot go along would leave what it marks unmarked.
            if any(self._status_of(marking) == OUT for marking in granular_markings_on(content, path)):
                return False, None
            if path[0] in _REPLACED:
                return bool(under), value
            if not clear:
                stays = bool(under) and path[0] in _PSEUDONYM_KEEPS
                return stays, PSEUDONYM if path == ("name",) else value
            if any(self._status_of(target) == OUT for target in ids_in_value(path, value) | ids_in_names(path)):
                return False, None
            return True, rename(value) if isinstance(value, str) else value

        def rename(text: str) -> str:
            return renamed(
                text, {known: variant_of(known) for known in ids_in(text) if self._status_of(known) == VARIANT}
            )

        remains = cut(content, keeps, rename)
        if self._hides_markings(version, clauses) or self._lacks(content, remains):
            return None
        written = {name: value for name, value in remains.content.items() if name not in _REPLACED}
        written.pop("granular_markings", None)
        granular = rewrite_granular(content, remains, rename)
        return {**written, "granular_markings": granular} if granular else written

    def _hides_markings(self, version: Version, clauses: list[Clause]) -> bool:
        """Whether what restricts the object may itself not be read: it could only go without its restrictions."""
        return any(
            path[0] in ("object_marking_refs", "granular_markings")
            and not is_dead_selector(version.content, path)
            and not any(path in self.readable[version.ref, clause["id"]] for clause in clauses)
            for path, _ in leaves(version.content)
        )

    def _lacks(self, content: Content, remains: Remains) -> bool:
        """Whether something is gone without which the object cannot go at all."""
        kind = str(content["type"])
        self._drop_aggregates(content, remains)
        for name, other in tables.GOES_WITH.get(kind, ()):
            if other in content and other not in remains.content:
                _remove(remains, (name,))
        needed = tables.REQUIRED.get(kind, tables.CUSTOM_REQUIRED if "created" in content else {"type", "id"})
        if kind == "malware" and content.get("is_family") is True:
            needed |= {"name"}
        if any(name in content and name not in remains.content for name in needed):
            return True
        one_of = tables.ONE_OF.get(kind, frozenset())
        if one_of & set(content) and not one_of & set(remains.content):
            return True
        common = tables.OBSERVABLE_COMMON - {"extensions"}
        if kind in tables.NEEDS_SOMETHING and set(content) - common and not set(remains.content) - common:
            return True
        untouched = {"object_marking_refs", *tables.ID_CONTRIBUTING.get(kind, ())}
        return any(path[0] in untouched and path not in remains.moved for path, _ in leaves(content))

    def _drop_aggregates(self, content: Content, remains: Remains) -> None:
        lists, sums = tables.AGGREGATES.get(str(content["type"]), ((), ()))
        gone = [path for path, _ in leaves(content) if path not in remains.moved]
        if any(path[0] in lists for path in gone):
            for name in sums:
                _remove(remains, (name,))
        above = ("extensions", self.world.claim_extension, "lineage")
        if any(path[:4] == (*above, "via") for path in gone):
            _remove(remains, (*above, "depth"))

    # Scaffold.

    def _needed_scaffold(self) -> set[str]:
        """What the giver, the taker and everything published refers to, of the scaffold, step by step."""
        if not self.view.in_force:
            return set()
        parties = {self.view.document["giver"], self.view.taker}
        needed = {identity for identity, party in self.world.parties.items() if party in parties}
        needed &= self.scaffold
        for version in self.world.versions:
            if version.id not in self.scaffold and self.status[version.ref] != OUT:
                needed |= self._named_scaffold(self._published(version))
            if self.status[version.ref] == VARIANT:
                needed |= self._named_scaffold({"extensions": {self.world.variant_extension: {}}})
        grown = True
        while grown:
            before = len(needed)
            for identifier in sorted(needed):
                for version in self.world.held(identifier):
                    needed |= self._named_scaffold(version.content)
            grown = len(needed) > before
        return needed

    def _published(self, version: Version) -> Content:
        return version.content if self.status[version.ref] == WHOLE else self.projections[version.ref]

    def _named_scaffold(self, content: Content) -> set[str]:
        named = {target for _, target in references(content)} | set(content.get("extensions", {}))
        return {identifier for identifier in named & self.scaffold if self._can_be_published(identifier)}

    def _can_be_published(self, identifier: str) -> bool:
        """Whether an extension-definition names nothing that the view has not got: nothing needs it that much."""
        return not identifier.startswith("extension-definition--") or all(
            self._status_of(target) == WHOLE
            for version in self.world.held(identifier)
            for _, target in references(version.content)
        )


def _remove(remains: Remains, path: Path) -> None:
    node: Any = remains.content
    for step in path[:-1]:
        node = node.get(step, {}) if isinstance(node, dict) else {}
    if isinstance(node, dict):
        node.pop(path[-1], None)
    for moved in [known for known in remains.moved if known[: len(path)] == path]:
        del remains.moved[moved]
