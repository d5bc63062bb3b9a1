"""Where engine and oracle disagree on one world: outcomes of all versions in all views, and what variants carry."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from sepakat.release.decision import Outcome
from sepakat.release.engine import Verdicts, decide_all
from sepakat.release.question import ViewKey
from sepakat.release.question import World as EngineWorld
from sepakat.release.variants import Projections, VariantKeys, variant_id
from sepakat.stix.identifiers import StixId
from tests.oracle.content import PSEUDONYM, variant_of
from tests.oracle.fixpoint import Answer, answers
from tests.oracle.plain import Ref, ViewName
from tests.support.worlds import Case
from tests.support.worlds_engine import engine_world, version_ref, view_key

SECRET = b"the node's secret for the tests!"
KEYS = VariantKeys(SECRET)
_VARIANT_OF = re.compile(variant_of("([^\u27e9]*)"))


def disagreements(case: Case, expected: Mapping[tuple[Ref, ViewName], Answer] | None = None) -> list[str]:
    """What engine and oracle see differently, in words; nothing where they agree."""
    if expected is None:
        expected = answers(case.world, case.now)
    world = engine_world(case.world)
    verdicts = decide_all(world, case.now)
    return [
        text for (ref, view), answer in expected.items() for text in differences(world, verdicts, ref, view, answer)
    ]


def differences(world: EngineWorld, verdicts: Verdicts, ref: Ref, view: ViewName, answer: Answer) -> Iterator[str]:
    """What the engine's verdict and the oracle's answer for one version in one view do not share."""
    version, key = version_ref(ref), view_key(view)
    outcome = verdicts.outcome(version, key)
    where = f"{ref[0]} {ref[1]} in {view[0]} for {view[1]}"
    if outcome != answer.status:
        yield f"{where}: the oracle says {answer.status}, the engine {outcome.value}"
    elif outcome is Outcome.VARIANT:
        expected = _written(answer.projection, key)
        found = _comparable(world, _projections(verdicts).of(verdicts, version, key).content, expected)
        if found != expected:
            yield f"{where}: the oracle leaves {expected}, the engine {found}"


@lru_cache(maxsize=1)
def _projections(verdicts: Verdicts) -> Projections:
    """One for all views of a world, as the node has it: views share what they share."""
    return Projections(KEYS)


def _written(projection: Any, view: ViewKey) -> Any:
    """A projection of the oracle with the engine's keyed ids in it."""
    text = json.dumps(projection, ensure_ascii=False)
    return json.loads(_VARIANT_OF.sub(lambda found: variant_id(SECRET, view, StixId(found[1]), 0), text))


def _comparable(world: EngineWorld, projection: Mapping[str, Any], expected: Mapping[str, Any]) -> dict[str, Any]:
    """A projection of the engine without its creator, always the giver, and without the text of a pseudonym."""
    found = dict(projection)
    creator = found.pop("created_by_ref", None)
    assert creator is None or world.parties.get(creator) == world.node
    if expected.get("name") == PSEUDONYM and isinstance(found.get("name"), str):
        found["name"] = PSEUDONYM
    return found
