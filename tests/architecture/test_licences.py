"""Everything in the lock may be passed on, and a licence that nobody has looked at is refused."""

from __future__ import annotations

import pytest

from checks.licences import LOCK, faults, is_accepted, needed


def test_every_locked_distribution_has_an_accepted_licence() -> None:
    assert list(faults(LOCK.read_text(encoding="utf-8").splitlines())) == []


def test_the_lock_is_read_whole() -> None:
    lines = LOCK.read_text(encoding="utf-8").splitlines()
    assert {"sqlalchemy", "typer", "pytest"} <= {requirement.name for requirement in needed(lines)}


def test_a_distribution_that_is_not_installed_is_a_fault() -> None:
    assert list(faults(["nobody-has-this==1.0 \\"])) == [
        "nobody-has-this stands in the lock and is not installed: run `make install`"
    ]


@pytest.mark.parametrize(
    "licence",
    [
        "MIT",
        "(MIT)",
        "BSD-3-Clause",
        "BSD License",
        "Apache Software License",
        "Apache-2.0 OR BSD-3-Clause",
        "MPL-2.0 AND (Apache-2.0 OR MIT)",
        "GPL-3.0-only OR MIT",
        "ISC License (ISCL)",
        "PSF-2.0",
    ],
)
def test_permissive_and_weak_copyleft_licences_are_accepted(licence: str) -> None:
    assert is_accepted(licence)


@pytest.mark.parametrize(
    "licence",
    [
        "GPL-3.0-only",
        "AGPL-3.0-or-later",
        "MIT AND GPL-2.0-only",
        "GNU General Public License v3 (GPLv3)",
        "",
        "Proprietary",
        "MIT AND (GPL-2.0-only OR AGPL-3.0-only)",
        "MITRE",
    ],
)
def test_other_licences_are_refused(licence: str) -> None:
    assert not is_accepted(licence)
