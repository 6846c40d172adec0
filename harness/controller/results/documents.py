"""Documents: the only module that reads and writes `results/<env>.json` and `.harness/run/<env>.json`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from harness.contract.records import SCHEMA, CellKey, Outcome, Record
from harness.contract.statuses import Status
from harness.controller.errors import HarnessError
from harness.controller.files import read_text, write_atomically
from harness.controller.project.first_subject import FIRST_PACKAGE, release_field
from harness.controller.project.layout import Layout
from harness.controller.project.matrix import Environment
from harness.controller.results.consistency import check_column, check_outcome
from harness.controller.text import json_line, one_line

NO_OUTCOME = (Status.NOT_RUN, Status.ERROR)
_OPEN, _CLOSE = '\n "cells": [\n', "\n ]}\n"  # the text around the lines of the cells


@dataclass(frozen=True)
class EnvironmentFacts:
    """The facts of an environment: a release of the `subject`, and the installed version of each of its packages."""

    id: str
    release: str
    python: str
    distribution: str
    status: str = "ok"  # or env-fail, and then `reason` says why
    reason: str | None = None
    packages: dict[str, str] = field(default_factory=dict)
    subject: str = FIRST_PACKAGE

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> EnvironmentFacts:
        """The inverse of `to_json`. Raises KeyError, TypeError or ValueError for something else."""
        rest = dict(data)
        release = rest.pop(release_field(rest.get("subject", FIRST_PACKAGE)))
        facts = cls(release=release, **rest)
        facts.check()
        return facts

    def to_json(self) -> dict[str, Any]:
        """The fields of a document. That of the first subject has no field `subject`."""
        fields = vars(self) | {"packages": dict(sorted(self.packages.items()))}
        subject = {"subject": self.subject} if self.subject != FIRST_PACKAGE else {}
        head = {"id": self.id, **subject, release_field(self.subject): self.release}
        return head | {name: value for name, value in fields.items() if name not in ("id", "subject", "release")}

    def check(self) -> None:
        """Raises ValueError for a value of the wrong type."""
        texts = [self.id, self.subject, self.release, self.python, self.distribution, self.status]
        texts += [] if self.reason is None else [self.reason]
        if not isinstance(self.packages, dict) or not all(
            isinstance(text, str) for text in [*texts, *self.packages, *self.packages.values()]
        ):
            raise ValueError("its environment has a value that is not text")
        if self.status not in ("ok", Status.ENV_FAIL.value):
            raise ValueError(f"{self.status!r} is not a status of an environment")

    @property
    def failed(self) -> bool:
        return self.status != "ok"

    def version_of(self, distributions: Iterable[str]) -> str:
        """The version of the first of these distributions that is installed; empty without one."""
        return next((self.packages[name] for name in distributions if name in self.packages), "")


@dataclass(frozen=True)
class Column:
    """All outcomes of one environment."""

    environment: EnvironmentFacts
    cells: dict[CellKey, Outcome]

    def answers(self) -> int:
        """The number of cells that were reached."""
        return sum(outcome.status is not Status.NOT_RUN for outcome in self.cells.values())


def facts_of(environment: Environment) -> EnvironmentFacts:
    """The facts of an environment in which nothing is installed: those of the matrix."""
    matrix = (environment.id, environment.release, environment.python, environment.distribution)
    return EnvironmentFacts(*matrix, subject=environment.subject.package)


def write_column(file: Path, column: Column) -> None:
    """Write the document of a column atomically."""
    write_atomically(file, document_text(column))


def document_text(column: Column) -> str:
    """The text of a document, deterministic for the same outcomes: sorted, one line for each cell."""
    head = json_line(column.environment.to_json())
    cells = ",\n".join("  " + json_line(column.cells[key].to_json()) for key in sorted(column.cells))
    return f'{{"schema": {SCHEMA},\n "environment": {head},{_OPEN}{cells}{_CLOSE}'


def read_column(file: Path) -> Column:
    """Read a document. Raises HarnessError with one sentence for one that is cut, foreign or contradicts itself."""
    return parse_column(read_text(file), str(file))


def parse_column(text: str | bytes, where: str) -> Column:
    """The column of a document's text. Raises HarnessError, which begins with `where`."""
    try:
        head, lines = _as_written(text)
        data, cells = _parse(head, where), [_cell(line) for line in lines]
    except (HarnessError, KeyError, TypeError, ValueError, RecursionError):
        data, cells = _parse(text, where), None  # written by someone else, or faulty: the whole tells what is wrong
    try:
        if cells is None:
            outcomes = [_outcome(cell) for cell in data["cells"]]
            cells = [(outcome.key, outcome) for outcome in outcomes]
        environment = EnvironmentFacts.from_json(data["environment"])
        check_column(environment.failed, environment.reason, (outcome for _, outcome in cells))
    except KeyError as error:
        raise HarnessError(f"{where}: not a result document: missing key {error}") from None
    except (AttributeError, TypeError, ValueError) as error:
        raise HarnessError(f"{where}: not a result document: {one_line(str(error))}") from None
    by_key = dict(cells)
    if len(by_key) != len(cells):
        twice = Counter(key for key, _ in cells).most_common(1)[0][0]
        raise HarnessError(f"{where}: duplicate cell {one_line('{}[{}]'.format(*twice))}")
    return Column(environment, by_key)


