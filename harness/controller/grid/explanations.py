"""What a case knows of its failures: which cells an entry explains, and which entries explain nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from harness.cases.case import Case, Known
from harness.cases.document.reader import Fault
from harness.contract.records import Outcome
from harness.contract.statuses import Status
from harness.controller.grid.grid import Grid
from harness.controller.project.known_entries import line_of, matches_path, specifiers_of
from harness.controller.project.matrix import Environment

FAILING = frozenset({Status.FAIL, Status.CRASH, Status.TIMEOUT})
MAX_QUOTE = 160  # characters of what a cell said that are quoted


@dataclass(frozen=True)
class Coverage:
    """How many cells fail, how many of those are explained, and how many cases they are of."""

    failing: int
    explained: int
    cases: int
    advised: int  # of these cases

    @property
    def percent(self) -> int:
        """Rounded down, so that 100 is said only where nothing is left."""
        return 100 * self.explained // self.failing if self.failing else 100


def error_text(outcome: Outcome) -> str:
    """The error and the message, as `match` is looked for in them."""
    return ": ".join(filter(None, [outcome.error, outcome.message]))


def quote(outcome: Outcome) -> str:
    """What a cell said, in one line of bounded length."""
    return shorten(error_text(outcome))


def shorten(text: str) -> str:
    """The text in one line of bounded length."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_QUOTE else line[: MAX_QUOTE - 1].rstrip() + "…"


def explanation(case: Case, outcome: Outcome, environment: Environment) -> Known | None:
    """The first entry that explains a failing cell."""
    fitting = (
        entry for entry in case.known if _selects(entry, outcome, environment) and entry.match in error_text(outcome)
    )
    return next(fitting, None)


def _selects(entry: Known, outcome: Outcome, environment: Environment) -> bool:
    return (
        outcome.status in FAILING
        and fnmatchcase(outcome.path, entry.path)
        and environment.has_release
        and _contains(entry.tf, environment.tensorflow)
    )


@cache
def _contains(text: str, release: str) -> bool:
    wanted = specifiers_of(text)
    return wanted is not None and wanted.contains(release, prereleases=True)


def coverage(grid: Grid) -> Coverage:
    """How much of what fails in a grid is explained."""
    failing = explained = 0
    cases: dict[str, Case] = {}
    for row, outcomes in grid.each_row():
        found = [cell for cell in zip(outcomes, grid.environments, strict=True) if cell[0].status in FAILING]
        if found:
            cases[row.case.id] = row.case
            failing += len(found)
            explained += sum(explanation(row.case, *cell) is not None for cell in found)
    return Coverage(failing, explained, len(cases), sum(case.advice is not None for case in cases.values()))


def unexplaining_entries(grid: Grid, cases: Iterable[Case]) -> Iterator[Fault]:
    """Entries that explain no cell of the grid. What is malformed has a fault already, and is passed over."""
    for case in cases:
        cells = _cells(grid, case) if case.known else []
        for index, entry in enumerate(case.known):
            is_sound = matches_path(entry, grid.paths) and specifiers_of(entry.tf) is not None
            if is_sound and (fault := _fault(case, entry, cells)):
                yield Fault(case.file, line_of(case, index), fault)


def _cells(grid: Grid, case: Case) -> list[tuple[Outcome, Environment]]:
    rows = grid.by_case.get(case.id, [])
    return [(grid.outcome(row, environment), environment) for environment in grid.environments for row in rows]


def _fault(case: Case, entry: Known, cells: Sequence[tuple[Outcome, Environment]]) -> str | None:
    if all(outcome.status is Status.NOT_RUN for outcome, _ in cells):
        return f"explains no failing cell: {case.id} has no results"
    where = f"under {entry.path!r} on TensorFlow {entry.tf!r}"
    failing = [(outcome, environment) for outcome, environment in cells if _selects(entry, outcome, environment)]
    if not failing:
        return f"explains no failing cell: none fails {where}"
    if any(entry.match in error_text(outcome) for outcome, _ in failing):
        return None
    first, environment = failing[0]
    looked = f"{len(failing)} failing cell{'s' if len(failing) > 1 else ''} {where}"
    return f"{entry.match!r} is not in what {looked} said; {environment.id} {first.path}: {quote(first)!r}"
