from __future__ import annotations

import pytest

from sepakat.taxii.endpoints import (
    API_ROOT_PATH,
    DISCOVERY_PATH,
    ENDPOINTS,
    Endpoint,
    Place,
    Resource,
    methods_of,
    place_of,
)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: f"{endpoint.method} {endpoint.path}")
def test_every_endpoint_is_found_by_its_path_with_and_without_the_last_slash(endpoint: Endpoint) -> None:
    for given in (endpoint.path, endpoint.path.rstrip("/")):
        found = place_of(given)
        assert found is not None
        assert found.resource is endpoint.resource


def test_identifiers_are_read_from_the_path() -> None:
    path = f"{API_ROOT_PATH}collections/c/objects/indicator--1/versions/"
    assert place_of(path) == Place(Resource.VERSIONS, "c", "indicator--1")
    assert place_of(f"{API_ROOT_PATH}status/s") == Place(Resource.STATUS, status="s")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "",
        "/taxii",
        "/taxii2//",
        "/taxii2/other/",
        f"{API_ROOT_PATH}collections/c/objects/o/versions/v/",
        f"{API_ROOT_PATH}status/",
        f"{API_ROOT_PATH}Collections/",
    ],
)
def test_other_paths_name_nothing(path: str) -> None:
    assert place_of(path) is None


def test_methods_are_those_of_the_table() -> None:
    assert methods_of(Resource.OBJECTS) == ("GET", "POST", "HEAD")
    assert methods_of(Resource.OBJECT) == ("GET", "DELETE", "HEAD")
    assert methods_of(Resource.DISCOVERY) == ("GET", "HEAD")


def test_discovery_stands_above_the_api_root() -> None:
    assert API_ROOT_PATH.startswith(DISCOVERY_PATH)
