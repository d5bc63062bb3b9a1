"""The report of an intake as a JSON document: the same for the command line and for programs over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sepakat.exchange.reports import ReportTaken
from sepakat.exchange.taking_in import TakeInReport
from sepakat.intake.source import Item


def intake_document(report: TakeInReport) -> dict[str, Any]:
    """Everything that the report says, per item."""
    return {
        "intake": report.id,
        "format": report.form,
        "digest": report.digest,
        "taken": [{"id": made.id, "modified": made.modified} for made in report.taken],
        "known": report.known,
        "held": [{"id": version[0], "version": version[1]} for version in report.held],
        "quarantined": _items(report.quarantined),
        "refused": _items(report.refused),
        "losses": _items(report.losses),
        **report.asks,
        "report": None if report.report is None else _report(report.report),
        "warnings": [{"path": one.path, "expected": one.expected, "found": one.found} for one in report.warnings],
        "released": [
            {
                "agreement": change.view.agreement,
                "taker": change.view.taker,
                "published": change.published,
                "variants": change.variants,
                "withdrawn": change.withdrawn,
            }
            for change in report.released.changes
        ],
    }


def _report(taken: ReportTaken) -> dict[str, Any]:
    return {
        "report": taken.id,
        "known": taken.was_known,
        "title": taken.title,
        "proposals": dict(taken.proposals),
        "findings": list(taken.findings),
    }


def _items(items: Sequence[Item]) -> list[dict[str, str]]:
    return [{"id": one.object_id, "reason": one.reason} for one in items]
