"""Keeps deploy/ right: every command, option and path in it exists, and the container is as careful as it should be.

Rules are those that linters of container files agree on: every stage from a named tag, nothing added from the network
but by the lock with hashes, no root at run time, programs called as lists. What is called is looked up in the command
tree, so that a renamed option is noticed here.
"""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer

from sepakat.cli.main import tree
from sepakat.settings import OTHER_VARIABLES, PREFIX, setting_types

TOP = Path(__file__).resolve().parents[1]
CONTAINERFILE = TOP / "deploy" / "Containerfile"
UNIT = TOP / "deploy" / "sepakat.service"
KNOWN = {"FROM", "WORKDIR", "COPY", "RUN", "LABEL", "ENV", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK"} | {
    "ENTRYPOINT",
    "CMD",
}
HARDENED = ("NoNewPrivileges", "ProtectSystem", "PrivateTmp", "CapabilityBoundingSet", "MemoryMax", "LimitNOFILE")

Instruction = tuple[str, str]


def instructions(text: str) -> list[Instruction]:
    """The instructions of a container file: lines joined, comments left out."""
    joined = re.sub(r"\\\n", " ", "\n".join(line for line in text.splitlines() if not line.startswith("#")))
    pairs = [line.strip().partition(" ") for line in joined.splitlines() if line.strip()]
    return [(name, rest.strip()) for name, _, rest in pairs]


def container_faults(text: str, top: Path = TOP) -> Iterator[str]:
    """Everything that is wrong with a container file."""
    found = instructions(text)
    names = [name for name, _ in found]
    yield from (f"instruction {name} is not known" for name in names if name not in KNOWN)
    for name, rest in found:
        if name == "FROM":
            image = rest.split()[0]
            if ":" not in image.rpartition("/")[2] or image.endswith(":latest"):
                yield f"FROM {image}: expected a tag that does not move"
        elif name == "COPY" and not rest.startswith("--from"):
            yield from (f"COPY {path}: there is none" for path in rest.split()[:-1] if not (top / path).exists())
        elif name == "RUN":
            if re.search(r"\b(curl|wget|sudo)\b", rest):
                yield f"RUN fetches something that no lock names: {rest[:40]}"
            for call in re.findall(r"pip install[^&]*", rest):
                if not re.search(r"--require-hashes|--no-deps|hatchling", call):
                    yield f"RUN {call.strip()}: expected --require-hashes with a lock"
        elif name in ("CMD", "ENTRYPOINT") and not _is_list(rest):
            yield f"{name} {rest}: expected a list, so that signals reach the program"
    last = names[::-1].index("FROM") if "FROM" in names else 0
    final = found[len(found) - last :]
    users = [rest for name, rest in final if name == "USER"]
    if not users or users[-1] in ("root", "0"):
        yield "the last stage runs as root: expected a USER"
    yield from (f"{wanted} is missing" for wanted in ("HEALTHCHECK", "STOPSIGNAL", "ENTRYPOINT") if wanted not in names)
    yield from variable_faults(" ".join(rest for name, rest in found if name == "ENV"))
    yield from command_faults([word for name, rest in final if name in ("ENTRYPOINT", "CMD") for word in _list(rest)])


def unit_faults(text: str) -> Iterator[str]:
    """Everything that is wrong with a systemd unit."""
    sections = re.findall(r"^\[(\w+)\]$", text, re.MULTILINE)
    if sections != ["Unit", "Service", "Install"]:
        yield f"sections: expected Unit, Service, Install, found {', '.join(sections)}"
    settings: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line and line[0] not in "#[":
            name, is_set, value = line.partition("=")
            if not is_set or not re.fullmatch(r"[A-Z]\w+", name):
                yield f"line {line!r}: expected NAME=VALUE"
            settings.setdefault(name, []).append(value)
    yield from (f"{name} is missing" for name in (*HARDENED, "User", "Restart") if name not in settings)
    if settings.get("User") in (["root"], ["0"]):
        yield "User: expected another than root"
    for name in ("ExecStartPre", "ExecStart"):
        for call in settings.get(name, []):
            yield from command_faults(shlex.split(call.removeprefix("/usr/bin/env ")))
    yield from variable_faults(" ".join(settings.get("Environment", [])))


def variable_faults(text: str) -> Iterator[str]:
    """Variables that begin like ours and are none."""
    known = {name.upper() for name in setting_types()} | set(OTHER_VARIABLES)
    for name in re.findall(rf"\b{PREFIX}([A-Z_]+)=", text):
        if name not in known:
            yield f"{PREFIX}{name} is no variable of ours"


def command_faults(words: list[str]) -> Iterator[str]:
    """Commands and options that the command tree does not have."""
    if not words or words[0] != "sepakat":
        yield f"command {' '.join(words)}: expected sepakat"
        return
    command: Any = typer.main.get_command(tree())
    for word in words[1:]:
        if word.startswith("--"):
            names = {name for parameter in command.params for name in parameter.opts}
            if word.partition("=")[0] not in names:
                yield f"{' '.join(words)}: {command.name} has no option {word}"
        elif isinstance(getattr(command, "commands", None), Mapping):
            if word not in command.commands:
                yield f"{' '.join(words)}: there is no command {word}"
                return
            command = command.commands[word]
    if "--behind-proxy" in words and "--port" not in words:
        yield f"{' '.join(words)}: expected --port, else the proxy finds it at another one each time"


def _is_list(text: str) -> bool:
    return text.startswith("[") and isinstance(_list(text), list)


def _list(text: str) -> list[str]:
    try:
        return [str(word) for word in json.loads(text)]
    except ValueError:
        return []


def faults() -> list[str]:
    """Everything that is wrong in deploy/."""
    found = [f"{CONTAINERFILE.name}: {fault}" for fault in container_faults(CONTAINERFILE.read_text(encoding="utf-8"))]
    return found + [f"{UNIT.name}: {fault}" for fault in unit_faults(UNIT.read_text(encoding="utf-8"))]


def main() -> int:
    """Print what is wrong."""
    found = faults()
    for fault in found:
        print(f"deployment: {fault}", file=sys.stderr)
    if not found:
        print("deployment: right")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
