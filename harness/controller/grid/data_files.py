"""The grid as files for programs: results/grid.csv, a line for each cell, and grid.json, a line for all equal ones.

A large grid is written in parts, and an outcome shared by many environments is formatted once.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from harness.contract.records import Outcome
from harness.controller.grid.grid import Grid
from harness.controller.project.first_subject import release_field
from harness.controller.project.matrix import Environment
from harness.controller.text import csv_safe, json_line

_T = TypeVar("_T")

GRID_SCHEMA = 2  # of documents with equal cells once: 1 had each by itself, with its `environment`
_MOST = 2**17  # formatted outcomes kept in memory


def json_parts(grid: Grid) -> Iterator[str]:
    """The parts of grid.json: environments, cases and cells, equal ones once. Keys without a value are left out."""
    environments = [_environment(grid, item) for item in grid.environments if grid.facts(item)]
    cases = {row.case.id: {"id": row.case.id, "kind": row.case.kind, "title": row.case.title} for row in grid.rows}
    yield f'{{"schema": {GRID_SCHEMA},\n"environments": {_json_list(environments)},\n'
    yield f'"cases": {_json_list(cases.values())},\n"cells": [\n'
    names = [environment.id for environment in grid.environments]
    before = ""
    for _, outcomes in grid.each_row():
        yield before + ",\n".join(_json(cell, compact=True) for cell in equal_cells(names, outcomes))
        before = ",\n"
    yield "\n]}\n"


def equal_cells(names: Sequence[str], outcomes: Iterable[Outcome]) -> Iterator[dict[str, Any]]:
    """Each different cell of a row once, without keys that have no value, with the environments that gave it."""
    found: dict[Outcome, list[str]] = {}
    for name, outcome in zip(names, outcomes, strict=True):
        found.setdefault(outcome, []).append(name)
    for outcome, environments in found.items():
        yield {**_with_value(outcome), "environments": environments}


def _environment(grid: Grid, environment: Environment) -> dict[str, Any]:
    """The facts of an environment that was run; of a variant also the variables that make it one."""
    facts = grid.facts(environment)
    data = facts.to_json() if facts else {}
    return {**data, "set_env": dict(environment.set_env)} if environment.set_env else data


def _json(value: object, *, compact: bool = False) -> str:
    return json_line(value, sort_keys=True, compact=compact)


def _json_list(items: Iterable[object]) -> str:
    return "[\n" + ",\n".join("  " + _json(item) for item in items) + "\n]"


def _with_value(outcome: Outcome) -> dict[str, Any]:
    """The keys of an outcome that have a value."""
    return {key: value for key, value in outcome.to_json().items() if value not in (None, [])}


def csv_parts(grid: Grid) -> Iterator[str]:
    """The parts of grid.csv: a head and one line for each cell, with text safe for spreadsheets (see csv_safe)."""
    release = release_field(grid.subject.package)
    yield _csv_line(["environment", release, "python", "case", "path", "status", "stage", "error", "message"])
    rest = _once(_csv_of_outcome)
    for environment, outcomes in grid.each_column():
        start = _csv_line([environment.id, *versions_of(grid, environment)]).removesuffix("\n")
        yield "".join([f"{start},{line}" for line in map(rest, outcomes)])


def _csv_of_outcome(outcome: Outcome) -> str:
    data = outcome.to_json()
    return _csv_line([data[key] or "" for key in ("case", "path", "status", "stage", "error", "message")])


def _csv_line(texts: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(map(csv_safe, texts))
    return buffer.getvalue()


def versions_of(grid: Grid, environment: Environment) -> tuple[str, str]:
    """The release and the Python that ran; those of the matrix if nothing ran."""
    ran = grid.facts(environment) or environment
    return ran.release, ran.python


def _once(write: Callable[[Outcome], _T]) -> Callable[[Outcome], _T]:
    """Cache a function of outcomes by identity. The outcomes must live as long as the cached function."""
    written: dict[int, _T] = {}

    def find(outcome: Outcome) -> _T:
        text = written.get(id(outcome))
        if text is None:
            if len(written) == _MOST:
                written.clear()
            text = written[id(outcome)] = write(outcome)
        return text

    return find
