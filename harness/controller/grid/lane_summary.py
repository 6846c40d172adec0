"""The row of a lane in the table, such as `Installs and runs today`: one answer for each release. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from harness.contract.records import CellKey, Outcome
from harness.contract.statuses import Status
from harness.controller.grid.explanations import FAILING, shorten
from harness.controller.grid.release_ranges import join_ranges
from harness.controller.project.matrix import Environment, Lane, Matrix, package_names
from harness.controller.results.compare import describe_outcome
from harness.controller.results.documents import Column, EnvironmentFacts
from harness.controller.results.remedies import Remedy

_T = TypeVar("_T")


@dataclass(frozen=True)
class LaneAnswer:
    """The answer of one environment of a lane: `status` is the status of the lane's deciding cell.

    `reason` says why it does not pass, or which other cells fail if it does; else it is empty. `release` is the id of
    the grid's environment with the same release, if the grid has one. `remedy` is what makes it pass, where that is
    known and it does not. `extra` has the versions of the packages that the lane names and others have not, the
    overridden ones first; empty for one that is not installed. `column` has all outcomes, None without results.
    """

    environment: Environment
    status: Status
    reason: str
    release: str | None
    remedy: Remedy | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    column: Column | None = None

    @property
    def label(self) -> str:
        """`2.5`, or the id of an environment without a release."""
        return self.environment.release_label or self.environment.id


@dataclass(frozen=True)
class LaneRow:
    """The answers of a lane, in the matrix's order. `releases` are the labels of all releases of the grid."""

    lane: Lane
    answers: tuple[LaneAnswer, ...]
    releases: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its name in the matrix, such as `today`."""
        return self.answers[0].environment.lane or ""

    @property
    def ids(self) -> set[str]:
        """The environments of the lane."""
        return {answer.environment.id for answer in self.answers}

    @property
    def summary(self) -> str:
        """`Installs and runs today: 12 of 22`."""
        answered = [answer for answer in self.answers if answer.status is not Status.NOT_RUN]
        return f"{self.lane.title}: {sum(answer.status is Status.PASS for answer in answered)} of {len(answered)}"

    @property
    def question(self) -> str:
        """The condition for a pass."""
        return f"installs with today's newest packages, and {self.lane.cases[0]} passes under {self.lane.paths[0]}"

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """Each reason with the ranges of releases that share it."""
        given = {answer.label: answer.reason for answer in self.answers if answer.reason}
        return [(where, reason) for reason, where in self.ranges(given).items()]

    def ranges(self, given: Mapping[str, _T]) -> dict[_T, str]:
        """By value the releases that have it, by label: `2.1, 2.4 to 2.6`; one that was not asked ends a range."""
        labels = dict.fromkeys((*self.releases, *(answer.label for answer in self.answers)))
        found: dict[_T, list[str]] = {}
        for where, value in join_ranges((label, given.get(label)) for label in labels):
            found.setdefault(value, []).append(str(replace(where, newest=False)))
        return {value: ", ".join(wheres) for value, wheres in found.items()}

    @property
    def extra(self) -> dict[str, list[str]]:
        """The versions of each package that the lane names, one for each answer."""
        names = dict.fromkeys(name for answer in self.answers for name in answer.extra)
        return {name: [answer.extra.get(name) or "–" for answer in self.answers] for name in names}

    @property
    def remedies(self) -> list[tuple[str, str, Remedy]]:
        """What to install instead: the id of the environment, its label and the remedy."""
        return [(answer.environment.id, answer.label, answer.remedy) for answer in self.answers if answer.remedy]


def lane_rows(
    matrix: Matrix, columns: Mapping[str, Column], remedies: Mapping[str, Remedy] | None = None
) -> list[LaneRow]:
    """The rows of the lanes that have at least one of the columns."""
    releases = tuple(item.label for item in matrix.environments.values() if not item.is_variant)

    def answers(lane: Lane) -> tuple[LaneAnswer, ...]:
        found = (_answer(item, lane, matrix, columns, remedies or {}) for item in lane.environments)
        return tuple(
            replace(
                answer,
                extra=_extra(answer.environment, matrix, columns),
                column=columns.get(answer.environment.id),
            )
            for answer in found
        )

    return [
        LaneRow(lane, answers(lane), releases)
        for lane in matrix.lanes.values()
        if any(item.id in columns for item in lane.environments)
    ]


def _extra(environment: Environment, matrix: Matrix, columns: Mapping[str, Column]) -> dict[str, str]:
    packages = (*environment.overrides, *environment.packages)
    everywhere = package_names(matrix.resolve.packages)
    column = columns.get(environment.id)
    installed = column.environment.packages if column else {}
    return {name: installed.get(name, "") for name in package_names(packages) if name not in everywhere}


def _answer(
    environment: Environment,
    lane: Lane,
    matrix: Matrix,
    columns: Mapping[str, Column],
    remedies: Mapping[str, Remedy],
) -> LaneAnswer:
    base = environment.id.removesuffix(f"-{environment.lane}")
    of = matrix.environments.get(base)
    release = base if of and of.release == environment.release else None
    column = columns.get(environment.id)
    if column is None:
        return LaneAnswer(environment, Status.NOT_RUN, "", release)
    remedy = remedies.get(environment.id)
    if remedy and not remedy.bounds:
        remedy = None
    if column.environment.failed:
        return LaneAnswer(environment, Status.ENV_FAIL, _why(column.environment, remedy), release, remedy)
    key = lane.cases[0], lane.paths[0]
    decides = column.cells.get(key, Outcome(*key, status=Status.NOT_RUN))
    if decides.status is not Status.PASS:
        reason = remedy.cause if remedy else _cell_words(decides)
        return LaneAnswer(environment, decides.status, reason, release, remedy)
    return LaneAnswer(environment, Status.PASS, _other_failures(column, columns.get(base)), release)


def _other_failures(column: Column, released: Column | None) -> str:
    """The first failing cell of an environment that runs, among those that pass as released, and their number."""
    failing = [outcome for _, outcome in sorted(column.cells.items()) if outcome.status in FAILING]
    if released:
        failing = [outcome for outcome in failing if passes_in(released, outcome.key)]
    more = f", and {len(failing) - 1} more cells" if len(failing) > 1 else ""
    return f"runs, but {_cell_words(failing[0])}{more}" if failing else ""


def passes_in(column: Column, key: CellKey) -> bool:
    """Whether a column has a cell, which passes."""
    return key in column.cells and column.cells[key].status is Status.PASS


def _cell_words(outcome: Outcome) -> str:
    return f"{outcome.case}[{outcome.path}]: {describe_outcome(outcome)}"


def _why(facts: EnvironmentFacts, remedy: Remedy | None) -> str:
    """The culprits of the remedy, which say more than the last exception, where they are known."""
    failure = "installs, but cannot be imported" if facts.packages else "cannot be installed"
    return f"{failure}: {remedy.cause if remedy else shorten(facts.reason or '')}"
