"""The row of the table that tells of a lane, `Installs and runs today`: an answer a release. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from harness.contract.records import CellKey, Outcome
from harness.contract.statuses import Status
from harness.controller.grid.explanations import FAILING, shorten
from harness.controller.grid.release_ranges import join_ranges
from harness.controller.project.matrix import Environment, Lane, Matrix
from harness.controller.results.compare import describe_outcome
from harness.controller.results.documents import Column, EnvironmentFacts


@dataclass(frozen=True)
class LaneAnswer:
    """Whether an environment of a lane does what the lane's title says: `status` is that of the cell that decides.

    `said` is why not; of one that does, what else fails. `release` is what it varies, if that is of the grid.
    """

    environment: Environment
    status: Status
    said: str
    release: str | None

    @property
    def label(self) -> str:
        """`2.5`, or the whole id where there is no release."""
        return self.environment.minor or self.environment.id


@dataclass(frozen=True)
class LaneRow:
    """The answers of a lane, in the matrix's order."""

    lane: Lane
    answers: tuple[LaneAnswer, ...]

    @property
    def ids(self) -> set[str]:
        """The environments of the lane."""
        return {answer.environment.id for answer in self.answers}

    @property
    def summary(self) -> str:
        """`Installs and runs today: 12 of 22`."""
        told = [answer for answer in self.answers if answer.status is not Status.NOT_RUN]
        return f"{self.lane.title}: {sum(answer.status is Status.PASS for answer in told)} of {len(told)}"

    @property
    def question(self) -> str:
        """What has to hold for a yes."""
        return (
            f"made with the newest packages that there are, and {self.lane.cases[0]} passes under {self.lane.paths[0]}"
        )

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """What is said, with the neighbouring releases of which it is."""
        said = join_ranges((answer.label, answer.said or None) for answer in self.answers)
        return [(str(replace(where, newest=False)), what) for where, what in said]


def lane_rows(matrix: Matrix, columns: Mapping[str, Column]) -> list[LaneRow]:
    """The rows of those lanes of which anything is among the columns."""
    return [
        LaneRow(lane, tuple(_answer(item, lane, matrix, columns) for item in lane.environments))
        for lane in matrix.lanes.values()
        if any(item.id in columns for item in lane.environments)
    ]


def _answer(environment: Environment, lane: Lane, matrix: Matrix, columns: Mapping[str, Column]) -> LaneAnswer:
    base = environment.id.removesuffix(f"-{environment.lane}")
    release = base if base in matrix.environments else None
    column = columns.get(environment.id)
    if column is None:
        return LaneAnswer(environment, Status.NOT_RUN, "", release)
    if column.environment.failed:
        return LaneAnswer(environment, Status.ENV_FAIL, _why(column.environment), release)
    key = lane.cases[0], lane.paths[0]
    decides = column.cells.get(key, Outcome(*key, status=Status.NOT_RUN))
    if decides.status is not Status.PASS:
        return LaneAnswer(environment, decides.status, _words(decides), release)
    return LaneAnswer(environment, Status.PASS, _what_else(column, columns.get(base)), release)


def _what_else(column: Column, released: Column | None) -> str:
    """Of one that runs, the first of the cells that fail though they pass as released, and how many there are."""
    failing = [outcome for _, outcome in sorted(column.cells.items()) if outcome.status in FAILING]
    if released:
        failing = [outcome for outcome in failing if _passes(released, outcome.key)]
    more = f", and {len(failing) - 1} more cells" if len(failing) > 1 else ""
    return f"runs, but {_words(failing[0])}{more}" if failing else ""


def _passes(column: Column, key: CellKey) -> bool:
    return key in column.cells and column.cells[key].status is Status.PASS


def _words(outcome: Outcome) -> str:
    return f"{outcome.case}[{outcome.path}]: {describe_outcome(outcome)}"


def _why(facts: EnvironmentFacts) -> str:
    how = "installs, and cannot be imported" if facts.packages else "cannot be installed"
    return f"{how}: {shorten(facts.reason or '')}"
