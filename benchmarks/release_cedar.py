"""The questions of the release benchmark as Cedar policies and requests, and the environment in which they are asked.

Each clause becomes one policy, each (version, view) one request. Only what Cedar can say is asked: agreement in force,
type, levels, topics, regions, dates. No readers, origins, references, fields or variants, so whatever the engine lets
out Cedar must allow, and the benchmark fails where it does not.
"""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sepakat.agreements.terms import Agreement, Clause
from sepakat.agreements.topics import lies_in
from sepakat.release.engine import Verdicts
from sepakat.release.levels import ceiling_of
from sepakat.release.question import ViewKey, World
from sepakat.release.times import as_datetime, duration, microseconds
from sepakat.release.versions import Version

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements" / "bench.lock"
ENVIRONMENT = ROOT / "build" / "bench" / "cedar"


def ask(world: World, verdicts: Verdicts, pairs: Sequence[tuple[Version, ViewKey]]) -> Mapping[str, Any]:
    """Seconds and answers of cedarpy for these pairs, one request each.

    Raises:
        subprocess.CalledProcessError: cedarpy cannot be installed or does not take the requests.
    """
    asked = {
        "policies": "\n".join(_policies(world)),
        "entities": [_entity("View", _name(key), parents=[("Agreement", key.agreement)]) for key in world.views],
        "requests": [_request(verdicts, version, key) for version, key in pairs],
    }
    done = subprocess.run(
        [_python(), str(ROOT / "benchmarks" / "cedar_requests.py")],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    answers: Mapping[str, Any] = json.loads(done.stdout)
    return answers


def _python() -> str:
    """The Python that has cedarpy; its environment is made when it is not there or the lock is newer."""
    python, marker = ENVIRONMENT / "bin" / "python", ENVIRONMENT / ".installed"
    if not marker.exists() or marker.stat().st_mtime < LOCK.stat().st_mtime:
        venv.create(ENVIRONMENT, clear=True, with_pip=True)
        subprocess.run(
            [*_pip(python), "install", "--require-hashes", "-r", str(LOCK)],
            check=True,
            stdout=sys.stderr,
        )
        marker.touch()
    return str(python)


def _pip(python: Path) -> Sequence[str]:
    return (str(python), "-m", "pip", "--quiet", "--disable-pip-version-check")


def _policies(world: World) -> Iterable[str]:
    agreements = {view.agreement.id: view.agreement for view in world.views.values() if view.in_force}
    for agreement in agreements.values():
        for clause in agreement.share:
            conditions = " && ".join(_conditions(agreement, clause))
            head = f'permit(principal in Agreement::"{agreement.id}", action == Action::"release", resource)'
            yield f"{head} when {{ {conditions} }};"


def _conditions(agreement: Agreement, clause: Clause) -> Iterable[str]:
    if not clause.types.any_written:
        yield f"{_set(clause.types.names)}.contains(resource.kind)"
    yield f"resource.tlp <= {ceiling_of('tlp', clause.ceiling.tlp)}"
    yield f"resource.pap <= {ceiling_of('pap', clause.ceiling.pap)}"
    for name, wanted in (("topics", clause.topics), ("regions", clause.regions)):
        if not wanted.any_written:
            yield f"resource.{name}.containsAny({_set(wanted.any)})"
        if wanted.none:
            yield f"!(resource.own_{name}.containsAny({_set(wanted.none)}))"
    if agreement.window.data_from is not None:
        yield f"resource.created >= {microseconds(agreement.window.data_from)}"
    if agreement.window.max_age is not None:
        yield f"resource.age <= {duration(agreement.window.max_age.length)}"
    yield f"resource.waited >= {duration(clause.release.delay.length)}"


def _request(verdicts: Verdicts, version: Version, key: ViewKey) -> Mapping[str, Any]:
    world = verdicts.compiled
    markings = world.all_markings(version)
    around = [other for _, other, _ in verdicts.fixpoint.connected(version, hopeful=True)]
    now = microseconds(world.now)
    attributes = {
        "kind": version.type,
        "tlp": max((one.tlp or 0 for one in markings), default=0),
        "pap": max((one.pap or 0 for one in markings), default=0),
        "own_topics": _topics(world.world, [version]),
        "topics": _topics(world.world, [version, *around]),
        "own_regions": _regions(world.world, [version]),
        "regions": _regions(world.world, [version, *around]),
        "created": version.created,
        "age": now - version.modified,
        "waited": now - version.received,
    }
    name = f"{version.id} {as_datetime(version.modified).isoformat()}"
    return {
        "request": {
            "principal": f'View::"{_name(key)}"',
            "action": 'Action::"release"',
            "resource": f'Object::"{name}"',
            "context": {},
        },
        "object": json.dumps([_entity("Object", name, attributes)]),
    }


def _topics(world: World, versions: Iterable[Version]) -> list[str]:
    """What the versions are about, each with all that it lies in."""
    own = {topic for version in versions for topic in version.own_topics}
    every = {
        wanted for view in world.views.values() for clause in view.agreement.share for wanted in _listed(clause, 0)
    }
    return sorted(own | {wanted for wanted in every for topic in own if lies_in(topic, wanted)})


def _regions(world: World, versions: Iterable[Version]) -> list[str]:
    own = {region for version in versions for region in version.own_regions}
    every = {
        wanted for view in world.views.values() for clause in view.agreement.share for wanted in _listed(clause, 1)
    }
    return sorted(own | {wanted for wanted in every for region in own if world.regions.contains(wanted, region)})


def _listed(clause: Clause, axis: int) -> tuple[str, ...]:
    selection = (clause.topics, clause.regions)[axis]
    return (*selection.any, *selection.none)


def _entity(
    kind: str, name: str, attributes: Mapping[str, Any] | None = None, parents: Iterable[tuple[str, str]] = ()
) -> Mapping[str, Any]:
    return {
        "uid": {"type": kind, "id": name},
        "attrs": attributes or {},
        "parents": [{"type": parent, "id": which} for parent, which in parents],
    }


def _name(key: ViewKey) -> str:
    return f"{key.agreement} {key.taker}"


def _set(words: Iterable[str]) -> str:
    return json.dumps(list(words))
