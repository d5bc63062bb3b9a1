"""The pages about watch areas: the list, and one on a map, with what is new or contested there, and its alerts."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from sepakat.claims.vocabulary import KINDS
from sepakat.errors import InputError, NotFound
from sepakat.exchange import watching
from sepakat.exchange.area_estimates import estimates_in
from sepakat.exchange.claim_records import WatchArea
from sepakat.exchange.consulting import closed_to
from sepakat.stix.identifiers import StixId
from sepakat.web.asking import Ask
from sepakat.web.maps import map_of
from sepakat.web.rendering import page
from sepakat.web.timelines import timeline_of

_MOST_SHOWN = 100
_EVER = datetime(1, 1, 1, tzinfo=UTC)


def list_(ask: Ask) -> Response:
    """Every area that is watched."""
    return page(ask, "watches.html", shown=watching.list_areas(ask.node), kinds=list(KINDS))


def show(ask: Ask) -> Response:
    """One area: map, developments, alerts."""
    area = _area(ask)
    since = _EVER if ask.query.get("all") == "1" else None
    found = watching.developments(ask.node, area.id, since)
    alerts = watching.list_alerts(ask.node, area.id)
    told = [(one.subject, one.version) for one in found[:_MOST_SHOWN]] + [(one.subject, one.version) for one in alerts]
    closed = closed_to(ask.node, ask.who, {StixId(subject) for subject, version in told if version})
    return page(
        ask,
        "watch.html",
        area=area,
        found=found[:_MOST_SHOWN],
        count=len(found),
        alerts=alerts,
        drawn_map=map_of(area, found[:_MOST_SHOWN]),
        timeline=timeline_of(found),
        estimates=estimates_in(ask.node, found, area.name),
        closed=closed,
    )


def add(ask: Ask) -> Response:
    """Watch an area from now on."""
    place = tuple(ask.form.get(name, "").strip() for name in ("latitude", "longitude", "kilometres"))
    area = WatchArea(
        id=ask.said("id"),
        name=ask.said("name"),
        by=ask.who,
        created_at=ask.now,
        topics=frozenset(ask.listed("topics")),
        regions=frozenset(ask.listed("regions")),
        circle=_circle(place) if any(place) else None,
        kinds=frozenset(kind for kind in KINDS if ask.form.get(f"kind-{kind}")),
    )
    kept = watching.watch(ask.node, area)
    return RedirectResponse(f"/watches/{quote(kept.id)}?said=watched", 303)


def look(ask: Ask) -> Response:
    """Say that everything up to now was seen."""
    watching.look(ask.node, ask.named["area"])
    return RedirectResponse(f"/watches/{quote(ask.named['area'])}?said=looked", 303)


def end(ask: Ask) -> Response:
    """Watch it no more."""
    watching.unwatch(ask.node, ask.named["area"])
    return RedirectResponse("/watches?said=unwatched", 303)


def acknowledge(ask: Ask) -> Response:
    """Say that an alert was seen."""
    watching.acknowledge_alert(ask.node, ask.said("alert"), ask.who)
    return RedirectResponse(f"/watches/{quote(ask.named['area'])}?said=acknowledged", 303)


def _area(ask: Ask) -> WatchArea:
    for area, _ in watching.list_areas(ask.node):
        if area.id == ask.named["area"]:
            return area
    raise NotFound("area-unknown", f"no watch area {ask.named['area']}", "`sepakat watch list` shows them")


def _circle(place: tuple[str, ...]) -> tuple[float, float, float]:
    try:
        latitude, longitude, kilometres = (float(part) for part in place)
    except ValueError:
        raise InputError("circle-invalid", "circle refused: expected latitude, longitude and kilometres") from None
    return latitude, longitude, kilometres
