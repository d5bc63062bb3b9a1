"""The page on which content is taken in: looked through first, then kept; of a table, with what each column is.

A file is sent once: up to `MOST_KEPT` bytes of it come back with the answer, hidden in the form, so that columns can be
changed and the same file taken in without choosing it anew. The node keeps nothing before the person says so.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any

from starlette.responses import RedirectResponse, Response

from sepakat.errors import InputError, SepakatError
from sepakat.exchange.mappings import list_mappings, show_columns
from sepakat.exchange.parties import list_parties
from sepakat.exchange.taking_in import Provenance, TakeInReport, Wishes, take_in
from sepakat.intake.tables.columns import ROLES, Columns
from sepakat.stix.identifiers import PartyId
from sepakat.stix.instants import parse_instant
from sepakat.web.asking import Ask
from sepakat.web.rendering import page

MOST_KEPT = 1_500_000
MOST_COLUMNS = 36
"""How many columns the form has room for; those after them are read as proposed."""


@dataclass(frozen=True, slots=True)
class _Brought:
    """What a form brought: name and bytes, and whether it is the file of the answer before."""

    name: str
    data: bytes
    is_again: bool
    is_file: bool


def bring(ask: Ask) -> Response:
    """Content to take in: looked through first, kept when the person says so."""
    report: TakeInReport | None = None
    fault: SepakatError | None = None
    columns: Columns | None = None
    brought = _Brought("-", b"", is_again=False, is_file=False)
    if ask.method == "POST":
        try:
            brought = _brought(ask)
            options = _options(ask, is_again=brought.is_again or not brought.is_file)
            report = take_in(ask.node, brought.data, _provenance(ask, brought.name), _wishes(ask, options))
            columns = show_columns(ask.node, brought.name, brought.data, options)
        except SepakatError as error:
            fault, columns = error, _proposed(ask, brought)
        if report is not None and report.id is not None:
            there = f"/reports/{report.report.id}?said=read" if report.report is not None else "/objects?said=taken-in"
            return RedirectResponse(there, 303)
    is_returned = brought.is_file and len(brought.data) <= MOST_KEPT
    return page(
        ask,
        "take_in.html",
        200,
        report=report,
        fault=fault,
        text=ask.form.get("content", ""),
        asked={name: ask.form.get(name, "") for name in ("name", "origin", "captured_at", "mapping", "save_mapping")},
        columns=columns,
        most_columns=MOST_COLUMNS,
        roles=ROLES,
        mappings=list_mappings(ask.node),
        parties=list_parties(ask.node),
        kept=b64encode(brought.data).decode() if is_returned else "",
        kept_name=brought.name if is_returned else "",
        must_choose_again=brought.is_file and not is_returned,
    )


def _brought(ask: Ask) -> _Brought:
    """The file that was chosen, else what was pasted, else the file of the answer before.

    Raises:
        InputError: nothing of it, or what came back is not what was sent.
    """
    name, data = ask.files.get("file", ("", b""))
    if data:
        return _Brought(name or "-", data, is_again=False, is_file=True)
    text = ask.form.get("content", "")
    if text.strip():
        return _Brought(ask.form.get("name", "").strip() or "-", text.encode(), is_again=False, is_file=False)
    try:
        data = b64decode(ask.form.get("kept", ""), validate=True)
    except ValueError:
        raise InputError("file-changed", "form not taken: the file in it is not what was sent", "choose it") from None
    if not data:
        raise InputError("source-empty", "nothing to take in: no file was chosen and nothing pasted")
    return _Brought(ask.form.get("kept_name", "") or "-", data, is_again=True, is_file=True)


def _options(ask: Ask, *, is_again: bool) -> dict[str, Any]:
    """What the reader of a table is told; columns count only for the table and the mapping that they were shown of."""
    options: dict[str, Any] = {}
    mapping = ask.form.get("mapping", "")
    if mapping:
        options["mapping_name"] = mapping
    if is_again and mapping == ask.form.get("shown_mapping", ""):
        stated = ((ask.form.get(f"heading-{place}"), ask.form.get(f"role-{place}")) for place in range(MOST_COLUMNS))
        columns = {heading: role for heading, role in stated if heading and role}
        if columns:
            options["columns"] = columns
    if ask.form.get("save_mapping", "").strip():
        options["save_mapping"] = ask.form["save_mapping"].strip()
    return options


def _proposed(ask: Ask, brought: _Brought) -> Columns | None:
    """The columns after a fault, so that they can be mended; as proposed where what was said does not fit either."""
    stated = _options(ask, is_again=brought.is_again or not brought.is_file)
    for options in (stated, {}):
        try:
            return show_columns(ask.node, brought.name, brought.data, options)
        except SepakatError:
            continue
    return None


def _provenance(ask: Ask, name: str) -> Provenance:
    origin, at = ask.form.get("origin", ""), ask.form.get("captured_at", "").strip()
    try:
        captured_at = parse_instant(f"{at}:00Z" if len(at) == len("2030-12-31T12:00") else f"{at}Z") if at else None
    except ValueError:
        raise InputError(
            "instant-invalid", f"instant refused: expected one such as 2030-12-31T12:00, got {at}"
        ) from None
    given = ask.form.get("name", "").strip()
    return Provenance(given or name, ask.who, PartyId(origin) if origin else None, captured_at)


def _wishes(ask: Ask, options: dict[str, Any]) -> Wishes:
    return Wishes(
        is_dry_run=ask.form.get("do") != "keep",
        is_strict=ask.form.get("strict") == "1",
        keeps_good=ask.form.get("good") == "1",
        options=options,
    )
