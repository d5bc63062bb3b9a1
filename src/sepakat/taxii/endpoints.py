"""The endpoints of TAXII 2.1 (section 3.1): which path and method ask for what.

A path is taken with and without its last slash. Invariant: every path under `/taxii2` either is one of `ENDPOINTS` with
its identifiers, or is nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

DISCOVERY_PATH = "/taxii2/"
API_ROOT_PATH = "/taxii2/api/"
"""The one API root of a node."""


class Resource(StrEnum):
    """What a path names."""

    DISCOVERY = "discovery"
    API_ROOT = "api-root"
    STATUS = "status"
    COLLECTIONS = "collections"
    COLLECTION = "collection"
    MANIFEST = "manifest"
    OBJECTS = "objects"
    OBJECT = "object"
    VERSIONS = "versions"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one resource, with its section of the standard and what it does."""

    method: str
    path: str
    resource: Resource
    section: str
    summary: str


ENDPOINTS = (
    Endpoint("GET", "/taxii2/", Resource.DISCOVERY, "4.1", "what this server is and its API root"),
    Endpoint("GET", "/taxii2/api/", Resource.API_ROOT, "4.2", "versions and the largest body taken"),
    Endpoint("GET", "/taxii2/api/status/{status-id}/", Resource.STATUS, "4.3", "what became of objects added"),
    Endpoint("GET", "/taxii2/api/collections/", Resource.COLLECTIONS, "5.1", "the account's collections"),
    Endpoint("GET", "/taxii2/api/collections/{id}/", Resource.COLLECTION, "5.2", "one collection"),
    Endpoint("GET", "/taxii2/api/collections/{id}/manifest/", Resource.MANIFEST, "5.3", "what is in it, no content"),
    Endpoint("GET", "/taxii2/api/collections/{id}/objects/", Resource.OBJECTS, "5.4", "its objects"),
    Endpoint("POST", "/taxii2/api/collections/{id}/objects/", Resource.OBJECTS, "5.5", "add objects to an inbox"),
    Endpoint("GET", "/taxii2/api/collections/{id}/objects/{object-id}/", Resource.OBJECT, "5.6", "one object"),
    Endpoint("DELETE", "/taxii2/api/collections/{id}/objects/{object-id}/", Resource.OBJECT, "5.7", "delete an object"),
    Endpoint(
        "GET", "/taxii2/api/collections/{id}/objects/{object-id}/versions/", Resource.VERSIONS, "5.8", "its versions"
    ),
)


@dataclass(frozen=True, slots=True)
class Place:
    """What a path names: the resource and the identifiers in it."""

    resource: Resource
    collection: str = ""
    object_id: str = ""
    status: str = ""


def place_of(path: str) -> Place | None:
    """The place that a decoded path names, None if it names none."""
    parts = path.split("/")
    if parts[-1] == "":
        parts.pop()
    match parts:
        case ["", "taxii2"]:
            place = Place(Resource.DISCOVERY)
        case ["", "taxii2", "api"]:
            place = Place(Resource.API_ROOT)
        case ["", "taxii2", "api", "status", status]:
            place = Place(Resource.STATUS, status=status)
        case ["", "taxii2", "api", "collections"]:
            place = Place(Resource.COLLECTIONS)
        case ["", "taxii2", "api", "collections", collection]:
            place = Place(Resource.COLLECTION, collection)
        case ["", "taxii2", "api", "collections", collection, "manifest"]:
            place = Place(Resource.MANIFEST, collection)
        case ["", "taxii2", "api", "collections", collection, "objects"]:
            place = Place(Resource.OBJECTS, collection)
        case ["", "taxii2", "api", "collections", collection, "objects", object_id]:
            place = Place(Resource.OBJECT, collection, object_id)
        case ["", "taxii2", "api", "collections", collection, "objects", object_id, "versions"]:
            place = Place(Resource.VERSIONS, collection, object_id)
        case _:
            return None
    return place


def methods_of(resource: Resource) -> tuple[str, ...]:
    """The methods that a resource answers; HEAD goes with GET."""
    methods = [endpoint.method for endpoint in ENDPOINTS if endpoint.resource is resource]
    return (*methods, "HEAD")
