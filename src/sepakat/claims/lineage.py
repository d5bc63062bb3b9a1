"""Where claims come from: root tokens, echoes, and how many independent origins a set of reports has.

A token says that two roots are the same and nothing else: a public document's can be computed by anybody who has it, a
secret source's only by its origin, so that nobody can test a guess. Support counts distinct roots, never reports.
Invariants: an echo never adds support; the order of reports changes nothing; withdrawing a root takes its support.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from sepakat.claims.claim import Lineage
from sepakat.errors import InputError
from sepakat.stix.identifiers import PartyId

_PUBLIC = b"sepakat/public-source/1\n"
_SECRET = b"sepakat/secret-source/1\n"
_MIN_SECRET = 32
_ADDRESS = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<host>[^/?#]*)(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:#.*)?"
)
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_TRACKING = re.compile(r"(?:utm_[a-z]+|fbclid|gclid|mc_cid|mc_eid)(?:=.*)?", re.IGNORECASE)


def canonical_address(address: str) -> str:
    """A web address as tokens see it: https, lower-case host, no default port, fragment, tracking or last slash.

    What is no web address is kept, without white space around it.
    """
    match = _ADDRESS.fullmatch(address.strip())
    if match is None or match["scheme"].lower() not in _DEFAULT_PORTS:
        return address.strip()
    scheme = match["scheme"].lower()
    host = match["host"].rpartition("@")[2].lower().removesuffix(_DEFAULT_PORTS[scheme])
    kept = [part for part in (match["query"] or "").split("&") if part and not _TRACKING.fullmatch(part)]
    query = f"?{'&'.join(kept)}" if kept else ""
    return f"https://{host}{match['path'].rstrip('/')}{query}"


def public_token(address: str, content: str) -> str:
    """The token of a public document: anybody with its canonical address and its text gets the same.

    The text counts in Unicode form NFC with every run of white space as one space.
    """
    text = " ".join(unicodedata.normalize("NFC", content).split())
    return sha256(_PUBLIC + _framed(address, text)).hexdigest()


def secret_token(secret: bytes, community: str, source: str, report: str) -> str:
    """The token of a secret source's report, by the origin's own secret: equal only for what it says is one root.

    Raises:
        InputError: a secret of less than 32 bytes, which could be guessed.
    """
    if len(secret) < _MIN_SECRET:
        raise InputError("secret-too-short", f"secret refused: expected {_MIN_SECRET} bytes or more")
    return hmac.new(secret, _SECRET + _framed(community, source, report), sha256).hexdigest()


def _framed(*parts: str) -> bytes:
    raw = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(8, "big") + part for part in raw)


@dataclass(frozen=True, slots=True)
class Report:
    """One report of the same thing: `key` tells reports apart (the object's id, or a variant's `same_as`)."""

    key: str
    lineage: Lineage | None = None


def is_echo(lineage: Lineage | None, party: PartyId, own_roots: Collection[str] = ()) -> bool:
    """Whether a claim comes back to `party`: it went through it, or has no root but that party's own."""
    if lineage is None:
        return False
    return party in lineage.via or (bool(lineage.roots) and set(lineage.roots) <= set(own_roots))


@dataclass(frozen=True, slots=True)
class Support:
    """How many independent origins some reports have, and the working.

    `roots` maps each root to the reports that come from it; `undeclared` are reports without declared roots, whose
    independence is unknown and which count as at most one together; `echoes` count nothing.
    """

    roots: Mapping[str, tuple[str, ...]]
    undeclared: tuple[str, ...] = ()
    echoes: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()

    @property
    def reports(self) -> int:
        """How many reports were looked at."""
        declared = {key for keys in self.roots.values() for key in keys}
        return len(declared) + len(self.undeclared) + len(self.echoes) + len(self.withdrawn)

    @property
    def least(self) -> int:
        """Origins that there are at least: undeclared reports may share a declared root."""
        return max(len(self.roots), 1 if self.undeclared else 0)

    @property
    def most(self) -> int:
        """Origins that there are at most."""
        return len(self.roots) + (1 if self.undeclared else 0)

    @property
    def is_independently_confirmed(self) -> bool:
        """Whether at least two distinct declared roots stand behind it: what credibility 1 asks for."""
        return len(self.roots) >= 2

    @property
    def sentence(self) -> str:
        """The count in words: `5 reports, 1 origin`."""
        origins = str(self.least) if self.least == self.most else f"{self.least} or {self.most}"
        parts = [f"{_counted(self.reports, 'report')}, {origins} origin{'' if self.most == 1 else 's'}"]
        if self.undeclared:
            parts.append(f"independence unknown for {len(self.undeclared)}, which count as at most one")
        if self.echoes:
            parts.append(f"{_counted(len(self.echoes), 'echo', 'echoes')} not counted")
        if self.withdrawn:
            parts.append(f"{_counted(len(self.withdrawn), 'report')} with every root withdrawn, not counted")
        return "; ".join(parts)


def distinct_roots(
    reports: Iterable[Report],
    *,
    listener: PartyId | None = None,
    own_roots: Collection[str] = (),
    withdrawn: Collection[str] = (),
) -> Support:
    """Count reports by distinct roots, as `listener` may count them: its own claims coming back are echoes.

    Reports with the same key are one, with the roots of all; `withdrawn` roots support nothing any more.
    """
    merged: dict[str, tuple[set[str], bool]] = {}
    for report in reports:
        roots, echo = merged.get(report.key, (set(), False))
        lineage = report.lineage
        echo = echo or (listener is not None and is_echo(lineage, listener, own_roots))
        merged[report.key] = (roots | set(lineage.roots if lineage else ()), echo)
    by_root: dict[str, list[str]] = {}
    undeclared: list[str] = []
    echoes: list[str] = []
    gone: list[str] = []
    own = set(own_roots) if listener is not None else set()
    for key in sorted(merged):
        roots, echo = merged[key]
        live = roots - set(withdrawn) - own
        if echo:
            echoes.append(key)
        elif not roots:
            undeclared.append(key)
        elif not live:
            gone.append(key)
        for root in live if not echo else ():
            by_root.setdefault(root, []).append(key)
    ordered = {root: tuple(by_root[root]) for root in sorted(by_root)}
    return Support(ordered, tuple(undeclared), tuple(echoes), tuple(gone))


def _counted(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
