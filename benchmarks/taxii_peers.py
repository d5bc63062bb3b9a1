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
from benchmarks.taxii_load import Load
from benchmarks.taxii_requests import READERS, Asked, adding, envelopes, pages, repeated
from tests.support.peer_servers import ACCOUNT, PASSWORD, PeerServer, peer_server

OBJECTS = {"medallion": 2_000, "opentaxii": 10_000}
"""Medallion reads in quadratic time, so it gets fewer."""
IN_HUNDREDS = 500
"""So many of them are added in envelopes of 100."""

Record = Callable[[str, float], None]


def measure_peer(name: str, folder: Path, runs: int, most: int, record: Record) -> None:
    """Load a peer (with `most` objects at most) and read it; what it is given first is added in envelopes of 100."""
    total = min(OBJECTS[name], most)
    with peer_server(name, folder) as server:
        asked = Asked(("127.0.0.1", server.port), server.objects_path.removesuffix("objects/"), _credentials(server))
        objects = cloned(total)
        for size, count in ((100, IN_HUNDREDS), (1000, total - IN_HUNDREDS)):
            load = adding(asked, envelopes(islice(objects, count), size))
            for latency in load.latencies[: count // size]:
                record(f"objects/s added, envelopes of {size:,}", size / latency)
        ids = [orjson.loads(one)["id"] for one in islice(cloned(total), 500)]
        paths = [f"objects/{one}/" for one in ids]
        for _ in range(runs):
            if read := answered(name, lambda: pages(asked, "objects")):
                record("objects/s read, pages of 1,000, 1 reader", total / read.seconds)
            if one := answered(name, lambda: repeated(asked, paths, 160, READERS)):
                record("requests/s, one object, 16 connections", one.answers / one.seconds)
            if found := answered(name, lambda: repeated(asked, ["objects/?match[type]=malware&limit=1000"], 3, 1)):
                record("ms, first page of match[type]", median(found.latencies) * 1000)


def answered(name: str, load: Callable[[], Load]) -> Load | None:
    """What a load saw; None where the peer answered with an error, which is printed and no figure."""
    try:
        return load()
    except OSError as error:
        print(f"  {name}: {error}", flush=True)
        return None


def _credentials(server: PeerServer) -> str:
    """A bearer token where the peer gives one, so that it does not check a password with every request."""
    body = json.dumps({"username": ACCOUNT, "password": PASSWORD}).encode()
    url = f"http://127.0.0.1:{server.port}/management/auth"
    try:
        with urlopen(Request(url, body, {"content-type": "application/json"}), timeout=30) as answer:
            return f"Bearer {json.loads(answer.read())['token']}"
    except (URLError, KeyError, ValueError):
        return "Basic " + base64.b64encode(f"{ACCOUNT}:{PASSWORD}".encode()).decode()
