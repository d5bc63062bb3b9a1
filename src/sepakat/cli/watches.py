"""`sepakat watch`: areas of a topic and a place, what is new, changed or contested there, and alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sepakat.cli.claim_options import instant_of
from sepakat.cli.options import ByOption, JsonOption, NodeOption, named_folder, open_named, person
from sepakat.cli.printing import at_minute, counted, instant, say, say_json, say_table

if TYPE_CHECKING:
    from sepakat.exchange.claim_records import Alert, WatchArea
    from sepakat.exchange.watching import Found

app = typer.Typer(help="Watch areas: developments on a topic in a place, and alerts.", no_args_is_help=True)

AreaArgument = Annotated[str, typer.Argument(metavar="AREA", help="The area's short name.", show_default=False)]


@app.command("add")
def add(
    area: AreaArgument,
    *,
    name: Annotated[str | None, typer.Option(help="Its name for people; the short one if absent.")] = None,
    topic: Annotated[list[str] | None, typer.Option(help="A topic with all below it; repeatable.")] = None,
    region: Annotated[
        list[str] | None,
        typer.Option(help="A country, UN M49 region or admin area with all that lies in it; repeatable."),
    ] = None,
    circle: Annotated[str | None, typer.Option(metavar="LAT,LON,KM", help="A circle.")] = None,
    corner: Annotated[
        list[str] | None, typer.Option(metavar="LAT,LON", help="A corner of a polygon; three or more.")
    ] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Only claims of this kind; repeatable.")] = None,
    mail: Annotated[list[str] | None, typer.Option(metavar="ADDRESS", help="Tell by e-mail too; repeatable.")] = None,
    webhook: Annotated[list[str] | None, typer.Option(metavar="URL", help="Tell a webhook too; repeatable.")] = None,
    by: ByOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Watch an area, or replace it; what arrives from now on raises alerts, each once.

    Mail and webhooks say that there is something and where to look, never what.
    """
    from sepakat.agreements.regions import load_regions
    from sepakat.exchange.claim_records import WatchArea
    from sepakat.exchange.watching import watch

    opened = open_named(node)
    corners = tuple(_numbers(one, 2) for one in corner or ())
    made = watch(
        opened,
        WatchArea(
            id=area,
            name=name or area,
            by=person(by),
            created_at=opened.clock.now(),
            topics=frozenset(topic or ()),
            regions=frozenset(load_regions().resolve(one) or one for one in region or ()),
            circle=_circle(circle),
            polygon=tuple((one[0], one[1]) for one in corners),
            kinds=frozenset(kind or ()),
            channels=(*(f"mail:{one}" for one in mail or ()), *(f"webhook:{one}" for one in webhook or ())),
        ),
    )
    if as_json:
        say_json(_area_as_json(made, 0))
        return
    say(f"Watching {made.name}.")


@app.command("list")
def list_(*, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """List the areas that are watched, with the alerts in each that nobody has acknowledged."""
    from sepakat.exchange.watching import list_areas

    areas = list_areas(open_named(node))
    if as_json:
        say_json([_area_as_json(area, alerts) for area, alerts in areas])
        return
    rows = [
        (
            area.id,
            area.name,
            ", ".join(sorted(area.topics)),
            _places(area),
            ", ".join(sorted(area.kinds)),
            at_minute(area.looked_at),
            alerts,
        )
        for area, alerts in areas
    ]
    headers = ("area", "name", "topics", "places", "kinds", "looked at", "open alerts")
    say_table(headers, rows, "No areas; `sepakat watch add AREA` watches one.")


@app.command("show")
def show(
    area: AreaArgument,
    *,
    since: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="Since then; since it was last looked at if absent.")
    ] = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what is new, changed or contested in an area since it was last looked at, newest first."""
    from sepakat.exchange.watching import developments

    found = developments(open_named(node), area, instant_of(since))
    if as_json:
        say_json([_found_as_json(one) for one in found])
        return
    rows = [(one.what.value, at_minute(one.at), one.subject, one.title) for one in found]
    say_table(("what", "at", "object or question", "title"), rows, "Nothing since then.")


@app.command("looked")
def looked(area: AreaArgument, *, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """Say that everything in an area up to now was seen."""
    from sepakat.exchange.watching import look

    seen = look(open_named(node), area)
    if as_json:
        say_json(_area_as_json(seen, None))
        return
    say(f"{area}: looked at up to {at_minute(seen.looked_at)}.")


@app.command("remove")
def remove(area: AreaArgument, *, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """Watch an area no more; its alerts stay."""
    from sepakat.exchange.watching import unwatch

    unwatch(open_named(node), area)
    if as_json:
        say_json({"area": area, "ended": True})
        return
    say(f"{area} is not watched any more.")


@app.command("alerts")
def alerts(
    *,
    area: Annotated[str | None, typer.Option(help="Only of this area.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Acknowledged ones too.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 100,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List alerts, newest first, with what became of them on each channel."""
    from sepakat.exchange.watching import list_alerts, raise_alerts

    opened = open_named(node)
    raise_alerts(opened)
    found = list_alerts(opened, area, is_open=not everything, limit=limit)
    if as_json:
        say_json([_alert_as_json(one) for one in found])
        return
    rows = [
        (one.id, at_minute(one.at), one.area, one.text, "\n".join(map(_delivery, one.deliveries)), _seen(one))
        for one in found
    ]
    say_table(("alert", "at", "area", "text", "told", "seen by"), rows, "No alerts.")


