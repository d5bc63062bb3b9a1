"""What a cell names: an address, a name, a hash; as people write it in reports, defanged and decorated.

Only what is surely an indicator is one: anything else is no value, with the reason. Invisible characters and marks that
turn the direction of writing are refused, not removed, since they are there to deceive.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

_DEFANGED = (
    (
        re.compile(r"\[\s*(?:\.|dot|titik)\s*\]|\(\s*(?:\.|dot|titik)\s*\)|\{\s*(?:\.|dot)\s*\}|\\\.|\[\.|\.\]", re.I),
        ".",
    ),
    (re.compile(r"\[\s*(?:@|at)\s*\]|\(\s*(?:@|at)\s*\)", re.I), "@"),
    (re.compile(r"\[\s*:\s*\]"), ":"),
    (re.compile(r"\[\s*://\s*\]"), "://"),
    (re.compile(r"^\s*(?:hxxp|h\*\*p|hXXp|meow)(s?)(?=\[?:)", re.I), r"http\1"),
    (re.compile(r"^\s*fxp(?=\[?:)", re.I), "ftp"),
    (re.compile(r"\[\s*/\s*\]"), "/"),
)
_HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad\u180e\x00-\x08\x0b-\x1f\x7f]")
_LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_IS_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?:[a-z]{{2,63}}|xn--[a-z0-9-]{{1,59}})\.?", re.I).fullmatch
# What ends like this is a file to everybody who reads it, and no domain ends so.
_FILE_ENDINGS = frozenset(
    [
        "exe",
        "dll",
        "sys",
        "bat",
        "cmd",
        "ps1",
        "vbs",
        "js",
        "jar",
        "doc",
        "docx",
        "xls",
        "xlsx",
        "ppt",
        "pptx",
        "pdf",
        "rtf",
        "txt",
        "html",
        "htm",
        "php",
        "jpg",
        "png",
        "gif",
        "bin",
        "dat",
        "tmp",
        "lnk",
        "iso",
        "img",
        "apk",
    ]
)
_IS_EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?P<domain>[^@\s]{3,255})", re.I).fullmatch
_IS_URL = re.compile(r"(?:https?|ftp|tcp|udp)://[^\s<>\"]{1,4000}", re.I).fullmatch
_IS_HEX = re.compile(r"[0-9a-f]+", re.I).fullmatch
_IS_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,}", re.I).fullmatch
_IS_MAC = re.compile(r"[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}", re.I).fullmatch
_IS_AS = re.compile(r"AS ?([0-9]{1,10})", re.I).fullmatch
_IS_REGISTRY = re.compile(r"(?:HKEY_[A-Z_]+|HK(?:LM|CU|CR|U|CC))\\.{1,1000}", re.I).fullmatch
_IS_WITH_PORT = re.compile(r"(?P<host>[^\s/:]+):(?P<port>[0-9]{1,5})").fullmatch
_HASHES = {32: "MD5", 40: "SHA-1", 64: "SHA-256", 128: "SHA-512"}

KINDS = (
    "ipv4-addr", "ipv6-addr", "domain-name", "url", "email-addr", "file-hash", "file-name", "mac-addr",
    "autonomous-system", "windows-registry-key", "mutex", "vulnerability",
)  # fmt: skip
"""What a value may be said to be."""

_SAID = {
    "ip": "", "ip-dst": "", "ip-src": "", "ipv4": "ipv4-addr", "ipv6": "ipv6-addr", "ip address": "", "alamat ip": "",
    "domain": "domain-name", "hostname": "domain-name", "host": "domain-name", "fqdn": "domain-name", "uri": "url",
    "link": "url", "tautan": "url", "email": "email-addr", "e-mail": "email-addr", "email-src": "email-addr",
    "surel": "email-addr",
    "md5": "file-hash", "sha1": "file-hash", "sha-1": "file-hash", "sha256": "file-hash", "sha-256": "file-hash",
    "sha512": "file-hash", "sha-512": "file-hash", "hash": "file-hash", "filehash": "file-hash", "file": "file-name",
    "filename": "file-name", "file name": "file-name", "nama berkas": "file-name",
    "mac": "mac-addr", "asn": "autonomous-system",
    "as": "autonomous-system", "registry": "windows-registry-key", "regkey": "windows-registry-key",
    "cve": "vulnerability", "mutex": "mutex",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Named:
    """A value that is surely something: its kind, its plain form, and for hashes the algorithm."""

    kind: str
    value: str
    algorithm: str = ""


def refanged(text: str) -> str:
    """The plain form of a value that was written so that nobody follows it by accident."""
    plain = text.strip()
    for pattern, replacement in _DEFANGED:
        plain = pattern.sub(replacement, plain)
    return plain.strip()


def hidden_character(text: str) -> str | None:
    """The first character that nobody sees, by its code; None for honest text."""
    found = _HIDDEN.search(text)
    return None if found is None else f"U+{ord(found[0]):04X}"


def kind_said(text: str) -> str | None:
    """The kind that a word of a type column means: empty when the value itself has to tell, None for no kind."""
    word = text.strip().lower().replace("_", "-")
    if word in KINDS:
        return word
    return _SAID.get(word, _SAID.get(word.replace("-", " ")))


def name_value(text: str, kind: str = "") -> Named | str:
    """What a cell names, as the kind that it is said to be or as all that it can be; else the reason why not."""
    if text.startswith("="):
        return "a formula, which is never evaluated"
    hidden = hidden_character(text)
    if hidden is not None:
        return f"a hidden character {hidden}"
    plain = refanged(text)
    if not plain:
        return "nothing"
    if kind in ("file-name", "mutex"):
        return Named(kind, plain)
    found = _recognised(plain)
    if found is None:
        return f"no indicator: {plain[:80]!r}"
    if kind and found.kind != kind:
        return f"said to be {kind}, but looks like {found.kind}: {plain[:80]!r}"
    return found


def _recognised(plain: str) -> Named | None:
    for recognise in (_address, _hash, _pattern):
        found = recognise(plain)
        if found is not None:
            return found
    return None


def _address(plain: str) -> Named | None:
    with_port = _IS_WITH_PORT(plain)
    host = with_port["host"] if with_port and int(with_port["port"]) < 65_536 else plain
    try:
        network = ipaddress.ip_network(host, strict=False)
    except ValueError:
        return None
    value = str(network) if "/" in host else str(network.network_address)
    return Named("ipv4-addr" if network.version == 4 else "ipv6-addr", value)


def _hash(plain: str) -> Named | None:
    algorithm = _HASHES.get(len(plain))
    return Named("file-hash", plain.lower(), algorithm) if algorithm and _IS_HEX(plain) else None


def _pattern(plain: str) -> Named | None:
    if _IS_URL(plain):
        return Named("url", plain)
    if _IS_CVE(plain):
        return Named("vulnerability", plain.upper())
    if _IS_MAC(plain):
        return Named("mac-addr", plain.lower().replace("-", ":"))
    system = _IS_AS(plain)
    if system and int(system[1]) < 2**32:
        return Named("autonomous-system", str(int(system[1])))
    if _IS_REGISTRY(plain):
        return Named("windows-registry-key", plain)
    email = _IS_EMAIL(plain)
    if email and _IS_DOMAIN(email["domain"]):
        return Named("email-addr", plain.lower())
    if _IS_DOMAIN(plain) and len(plain) <= 253 and plain.lower().rpartition(".")[2] not in _FILE_ENDINGS:
        return Named("domain-name", plain.lower().rstrip("."))
    return None
