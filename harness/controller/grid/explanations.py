"""Known entries: the failing cells that they explain, and entries that explain none."""

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
MAX_QUOTE = 160  # characters of a message


@dataclass(frozen=True)
class Coverage:
    """The numbers of failing cells, of explained ones, and of the cases that they belong to."""

    failing: int
    explained: int
    cases: int
    advised: int  # cases with advice, of these

    @property
    def percent(self) -> int:
        """Explained cells in percent, rounded down: 100 only if every failing cell is explained."""
        return 100 * self.explained // self.failing if self.failing else 100


def error_text(outcome: Outcome) -> str:
    """The error and the message, the text that `match` of a known entry is searched in."""
    return ": ".join(filter(None, [outcome.error, outcome.message]))


def quote(outcome: Outcome) -> str:
    """The error and message of a cell in one line of at most MAX_QUOTE characters."""
    return shorten(error_text(outcome))


def shorten(text: str) -> str:
    """The text in one line of at most MAX_QUOTE characters."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_QUOTE else line[: MAX_QUOTE - 1].rstrip() + "…"


def explanation(case: Case, outcome: Outcome, environment: Environment) -> Known | None:
    """The first known entry that explains a failing cell."""
    fitting = (
        entry for entry in case.known if _selects(entry, outcome, environment) and entry.match in error_text(outcome)
    )
    return next(fitting, None)


def _selects(entry: Known, outcome: Outcome, environment: Environment) -> bool:
    return (
        outcome.status in FAILING
        and fnmatchcase(outcome.path, entry.path)
        and environment.has_release
        and _contains(entry.release, environment.release)
    )


@cache
def _contains(text: str, release: str) -> bool:
    wanted = specifiers_of(text)
    return wanted is not None and wanted.contains(release, prereleases=True)


def coverage(grid: Grid) -> Coverage:
    """The coverage of a grid's failing cells by known entries."""
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
    """Faults of known entries that explain no cell of the grid. Malformed entries have faults already: not here."""
    for case in cases:
        cells = _cells(grid, case) if case.known else []
        has_results = any(outcome.status is not Status.NOT_RUN for outcome, _ in cells)
        failing = [cell for cell in cells if cell[0].status in FAILING]
        for index, entry in enumerate(case.known):
            if not matches_path(entry, grid.paths) or specifiers_of(entry.release) is None:
                continue
            fault = _fault(entry, failing) if has_results else f"explains no failing cell: {case.id} has no results"
            if fault:
                yield Fault(case.file, line_of(case, index), fault)


def _cells(grid: Grid, case: Case) -> list[tuple[Outcome, Environment]]:
    rows = grid.by_case.get(case.id, [])
    return [(grid.outcome(row, environment), environment) for environment in grid.environments for row in rows]


def _fault(entry: Known, cells: Sequence[tuple[Outcome, Environment]]) -> str | None:
    """The fault of an entry that explains none of a case's failing cells."""
    where = f"under {entry.path!r} in releases {entry.release!r}"
    selected = [(outcome, environment) for outcome, environment in cells if _selects(entry, outcome, environment)]
    if not selected:
        return f"explains no failing cell: no cell fails {where}"
    if any(entry.match in error_text(outcome) for outcome, _ in selected):
        return None
    first, environment = selected[0]
    looked = f"{len(selected)} failing cell{'s' if len(selected) > 1 else ''} {where}"
    return f"{entry.match!r} is not in the messages of {looked}; {environment.id} {first.path}: {quote(first)!r}"
