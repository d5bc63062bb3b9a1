"""Watch areas: what is new, changed or contested in a topic and a place since somebody last looked; alerts, told once.

An area says topics, places (regions with everything in them, a circle, a polygon) and kinds of claim. What matches is
shown to the node's own people and nobody else. Every development makes one alert, in the transaction that finds it,
however often it is looked for; who saw it says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sepakat.agreements.regions import load_regions
from sepakat.agreements.topics import lies_in, protected_attribute
from sepakat.claims.areas import in_circle, in_polygon, place_faults
from sepakat.claims.telling import Telling
from sepakat.claims.vocabulary import KINDS
from sepakat.errors import Fault, InputError, NotFound
from sepakat.exchange.asking import contested_questions
from sepakat.exchange.claim_records import Alert, AlertDelivery, Development, WatchArea
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import StoredVersion
from sepakat.exchange.tellings import telling_of
from sepakat.exchange.titles import title_of
from sepakat.exchange.whereabouts import Whereabout, Whereabouts

CHANNELS = ("mail:", "webhook:")
OVERLAP = timedelta(minutes=5)
"""How far back before its last check an area is looked through again: longer than any intake takes."""

_INTAKES_AT_ONCE = 100
_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Found:
    """One development in an area. `subject` is an object id, or the key of a contested question."""

    what: Development
    subject: str
    version: str
    at: datetime
    title: str
    points: tuple[tuple[float, float], ...] = ()
    circles: tuple[tuple[float, float, float], ...] = ()
    """Latitude, longitude and kilometres, where a place says how exact it is."""
    telling: Telling | None = None
    """The claim that the object carries."""


def watch(node: Node, area: WatchArea) -> WatchArea:
    """Keep an area, or replace the one of its id; what is received from now on makes alerts.

    Raises:
        InputError: it watches nothing at all, a place, kind or channel that there is not, or a protected attribute.
    """
    faults = list(_faults(area))
    if faults:
        raise InputError("area-invalid", f"watch area {area.id} refused: {faults[0]}", faults=faults)
    now = node.clock.now()
    with node.store.writing() as unit:
        before = unit.watches.area(area.id)
        kept = replace(
            area,
            created_at=before.created_at if before else now,
            checked_at=before.checked_at if before else now,
            looked_at=before.looked_at if before else None,
        )
        unit.watches.put_area(kept)
    return kept


def unwatch(node: Node, id_: str) -> None:
    """Watch an area no more; its alerts stay.

    Raises:
        NotFound: no such area.
    """
    with node.store.writing() as unit:
        unit.watches.put_area(replace(_area(unit, id_), ended_at=node.clock.now()))


def list_areas(node: Node) -> list[tuple[WatchArea, int]]:
    """Every area that is watched, with the number of alerts in it that nobody has acknowledged."""
    with node.store.reading() as unit:
        areas = [area for area in unit.watches.areas() if area.ended_at is None]
        return [(area, len(unit.watches.alerts(area.id, is_open=True, limit=1000))) for area in areas]


def developments(node: Node, id_: str, since: datetime | None = None) -> list[Found]:
    """What is new, changed or contested in an area since an instant, or since somebody last looked; newest first.

    Raises:
        NotFound: no such area.
    """
    with node.store.reading() as unit:
        area = _area(unit, id_)
        found = list(_found(unit, area, since or area.looked_at or _BEGINNING))
    return sorted(found, key=lambda one: (one.at, one.subject), reverse=True)


def look(node: Node, id_: str) -> WatchArea:
    """Say that everything in an area up to now was seen.

    Raises:
        NotFound: no such area.
    """
    with node.store.writing() as unit:
        area = replace(_area(unit, id_), looked_at=node.clock.now())
        unit.watches.put_area(area)
    return area


def raise_alerts(node: Node) -> list[Alert]:
    """Look for developments in every area since it was last checked, and make an alert of each that is new."""
    now = node.clock.now()
    with node.store.reading() as unit:
        areas = [area for area in unit.watches.areas() if area.ended_at is None]
        found = {area.id: list(_found(unit, area, _checked(area))) for area in areas}
    stale = [area for area in areas if found[area.id] or now - _checked(area) > 2 * OVERLAP]
    if not stale:
        return []
    raised = []
    with node.store.writing() as unit:
        for area in stale:
            alerts = [_alert(node, area, one, now) for one in found[area.id]]
            fresh = [alert for alert in alerts if unit.watches.add_alert(alert)]
            raised += fresh
            current = unit.watches.area(area.id)
            if current is not None and (fresh or not alerts):
                unit.watches.put_area(replace(current, checked_at=now))
    return raised


def _checked(area: WatchArea) -> datetime:
    """From when on an area is looked through: an intake that began earlier may have been finished later."""
    return max(area.created_at, (area.checked_at or area.created_at) - OVERLAP)


def list_alerts(node: Node, area: str | None = None, *, is_open: bool = True, limit: int = 100) -> list[Alert]:
    """Alerts, newest first; only those that nobody has acknowledged unless asked for all."""
    with node.store.reading() as unit:
        return unit.watches.alerts(area, is_open=is_open, limit=limit)


def acknowledge_alert(node: Node, id_: str, by: str) -> Alert:
    """Say who has seen an alert; the first who says so stays.

    Raises:
        NotFound: no such alert.
    """
    with node.store.writing() as unit:
        alert = unit.watches.alert(id_)
        if alert is None:
            raise NotFound("alert-unknown", f"no alert {id_}", "`sepakat watch alerts` shows them")
        if alert.acknowledged_at is None:
            alert = replace(alert, acknowledged_by=by, acknowledged_at=node.clock.now())
            unit.watches.put_alert(alert)
    return alert


def matches(area: WatchArea, where: Whereabouts, kind: str | None) -> bool:
    """Whether something is in an area: on every axis that the area names."""
    regions = load_regions()
    has_place = bool(area.regions or area.circle or area.polygon)
    is_there = (
        any(regions.contains(outer, inner) for outer in area.regions for inner in where.regions)
        or (area.circle is not None and any(in_circle(point, area.circle) for point in where.points))
        or any(in_polygon(point, area.polygon) for point in where.points)
    )
    is_on_topic = any(lies_in(topic, wanted) for topic in where.topics for wanted in area.topics)
    return (not area.topics or is_on_topic) and (not has_place or is_there) and (not area.kinds or kind in area.kinds)


def _found(unit: Unit, area: WatchArea, since: datetime) -> Iterator[Found]:
    whereabout = Whereabout(unit)
    questions: set[str] = set()
    for stored in _received_since(unit, since):
        telling = telling_of(stored)
        where = whereabout.of(stored.object.content)
        if not matches(area, where, telling.claim.kind if telling else None):
            continue
        earlier = [one for one in unit.objects.get(stored.object.id) if one.received_at < stored.received_at]
        what = Development.CHANGED if earlier else Development.NEW
        title = title_of(stored.object.content)
        made = stored.object
        yield Found(what, made.id, made.version, stored.received_at, title, where.points, where.circles, telling)
        if telling is not None and telling.claim.question is not None:
            questions.add(telling.claim.question)
    for key, text, at in contested_questions(unit, sorted(questions)):
        yield Found(Development.CONTESTED, key, "", max(at, since), text)


def _received_since(unit: Unit, since: datetime) -> Iterator[StoredVersion]:
    """What came after an instant, by intake; scaffold and what is hidden for a recall left out."""
    count = _INTAKES_AT_ONCE
    while len(batches := unit.intakes.latest(count)) == count and batches[-1].at > since:
        count *= 10
    for batch_id in [batch.id for batch in reversed(batches) if batch.at > since]:
        refs = unit.objects.of_take_in(batch_id)
        held = unit.objects.get_many(object_id for object_id, _ in refs)
        for object_id, version in refs:
            policy = unit.policies.get(object_id)
            if object_id.startswith(("marking-definition--", "extension-definition--")) or (policy and policy.recalled):
                continue
            yield from (one for one in held[object_id] if one.object.version == version)


def _alert(node: Node, area: WatchArea, found: Found, now: datetime) -> Alert:
    deliveries = tuple(AlertDelivery(channel) for channel in area.channels)
    text = f"{found.what.value} in {area.name}: {found.title}"
    return Alert(node.ids.uuid(), area.id, found.what, found.subject, found.version, text, now, deliveries)


def _area(unit: Unit, id_: str) -> WatchArea:
    area = unit.watches.area(id_)
    if area is None or area.ended_at is not None:
        raise NotFound("area-unknown", f"no watch area {id_}", "`sepakat watch list` shows them")
    return area


def _faults(area: WatchArea) -> Iterator[Fault]:
    axes: Sequence[object] = (area.topics, area.regions, area.circle, area.polygon, area.kinds)
    if not any(axes):
        yield Fault("area", "a topic, a place or a kind", "nothing")
    for topic in sorted(area.topics):
        attribute = protected_attribute(topic)
        if attribute is not None:
            yield Fault(f"topic {topic}", "a topic that is not about a protected attribute", attribute)
    for region in sorted(area.regions):
        if not load_regions().is_region(region):
            yield Fault(f"region {region}", "an ISO 3166 code, a UN M49 region or a named region", region)
    for kind in sorted(area.kinds - KINDS.keys()):
        yield Fault("kind", f"one of {', '.join(KINDS)}", kind)
    for channel in area.channels:
        if not channel.startswith(CHANNELS) or channel in CHANNELS:
            yield Fault("channel", "mail:ADDRESS or webhook:URL", channel)
    yield from place_faults(area.circle, area.polygon)
