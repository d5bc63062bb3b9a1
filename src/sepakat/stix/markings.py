"""Data markings: what a marking-definition states, and which markings an object carries where.

Reads TLP 1.0 and 2.0, PAP and statements; every other scheme is `unknown` with its content kept for those who can read
it. Decides nothing about who may read: an unknown or unreadable marking is never taken for a harmless one. A TLP or
PAP colour counts only under the fixed id that its publisher gave it; the same words under another id are unknown.
STIX 2.1 sections 7.2.1 to 7.2.3; OASIS common object repository for TLP 2.0 and PAP.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sepakat.stix.identifiers import StixId, is_stix_id
from sepakat.stix.objects import StixObject
from sepakat.stix.selectors import Path, parse_selector

Scheme = Literal["tlp-1.0", "tlp-2.0", "pap", "statement", "unknown"]

TLP_2_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
PAP_EXTENSION = "extension-definition--f8d78575-edfd-406e-8e84-6162a8450f5b"

_TLP_1_CREATED = "2017-01-20T00:00:00.000Z"
_TLP_2_CREATED = "2022-10-01T00:00:00.000Z"

_TLP_1_IDS = {
    "white": "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",
    "green": "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
    "amber": "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82",
    "red": "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
}
_TLP_2_IDS = {
    "clear": "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    "green": "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "amber": "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "amber+strict": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    "red": "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}
_PAP_IDS = {
    "white": ("marking-definition--a3bea94c-b469-41dc-9cfe-d6e7daba7730", "2022-10-01T00:00:00.000Z"),
    "clear": ("marking-definition--ad15a0cd-55b6-4588-a14c-a66105329b92", "2022-10-01T00:00:00.000Z"),
    "green": ("marking-definition--c43594d1-4b11-4c59-93ab-1c9b14d53ce9", "2022-10-09T00:00:00.000Z"),
    "amber": ("marking-definition--60f8932b-e51e-4458-b265-a2e8be9a80ab", "2022-10-02T00:00:00.000Z"),
    "red": ("marking-definition--740d36e5-7714-4c30-961a-3ae632ceee0e", "2022-10-06T00:00:00.000Z"),
}


_COLOUR_EXTENSIONS: tuple[tuple[str, str, Scheme], ...] = (
    (TLP_2_EXTENSION, "tlp_2_0", "tlp-2.0"),
    (PAP_EXTENSION, "pap", "pap"),
)


@dataclass(frozen=True, slots=True)
class MarkingDefinition:
    """What one marking-definition states.

    `level` is the colour of TLP or PAP in lower case (`amber+strict`), `statement` the text of a statement marking;
    `content` is the whole object, for the schemes that this module does not read.
    """

    id: StixId
    scheme: Scheme
    content: Mapping[str, Any]
    level: str = ""
    statement: str = ""

    @property
    def is_tlp(self) -> bool:
        return self.scheme in ("tlp-1.0", "tlp-2.0")


@dataclass(frozen=True, slots=True)
class GranularMarking:
    """One entry of `granular_markings`: a marking or a language, and the selectors it holds for."""

    selectors: tuple[str, ...]
    marking_ref: StixId | None = None
    lang: str | None = None
    is_readable: bool = True

    @property
    def paths(self) -> tuple[Path, ...]:
        """The paths of the selectors that can be read as such."""
        found = []
        for selector in self.selectors:
            try:
                found.append(parse_selector(selector))
            except ValueError:
                continue
        return tuple(found)


def parse_marking(content: Mapping[str, Any]) -> MarkingDefinition:
    """Read a marking-definition; whatever cannot be read for certain is `unknown`.

    The published content of a fixed id decides, not what somebody sends under that id; and an object that states
    more than one scheme, or one scheme and an extension besides, is unknown.
    """
    raw_id = content.get("id")
    identifier = StixId(raw_id if isinstance(raw_id, str) else "")
    fixed = FIXED_MARKINGS.get(identifier)
    if fixed is not None:
        return fixed
    statement = _statement_of(content)
    if statement is not None:
        return MarkingDefinition(identifier, "statement", content, statement=statement)
    return MarkingDefinition(identifier, "unknown", content)


def stated_level(content: Mapping[str, Any]) -> tuple[Scheme, str] | None:
    """The TLP or PAP colour that a marking-definition claims to state, whatever its id; None for any other."""
    definition = content.get("definition")
    if content.get("definition_type") == "tlp" and isinstance(definition, Mapping):
        level = definition.get("tlp")
        return ("tlp-1.0", level) if isinstance(level, str) else None
    extensions = content.get("extensions")
    if not isinstance(extensions, Mapping):
        return None
    for extension, name, scheme in _COLOUR_EXTENSIONS:
        stated = extensions.get(extension)
        if isinstance(stated, Mapping) and isinstance(stated.get(name), str):
            return scheme, stated[name]
    return None


def granular(content: Mapping[str, Any]) -> tuple[GranularMarking, ...]:
    """The granular markings of an object, in its order; a malformed entry stays, with `is_readable` false.

    An unreadable entry may hide a restriction, so it must not be dropped: it has no marking and the selectors that
    could be read, and whoever decides treats the whole object as marked with something unknown.
    """
    entries = content.get("granular_markings")
    if entries is None:
        return ()
    if not isinstance(entries, list | tuple):
        return (GranularMarking((), is_readable=False),)
    return tuple(_granular(entry) for entry in entries)


def _granular(entry: Any) -> GranularMarking:
    if not isinstance(entry, Mapping):
        return GranularMarking((), is_readable=False)
    listed = entry.get("selectors")
    selectors = tuple(text for text in listed if isinstance(text, str)) if isinstance(listed, list | tuple) else ()
    marking, language = entry.get("marking_ref"), entry.get("lang")
    is_readable = (
        (marking is None) != (language is None)
        and (marking is None or is_stix_id(marking))
        and (language is None or isinstance(language, str))
        and isinstance(listed, list | tuple)
        and 0 < len(listed) == len(selectors)
    )
    return GranularMarking(
        selectors,
        StixId(marking) if is_stix_id(marking) and isinstance(marking, str) else None,
        language if isinstance(language, str) else None,
        is_readable,
    )


def _statement_of(content: Mapping[str, Any]) -> str | None:
    definition = content.get("definition")
    if content.get("type") != "marking-definition" or content.get("definition_type") != "statement":
        return None
    if not isinstance(definition, Mapping) or "extensions" in content:
        return None
    statement = definition.get("statement")
    return statement if isinstance(statement, str) and len(definition) == 1 else None


def _tlp_1(level: str, identifier: str) -> StixObject:
    return StixObject.from_content(
        {
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": identifier,
            "created": _TLP_1_CREATED,
            "definition_type": "tlp",
            "name": f"TLP:{level.upper()}",
            "definition": {"tlp": level},
        }
    )


def _by_extension(name: str, level: str, identifier: str, created: str, extension: str, key: str) -> StixObject:
    return StixObject.from_content(
        {
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": identifier,
            "created": created,
            "name": f"{name}:{level.upper()}",
            "extensions": {extension: {"extension_type": "property-extension", key: level}},
        }
    )


# The objects as OASIS publishes them, by colour.
TLP_1: Mapping[str, StixObject] = {level: _tlp_1(level, identifier) for level, identifier in _TLP_1_IDS.items()}
TLP_2: Mapping[str, StixObject] = {
    level: _by_extension("TLP", level, identifier, _TLP_2_CREATED, TLP_2_EXTENSION, "tlp_2_0")
    for level, identifier in _TLP_2_IDS.items()
}
PAP: Mapping[str, StixObject] = {
    level: _by_extension("PAP", level, identifier, created, PAP_EXTENSION, "pap")
    for level, (identifier, created) in _PAP_IDS.items()
}


def _fixed() -> dict[str, MarkingDefinition]:
    schemes: tuple[tuple[Scheme, Mapping[str, StixObject]], ...] = (
        ("tlp-1.0", TLP_1),
        ("tlp-2.0", TLP_2),
        ("pap", PAP),
    )
    return {
        published.id: MarkingDefinition(published.id, scheme, published.content, level=level)
        for scheme, table in schemes
        for level, published in table.items()
    }


FIXED_MARKINGS: Mapping[str, MarkingDefinition] = _fixed()
