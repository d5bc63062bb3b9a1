"""What to type into each common TAXII client, with this node's address and this account's collections filled in.

The password and the token are shown once, when the account is made, so they stand here as PASSWORD and TOKEN.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Settings = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """What the settings are about: the node, the account, one collection to read, one inbox to add to."""

    address: str
    account: str
    collection: str
    title: str
    inbox: str

    @property
    def discovery(self) -> str:
        """The URL of the discovery resource."""
        return f"{self.address.rstrip('/')}/taxii2/"

    @property
    def api_root(self) -> str:
        """The URL of the API root."""
        return f"{self.discovery}api/"


def _taxii2_client(at: Place) -> Settings:
    return (
        (
            "python",
            f'Collection("{at.api_root}collections/{at.collection}/", user="{at.account}", password="PASSWORD")',
        ),
        ("or", f'Server("{at.discovery}", auth=TokenAuth("TOKEN"))'),
    )


def _xsoar(at: Place) -> Settings:
    return (
        ("Discovery Service URL", at.discovery),
        ("Username / API Key", at.account),
        ("Password", "PASSWORD"),
        ("Collection Name To Fetch Indicators From", at.title),
        ("Incremental Feed", "on"),
        ("Max Indicators Per Fetch", "(leave empty)"),
    )


def _opencti(at: Place) -> Settings:
    return (
        ("TAXII server URL", at.api_root),
        ("TAXII version", "2.1"),
        ("TAXII collection", at.collection),
        ("Authentication", f"Basic, {at.account}:PASSWORD"),
    )


def _opencti_connector(at: Place) -> Settings:
    return (
        ("TAXII2_DISCOVERY_URL", at.discovery),
        ("TAXII2_USERNAME", at.account),
        ("TAXII2_PASSWORD", "PASSWORD"),
        ("TAXII2_V21", "true"),
        ("TAXII2_COLLECTIONS", "*.*"),
    )


def _elastic(at: Place) -> Settings:
    return (
        ("URL", f"{at.api_root}collections/{at.collection}/objects/"),
        ("API key", "TOKEN"),
        ("API key type", "Token"),
        ("Accept header", "application/taxii+json;version=2.1"),
        ("Limit", "1000"),
        ("Initial interval", "8760h"),
    )


def _sentinel(at: Place) -> Settings:
    return (
        ("API root URL", at.api_root),
        ("Collection ID", at.collection),
        ("Username", at.account),
        ("Password", "PASSWORD"),
    )


def _misp(at: Place) -> Settings:
    return (
        ("Base URL", at.discovery.rstrip("/")),
        ("API root", "api"),
        ("Collection", at.collection),
        ("Collection to push to", at.inbox),
        ("API key", f"the output of: printf %s '{at.account}:PASSWORD' | base64"),
    )


def _splunk(at: Place) -> Settings:
    return (
        ("API root URL", at.api_root),
        ("Username", at.account),
        ("Password", "PASSWORD"),
        ("Collection", at.inbox),
    )


CLIENTS: Mapping[str, tuple[str, Callable[[Place], Settings]]] = {
    "taxii2-client": ("taxii2-client for Python", _taxii2_client),
    "xsoar": ("Cortex XSOAR, TAXII 2 Feed", _xsoar),
    "opencti": ("OpenCTI, Data, Ingestion, TAXII feeds", _opencti),
    "opencti-connector": ("OpenCTI, connector taxii2", _opencti_connector),
    "elastic": ("Elastic, Custom Threat Intelligence", _elastic),
    "sentinel": ("Microsoft Sentinel, Threat intelligence - TAXII", _sentinel),
    "misp": ("MISP, TAXII servers", _misp),
    "splunk": ("Splunk, CTIS TAXII", _splunk),
}
"""The clients by their short names: what they are called, and their settings for a place."""


def settings_for(client: str, place: Place) -> Settings:
    """The settings of one client; what has no value for this account is left out."""
    return tuple((name, value) for name, value in CLIENTS[client][1](place) if value)
