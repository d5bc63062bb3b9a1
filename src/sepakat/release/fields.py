"""Which clauses let which properties through: `fields`, `external_references` and `source` of a clause.

Some properties make an object what it is and always go; an internal property never does. Everything else needs to be
allowed by name, by `standard` (what STIX 2.1 defines for the type and the extensions of Sepakat) or by `any`; `deny`
wins. Masks are kept by type and property. Decision record 2, *Fields*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from sepakat.agreements.terms import Clause, SourceDisclosure
from sepakat.claims.extension import CLAIM_EXTENSION, VARIANT_EXTENSION
from sepakat.release.policies import marking_extensions
from sepakat.release.slots import Slots
from sepakat.stix.selectors import Path, covers, parse_selector
from sepakat.stix.standard import PREDEFINED_EXTENSIONS, STRUCTURES, Properties, properties_of, structured_properties

ALWAYS = frozenset(
    {
        "type",
        "id",
        "spec_version",
        "created",
        "modified",
        "revoked",
        "created_by_ref",
        "object_marking_refs",
        "granular_markings",
        "extensions",
    }
)
"""Properties that no clause needs to name; `extensions` only as the container of what is allowed by itself."""

INTERNAL_PREFIX = "x_sepakat_"
"""Properties of this prefix are a node's own notes and never leave it."""

OWN_EXTENSIONS = frozenset({CLAIM_EXTENSION, VARIANT_EXTENSION})

SOURCE_PATH: Path = ("extensions", CLAIM_EXTENSION, "source")

_DISCLOSED: dict[str, SourceDisclosure] = {
    "scheme": SourceDisclosure.RATING,
    "reliability": SourceDisclosure.RATING,
    "evaluation": SourceDisclosure.RATING,
    "descriptor": SourceDisclosure.DESCRIPTOR,
    "access": SourceDisclosure.DESCRIPTOR,
}
_DISCLOSURE_ORDER = tuple(SourceDisclosure)

_WITH_ALL_BELOW = ALWAYS - {"extensions"}

_NONE: frozenset[str] = frozenset()
# The tables of the standard live as long as the process, so each is known by where it is. None has another inside.
_NAMES = {id(table): frozenset(table) for table in STRUCTURES.values()}


class FieldMasks:
    """Which slots let which property through."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self._kept: dict[tuple[str, ...], int] = {}
        self._any_source = slots.where(lambda clause: clause.fields.external_references.any_written)
        self._sources: dict[str, int] = {}
        for entry in slots.clauses:
            for name in entry.clause.fields.external_references.names:
                self._sources[name] = self._sources.get(name, self._any_source) | entry.mask
        named = [
            _path(name)
            for entry in slots.clauses
            for name in (*entry.clause.fields.allow.names, *entry.clause.fields.deny)
        ]
        self.nested_under: frozenset[Path] = frozenset(
            path[:depth] for path in named if len(path) > (depth := 2 if path[0] == "extensions" else 1)
        )
        """Properties and extensions of which some clause names a part: these are looked at node by node."""

    def property(self, type_name: str, name: str) -> int:
        """The slots that let a property through, with all or some of what is below it."""
        if name in ALWAYS:
            return self._slots.every
        return self._keep(("property", type_name, name), lambda clause: lets_any_through(clause, type_name, (name,)))

    def node(self, type_name: str, path: Path) -> int:
        """The slots that let one node below a property through."""
        return self._slots.where(lambda clause: lets_through(clause, type_name, path))

    def extension(self, type_name: str, extension: str) -> int:
        """The slots that let an entry of `extensions` through."""
        path = ("extensions", extension)
        return self._keep(("extension", type_name, extension), lambda clause: lets_any_through(clause, type_name, path))

    def external_reference(self, source_name: object) -> int:
        """The slots that let external references of a source through."""
        return self._sources.get(source_name, self._any_source) if isinstance(source_name, str) else 0

    def source(self, name: str) -> int:
        """The slots that disclose one property of a claim's source; what has no level of its own goes with identity."""
        needed = _DISCLOSURE_ORDER.index(_DISCLOSED.get(name, SourceDisclosure.IDENTITY))
        return self._keep(("source", str(needed)), lambda clause: _DISCLOSURE_ORDER.index(clause.source) >= needed)

    def _keep(self, key: tuple[str, ...], holds: Callable[[Clause], bool]) -> int:
        mask = self._kept.get(key)
        if mask is None:
            mask = self._kept[key] = self._slots.where(holds)
        return mask


