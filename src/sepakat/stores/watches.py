"""Watch areas and their alerts (port `Watches`)."""

from __future__ import annotations

from sqlalchemy import Connection

from sepakat.exchange.claim_records import Alert, WatchArea
from sepakat.stores.record_rows import Form, RecordRows
from sepakat.stores.schema import alerts, watch_areas
from sepakat.stores.statements import insert

_AREAS = Form(WatchArea, watch_areas, ("id",))
_ALERTS = Form(Alert, alerts, ("id",))


class SqlWatches:
    """The port `Watches` over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._areas = RecordRows(connection, _AREAS)
        self._alerts = RecordRows(connection, _ALERTS)

    def put_area(self, area: WatchArea) -> None:
        self._areas.put(area)

    def area(self, id_: str) -> WatchArea | None:
        return self._areas.one(watch_areas.c.id == id_)

    def areas(self) -> list[WatchArea]:
        return self._areas.many(by=(watch_areas.c.id,))

    def add_alert(self, alert: Alert) -> bool:
        values = _ALERTS.values(alert) | {"is_waiting": _waits(alert)}
        once = insert(self._connection, alerts).values(values).on_conflict_do_nothing()
        return self._connection.execute(once.returning(alerts.c.key)).first() is not None

    def put_alert(self, alert: Alert) -> None:
        self._connection.execute(
            alerts.update()
            .where(alerts.c.id == alert.id)
            .values(
                deliveries=alert.deliveries,
                acknowledged_by=alert.acknowledged_by,
                acknowledged_at=alert.acknowledged_at,
                is_waiting=_waits(alert),
            )
        )

    def alert(self, id_: str) -> Alert | None:
        return self._alerts.one(alerts.c.id == id_)

    def alerts(self, area: str | None = None, *, is_open: bool = False, limit: int = 100) -> list[Alert]:
        where = [] if area is None else [alerts.c.area == area]
        if is_open:
            where.append(alerts.c.acknowledged_at.is_(None))
        return self._alerts.many(*where, by=(alerts.c.key.desc(),), limit=limit)

    def undelivered(self, limit: int = 100) -> list[Alert]:
        return self._alerts.many(alerts.c.is_waiting, by=(alerts.c.key,), limit=limit)


def _waits(alert: Alert) -> bool:
    return any(one.delivered_at is None for one in alert.deliveries)
