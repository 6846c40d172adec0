"""Result documents: the only module that reads and writes `results/<env>.json` and `.harness/run/`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.contract.records import SCHEMA, CellKey, Outcome, Record
from harness.contract.statuses import Status
from harness.controller.errors import HarnessError
from harness.controller.files import write_atomically


@dataclass(frozen=True)
class EnvironmentFacts:
    """What an environment is and has: `packages` maps names to the versions that are really installed."""

    id: str
    tensorflow: str
    python: str
    distribution: str
    status: str = "ok"  # or env-fail, and then `reason` says why
    reason: str | None = None
    packages: dict[str, str] = field(default_factory=dict)

    def check(self) -> None:
        """Raises ValueError for a value of the wrong type."""
        texts = [self.id, self.tensorflow, self.python, self.distribution, self.status]
        texts += [] if self.reason is None else [self.reason]
        if not isinstance(self.packages, dict) or not all(
            isinstance(text, str) for text in [*texts, *self.packages, *self.packages.values()]
        ):
            raise ValueError("its environment holds something else than text")

    @property
    def failed(self) -> bool:
        return self.status != "ok"

    @property
    def keras(self) -> str:
        """The version of the package that is imported as `keras`, empty where there is none."""
        return self.packages.get("keras", self.packages.get("keras-nightly", ""))


@dataclass(frozen=True)
class Column:
    """All outcomes of one environment."""

    environment: EnvironmentFacts
    cells: dict[CellKey, Outcome]

    def answers(self) -> int:
        """How many of its cells were reached."""
        return sum(outcome.status is not Status.NOT_RUN for outcome in self.cells.values())


def write_column(file: Path, column: Column) -> None:
    """Write a document that is the same, byte for byte, for the same outcomes: sorted, one line a cell."""
    facts = vars(column.environment) | {"packages": dict(sorted(column.environment.packages.items()))}
    head = _json(facts)
    cells = ",\n".join("  " + _json(column.cells[key].to_json()) for key in sorted(column.cells))
    write_atomically(file, f'{{"schema": {SCHEMA},\n "environment": {head},\n "cells": [\n{cells}\n ]}}\n')


def read_column(file: Path) -> Column:
    """Read a document. Raises HarnessError with one sentence for one that is cut, foreign or contradicts itself."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise HarnessError(f"{file}: cannot be read: {error}") from None
    return parse_column(text, str(file))


def parse_column(text: str | bytes, where: str) -> Column:
    """The column of a document's text. Raises HarnessError, which begins with `where`."""
    data = _parse(text, where)
    try:
        outcomes = [Outcome.from_json(cell) for cell in data["cells"]]
        environment = EnvironmentFacts(**data["environment"])
        environment.check()
    except KeyError as error:
        raise HarnessError(f"{where}: not a result document: the key {error} is missing") from None
    except (AttributeError, TypeError, ValueError) as error:
        raise HarnessError(f"{where}: not a result document: {error}") from None
    cells = {outcome.key: outcome for outcome in outcomes}
    if len(cells) != len(outcomes):
        twice = next(outcome.key for outcome in outcomes if cells[outcome.key] is not outcome)
        raise HarnessError(f"{where}: the cell {twice[0]}[{twice[1]}] stands twice")
    return Column(environment, cells)


def _parse(text: str | bytes, where: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise HarnessError(f"{where}: cannot be read: {error}") from None
    if not isinstance(data, dict) or "schema" not in data:
        raise HarnessError(f"{where}: not a result document: it names no schema")
    if data["schema"] != SCHEMA:
        raise HarnessError(f"{where}: has schema {data['schema']}, and this harness reads schema {SCHEMA}")
    return data


def is_document(name: str) -> bool:
    """Whether a file of that name in a results folder is of one environment, and not the grid."""
    return name.endswith(".json") and name != "grid.json"


def read_columns(folder: Path, environments: Iterable[str]) -> dict[str, Column]:
    """The documents that are there of the environments, in their order. Each must be of the one it is named after."""
    files = {name: folder / f"{name}.json" for name in environments}
    return {name: check_name(read_column(file), name, file) for name, file in files.items() if file.exists()}


def check_name(column: Column, name: str, where: object) -> Column:
    """The column. Raises HarnessError where it is not of the environment that its document is named after."""
    if column.environment.id != name:
        raise HarnessError(f"{where}: is of {column.environment.id}, not of {name}")
    return column


def write_details(file: Path, records: Iterable[Record]) -> None:
    """What varies from run to run, by cell: seconds, memory, traceback, output."""
    details = {f"{record.outcome.case}[{record.outcome.path}]": record.details() for record in records}
    write_atomically(file, json.dumps(details, indent=1, sort_keys=True) + "\n")


def read_details(file: Path) -> dict[str, dict[str, Any]]:
    """The details of the last run by cell, empty where there was none."""
    if not file.exists():
        return {}
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise HarnessError(f"{file}: not what a run leaves ({error}): delete it") from None
    if not isinstance(data, dict) or not all(isinstance(details, dict) for details in data.values()):
        raise HarnessError(f"{file}: not what a run leaves (no details by cell): delete it")
    return data


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
