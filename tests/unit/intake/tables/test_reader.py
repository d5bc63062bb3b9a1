"""Tables become indicators under a mapping that a person stands behind; every fault has the number of its row."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from sepakat.errors import InputError
from sepakat.intake.formats import detect
from sepakat.intake.source import Contents, Source
from sepakat.intake.tables.cells import read_rows
from sepakat.intake.tables.reader import read
from sepakat.stix.identifiers import StixId
from sepakat.stix.markings import TLP_2
from sepakat.stix.validation import faults_of, warnings_of

OURS = StixId("identity--5aa2e262-8c78-484b-8d0a-000000000900")
NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)

TABLE = """\
Indicator;Type;First seen;TLP;Tags;Comment;Confidence;Internal ref
hxxp://evil[.]example.org/x;url;2026-10-01;amber;phishing, heron;"seen in
two lines";80;7
198.51.100[.]7;ip;2026-10-02T08:00:00Z;TLP:GREEN;;=cmd|' /C calc'!A0;high;8
"""


def taken(text: str | bytes, **options: Any) -> Contents:
    data = text.encode() if isinstance(text, str) else text
    return read(Source(data, "table.csv", NOW, OURS, options={"accepts_mapping": True, **options}))


def test_a_table_becomes_indicators_with_what_its_columns_say() -> None:
    contents = taken(TABLE)
    url, address = (made.content for made in contents.objects)
    assert url["pattern"] == "[url:value = 'http://evil.example.org/x']"
    assert (url["valid_from"], url["confidence"]) == ("2026-10-01T00:00:00.000Z", 80)
    assert (url["labels"], url["description"]) == (["phishing", "heron"], "seen in\ntwo lines")
    assert url["object_marking_refs"] == [TLP_2["amber"].id]
    assert (address["confidence"], address["created_by_ref"]) == (85, OURS)
    assert address["description"] == "=cmd|' /C calc'!A0"
    assert [
        fault for made in contents.objects for fault in (*faults_of(made.content), *warnings_of(made.content))
    ] == []
    assert contents.asks["mapping"]["columns"] == {
        "Indicator": "value",
        "Type": "type",
        "First seen": "first-seen",
        "TLP": "tlp",
        "Tags": "labels",
        "Comment": "description",
        "Confidence": "confidence",
        "Internal ref": "ignore",
    }
    assert [item.object_id for item in contents.losses] == ["column Internal ref"]


def test_a_mapping_that_nobody_accepted_takes_nothing() -> None:
    with pytest.raises(InputError) as caught:
        taken(TABLE, accepts_mapping=False)
    assert caught.value.code == "mapping-not-accepted"
    assert "Indicator = value" in caught.value.message
    assert len(taken(TABLE, accepts_mapping=False, is_dry_run=True).objects) == 2


def test_columns_can_be_changed_by_heading_or_number() -> None:
    contents = taken(TABLE, accepts_mapping=False, columns={"8": "name", "Comment": "ignore"})
    assert [made.content["name"] for made in contents.objects] == ["7", "8"]
    assert "description" not in next(iter(contents.objects)).content


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"Nothing": "value"}, "column-unknown"),
        ({"Tags": "horse"}, "mapping-invalid"),
        ({"Tags": "tlp"}, "mapping-invalid"),
        ({"Indicator": "ignore"}, "mapping-incomplete"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(columns: dict[str, str], code: str) -> None:
    with pytest.raises(InputError) as caught:
        taken(TABLE, columns=columns)
    assert caught.value.code == code


def test_a_kept_mapping_is_for_tables_with_its_columns() -> None:
    kept = '{"columns": {"Indicator": "value"}, "has_headings": true}'
    assert len(taken(TABLE, mapping=kept, accepts_mapping=False).objects) == 2
    with pytest.raises(InputError) as caught:
        taken("Name,Ioc\na,198.51.100.7\n", mapping=kept)
    assert caught.value.code == "mapping-of-other-table"


def test_every_fault_has_the_number_of_its_row_as_a_person_counts() -> None:
    contents = taken(
        'value,comment,date,tlp\n198.51.100.7,"a\nb",2026-01-01,green\n\nnonsense,,31/12/2026,purple\n198.51.100.8,x\u202ey,,\n'
    )
    assert [(item.object_id, item.reason) for item in contents.refused] == [
        ("row 5", "first-seen: no date of the form 2026-01-31 or 2026-01-31T09:00:00Z: '31/12/2026'; "
         "tlp: no level of TLP: 'purple'; value: no indicator: 'nonsense'"),
        ("row 6", "description: a hidden character U+202E"),
    ]  # fmt: skip
    assert len(contents.objects) == 1


def test_a_value_that_stands_twice_is_taken_once_and_told() -> None:
    contents = taken("value,comment\n198.51.100.7,a\n198.51.100[.]7,b\n198.51.100.7,a\n")
    assert len(contents.objects) == 1
    assert [(fault.path, fault.found) for fault in contents.warnings] == [("row 3", "the value of row 2, which counts")]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("198.51.100.7\n198.51.100.8\n", 2),
        ("a,198.51.100.7\nb,198.51.100.8\n", 2),
        ("domain\tnote\nx.example.org\ty\n", 1),
    ],
)
def test_tables_without_headings_or_of_one_column_are_understood(text: str, number: int) -> None:
    assert len(taken(text).objects) == number


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_usual_encoding_is_read(encoding: str) -> None:
    contents = taken("indicator,description\n198.51.100.7,Café São\n".encode(encoding))
    assert [made.content["description"] for made in contents.objects] == ["Café São"]


def workbook(*rows: tuple[Any, ...]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def test_a_workbook_is_read_and_its_formulas_stay_text() -> None:
    data = workbook(
        ("Indicator", "Comment", "Date", "Confidence"),
        ("198.51.100[.]7", "=HYPERLINK(1)", datetime(2026, 10, 1, 8), 70.0),  # noqa: DTZ001 -- as workbooks have it
        ("=A2", "a formula", None, None),
    )
    assert detect("upload.bin", data).name == "csv"
    contents = taken(data)
    [made] = [made.content for made in contents.objects]
    assert (made["description"], made["valid_from"], made["confidence"]) == (
        *("=HYPERLINK(1)", "2026-10-01T08:00:00Z", 70),
    )
    assert [(item.object_id, item.reason) for item in contents.refused] == [
        ("row 3", "value: a formula, which is never evaluated")
    ]


def archive(**members: bytes) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name.replace("_", "/"), content)
    return kept.getvalue()


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>'
BAD: dict[str, bytes] = {
    "a bomb": archive(**{"xl_workbook.xml": b"0" * (300 << 20)}),
    "a billion laughs": archive(**{"xl_workbook.xml": LAUGHS}),
    "another archive": archive(**{"word_document.xml": b"<x/>"}),
    "a broken archive": workbook(("a",))[:300],
    "zero bytes": b"a,b\n\x00,\x00\n" * 5,
    "no rows": b" \n,,\n",
    "half UTF-16": b"\xff\xfea\x00,",
    "a cell without end": b'value\n"' + b"x" * 200_000,
    "many columns": b"," * 500 + b"\na",
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD.keys())
def test_bad_tables_are_refused_in_words(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        read_rows(data)
    assert caught.value.code == "table-unreadable"
