"""Whether a text is a STIX pattern (STIX 2.1 chapter 9).

The full grammar is checked by the OASIS parser, which takes milliseconds; most patterns are plain comparisons that a
regular expression recognises in microseconds. The expression accepts less than the grammar, never more. A pattern
too long for the parser that is no plain comparison stays unchecked, and `is_checkable` says so.
"""

from __future__ import annotations

import re
from functools import lru_cache

from stix2patterns.validator import run_validator

_LONGEST_PARSED = 16_384

# The parser also looks at the length of hashes, so of the paths with hashes only the commonest are plain.
_NAME = r"(?!(?:true|false|hashes)\b)[a-z_][a-z0-9_]*+"
_STRING = r"'[^'\\]*+(?:\\['\\][^'\\]*+)*+'"
_STEP = rf"(?:{_NAME}|(?!'hashes'){_STRING})"
_TYPE = r"[a-z][a-z0-9]*+(?:-[a-z0-9]++)*+"
_PATH = rf"{_TYPE}:{_STEP}(?:\.{_STEP}|\[(?:0|[1-9][0-9]*+|\*)\])*+"
_HASH = (
    r"file:hashes\.(?:(?:MD5|'MD5') ?= ?'[0-9a-fA-F]{32}'|'SHA-1' ?= ?'[0-9a-fA-F]{40}'"
    r"|'SHA-256' ?= ?'[0-9a-fA-F]{64}'|'SHA-512' ?= ?'[0-9a-fA-F]{128}')"
)
_COMPARISON = rf"(?:{_HASH}|{_PATH} ?(?:=|!=|<>|<|<=|>|>=| LIKE | MATCHES ) ?{_STRING})"
_OBSERVATION = rf"\[ ?{_COMPARISON}(?: (?:AND|OR) {_COMPARISON})*+ ?\]"
_IS_PLAIN = re.compile(rf"{_OBSERVATION}(?: (?:AND|OR|FOLLOWEDBY) {_OBSERVATION})*+").fullmatch


def is_checkable(pattern: str) -> bool:
    """Whether `pattern_fault` says anything about the pattern."""
    return len(pattern) <= _LONGEST_PARSED or _IS_PLAIN(pattern) is not None


def pattern_fault(pattern: str) -> str | None:
    """What the grammar finds wrong with a pattern, in its parser's words; None for a good or an unchecked one."""
    if _IS_PLAIN(pattern) is not None or len(pattern) > _LONGEST_PARSED:
        return None
    return _parser_fault(pattern)


# Guards nothing but time: the answer depends on the text alone. Entries die by disuse.
@lru_cache(maxsize=4096)
def _parser_fault(pattern: str) -> str | None:
    if not pattern.strip():
        return "nothing"
    try:
        messages = run_validator(pattern, stix_version="2.1")
    except RecursionError:
        return "nesting too deep to be checked"
    except Exception as error:  # noqa: BLE001  The parser lets many kinds of error through on odd input.
        return f"{type(error).__name__} in the grammar's parser"
    return str(messages[0]).removeprefix("FAIL: ")[:300] if messages else None
