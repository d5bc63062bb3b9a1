"""Canonical JSON (RFC 8785, JCS) and the digests built on it.

Two values have the same canonical bytes exactly when they are the same JSON. `object_digest` is the equality of
object versions: SHA-256 over the object without properties that only spell out a default of the standard. What
cannot be written canonically (numbers outside I-JSON, lone surrogates) is refused, never approximated.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson
import rfc8785

from sepakat.errors import InputError
from sepakat.stix.standard import DEFAULTS, SPEC_VERSION

_INTEGER_LIMIT = 2**53 - 1


def canonical_bytes(value: Any) -> bytes:
    """The RFC 8785 form of a JSON value.

    Raises:
        InputError: the value is not JSON, or has a number or string that I-JSON excludes.
    """
    try:
        if _is_plain(value):
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        return rfc8785.dumps(value)
    except (ValueError, TypeError, RecursionError) as error:
        raise InputError("not-canonical", f"value cannot be written as canonical JSON: {error}") from error


def digest(value: Any) -> str:
    """SHA-256 over the canonical form, in lower-case hex."""
    return hashlib.sha256(canonical_bytes(value)).hexdigest()


def object_digest(content: Mapping[str, Any]) -> str:
    """The digest by which two versions of an object are the same or not."""
    return digest(without_defaults(content))


def without_defaults(content: Mapping[str, Any]) -> dict[str, Any]:
    """The object without the properties that only spell out a default, and without `spec_version` 2.1.

    The version of the standard is what every object that we handle has, written or not.
    """
    slim = dict(content)
    kind = content.get("type")
    for type_name in ("", kind) if isinstance(kind, str) else ("",):
        for name, value in DEFAULTS.get(type_name, {}).items():
            if slim.get(name) is value:
                del slim[name]
    if slim.get("spec_version") == SPEC_VERSION:
        del slim["spec_version"]
    return slim


def _is_plain(value: Any) -> bool:
    """Whether orjson with sorted keys gives the very bytes of RFC 8785.

    It does where keys are ASCII (UTF-8 and UTF-16 then sort alike) and numbers are small integers. Floats are
    formatted otherwise, so one float anywhere takes the slower way.
    """
    stack = [value]
    while stack:
        node = stack.pop()
        kind = type(node)
        if kind is str or kind is bool or node is None:
            continue
        if kind is int:
            if not -_INTEGER_LIMIT <= node <= _INTEGER_LIMIT:
                return False
        elif kind is dict:
            for key in node:
                if type(key) is not str or not key.isascii():
                    return False
            stack.extend(node.values())
        elif kind is list or kind is tuple:
            stack.extend(node)
        else:
            return False
    return True
