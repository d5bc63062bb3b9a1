"""Errors say the same in whatever process they are read."""

from __future__ import annotations

import pickle

import pytest

from sepakat.errors import Fault, InputError, NotFound, SepakatError, StoreError
from sepakat.taxii_server.refusals import TryLater


@pytest.mark.parametrize(
    "error",
    [
        StoreError("store-busy", "store is busy", "try again"),
        NotFound("absent", "nothing there"),
        InputError("invalid", "bundle refused", faults=(Fault("objects", "a list", "text"),)),
        TryLater("too-many-requests", "too soon", 5),
    ],
    ids=lambda error: error.code,
)
def test_an_error_passes_between_processes_whole(error: SepakatError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)
