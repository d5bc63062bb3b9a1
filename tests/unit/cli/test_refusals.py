from __future__ import annotations

import pytest

from sepakat import errors
from sepakat.cli import refusals
from sepakat.errors import Fault, InputError, NotPermitted, SepakatError


def kinds(kind: type[SepakatError]) -> set[type[SepakatError]]:
    return {kind}.union(*(kinds(below) for below in kind.__subclasses__() if below.__module__ == errors.__name__))


def test_every_kind_of_error_has_its_own_exit_status_with_a_meaning() -> None:
    table = refusals.EXIT_STATUSES
    assert set(table) == kinds(SepakatError) - {SepakatError}
    assert len(set(table.values())) == len(table)
    assert {refusals.DONE, refusals.NOT_AS_IT_SHOULD, refusals.USAGE}.isdisjoint(table.values())
    assert set(table.values()) <= set(refusals.MEANINGS)


def test_an_error_is_said_with_its_hint_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert refusals.refuse(NotPermitted("no", "not given to ru", "ask us")) == 4
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "sepakat: error: not given to ru\nsepakat: hint: ask us\n"


def test_all_faults_are_listed_up_to_a_number(capsys: pytest.CaptureFixture[str]) -> None:
    faults = [Fault(f"objects.[{n}].name", "text", "7") for n in range(refusals.MOST_FAULTS + 3)]
    assert refusals.refuse(InputError("bad", "refused", faults=faults)) == 3
    lines = capsys.readouterr().err.splitlines()
    assert lines[1] == "  objects.[0].name: expected text, found 7"
    assert lines[-1] == "  and 3 more"
    assert len(lines) == refusals.MOST_FAULTS + 2


def test_the_only_fault_is_not_said_twice(capsys: pytest.CaptureFixture[str]) -> None:
    fault = Fault("name", "text", "7")
    refusals.refuse(InputError("bad", f"refused: {fault}", faults=[fault]))
    assert capsys.readouterr().err.count("expected text") == 1


def test_an_unexpected_error_is_one_line_without_a_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SEPAKAT_DEBUG", raising=False)
    assert refusals.refuse_unexpected(ZeroDivisionError("division\nby zero")) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "sepakat: error: unexpected: ZeroDivisionError: division by zero (code unexpected)"
    assert len(lines) == 2
    assert "report" in lines[1]


def test_a_traceback_is_there_for_who_asks(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEPAKAT_DEBUG", "1")
    try:
        raise ZeroDivisionError
    except ZeroDivisionError as error:
        refusals.refuse_unexpected(error)
    assert "Traceback" in capsys.readouterr().err


def test_what_a_partner_wrote_cannot_move_the_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    refusals.refuse(NotPermitted("no", "name \x1b[2J\r refused", "see \u202e"))
    assert "\x1b" not in capsys.readouterr().err.replace("\n", "")
