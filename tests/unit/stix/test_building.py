from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sepakat.errors import InputError
from sepakat.stix.building import (
    bundle_bytes,
    new_object,
    new_observable,
    new_relationship,
    new_statement_marking,
    revoked_version,
)
from sepakat.stix.identifiers import StixId
from sepakat.stix.reading import read_objects
from sepakat.stix.validation import check_all
from tests.unit.stix.samples import HIDDEN, IDENTITY, MALWARE, MARKING

NOW = datetime(2024, 1, 31, 9, 0, 0, 123456, UTC)
LINK = StixId("relationship--99999999-9999-4999-8999-999999999999")
BUNDLE = StixId("bundle--77777777-7777-4777-8777-777777777777")


def test_what_is_built_keeps_the_standard() -> None:
    built = (
        new_object(
            StixId(MALWARE), NOW, {"name": "Zeus", "is_family": True, "description": None}, creator=StixId(IDENTITY)
        ),
        new_relationship(LINK, NOW, StixId(HIDDEN), "uses", StixId(MALWARE)),
        new_observable("url", {"value": "https://a.example"}),
        new_statement_marking(StixId(MARKING), NOW, "(c) us"),
    )
    assert check_all(built) == ()
    assert "description" not in built[0].content
    assert built[0].created == built[0].modified == "2024-01-31T09:00:00.123Z"
    assert read_objects(bundle_bytes(BUNDLE, built)) == built


def test_empty_bundle_has_no_list() -> None:
    assert read_objects(bundle_bytes(BUNDLE, ())) == ()
    assert b"objects" not in bundle_bytes(BUNDLE, ())


def test_revoked_version_differs_only_in_modified_and_revoked() -> None:
    current = new_object(StixId(MALWARE), NOW, {"name": "Zeus"})
    revoked = revoked_version(current, datetime(2024, 2, 1, tzinfo=UTC))
    assert revoked.is_revoked
    assert revoked.version > current.version
    assert {**revoked.content, "modified": current.modified} == {**current.content, "revoked": True}


def test_observable_without_contributing_value_is_refused() -> None:
    with pytest.raises(InputError):
        new_observable("process", {"pid": 7})
