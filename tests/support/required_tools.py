"""In CI, a test that needs a tool which CI installs may not be skipped: a skip there is a failure.

On a developer's machine a test marked `needs_postgresql` or `needs_browser` is skipped when the tool is missing.
With `CI=true` in the environment, or `--in-ci`, that skip is reported as a failure instead, so that the tests which
matter most cannot vanish unseen. Other skips are left alone.
"""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

REQUIRED_IN_CI = ("needs_postgresql", "needs_browser")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--in-ci`, on by itself where the environment says `CI=true`."""
    parser.addoption(
        "--in-ci",
        action="store_true",
        default=os.environ.get("CI", "").lower() in {"1", "true"},
        help="a skip of a test that needs PostgreSQL or a browser is a failure",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of a test that must run in CI into a failure."""
    report = yield
    needed = [name for name in REQUIRED_IN_CI if item.get_closest_marker(name)]
    if report.skipped and needed and item.config.getoption("in_ci"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else "skipped"
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} {needed[0]} and must run in CI: {reason}"
    return report
