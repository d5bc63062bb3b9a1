"""What a cell names, and what it does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepakat.intake.tables.values import Named, kind_said, name_value, refanged


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("198.51.100.7", "ipv4-addr", "198.51.100.7"),
        ("198.51.100[.]7", "ipv4-addr", "198.51.100.7"),
        ("198.51.100.7:8080", "ipv4-addr", "198.51.100.7"),
        ("198.51.100.0/24", "ipv4-addr", "198.51.100.0/24"),
        ("2001:DB8::1", "ipv6-addr", "2001:db8::1"),
        ("Evil[.]example[dot]org", "domain-name", "evil.example.org"),
        ("evil(.)example(dot)org", "domain-name", "evil.example.org"),
        ("hxxps://evil[.]example.org/a?b=1", "url", "https://evil.example.org/a?b=1"),
        ("hXXp[:]//evil.example.org", "url", "http://evil.example.org"),
        ("a[at]example[.]org", "email-addr", "a@example.org"),
        ("A" * 64, "file-hash", "a" * 64),
        ("cve-2024-12345", "vulnerability", "CVE-2024-12345"),
        ("AS 64500", "autonomous-system", "64500"),
        ("AA-BB-CC-DD-EE-FF", "mac-addr", "aa:bb:cc:dd:ee:ff"),
        ("HKLM\\Software\\x", "windows-registry-key", "HKLM\\Software\\x"),
        ("xn--bcher-kva.example", "domain-name", "xn--bcher-kva.example"),
    ],
)
def test_a_value_is_known_however_it_was_written(text: str, kind: str, value: str) -> None:
    named = name_value(text)
    assert isinstance(named, Named)
    assert (named.kind, named.value) == (kind, value)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "=HYPERLINK(1)",
            "=1+1",
            "n/a",
            "-",
            "see above",
            "1.2.3",
            "999.1.1.1",
            "a" * 33,
            "http://",
            "@",
            "a@b",
        ),
        *("evil.example.org\u200b", "\u202egro.elpmaxe", "exa\u00admple.org", "x\x00y.org", "AS99999999999", "-a.org"),
    ],
)
def test_what_is_not_surely_an_indicator_is_none(text: str) -> None:
    assert isinstance(name_value(text), str)


def test_a_value_that_is_not_what_it_is_said_to_be_is_refused() -> None:
    assert "said to be ipv4-addr" in str(name_value("evil.example.org", "ipv4-addr"))
    assert name_value("any name", "mutex") == Named("mutex", "any name")


def test_words_of_type_columns_are_known_in_both_languages() -> None:
    assert [kind_said(word) for word in ("Domain", "SHA-256", "tautan", "Alamat IP", "horse")] == [
        *("domain-name", "file-hash", "url", "", None),
    ]


@given(st.text(max_size=200))
def test_no_text_breaks_it_and_refanging_twice_is_refanging_once(text: str) -> None:
    named = name_value(text)
    if isinstance(named, Named) and named.kind in ("domain-name", "url", "email-addr"):
        assert refanged(named.value) == named.value
