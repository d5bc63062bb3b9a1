"""Which format a source is of."""

from __future__ import annotations

from typing import Literal, get_args, get_type_hints

import pytest

from sepakat.cli import intakes
from sepakat.errors import InputError
from sepakat.intake.formats import NAMES, detect, format_named


@pytest.mark.parametrize(
    ("name", "data", "form"),
    [
        ("bundle.json", b'{"type": "bundle", "id": "bundle--1", "objects": []}', "stix"),
        ("envelope", b'\n {"more": false, "objects": [{"type": "x"}]}', "stix"),
        ("one", b'{"id": "identity--1", "spec_version": "2.1"}', "stix"),
        ("list", b'[{"spec_version": "2.1"}]', "stix"),
        ("broken", b'{"type": "bun', "stix"),
        ("event", b'{"Event": {"info": "x"}}', "misp"),
        ("events", b'{"response": [{"Event": {}}]}', "misp"),
        ("feed", b"ip;date\n198.51.100.7;2026-01-01\n198.51.100.8;2026-01-02\n", "csv"),
        ("list.csv", b"198.51.100.7\n", "csv"),
        ("sheet", b"PK\x03\x04rest", "csv"),
    ],
)
def test_the_format_is_seen_in_the_content(name: str, data: bytes, form: str) -> None:
    assert detect(name, data).name == form


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\x00\x00", b"\x7fELF\x02\x01\x01\x00"])
def test_what_no_format_recognises_is_refused(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        detect("picture.html", data)
    assert caught.value.code == "format-unrecognised"


@pytest.mark.parametrize("data", [b"", b" \n\t"])
def test_an_empty_source_is_refused_as_empty(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        detect("nothing", data)
    assert caught.value.code == "source-empty"


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        format_named("word")
    assert caught.value.code == "format-unknown"


def test_the_command_offers_every_format() -> None:
    hints = get_type_hints(intakes.take_in)
    assert get_args(hints["form"]) == NAMES
    assert Literal["auto"] != hints["form"]
