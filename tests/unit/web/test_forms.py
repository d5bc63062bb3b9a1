from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sepakat.agreements.parsing import parse_agreement
from sepakat.agreements.template import template
from sepakat.errors import InputError
from sepakat.stix.identifiers import PartyId
from sepakat.web import agreement_form
from sepakat.web.guard import _form

TEXT = template(PartyId("us"), (PartyId("ru"),), datetime(2030, 5, 1, tzinfo=UTC))
BOUNDARY = "multipart/form-data; boundary=xyz"


def multipart(*parts: str) -> bytes:
    return "".join(f"--xyz\r\n{part}\r\n" for part in parts).encode() + b"--xyz--\r\n"


def test_form_that_changes_nothing_keeps_the_agreement() -> None:
    again = agreement_form.filled(TEXT, agreement_form.shown(TEXT))
    assert parse_agreement(again) == parse_agreement(TEXT)


def test_what_is_filled_in_stands_in_the_document_and_the_rest_stays() -> None:
    form = {**agreement_form.shown(TEXT), "topics": "any", "tlp": "amber", "takers": "ru, fr", "to": ""}
    made, before = parse_agreement(agreement_form.filled(TEXT, form)), parse_agreement(TEXT)
    assert made.share[0].topics.any_written
    assert made.share[0].ceiling.tlp == "amber"
    assert set(made.takers) == {"ru", "fr"}
    assert made.window.to is None
    assert (made.duties, made.use, made.share[0].minimum) == (before.duties, before.use, before.share[0].minimum)


@pytest.mark.parametrize("wrong", [{"tlp": "purple"}, {"from": "soon"}, {"max_age": ""}, {"takers": "A b"}])
def test_what_the_language_does_not_know_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(InputError):
        agreement_form.filled(TEXT, {**agreement_form.shown(TEXT), **wrong})


def test_document_that_cannot_be_read_has_no_form() -> None:
    assert agreement_form.shown("not: an agreement") == {}


def test_file_and_fields_of_a_form_are_told_apart_byte_by_byte() -> None:
    file = 'Content-Disposition: form-data; name="file"; filename="a.json"\r\nContent-Type: x/y\r\n\r\n{\r\n"a": 1}\r\n'
    body = multipart('Content-Disposition: form-data; name="token"\r\n\r\nabc', file)
    fields, brought = _form(body, BOUNDARY, 10_000)
    assert fields == {"token": "abc"}
    assert brought == {"file": ("a.json", b'{\r\n"a": 1}\r\n')}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\xff\xfe=1", "application/x-www-form-urlencoded"),
        (multipart("no head at all"), BOUNDARY),
        (multipart('Content-Disposition: form-data; name="a"\r\n\r\nb'), "multipart/form-data"),
        (multipart(*['Content-Disposition: form-data; name="a"\r\n\r\nb'] * 200), BOUNDARY),
        (b"x" * 20_000, "application/x-www-form-urlencoded"),
    ],
)
def test_form_that_is_none_is_refused(body: bytes, kind: str) -> None:
    with pytest.raises(InputError):
        _form(body, kind, 16_384)
