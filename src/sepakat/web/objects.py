"""The page of all objects: a search, a table whose columns a person chooses, searches that are kept, an export."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from urllib.parse import urlencode

import orjson
from starlette.responses import RedirectResponse, Response

from sepakat.errors import InputError
from sepakat.exchange.searching import Wanted, export, find, forget_search, save_search
from sepakat.web.asking import Ask
from sepakat.web.rendering import page
from sepakat.web.texts import COLUMNS

FIELDS = ("words", "type", "level", "topic", "region", "state", "released_to", "received_from")
DATES = ("since", "until")
LEVELS = ("clear", "green", "amber", "amber+strict", "red")


def objects(ask: Ask) -> Response:
    """What fits the search, the last that came first."""
    wanted = _wanted(ask.query)
    shown = find(ask.node, wanted, user=ask.who, before=ask.number("before"))
    asked = {name: ask.query.get(name, "") for name in (*FIELDS, *DATES)}
    chosen = tuple(name for name in COLUMNS if f"col-{name}" in ask.query)
    columns = chosen or tuple(name for name, (_, is_usual) in COLUMNS.items() if is_usual)
    again = urlencode(
        {**{name: value for name, value in asked.items() if value}, **{f"col-{name}": "1" for name in chosen}}
    )
    template = "objects_part.html" if ask.is_part else "objects.html"
    return page(
        ask,
        template,
        shown=shown,
        wanted=wanted,
        asked=asked,
        has_asked=any(asked.values()),
        columns=columns,
        all_columns=COLUMNS,
        again=again,
        levels=LEVELS,
    )


def bundle(ask: Ask) -> Response:
    """What fits the search as a STIX bundle, to keep."""
    found = export(ask.node, _wanted(ask.query))
    document = {
        "type": "bundle",
        "id": f"bundle--{ask.node.ids.uuid()}",
        "objects": [version.object.content for version in found],
    }
    headers = {"Content-Disposition": 'attachment; filename="objects.json"'}
    return Response(orjson.dumps(document), media_type="application/json", headers=headers)


def save(ask: Ask) -> Response:
    """Keep the search that is shown."""
    query = ask.form.get("query", "")
    save_search(ask.node, ask.who, ask.said("name"), query)
    return RedirectResponse(f"/objects?{query}&said=saved" if query else "/objects?said=saved", 303)


def forget(ask: Ask) -> Response:
    """Remove a kept search."""
    forget_search(ask.node, ask.who, ask.said("name"))
    return RedirectResponse("/objects?said=forgotten", 303)


def _wanted(query: Mapping[str, str]) -> Wanted:
    asked = {name: query.get(name, "").strip() for name in FIELDS}
    return Wanted(**asked, since=_day(query, "since", time.min), until=_day(query, "until", time.max))


def _day(query: Mapping[str, str], name: str, at: time) -> datetime | None:
    text = query.get(name, "").strip()
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), at, UTC)
    except ValueError:
        raise InputError("day-invalid", f"day refused: expected a date such as 2030-12-31, got {text}") from None