def lets_through(clause: Clause, type_name: str, path: Path) -> bool:
    """Whether a clause lets through the node at a path with all that is below it, as far as `fields` goes."""
    if is_internal(path):
        return False
    if path[0] in _WITH_ALL_BELOW or path == ("extensions",):
        return True
    fields = clause.fields
    if any(covers(_path(name), path) for name in fields.deny):
        return False
    if fields.allow.any_written:
        return True
    if "standard" in fields.allow.names and is_standard(type_name, path):
        return True
    return any(covers(_path(name), path) for name in fields.allow.names if name != "standard")


def lets_any_through(clause: Clause, type_name: str, path: Path) -> bool:
    """Whether a clause lets through the node or at least something that it names below it."""
    if lets_through(clause, type_name, path):
        return True
    if is_internal(path) or any(covers(_path(name), path) for name in clause.fields.deny):
        return False
    return any(covers(path, _path(name)) for name in clause.fields.allow.names if name != "standard")


def is_standard(type_name: str, path: Path) -> bool:
    """Whether STIX 2.1 defines the property for the type, or the extension is predefined or one of Sepakat's."""
    match path:
        case ("extensions", extension, *_):
            known = extension in OWN_EXTENSIONS or extension in PREDEFINED_EXTENSIONS.get(type_name, {})
            if type_name == "marking-definition":
                # A marking is what it states: without its extension it would be another one.
                known = known or extension in marking_extensions()
        case _:
            known = path[0] in properties_of(type_name)
    return known and _is_defined_below(type_name, path)


def custom_parts(type_name: str, content: Mapping[str, Any]) -> Iterator[Path]:
    """The nodes inside structures of standard properties, or predefined extensions, that are not the standard's."""
    for name in structured_properties(type_name):
        if name in content:
            rule = properties_of(type_name)[name]
            yield from _unknown(content[name], (name,), STRUCTURES.get(str(rule.structure), {}))
    extensions = content.get("extensions")
    if isinstance(extensions, Mapping):
        for extension, table in PREDEFINED_EXTENSIONS.get(type_name, {}).items():
            if extension in extensions:
                yield from _unknown(extensions[extension], ("extensions", extension), table)


def _unknown(value: Any, path: Path, table: Properties) -> Iterator[Path]:
    if isinstance(value, list | tuple):
        for position, item in enumerate(value):
            if not _is_all_known(item, table):
                yield from _unknown(item, (*path, position), table)
    elif isinstance(value, Mapping):
        for name, child in value.items():
            rule = table.get(name)
            if rule is None:
                yield (*path, name)
            elif rule.structure:
                yield from _unknown(child, (*path, name), STRUCTURES.get(rule.structure, {}))


def _is_all_known(value: Any, table: Properties) -> bool:
    """Whether a structure has only names of its table, or is a mere value: then there is nothing to look for."""
    if type(value) is dict:
        return _NAMES.get(id(table), _NONE).issuperset(value)
    return not isinstance(value, Mapping | list | tuple)


def _is_defined_below(type_name: str, path: Path) -> bool:
    """Whether the standard defines the node, as far as it defines anything below the property or extension."""
    names = [step for step in path if isinstance(step, str)]
    match names:
        case ["extensions", extension, *below]:
            table = PREDEFINED_EXTENSIONS.get(type_name, {}).get(extension)
        case _:
            below = names[1:]
            table = STRUCTURES.get(properties_of(type_name)[names[0]].structure)
    for name in below:
        if table is None:
            return True
        if name not in table:
            return False
        table = STRUCTURES.get(table[name].structure)
    return True


def is_internal(path: Path) -> bool:
    """Whether a path lies in an internal property."""
    return str(path[0]).startswith(INTERNAL_PREFIX)


@cache
def _path(name: str) -> Path:
    """The path that a name of the agreement stands for; an extension by its id alone."""
    if name.startswith("extension-definition--"):
        return ("extensions", name)
    try:
        return parse_selector(name)
    except ValueError:
        return (name,)
