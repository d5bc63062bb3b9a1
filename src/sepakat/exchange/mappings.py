"""What each column of a table is taken for, shown before anything is kept, and the mappings that persons have named.

A proposal is a guess of a machine; what a person says of the columns, or a mapping kept by name, stands in its place
(see `intake.tables`). Keeps nothing: a mapping is kept with the intake that it was made for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sepakat.errors import NotFound
from sepakat.exchange.ports import Node, Unit
from sepakat.exchange.records import KeptMapping
from sepakat.intake.formats import columns_of_source
from sepakat.intake.tables.columns import Columns


def list_mappings(node: Node) -> list[KeptMapping]:
    """The mappings that were kept, by name."""
    with node.store.reading() as unit:
        return unit.intakes.mappings()


def show_columns(node: Node, name: str, data: bytes, options: Mapping[str, Any]) -> Columns | None:
    """The columns of a source as they would be read; None if it is no table.

    `options` are those of an intake: `mapping_name`, `columns`.

    Raises:
        InputError: it cannot be read, or the options do not fit it. NotFound: no such mapping.
    """
    with node.store.reading() as unit:
        stated = {**options, **kept_mapping(unit, options)}
    return columns_of_source(name, data, stated)


def kept_mapping(unit: Unit, options: Mapping[str, Any]) -> Mapping[str, str]:
    """The mapping that is asked for by name, as the reader of tables takes it.

    Raises:
        NotFound: there is none of that name.
    """
    name = options.get("mapping_name")
    if name is None:
        return {}
    kept = unit.intakes.mapping(name)
    if kept is None:
        raise NotFound("mapping-unknown", f"no mapping {name[:100]}", "`sepakat take-in --mappings` shows them")
    return {"mapping": kept.content}
