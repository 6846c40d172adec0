"""Chains of attributes `a.b.c`: in which environments each part is an attribute of the one before."""

from __future__ import annotations

from harness.controller.api.document import ApiRow
from harness.controller.api.environments import Mask
from harness.controller.api.lookup import FoundName


def chain_masks(found: FoundName, imported: int, loaded: frozenset[str]) -> tuple[Mask, Mask]:
    """Where a chain works, and where it fails, if the first `imported` parts of it were imported.

    `loaded` are modules that the code imports elsewhere: each is an attribute of the one around it then.
    """
    row, root = found.row, found.document.rows[""]
    depth = found.document.root.count(".") + 1
    if imported > depth:
        return _behind_import(found, imported - depth, loaded)
    asked = -1 if imported == 1 else root.attributes  # what is reached on the way that was measured
    elsewhere = _importable_value(row)
    works = (row.attributes & asked) | (elsewhere & ~asked)
    fails = ~row.attributes & asked | (~row.reached & ~asked)
    there, maybe = _by_other_imports(found, loaded)
    return works | there, fails & ~there & ~maybe


def _by_other_imports(found: FoundName, loaded: frozenset[str]) -> tuple[Mask, Mask]:
    """Where a name is there as the code imports something else too, and where that may be."""
    row, around = found.row, found.full.rpartition(".")[0]
    if _loads(found.full, loaded):
        return row.imports, 0
    there = row.imports & ~_modules(row) if _loads(around, loaded) else 0
    # What a module loads itself was asked where the package loads that; elsewhere it was not.
    outer = found.document.rows.get(found.name.rpartition(".")[0])
    is_below = any("." in module and found.full.startswith(f"{module}.") for module in loaded)
    return there, row.imports & ~outer.attributes if outer and is_below else 0


def _behind_import(found: FoundName, imported: int, loaded: frozenset[str]) -> tuple[Mask, Mask]:
    """The same behind a module that was imported by its own name, part by part."""
    rows, parts = found.document.rows, found.name.split(".")
    works = _importable_value(found.row)
    fails = ~found.row.reached
    for count in range(imported + 1, len(parts) + 1):
        name = ".".join(parts[:count])
        row, around = rows.get(name), rows.get(name.rpartition(".")[0])
        if row is None or around is None or _loads(found.document.full(name), loaded):
            continue
        works &= _importable_value(row)
        # A module that is no attribute of one that the package itself has loaded is not loaded with that.
        fails |= ~row.reached | (_modules(row) & around.attributes & ~row.attributes)
    return works & ~fails, fails


def _importable_value(row: ApiRow) -> Mask:
    """Where a name is an attribute of its module once that is imported: modules may not be loaded with it."""
    return row.attributes | (row.imports & ~_modules(row))


def _modules(row: ApiRow) -> Mask:
    return row.values("kind").get("module", 0)


def _loads(name: str, loaded: frozenset[str]) -> bool:
    """Whether an import of the code loads a module, or one in it."""
    return any("." in module and f"{module}.".startswith(f"{name}.") for module in loaded)
