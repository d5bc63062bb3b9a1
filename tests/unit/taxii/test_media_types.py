from __future__ import annotations

import pytest

from sepakat.taxii.media_types import is_acceptable, is_writable


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*/*",
        "application/*",
        "application/json",
        "application/taxii+json",
        "application/taxii+json;version=2.1",
        "application/taxii+json; version=2.1",
        'application/taxii+json ; version="2.1"',
        "Application/TAXII+JSON;VERSION=2.1",
        "application/taxii+json;version=2.0, application/taxii+json;version=2.1",
        "text/html, application/xhtml+xml, */*;q=0.8",
        "application/taxii+json;version=2.1,application/stix+json;version=2.1",
        "application/stix+json",
        " , ",
    ],
)
def test_what_clients_ask_for_is_acceptable(accept: str) -> None:
    assert is_acceptable(accept)


@pytest.mark.parametrize(
    "accept",
    [
        "text/html",
        "application/taxii+json;version=2.0",
        "application/taxii+json;version=",
        "application/vnd.oasis.taxii+json; version=2.0",
        "application/xml",
        "*/*;q=0",
        "application/taxii+json;version=2.1;q=0.000",
    ],
)
def test_what_names_something_else_is_not_acceptable(accept: str) -> None:
    assert not is_acceptable(accept)


@pytest.mark.parametrize(
    "content_type",
    [
        "application/taxii+json;version=2.1",
        "application/taxii+json",
        "application/taxii+json; charset=utf-8",
        "application/stix+json;version=2.1",
        "application/vnd.oasis.stix+json; version=2.1",
        "application/json",
    ],
)
def test_bodies_of_json_are_writable(content_type: str) -> None:
    assert is_writable(content_type)


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/taxii+json;version=2.0", "application/xml", "*/*", "application/json, text/plain"],
)
def test_other_bodies_are_not_writable(content_type: str) -> None:
    assert not is_writable(content_type)
