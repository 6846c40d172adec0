"""`harness collect --shards`: the shards of one run, downloaded from CI jobs, become the last run here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from harness.contract.records import CellKey, Outcome
from harness.contract.statuses import Status
from harness.controller.errors import Exit, HarnessError, UsageError
from harness.controller.project.cells import cells_of, keys_of
from harness.controller.project.loader import Project
from harness.controller.project.matrix import Environment
from harness.controller.project.selection import Selection
from harness.controller.project.state import check_shard, run_lock
from harness.controller.results.documents import (
    Column,
    facts_of,
    read_columns,
    read_details,
    write_column,
    write_details_of,
)
from harness.controller.results.grouping import shorten_list
from harness.controller.results.merge import merge_all
from harness.controller.text import one_line


def merge_shards(project: Project, selection: Selection, folder: Path) -> Exit:
    """Write the run of a selection from its shards. A column that no shard has becomes `not-run`.

    What a shard ran beyond the default set is kept, unless the selection names other cases.
    """
    layout, matrix = project.layout, project.matrix
    environments = selection.choose_environments(matrix, matrix.default)
    cells = cells_of(environments, matrix, project.cases, selection)
    environments = [item for item in environments if item.id in cells]
    shards = _shards(folder)
    for shard in shards:
        check_shard(shard)
    read = [(shard, _read(shard, environments)) for shard in shards]
    found = merge_all(columns for _, columns in read)
    for item in environments:
        _name_unknown(item, found, set(keys_of(item, matrix, project.cases, list(matrix.paths.values()))))
    with run_lock(layout):
        chosen = selection.choose_cells(project.cases, matrix)
        for item in environments:
            column = _whole(item, found.get(item.id), cells[item.id], keys_of(item, matrix, *chosen))
            details = _details(item.id, column, [(shard, columns) for shard, columns in read if item.id in columns])
            write_column(layout.run / f"{item.id}.json", column)
            write_details_of(layout.files(item.id).details, details)
    lost = [item.id for item in environments if item.id not in found]
    print(f"{len(environments) - len(lost)} of {len(environments)} environments from {len(shards)} shards")
    if lost:
        print(f"no shard has {', '.join(lost)}: not run")
    return Exit.AGREES


def _shards(folder: Path) -> list[Path]:
    """The folders that hold a `run/`, the form of a shard's `.harness/`."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder")
    return sorted(run.parent for run in folder.rglob("run") if run.is_dir())


def _read(shard: Path, environments: Iterable[Environment]) -> dict[str, Column]:
    """The documents of a shard. An unreadable one, of a killed job, is reported and left out."""
    columns: dict[str, Column] = {}
    for item in environments:
        try:
            columns |= read_columns(shard / "run", [item.id])
        except HarnessError as error:
            print(f"left out: {one_line(str(error))}")
    return columns


def _name_unknown(environment: Environment, found: Mapping[str, Column], known: Collection[CellKey]) -> None:
    """Say which cells are left out as the project does not have them: another revision of it may have run."""
    column = found.get(environment.id)
    cells = sorted(key for key in column.cells if key not in known) if column else []
    if cells:
        counts = Counter(case for case, _ in cells)
        print(f"left out: {environment.id}: {len(cells)} cells that this project does not have: {shorten_list(counts)}")


def _whole(
    environment: Environment, column: Column | None, planned: Iterable[CellKey], chosen: Collection[CellKey]
) -> Column:
    """The column with every planned cell, the chosen ones that it has, and no other."""
    if column is None:
        item = environment
        column = Column(facts_of(item), {})
    missing = Status.ENV_FAIL if column.environment.failed else Status.NOT_RUN
    cells = {key: Outcome(*key, status=missing) for key in planned}
    cells |= {key: column.cells[key] for key in chosen if key in column.cells}
    return Column(column.environment, cells)


def _details(name: str, column: Column, shards: Iterable[tuple[Path, Mapping[str, Column]]]) -> dict[str, Any]:
    """The details by cell, each from a shard with the merged outcome."""
    found: dict[str, Any] = {}
    for shard, columns in shards:
        try:
            details = read_details(shard / "details" / f"{name}.json")
        except HarnessError as error:
            print(f"left out: {one_line(str(error))}")
            continue
        for key, outcome in columns[name].cells.items():
            cell = f"{key[0]}[{key[1]}]"
            if cell in details and column.cells.get(key) == outcome:
                found.setdefault(cell, details[cell])
    return found
