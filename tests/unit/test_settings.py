"""Settings: one document out of file and environment, refused whole with every fault."""

from __future__ import annotations

import tomllib

import pytest

from sepakat.settings import Settings, from_environment, settings_faults, settings_of, settings_text
from sepakat.stix.identifiers import PartyId


def is_store(address: str) -> bool:
    return address.startswith("postgresql://")


FULL = Settings(
    PartyId("us"),
    "0.0.0.0",
    8443,
    'https://us.example/"x\\y',
    60,
    "postgresql://a@b/c",
    "postgresql://a@d/c",
    "mail.example:25",
    "us@us.example",
    4,
    "json",
    10,
    512,
    9,
    "http://otel:4318/v1/traces",
)


@pytest.mark.parametrize("settings", [Settings(PartyId("us")), FULL])
def test_what_is_written_is_read_as_it_was(settings: Settings) -> None:
    document = tomllib.loads(settings_text(settings))
    assert settings_faults(document, is_store) == []
    assert settings_of(document) == settings


def test_every_fault_is_named_at_once() -> None:
    document = {
        "hots": "x",
        "port": 70_000,
        "workers": 0,
        "sync_seconds": "soon",
        "log": "xml",
        "store": "mysql://secret@x/y",
        "traces": "otel:4318",
        "most_connections": True,
    }
    faults = settings_faults(document, is_store)
    assert sorted(fault.path for fault in faults) == sorted([*document, "party"])
    assert "secret" not in "".join(map(str, faults))


def test_the_environment_wins_for_all_but_the_party() -> None:
    found = from_environment({"SEPAKAT_WORKERS": "4", "SEPAKAT_LOG": "json", "SEPAKAT_PARTY": "ru", "SEPAKAT_HOST": ""})
    assert found == {"workers": 4, "log": "json"}


def test_a_number_in_the_environment_that_is_none_is_a_fault() -> None:
    document = {"party": "us", **from_environment({"SEPAKAT_PORT": "tcp://10.0.0.1:80"})}
    assert [fault.path for fault in settings_faults(document, is_store)] == ["port"]
