"""The peers' part of the TAXII benchmark: medallion 3.0.0 and OpenTAXII 0.9.3, loaded once, their reads repeated."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from statistics import median
from urllib.error import URLError
from urllib.request import Request, urlopen

import orjson

from benchmarks.taxii_corpus import cloned
from benchmarks.taxii_requests import READERS, Asked, adding, envelopes, pages, repeated
from tests.support.peer_servers import ACCOUNT, PASSWORD, PeerServer, peer_server

OBJECTS = {"medallion": 2_000, "opentaxii": 10_000}
"""Medallion reads in quadratic time, so it gets fewer."""
IN_HUNDREDS = 500
"""So many of them are added in envelopes of 100."""

Record = Callable[[str, float], None]


def measure_peer(name: str, folder: Path, runs: int, record: Record) -> None:
    """Load a peer and read it; what it is given first is added in envelopes of 100."""
    with peer_server(name, folder) as server:
        asked = Asked(("127.0.0.1", server.port), server.objects_path.removesuffix("objects/"), _credentials(server))
        objects = cloned(OBJECTS[name])
        for size, count in ((100, IN_HUNDREDS), (1000, OBJECTS[name] - IN_HUNDREDS)):
            load = adding(asked, envelopes(islice(objects, count), size))
            for latency in load.latencies[: count // size]:
                record(f"objects/s added, envelopes of {size:,}", size / latency)
        ids = [orjson.loads(one)["id"] for one in islice(cloned(OBJECTS[name]), 500)]
        for _ in range(runs):
            record("objects/s read, pages of 1,000, 1 reader", OBJECTS[name] / pages(asked, "objects").seconds)
            load = repeated(asked, [f"objects/{one}/" for one in ids], 160, READERS)
            record("requests/s, one object, 16 connections", load.answers / load.seconds)
            load = repeated(asked, ["objects/?match[type]=malware&limit=1000"], 3, 1)
            record("ms, first page of match[type]", median(load.latencies) * 1000)


def _credentials(server: PeerServer) -> str:
    """A bearer token where the peer gives one, so that it does not check a password with every request."""
    body = json.dumps({"username": ACCOUNT, "password": PASSWORD}).encode()
    url = f"http://127.0.0.1:{server.port}/management/auth"
    try:
        with urlopen(Request(url, body, {"content-type": "application/json"}), timeout=30) as answer:
            return f"Bearer {json.loads(answer.read())['token']}"
    except (URLError, KeyError, ValueError):
        return "Basic " + base64.b64encode(f"{ACCOUNT}:{PASSWORD}".encode()).decode()
