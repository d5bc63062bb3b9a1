"""The requests of the TAXII benchmark: the same kinds, by the same load, for Sepakat and for its peers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote

from benchmarks.taxii_load import Load, next_of, request, run

PAGE = 1000
READERS = 16

Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """One collection of one server, and how its reader logs in."""

    address: Address
    collection_path: str
    """Down to the collection's id, with the last slash."""
    credentials: str


def pages(asked: Asked, resource: str, readers: int = 1, most: int = 10**9, begin: str = "") -> Load:
    """Every page of a collection (`most` of them at most), by so many readers at once."""
    path = f"{asked.collection_path}{resource}/?limit={PAGE}{begin}"

    def plan() -> tuple[bytes, Callable[[bytes], bytes | None]]:
        left = iter(range(most - 1))

        def following(body: bytes) -> bytes | None:
            cursor = next_of(body)
            if cursor is None or next(left, None) is None:
                return None
            return request("GET", f"{path}&next={quote(cursor, safe='')}", asked.credentials)

        return request("GET", path, asked.credentials), following

    return run(asked.address, [plan() for _ in range(readers)])


def repeated(asked: Asked, paths: Sequence[str], times: int, readers: int) -> Load:
    """So many requests, the paths in turn; a path is what follows the collection's."""
    requests = [request("GET", f"{asked.collection_path}{path}", asked.credentials) for path in paths]

    def plan(reader: int) -> tuple[bytes, Callable[[bytes], bytes | None]]:
        waiting = (requests[(reader * 7919 + number) % len(requests)] for number in range(times // readers))
        return next(waiting), lambda _: next(waiting, None)

    return run(asked.address, [plan(reader) for reader in range(readers)])


def adding(asked: Asked, envelopes: Iterable[bytes]) -> Load:
    """Envelopes, one after the other."""
    path = f"{asked.collection_path}objects/"
    waiting = iter([request("POST", path, asked.credentials, envelope) for envelope in envelopes])
    return run(asked.address, [(next(waiting), lambda _: next(waiting, None))])


def envelopes(objects: Iterator[bytes], size: int) -> Iterator[bytes]:
    """The objects in envelopes of one size."""
    while some := list(islice(objects, size)):
        yield b'{"objects":[%b]}' % b",".join(some)
