"""Fetching a card from an address that a person typed; it is believed only once its fingerprint was compared."""

from __future__ import annotations

import httpx

from sepakat.errors import InputError, PeerError
from sepakat.exchange.parties import MAX_CARD

CARD_PATH = "/peer/v1/card"
_TIMEOUT = httpx.Timeout(10.0)


def fetch_card(address: str, transport: httpx.BaseTransport | None = None) -> bytes:
    """The card that a node hands out at its address (or at the full URL of its card).

    Raises:
        InputError: the address is no http or https URL. PeerError: no card is to be had there.
    """
    if not address.startswith(("https://", "http://")):
        raise InputError("address-invalid", f"card not fetched: {address} is no https:// address")
    url = address if address.endswith(CARD_PATH) else address.rstrip("/") + CARD_PATH
    client = httpx.Client(transport=transport, timeout=_TIMEOUT, follow_redirects=False, trust_env=False)
    try:
        with client, client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as answer:
            if answer.status_code != httpx.codes.OK:
                raise PeerError("card-absent", f"no card at {url}: the answer is {answer.status_code}")
            body = b""
            for part in answer.iter_raw():
                body += part
                if len(body) > MAX_CARD:
                    raise PeerError("card-too-large", f"card at {url} refused: more than {MAX_CARD} bytes")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise PeerError("peer-unreachable", f"no card at {url}: {str(error) or type(error).__name__}") from error
    return body