def _as_written(text: str | bytes) -> tuple[str, list[str]]:
    """A document without its cells, and each cell's line. Raises ValueError if `write_column` did not write it.

    No text in JSON holds a line's end, so that parts which are JSON each are so together.
    """
    head, _, rest = (text if isinstance(text, str) else text.decode("utf-8")).partition(_OPEN)
    if not rest.endswith(_CLOSE):
        raise ValueError
    return head + _OPEN + _CLOSE, rest.removesuffix(_CLOSE).split(",\n")


@lru_cache(maxsize=2**17)
def _cell(line: str) -> tuple[CellKey, Outcome]:
    """One object for all the environments in which a cell gave the same, as most do: a large set is read and kept
    at a fraction of the cost."""
    outcome = _outcome(json.loads(line))
    return outcome.key, outcome


def _outcome(data: dict[str, Any]) -> Outcome:
    """Raises KeyError or ValueError for what is no outcome, or contradicts itself."""
    outcome = Outcome.from_json(data)
    check_outcome(outcome)
    return outcome


def _parse(text: str | bytes, where: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise HarnessError(f"{where}: cannot be read: {error}") from None
    if not isinstance(data, dict) or "schema" not in data:
        raise HarnessError(f"{where}: not a result document: missing key 'schema'")
    if data["schema"] != SCHEMA:
        raise HarnessError(f"{where}: has schema {data['schema']!r}, and this harness reads schema {SCHEMA}")
    return data


def is_document(name: str) -> bool:
    """Whether a file of that name in a results folder is of one environment, and none of those about several."""
    return name.endswith(".json") and name not in ("grid.json", "remedies.json", "broken_code.json", "lookups.json")


def read_columns(folder: Path, environments: Iterable[str]) -> dict[str, Column]:
    """The columns of those environments that have a document, in order. Raises HarnessError for a faulty document."""
    files = {name: folder / f"{name}.json" for name in environments}
    return {name: check_name(read_column(file), name, file) for name, file in files.items() if file.exists()}


def check_name(column: Column, name: str, where: object) -> Column:
    """The column. Raises HarnessError if it belongs to another environment than its document's name."""
    if column.environment.id != name:
        raise HarnessError(f"{where}: is of {one_line(column.environment.id)}, not of {name}")
    return column


def write_details(file: Path, records: Iterable[Record]) -> None:
    """Write the details of a run by cell: seconds, memory, traceback, output. They vary from run to run."""
    write_details_of(file, {f"{record.outcome.case}[{record.outcome.path}]": record.details() for record in records})


def write_details_of(file: Path, details: Mapping[str, dict[str, Any]]) -> None:
    """Write details by cell, in the form of read_details."""
    write_atomically(file, json.dumps(details, indent=1, sort_keys=True) + "\n")


def read_details(file: Path) -> dict[str, dict[str, Any]]:
    """The details of the last run by cell; empty without a file. Raises HarnessError for a damaged file."""
    if not file.exists():
        return {}
    try:
        data = json.loads(read_text(file))
    except (HarnessError, ValueError) as error:
        raise HarnessError(f"{file}: not written by a run ({error}): delete it") from None
    if not isinstance(data, dict) or not all(isinstance(details, dict) for details in data.values()):
        raise HarnessError(f"{file}: not written by a run (no details by cell): delete it")
    return data


def read_baseline(layout: Layout, environment: str) -> Column | None:
    """The accepted column of an environment; None without a baseline."""
    return read_columns(layout.results, [environment]).get(environment)
