"""Rows of one case with the same statuses in all columns, as one row of several import paths. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.cases.case import Case
from harness.contract.statuses import Status
from harness.controller.grid.grid import Grid


@dataclass(frozen=True)
class JoinedRow:
    """The import paths under which a case has the same statuses, one for each environment of the grid."""

    case: Case
    paths: tuple[str, ...]
    statuses: tuple[Status, ...]

    def label(self, width: int) -> str:
        """As many paths as fit, at least the first, and the number of the others: `keras, keras.src, +2`."""
        for shown in range(len(self.paths), 1, -1):
            text = self._text(shown)
            if len(text) <= width:
                return text
        return self._text(1)

    @property
    def shortest(self) -> int:
        """The length of the shortest label."""
        return len(self._text(1))

    @property
    def longest(self) -> int:
        """The length of the label with all paths."""
        return len(self._text(len(self.paths)))

    def _text(self, shown: int) -> str:
        others = len(self.paths) - shown
        return ", ".join([*self.paths[:shown], *([f"+{others}"] if others else [])])


def join_rows(grid: Grid) -> list[list[JoinedRow]]:
    """The rows of each case, in the grid's order; a joined row stands where its first path does."""
    found: dict[str, dict[tuple[Status, ...], list[str]]] = {}
    cases = {}
    for row, outcomes in grid.each_row():
        cases[row.case.id] = row.case
        statuses = tuple([outcome.status for outcome in outcomes])
        found.setdefault(row.case.id, {}).setdefault(statuses, []).append(row.path)
    return [
        [JoinedRow(cases[name], tuple(paths), statuses) for statuses, paths in joined.items()]
        for name, joined in found.items()
    ]


def choose_cases(cases: Sequence[Sequence[JoinedRow]], lines: int) -> list[Sequence[JoinedRow]]:
    """The cases whose rows, with a line for each case's head, fit into so many lines; at least one.

    They are taken from each kind in turn, those with the most import paths first, so that a small window shows the
    main cases of every kind. They keep their order.
    """
    by_kind: dict[str, list[Sequence[JoinedRow]]] = {}
    for rows in sorted(cases, key=_number_of_paths, reverse=True):
        by_kind.setdefault(rows[0].case.kind, []).append(rows)
    chosen: set[str] = set()
    left = lines
    for rank in range(max(map(len, by_kind.values()), default=0)):
        for of_kind in by_kind.values():
            if rank < len(of_kind) and (len(of_kind[rank]) < left or not chosen):
                left -= len(of_kind[rank]) + 1
                chosen.add(of_kind[rank][0].case.id)
    return [rows for rows in cases if rows[0].case.id in chosen]


def _number_of_paths(rows: Sequence[JoinedRow]) -> int:
    return sum(len(row.paths) for row in rows)
