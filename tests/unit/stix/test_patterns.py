from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sepakat.stix import patterns
from sepakat.stix.patterns import is_checkable, pattern_fault

PATHS = st.sampled_from(
    [
        "ipv4-addr:value",
        "file:hashes.MD5",
        "file:hashes.'MD5'",
        "file:hashes.'SHA-256'",
        "file:'hashes'.MD5",
        "file:parent_directory_ref.path",
        "file:extensions.'windows-pebinary-ext'.sections[*].name",
        "x-acme--thing:value",
        "process:true",
        "process:child_refs[01].name",
        "process:and",
        "1x:value",
        "x_y:value",
        "url:value.",
    ]
)
OPERATORS = st.sampled_from(["=", " = ", " != ", " LIKE ", "LIKE", " MATCHES ", " <> ", " == ", " >= ", "  =  "])
LITERALS = st.sampled_from(
    ["'x'", "''", "'it\\'s'", "'\\x'", "'\\\\'", f"'{'a' * 32}'", f"'{'A' * 64}'", "'a''b'", "7", "true"]
)
COMPARISONS = st.tuples(PATHS, OPERATORS, LITERALS).map("".join)
INSIDE = st.lists(COMPARISONS, min_size=1, max_size=3).flatmap(
    lambda parts: st.sampled_from([" AND ", " OR ", " and ", "  OR "]).map(lambda joint: joint.join(parts))
)
OBSERVATIONS = st.lists(INSIDE.map("[{}]".format) | INSIDE.map("[ {} ]".format), min_size=1, max_size=2)
PATTERNS = OBSERVATIONS.flatmap(
    lambda parts: st.sampled_from([" FOLLOWEDBY ", " AND ", " OR ", "AND"]).map(lambda joint: joint.join(parts))
)


@pytest.mark.parametrize(
    "pattern",
    [
        "[ipv4-addr:value = '198.51.100.3']",
        "[ipv4-addr:value='198.51.100.3']",
        "[file:hashes.'SHA-256' = 'aec070645fe53ee3b3763059376134f058cc337247c978add178b6ccdfb0019f']",
        "[url:value = 'a' OR url:value LIKE 'b%'] FOLLOWEDBY [process:name != 'it\\'s']",
        "([ipv4-addr:value = '198.51.100.3'] OR [url:value = 'a']) WITHIN 5 SECONDS",
        "[network-traffic:dst_port IN (80, 443)]",
        "[file:extensions.'windows-pebinary-ext'.sections[*].entropy > 7.0]",
    ],
)
def test_pattern_of_the_grammar_has_no_fault(pattern: str) -> None:
    assert pattern_fault(pattern) is None


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        " ",
        "ipv4-addr:value = '198.51.100.3'",
        "[ipv4-addr:value = '198.51.100.3'",
        "[ipv4-addr:value = 198.51.100.3]",
        "[ipv4-addr = 'x']",
        "[file:hashes.MD5 = 'short']",
        "[" + "(" * 3000,
        "[a:b = '\\x']",
    ],
)
def test_pattern_outside_the_grammar_has_a_fault(pattern: str) -> None:
    assert pattern_fault(pattern)


@settings(max_examples=400)
@given(PATTERNS)
def test_whatever_is_plain_is_of_the_grammar(pattern: str) -> None:
    if patterns._IS_PLAIN(pattern):
        assert patterns._parser_fault(pattern) is None


@pytest.mark.parametrize("hashed", ["hashes.'MD5'", "hashes.MD5", "'hashes'.MD5", "x.hashes.MD5"])
def test_wrong_length_of_a_hash_is_not_passed_as_plain(hashed: str) -> None:
    assert pattern_fault(f"[file:{hashed} = 'short']") is not None or "x." in hashed


def test_long_plain_pattern_is_checked_and_long_other_is_left_unchecked() -> None:
    plain = "[" + " OR ".join(f"url:value = '{number}'" for number in range(2000)) + "]"
    assert is_checkable(plain)
    assert pattern_fault(plain) is None
    other = plain + " WITHIN 5 SECONDS"
    assert not is_checkable(other)
    assert pattern_fault(other) is None
