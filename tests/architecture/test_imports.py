"""Imports only point down, the core stays pure, and the contracts themselves notice a trespass."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from typing import Any

import grimp
import pytest

from checks.contracts import trespasses
from checks.tree import ROOT


def contracts() -> dict[str, Any]:
    configured = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {contract["id"]: contract for contract in configured["tool"]["importlinter"]["contracts"]}


def graph_of(importer: str, imported: str) -> grimp.ImportGraph:
    graph = grimp.ImportGraph()
    for module in {importer.rpartition(".")[0], importer, imported}:
        graph.add_module(module)
    graph.add_import(importer=importer, imported=imported, line_number=3, line_contents=f"import {imported}")
    return graph


def test_every_import_contract_is_kept() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    ran = subprocess.run([*command, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_every_layer_from_release_down_is_held_pure() -> None:
    layers = [
        name.strip(" ()") for layer in contracts()["layers"]["layers"] for name in layer.replace(":", "|").split("|")
    ]
    below = layers[layers.index("release") :]
    assert {f"sepakat.{name}" for name in below} == set(contracts()["pure"]["source_modules"])


@pytest.mark.parametrize(
    "imported",
    [
        *(
            "time",
            "random",
            "secrets",
            "os",
            "pathlib",
            "socket",
            "sqlite3",
            "threading",
            "subprocess",
            "urllib",
            "http",
        ),
        *("asyncio", "sqlalchemy", "starlette", "httpx", "typer", "structlog", "sepakat.stores", "a_package_of_nobody"),
    ],
)
def test_core_may_not_import_what_touches_the_world(imported: str) -> None:
    pure = contracts()["pure"]
    graph = graph_of("sepakat.release.rules", imported)
    found = trespasses(graph, pure["source_modules"], pure["may_import"], pure["never"])
    assert [(trespass.imported, trespass.line_number) for trespass in found] == [(imported, 3)]


@pytest.mark.parametrize("imported", ["sepakat.stix.objects", "re", "dataclasses", "cryptography.hazmat"])
def test_core_may_import_values_and_calculations(imported: str) -> None:
    pure = contracts()["pure"]
    graph = graph_of("sepakat.release.rules", imported)
    assert list(trespasses(graph, pure["source_modules"], pure["may_import"], pure["never"])) == []


@pytest.mark.parametrize(
    "imported", ["sepakat.release.engine", "sepakat.agreements", "sepakat.errors", "tests.support"]
)
def test_oracle_may_not_import_the_engine(imported: str) -> None:
    oracle = contracts()["oracle"]
    graph = graph_of("tests.oracle.worlds", imported)
    found = trespasses(graph, oracle["source_modules"], oracle["may_import"], ())
    assert [trespass.imported for trespass in found] == [imported]
