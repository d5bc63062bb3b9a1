"""A node's settings: what may be set, what is wrong with what was set, and how it is written.

They stand in `settings.toml` in the node's folder; a variable of the environment, `SEPAKAT_` and the name in capitals,
wins over the file for as long as it is set. Reads no file and no environment itself: `composition` does.
Invariant: an unknown name or a value of the wrong kind anywhere refuses all, and every fault is named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, get_type_hints

from sepakat.errors import Fault
from sepakat.stix.identifiers import PartyId

PREFIX = "SEPAKAT_"
"""What the variable of a setting begins with."""
OTHER_VARIABLES = ("NODE", "PASSPHRASE", "BACKUP_PASSPHRASE", "DEBUG")
"""What begins so too and is no setting."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What `settings.toml` says. Only `party` must be there."""

    party: PartyId
    """The short id of the party."""
    host: str = "127.0.0.1"
    """The address to listen on."""
    port: int = 0
    """The port to listen on; 0 takes a free one, the one of the last time if it still is."""
    address: str | None = None
    """The URL at which partners reach the node; kept from the last serving."""
    sync_seconds: int = 30
    """How often a served node asks its givers for news, in seconds."""
    store: str | None = None
    """Where the store is: nothing for SQLite in the node's folder, or `postgresql://USER@HOST/DATABASE`."""
    read_store: str | None = None
    """A replica of the PostgreSQL store, for TAXII readers: `postgresql://USER@HOST/DATABASE`."""
    smtp: str | None = None
    """The mail server that alerts go through, as `HOST:PORT`; no alert goes by mail without one."""
    mail_from: str | None = None
    """The address that alerts by mail are from."""
    workers: int = 1
    """How many processes serve; more than one on PostgreSQL only."""
    log: str = "text"
    """What a served node says of itself on stderr: `text` for people, `json` for programs."""
    most_connections: int = 1_000
    """How many requests a process answers at a time; what comes beyond gets 503."""
    most_memory_mib: int = 0
    """How much address space a process may take, in MiB; 0 leaves it to the system."""
    stop_seconds: int = 5
    """How long requests that are under way may take when the node is told to stop."""
    traces: str | None = None
    """Where OpenTelemetry traces go over OTLP/HTTP: `http://HOST:4318/v1/traces`; needs the extra `traces`."""


_LEAST = {"port": 0, "sync_seconds": 1, "workers": 1, "most_connections": 1, "most_memory_mib": 0, "stop_seconds": 0}
_MOST = {"port": 65_535, "workers": 64}
_LOGS = ("text", "json")


def setting_types() -> dict[str, type]:
    """The type of each setting in the file."""
    return {name: int if hint is int else str for name, hint in get_type_hints(Settings).items()}


def settings_faults(document: Mapping[str, object], is_store: Callable[[str], bool]) -> list[Fault]:
    """Everything that is wrong with the settings; `is_store` tells whether an address is one of a store."""
    types = setting_types()
    unknown = sorted(document.keys() - types.keys())
    faults = [Fault(name, f"one of {', '.join(types)}", name) for name in unknown]
    if "party" not in document:
        faults.append(Fault("party", "the short id of the party", "nothing"))
    return faults + _faults_of_values(document, is_store)


def environment_faults(environment: Mapping[str, str], is_store: Callable[[str], bool]) -> list[Fault]:
    """Everything that is wrong with what the environment sets, under the names of its variables."""
    faults = _faults_of_values(from_environment(environment), is_store)
    return [Fault(f"{PREFIX}{fault.path.upper()}", fault.expected, fault.found) for fault in faults]


def unknown_variables(environment: Mapping[str, str]) -> list[str]:
    """Variables that begin like ours and set nothing: mistyped, or for another version."""
    known = {f"{PREFIX}{name.upper()}" for name in setting_types() if name != "party"}
    known |= {f"{PREFIX}{name}" for name in OTHER_VARIABLES}
    return sorted(name for name in environment if name.startswith(PREFIX) and name not in known)


def _faults_of_values(document: Mapping[str, object], is_store: Callable[[str], bool]) -> list[Fault]:
    types = setting_types()
    faults: list[Fault] = []
    for name, value in document.items():
        expected = types.get(name)
        if expected and (not isinstance(value, expected) or isinstance(value, bool)):
            faults.append(Fault(name, expected.__name__, repr(value)))
        elif expected:
            faults += _value_faults(name, value, is_store)
    return faults


def _value_faults(name: str, value: object, is_store: Callable[[str], bool]) -> Iterator[Fault]:
    if isinstance(value, int) and not _LEAST[name] <= value <= _MOST.get(name, 2**31):
        yield Fault(name, f"{_LEAST[name]} to {_MOST.get(name, 2**31)}", str(value))
    if name in ("store", "read_store") and not is_store(str(value)):
        # The address may hold a password.
        yield Fault(name, "postgresql://USER@HOST/DATABASE", "another address")
    if name == "log" and value not in _LOGS:
        yield Fault(name, f"one of {', '.join(_LOGS)}", repr(value))
    if name == "traces" and not str(value).startswith(("http://", "https://")):
        yield Fault(name, "http://HOST:4318/v1/traces", repr(value))
    if name == "address" and not str(value).startswith(("http://", "https://")):
        yield Fault(name, "the URL at which partners reach the node", repr(value))
    if name == "smtp" and not re.fullmatch(r"[^\s/]+:[0-9]{1,5}", str(value)):
        yield Fault(name, "HOST:PORT", repr(value))
    if name == "mail_from" and not re.fullmatch(r"[^\s@]+@[^\s@]+", str(value)):
        yield Fault(name, "an address of mail", repr(value))


def settings_of(document: Mapping[str, Any]) -> Settings:
    """The settings of a document without faults."""
    return Settings(**{**document, "party": PartyId(document["party"])})


def from_environment(environment: Mapping[str, str]) -> dict[str, object]:
    """What the environment sets, as a document; what is no number stays text, and so becomes a fault."""
    found: dict[str, object] = {}
    for name, kind in setting_types().items():
        value = environment.get(f"{PREFIX}{name.upper()}")
        if value and name != "party":
            found[name] = int(value) if kind is int and value.isdecimal() else value
    return found


def settings_text(settings: Settings) -> str:
    """The text of `settings.toml`: what is as it would be anyway is left out, but for where the node listens."""
    shown = {"party", "host", "port", "sync_seconds"}
    lines = []
    for one in fields(Settings):
        value = asdict(settings)[one.name]
        if one.name in shown or value != one.default:
            lines.append(f"{one.name} = {value if isinstance(value, int) else _quoted(value)}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
