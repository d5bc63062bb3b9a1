"""A STIX object as Sepakat keeps it: its exact bytes and what they say.

`raw` is what arrived or what we wrote, and is what goes out again; `content` is the same read as JSON, which takes
three times the memory: it can be let go, and is read again when it is asked for. Neither is ever changed: a new content
is a new object. Whether the content keeps the standard's rules is left to `validation`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

import orjson

from sepakat.errors import InputError
from sepakat.stix.canonical import object_digest
from sepakat.stix.identifiers import StixId
from sepakat.stix.instants import version_key

_PLAIN_JSON_ONLY = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_SUBCLASS

VersionRef: TypeAlias = tuple[StixId, str]
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class StixObject:
    """One version of one object; equal when the bytes are equal."""

    raw: bytes
    _content: Mapping[str, Any] | None = field(compare=False, repr=False)
    _digest: list[str] = field(default_factory=list, init=False, compare=False, repr=False)
    _kept: dict[Callable[..., Any], Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    @classmethod
    def from_bytes(cls, raw: bytes) -> StixObject:
        """Read an object from bytes that were checked before, such as those of our own store.

        Bytes of unknown origin go through `reading.read_objects`, which also refuses duplicate keys and the like.

        Raises:
            InputError: not JSON, or not an object with `id` and `type`.
        """
        try:
            content = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise InputError("json-broken", f"object is not JSON: {error}") from error
        return cls(raw, _with_identity(content))

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> StixObject:
        """Write an object from its content, in the order of the properties given.

        The content is read back from the bytes, so that both say the same and later changes to what was handed in
        change nothing here.

        Raises:
            InputError: the content cannot be written as JSON, or has no `id` and `type`.
        """
        _with_identity(content)
        try:
            raw = orjson.dumps(content if type(content) is dict else dict(content), option=_PLAIN_JSON_ONLY)
        except TypeError as error:
            raise InputError("json-unwritable", f"{content['id']} cannot be written as JSON: {error}") from error
        return cls(raw, orjson.loads(raw))

    @property
    def content(self) -> Mapping[str, Any]:
        """What the bytes say."""
        content = self._content
        if content is None:
            content = orjson.loads(self.raw)
            object.__setattr__(self, "_content", content)
        return content

    def let_go(self) -> None:
        """Keep the bytes alone until somebody asks for the content."""
        object.__setattr__(self, "_content", None)

    @property
    def id(self) -> StixId:
        identifier: StixId = self.content["id"]
        return identifier

    @property
    def type(self) -> str:
        return str(self.content["type"])

    @property
    def created(self) -> str | None:
        return _text(self.content.get("created"))

    @property
    def modified(self) -> str | None:
        return _text(self.content.get("modified"))

    @property
    def version(self) -> str:
        """The version key of `modified`; empty for what has no `modified` (observables, markings, bundles)."""
        return self.version_ref[1]

    @property
    def version_ref(self) -> VersionRef:
        return self.kept(_version_ref)

    @property
    def is_revoked(self) -> bool:
        return self.content.get("revoked") is True

    @property
    def digest(self) -> str:
        """SHA-256 over the canonical form without defaults, in hex: the equality of versions."""
        # A one-element list as cache: filled once with a value that depends on nothing else, lives as long as we.
        if not self._digest:
            self._digest.append(object_digest(self.content))
        return self._digest[0]

    def kept(self, find: Callable[[StixObject], Found]) -> Found:
        """What `find` finds in this object: worked out once, as long as the object lives.

        `find` must look at nothing but the object and its result must not be changed: then it never dies too late.
        """
        found: Found | None = self._kept.get(find)
        if found is None:
            found = self._kept[find] = find(self)
        return found


def _version_ref(made: StixObject) -> VersionRef:
    modified = made.content.get("modified")
    return (made.id, version_key(modified) if isinstance(modified, str) else "")


def _with_identity(content: Any) -> Mapping[str, Any]:
    if not isinstance(content, Mapping):
        raise InputError("object-invalid", f"expected a JSON object, found {type(content).__name__}")
    for name in ("id", "type"):
        if not isinstance(content.get(name), str):
            raise InputError("object-invalid", f"object without {name}: expected text there")
    return content


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
