"""The container file and the systemd unit are right, and what would be wrong in them is noticed."""

from __future__ import annotations

import pytest

from checks.deployment import CONTAINERFILE, UNIT, container_faults, faults, unit_faults


def test_what_is_delivered_is_right() -> None:
    assert faults() == []


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("USER 10001", "USER root", "runs as root"),
        ("python:3.13-slim-trixie AS build", "python AS build", "a tag that does not move"),
        ("--require-hashes -r", "-r", "expected --require-hashes"),
        ("COPY src src", "COPY source src", "COPY source: there is none"),
        ('"--behind-proxy"', '"--behind-a-proxy"', "has no option --behind-a-proxy"),
        ('CMD ["serve"', 'CMD ["served"', "no command served"),
        ("SEPAKAT_LOG", "SEPAKAT_LOGS", "SEPAKAT_LOGS is no variable"),
        ("STOPSIGNAL SIGTERM\n", "", "STOPSIGNAL is missing"),
        ("WORKDIR /build", "ADD https://x /y", "instruction ADD is not known"),
        ("RUN useradd", "RUN curl x && useradd", "fetches something"),
    ],
)
def test_a_mistake_in_the_container_file_is_noticed(before: str, after: str, fault: str) -> None:
    text = CONTAINERFILE.read_text(encoding="utf-8")
    assert before in text
    assert any(fault in found for found in container_faults(text.replace(before, after)))


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("User=sepakat", "User=root", "expected another than root"),
        ("--metrics-port", "--metric-port", "has no option --metric-port"),
        (" --port 8443", "", "expected --port"),
        ("NoNewPrivileges=yes\n", "", "NoNewPrivileges is missing"),
        ("[Install]", "[Instal]", "expected Unit, Service, Install"),
        ("KillSignal=SIGTERM", "KillSignal SIGTERM", "expected NAME=VALUE"),
        ("SEPAKAT_LOG", "SEPAKAT_LOGS", "SEPAKAT_LOGS is no variable"),
    ],
)
def test_a_mistake_in_the_unit_is_noticed(before: str, after: str, fault: str) -> None:
    text = UNIT.read_text(encoding="utf-8")
    assert before in text
    assert any(fault in found for found in unit_faults(text.replace(before, after)))
