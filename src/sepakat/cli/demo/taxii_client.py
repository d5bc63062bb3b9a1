"""A partner's plain TAXII client: taxii2-client, which knows nothing of Sepakat."""

from __future__ import annotations

from typing import Any


def is_installed() -> bool:
    """Whether there is one to show."""
    from importlib.util import find_spec

    return find_spec("taxii2client") is not None


def read_everything(discovery: str, user: str, password: str) -> dict[str, list[dict[str, Any]]]:
    """Log in and read every collection to its end; the objects by the collection's title."""
    from taxii2client.v21 import Server, as_pages

    server = Server(discovery, user=user, password=password)
    found: dict[str, list[dict[str, Any]]] = {}
    for root in server.api_roots:
        for collection in root.collections:
            pages = as_pages(collection.get_objects, per_request=25)
            found[collection.title] = [made for page in pages for made in page.get("objects", [])]
    return found