@app.command("acknowledge")
def acknowledge(
    alert: Annotated[str, typer.Argument(metavar="ALERT", help="The alert's id.", show_default=False)],
    *,
    by: ByOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that you have seen an alert."""
    from sepakat.exchange.watching import acknowledge_alert

    seen = acknowledge_alert(open_named(node), alert, person(by))
    if as_json:
        say_json(_alert_as_json(seen))
        return
    say(f"{alert}: seen by {seen.acknowledged_by}.")


@app.command("send")
def send(*, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """Raise alerts and tell the channels now; a served node does it by itself."""
    from sepakat.composition import bells_of, effective_settings
    from sepakat.exchange.alerting import send_alerts
    from sepakat.exchange.watching import raise_alerts

    opened = open_named(node)
    raised = raise_alerts(opened)
    taken = send_alerts(opened, bells_of(effective_settings(named_folder(node))))
    if as_json:
        say_json({"raised": [_alert_as_json(one) for one in raised], "delivered": taken})
        return
    say(f"{counted(len(raised), 'alert')} raised, {counted(taken, 'delivery', 'deliveries')} taken.")


def _circle(text: str | None) -> tuple[float, float, float] | None:
    if text is None:
        return None
    latitude, longitude, kilometres = _numbers(text, 3)
    return latitude, longitude, kilometres


def _numbers(text: str, count: int) -> list[float]:
    try:
        found = [float(one) for one in text.split(",")]
    except ValueError:
        found = []
    if len(found) != count:
        raise typer.BadParameter(f"expected {count} numbers with commas between, found {text}")
    return found


def _places(area: WatchArea) -> str:
    places = sorted(area.regions)
    if area.circle is not None:
        places.append("{:g} km around {:g}, {:g}".format(area.circle[2], *area.circle[:2]))
    if area.polygon:
        places.append(f"polygon of {len(area.polygon)} corners")
    return "; ".join(places)


def _delivery(one: Any) -> str:
    return f"{one.channel}: " + (f"told {at_minute(one.delivered_at)}" if one.delivered_at else one.error or "waiting")


def _seen(one: Alert) -> str:
    return f"{one.acknowledged_by} {at_minute(one.acknowledged_at)}" if one.acknowledged_at else ""


def _area_as_json(area: WatchArea, open_alerts: int | None) -> dict[str, Any]:
    return {
        "area": area.id,
        "name": area.name,
        "topics": sorted(area.topics),
        "regions": sorted(area.regions),
        "circle": area.circle,
        "polygon": [list(one) for one in area.polygon],
        "kinds": sorted(area.kinds),
        "channels": list(area.channels),
        "by": area.by,
        "looked_at": instant(area.looked_at),
        "open_alerts": open_alerts,
    }


def _found_as_json(one: Found) -> dict[str, Any]:
    return {
        "what": one.what.value,
        "subject": one.subject,
        "version": one.version,
        "at": instant(one.at),
        "title": one.title,
        "points": [list(point) for point in one.points],
        "circles": [list(circle) for circle in one.circles],
    }


def _alert_as_json(one: Alert) -> dict[str, Any]:
    return {
        "id": one.id,
        "area": one.area,
        "what": one.what.value,
        "subject": one.subject,
        "version": one.version,
        "text": one.text,
        "at": instant(one.at),
        "deliveries": [
            {
                "channel": told.channel,
                "delivered_at": instant(told.delivered_at),
                "attempts": told.attempts,
                "error": told.error,
            }
            for told in one.deliveries
        ],
        "acknowledged_by": one.acknowledged_by,
        "acknowledged_at": instant(one.acknowledged_at),
    }
