"""The grid: columns of outcomes side by side, its rows, totals and scores. Pure functions, no I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from operator import attrgetter

from harness.cases.case import Case
from harness.cases.subject import Subject
from harness.contract.plan import PathSpec
from harness.contract.records import CellKey, Outcome
from harness.contract.statuses import Status
from harness.controller.project.cells import paths_of
from harness.controller.project.matrix import Environment
from harness.controller.results.documents import Column, EnvironmentFacts

_STATUS = attrgetter("status")


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
    """Passed cells, counted cells, and cells left out because they have no answer (docs/statuses.md)."""

    passed: int
    counted: int
    left_out: int

    @property
    def percent(self) -> int | None:
        """Rounded down: 100 only if all pass. None if no cell is counted."""
        return 100 * self.passed // self.counted if self.counted else None

    def __str__(self) -> str:
        return f"{self.passed}/{self.counted}" + (f" (+{self.left_out})" if self.left_out else "")


@dataclass(frozen=True)
class Grid:
    """The rows, paths and environments of a selection. A cell without a recorded outcome is `not-run`."""

    rows: tuple[Row, ...]
    paths: tuple[str, ...]
    environments: tuple[Environment, ...]
    columns: dict[str, Column]

    @property
    def subject(self) -> Subject:
        """The package whose releases are the columns."""
        return self.environments[0].subject

    @cached_property
    def by_case(self) -> dict[str, list[Row]]:
        """The rows of each case, by its id, in order."""
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            found.setdefault(row.case.id, []).append(row)
        return found

    def outcome(self, row: Row, environment: Environment) -> Outcome:
        column = self.columns.get(environment.id)
        found = column.cells.get(row.key) if column else None
        return found or Outcome(*row.key, status=Status.NOT_RUN)

    def facts(self, environment: Environment) -> EnvironmentFacts | None:
        column = self.columns.get(environment.id)
        return column.environment if column else None

    def column_outcomes(self, environment: Environment) -> Sequence[Outcome]:
        return self._table[environment.id]

    def each_column(self) -> Iterator[tuple[Environment, Sequence[Outcome]]]:
        """Every environment with its outcomes, in the order of the rows."""
        return ((environment, self._table[environment.id]) for environment in self.environments)

    def each_row(self) -> Iterator[tuple[Row, tuple[Outcome, ...]]]:
        """Every row with its outcomes, in the order of the environments."""
        table = [self._table[environment.id] for environment in self.environments]
        return zip(self.rows, zip(*table, strict=True) if table else repeat(()), strict=False)

    def totals(self) -> Counter[Status]:
        return Counter(self._totals)

    @cached_property
    def _table(self) -> dict[str, Sequence[Outcome]]:
        """The outcomes of each environment, in the order of the rows."""
        keys = [row.key for row in self.rows]
        missing = [Outcome(*key, status=Status.NOT_RUN) for key in keys]
        cells = {name: column.cells for name, column in self.columns.items()}
        return {
            item.id: list(map(cells[item.id].get, keys, missing)) if item.id in cells else missing
            for item in self.environments
        }

    @cached_property
    def _totals(self) -> Counter[Status]:
        return sum(map(count, self._table.values()), Counter())


def make_grid(
    cases: Iterable[Case], paths: Sequence[PathSpec], environments: Iterable[Environment], columns: dict[str, Column]
) -> Grid:
    """The grid of a selection: rows by kind, case and path, environments in the matrix's order."""
    ordered = sorted(cases, key=lambda case: (case.kind, case.id))
    rows = [Row(case, path) for case in ordered for path in paths_of(case, paths)]
    return Grid(tuple(rows), tuple(spec.id for spec in paths), tuple(environments), columns)


def score(outcomes: Sequence[Outcome]) -> Score:
    """pass ÷ (pass + fail + absent + timeout + crash), and the number of cells left out."""
    counts = count(outcomes)
    counted = sum(number for status, number in counts.items() if status.counts)
    return Score(counts[Status.PASS], counted, len(outcomes) - counted)


def count(outcomes: Iterable[Outcome]) -> Counter[Status]:
    """The number of outcomes by status. Statuses are compared by identity, which is much faster."""
    found = Counter(map(id, map(_STATUS, outcomes)))
    return Counter({status: found[id(status)] for status in Status if id(status) in found})


def column_score(outcomes: Sequence[Outcome]) -> Score | None:
    """The score of a column; None for an incomplete column or an environment that failed."""
    unfinished = {Status.NOT_RUN, Status.ENV_FAIL, Status.ERROR}
    return None if unfinished & count(outcomes).keys() else score(outcomes)


def scores_by_path(grid: Grid) -> dict[str, dict[str, Score | None]]:
    """The scores by import path and environment id; None for columns without a `column_score`."""
    places = {path: [place for place, row in enumerate(grid.rows) if row.path == path] for path in grid.paths}
    scores: dict[str, dict[str, Score | None]] = {path: {} for path in grid.paths}
    for environment, outcomes in grid.each_column():
        is_whole = column_score(outcomes) is not None
        for path, found in places.items():
            scores[path][environment.id] = score([outcomes[place] for place in found]) if is_whole else None
    return scores
