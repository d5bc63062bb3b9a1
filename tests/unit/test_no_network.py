"""Unit tests cannot reach a network, not even this machine's."""

from __future__ import annotations

import socket

import pytest


@pytest.mark.parametrize("name", ["connect", "connect_ex", "bind"])
def test_a_unit_test_cannot_open_a_connection(name: str) -> None:
    with socket.socket() as opened, pytest.raises(AssertionError, match="must not use the network"):
        getattr(opened, name)(("127.0.0.1", 9))


def test_a_unit_test_cannot_look_a_name_up() -> None:
    with pytest.raises(AssertionError, match="must not use the network"):
        socket.getaddrinfo("localhost", 9)
