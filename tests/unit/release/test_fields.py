"""What the standard defines, down to the parts of a property."""

from __future__ import annotations

import pytest

from sepakat.release.fields import is_standard


@pytest.mark.parametrize(
    ("type_name", "path", "defined"),
    [
        ("malware", ("name",), True),
        ("malware", ("x_acme",), False),
        ("malware", ("external_references", 0, "url"), True),
        ("malware", ("external_references", 0, "x_acme"), False),
        ("malware", ("external_references", 0, "hashes", "SHA-256"), True),
        ("file", ("extensions", "pdf-ext"), True),
        ("file", ("extensions", "pdf-ext", "version"), True),
        ("file", ("extensions", "pdf-ext", "x_acme"), False),
        ("file", ("extensions", "acme-ext"), False),
        ("malware", ("extensions", "pdf-ext"), False),
    ],
)
def test_standard_defines_parts_of_properties_too(type_name: str, path: tuple[str | int, ...], defined: bool) -> None:
    assert is_standard(type_name, path) is defined
