"""The grid: columns of outcomes side by side, its rows, totals and scores. Pure functions, no I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from harness.cases.library import Case
from harness.contract.plan import PathSpec
from harness.contract.records import CellKey, Outcome
from harness.contract.statuses import Status
from harness.controller.matrix import Environment
from harness.controller.planning import paths_of
from harness.controller.store import Column, EnvironmentFacts


@dataclass(frozen=True)
class Row:
    """A case under an import path."""

    case: Case
    path: str

    @property
    def key(self) -> CellKey:
        return (self.case.id, self.path)


@dataclass(frozen=True)
class Score:
    """How many of the cells that answered passed, and how many are left out because they did not answer."""

    passed: int
    counted: int
    left_out: int

    def __str__(self) -> str:
        return f"{self.passed}/{self.counted}" + (f" (+{self.left_out})" if self.left_out else "")


@dataclass(frozen=True)
class Grid:
    """Rows, paths and environments of a selection. A cell that no document holds is `not-run`."""

    rows: tuple[Row, ...]
    paths: tuple[str, ...]
    environments: tuple[Environment, ...]
    columns: dict[str, Column]

    @cached_property
    def by_case(self) -> dict[str, list[Row]]:
        """The rows of each case, by its id, in order."""
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            found.setdefault(row.case.id, []).append(row)
        return found

    def outcome(self, row: Row, environment: Environment) -> Outcome:
        column = self.columns.get(environment.id)
        missing = Outcome(*row.key, status=Status.NOT_RUN)
        return column.cells.get(row.key, missing) if column else missing

    def facts(self, environment: Environment) -> EnvironmentFacts | None:
        column = self.columns.get(environment.id)
        return column.environment if column else None

    def row_outcomes(self, row: Row) -> list[Outcome]:
        return [self.outcome(row, environment) for environment in self.environments]

    def column_outcomes(self, environment: Environment) -> list[Outcome]:
        return [self.outcome(row, environment) for row in self.rows]

    def totals(self) -> Counter[Status]:
        return Counter(outcome.status for row in self.rows for outcome in self.row_outcomes(row))


def make_grid(
    cases: Iterable[Case], paths: Sequence[PathSpec], environments: Iterable[Environment], columns: dict[str, Column]
) -> Grid:
    """The grid of a selection: rows by kind, case and path, environments in the matrix's order."""
    ordered = sorted(cases, key=lambda case: (case.kind, case.id))
    rows = [Row(case, path) for case in ordered for path in paths_of(case, paths)]
    return Grid(tuple(rows), tuple(spec.id for spec in paths), tuple(environments), columns)


def score(outcomes: Sequence[Outcome]) -> Score:
    """pass ÷ (pass + fail + absent + timeout + crash), with what that leaves out."""
    counted = [outcome for outcome in outcomes if outcome.status.counts]
    passed = sum(outcome.status is Status.PASS for outcome in counted)
    return Score(passed, len(counted), len(outcomes) - len(counted))


def column_score(outcomes: Sequence[Outcome]) -> Score | None:
    """The score of a column, or None for one that is incomplete or could not be installed."""
    unfinished = (Status.NOT_RUN, Status.ENV_FAIL, Status.ERROR)
    return None if any(outcome.status in unfinished for outcome in outcomes) else score(outcomes)
