"""Finding held objects: by words, type, marking, topic, region, state, time, who got them, from whom they came.

Reads the catalogue, newest first, a page at a time from a number on; a page costs the same wherever it is. Searches can
be kept by name, each person's own. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from sepakat.agreements.regions import load_regions
from sepakat.agreements.topics import lies_in
from sepakat.errors import InputError, NotFound
from sepakat.exchange.asking import contested_objects
from sepakat.exchange.catalogue_ports import Search
from sepakat.exchange.cataloguing import catch_up_a_little, words_of
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import CatalogueRow, Policy, SavedSearch, StoredVersion
from sepakat.stix.identifiers import PartyId, StixId, is_stix_id

CONTESTED = "contested"
PAGE = 50
MOST_EXPORTED = 5_000
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person looks for; empty fields ask nothing."""

    words: str = ""
    type: str = ""
    level: str = ""
    topic: str = ""
    region: str = ""
    state: str = ""
    """`held`, `recalled`, or `contested`: what answers a contested question, and what those claims are about."""
    released_to: str = ""
    received_from: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_everything(self) -> bool:
        """Whether nothing is asked."""
        return not any(getattr(self, one.name) for one in fields(self))


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found; `older` is where the next one goes on."""

    rows: tuple[CatalogueRow, ...]
    older: int | None
    is_complete: bool
    """Whether the catalogue has caught up with what is held."""
    types: tuple[str, ...]
    parties: tuple[tuple[PartyId, str], ...]
    saved: tuple[SavedSearch, ...]


def find(node: Node, wanted: Wanted, *, user: str = "", before: int | None = None, limit: int = PAGE) -> Found:
    """Held objects that fit, the last that came first.

    Raises:
        InputError: a region that does not exist.
    """
    is_complete = catch_up_a_little(node)
    with node.store.reading() as unit:
        rows = unit.catalogue.find(_search(unit, wanted), before=before, limit=limit + 1)
        return Found(
            rows=tuple(rows[:limit]),
            older=rows[limit - 1].number if len(rows) > limit else None,
            is_complete=is_complete,
            types=tuple(unit.catalogue.types()),
            parties=tuple((party.id, party.name) for party in unit.parties.everyone() if not party.is_self),
            saved=tuple(unit.catalogue.saved(user)) if user else (),
        )


def export(node: Node, wanted: Wanted) -> list[StoredVersion]:
    """The newest versions of what fits, at most `MOST_EXPORTED`, without personal data, which asks for a purpose."""
    with node.store.reading() as unit:
        rows = unit.catalogue.find(_search(unit, wanted), limit=MOST_EXPORTED)
        persons = {policy.object_id for policy in unit.policies.everything() if policy.person_category is not None}
        held = unit.objects.get_many(row.id for row in rows if row.id not in persons)
    return [held[row.id][-1] for row in rows if held.get(row.id)]


def save_search(node: Node, user: str, name: str, query: str) -> None:
    """Keep a search by name, in place of one of the same name.

    Raises:
        InputError: the name is empty or long.
    """
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InputError("search-name", f"search not kept: its name must have 1 to {LONGEST_NAME} printable characters")
    now = node.clock.now()
    with node.store.writing() as unit:
        unit.catalogue.save(SavedSearch(user, name, query, now))


def forget_search(node: Node, user: str, name: str) -> None:
    """Remove a kept search.

    Raises:
        NotFound: there is none of that name.
    """
    with node.store.writing() as unit:
        if not any(one.name == name for one in unit.catalogue.saved(user)):
            raise NotFound("search-unknown", f"no search {name} is kept for {user}")
        unit.catalogue.drop_saved(user, name)


def _search(unit: Unit, wanted: Wanted) -> Search:
    if is_stix_id(wanted.words):
        return Search(ids=frozenset({StixId(wanted.words)}))
    return Search(
        words=tuple(dict.fromkeys(words_of(wanted.words))),
        type=wanted.type or None,
        level=wanted.level or None,
        ids=_ids(unit, wanted),
        released_to=PartyId(wanted.released_to) if wanted.released_to else None,
        received_from=PartyId(wanted.received_from) if wanted.received_from else None,
        since=wanted.since,
        until=wanted.until,
    )


def _ids(unit: Unit, wanted: Wanted) -> frozenset[StixId] | None:
    """What persons have put on objects is read from there: None where nothing of it is asked."""
    if not (wanted.topic or wanted.region or wanted.state):
        return None
    table = load_regions()
    if wanted.region and not table.is_region(wanted.region):
        raise InputError("region-unknown", f"no search for region {wanted.region}: there is none of that name")

    is_contested = wanted.state == CONTESTED
    contested = contested_objects(unit) if is_contested else frozenset()
    if is_contested and not (wanted.topic or wanted.region):
        return contested

    def fits(policy: Policy) -> bool:
        if wanted.topic and not any(lies_in(topic, wanted.topic) for topic in policy.topics):
            return False
        if wanted.region and not any(table.contains(wanted.region, region) for region in policy.regions):
            return False
        states: Mapping[str, bool] = {"held": policy.hold is not None, "recalled": policy.recalled}
        return states.get(wanted.state, True) and (not is_contested or policy.object_id in contested)

    return frozenset(policy.object_id for policy in unit.policies.everything() if fits(policy))
