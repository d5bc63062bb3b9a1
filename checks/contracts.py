"""An import-linter contract that says what a package may import, so that anything new is refused by default.

import-linter's own `forbidden` contract needs every module that it names to exist and allows what it does not name.
This one skips packages that are not built yet and refuses every import that is neither inside the sources, nor
listed in `may_import`, nor of the standard library without those in `never`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple, cast

import grimp
from importlinter import Contract, ContractCheck, fields, output


class Trespass(NamedTuple):
    """One import that is not allowed."""

    importer: str
    imported: str
    line_number: int


def is_inside(module: str, packages: Iterable[str]) -> bool:
    """Whether `module` is one of `packages` or lies below one."""
    return any(module == package or module.startswith(package + ".") for package in packages)


def trespasses(
    graph: grimp.ImportGraph, sources: Iterable[str], may_import: Iterable[str], never: Iterable[str]
) -> Iterator[Trespass]:
    """Yield every direct import out of `sources` that is not allowed, in order of module and line."""
    allowed = (*sources, *may_import)
    standard = sys.stdlib_module_names - set(never)
    for importer in sorted(module for module in graph.modules if is_inside(module, sources)):
        for imported in sorted(graph.find_modules_directly_imported_by(importer)):
            if is_inside(imported, allowed) or imported.partition(".")[0] in standard:
                continue
            for details in graph.get_import_details(importer=importer, imported=imported):
                yield Trespass(importer, imported, details["line_number"])


class ConfinedContract(Contract):
    """`source_modules` import only each other, `may_import`, and the standard library without `never`."""

    type_name = "confined"

    source_modules = fields.SetField(subfield=fields.StringField())
    may_import = fields.SetField(subfield=fields.StringField(), required=False)
    never = fields.SetField(subfield=fields.StringField(), required=False)

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        """Look at every module of the sources."""
        # The fields hold their parsed values by now, or None; their declared type says only how they are parsed.
        sources, may_import, never = (cast("set[str] | None", value) or set() for value in self._values())
        found = list(trespasses(graph, sources, may_import, never))
        return ContractCheck(kept=not found, metadata={"trespasses": found})

    def _values(self) -> tuple[object, object, object]:
        return self.source_modules, self.may_import, self.never

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print one line for each import that is not allowed."""
        for trespass in check.metadata["trespasses"]:
            output.print_error(f"{trespass.importer} may not import {trespass.imported} (l.{trespass.line_number})")
