"""Looking at personal data: a person says what for, that is written down, and only then the data is shown.

An object holds personal data when somebody here gave it a category of person. What was said counts for one hour, for
that person and object. Decides nothing about partners. DESIGN section 9.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sepakat.errors import InputError
from sepakat.exchange.ports import Node
from sepakat.exchange.records import Consultation
from sepakat.stix.identifiers import StixId

COUNTS_FOR = timedelta(hours=1)
MOST_LOOKED_AT = 500
LONGEST_PURPOSE = 300


def must_say_why(node: Node, user: str, object_id: StixId) -> bool:
    """Whether a person has to say what for before seeing an object."""
    return bool(closed_to(node, user, (object_id,)))


def closed_to(node: Node, user: str, object_ids: Iterable[StixId]) -> frozenset[StixId]:
    """Those of the objects before which a person has to say what for."""
    now = node.clock.now()
    with node.store.reading() as unit:
        policies = filter(None, map(unit.policies.get, object_ids))
        personal = {policy.object_id for policy in policies if policy.person_category is not None}
        said = unit.catalogue.consultations(MOST_LOOKED_AT) if personal else ()
    return frozenset(personal - {one.object_id for one in said if one.user == user and now - one.at < COUNTS_FOR})


def consult(node: Node, user: str, object_id: StixId, purpose: str) -> None:
    """Write down who looks at an object and what for.

    Raises:
        InputError: the purpose is empty or too long.
    """
    if not purpose or len(purpose) > LONGEST_PURPOSE:
        raise InputError(
            "purpose-missing", f"object not shown: a purpose of 1 to {LONGEST_PURPOSE} characters is asked"
        )
    now = node.clock.now()
    with node.store.writing() as unit:
        unit.catalogue.consult(Consultation(now, user, object_id, purpose))
