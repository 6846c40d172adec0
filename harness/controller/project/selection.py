"""Choosing environments, import paths and cases by shell-style patterns: the same for every command."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase

from harness.cases.case import Case
from harness.cases.document.suggestions import suggest
from harness.contract.plan import PathSpec
from harness.controller.errors import UsageError
from harness.controller.project.matrix import Environment, Matrix
from harness.controller.project.matrix_checks import ALL_CASES


class UnknownCase(UsageError):
    """No case id matches `pattern`."""

    def __init__(self, pattern: str) -> None:
        super().__init__(f"no case id matches {pattern!r}")
        self.pattern = pattern


@dataclass(frozen=True)
class Selection:
    """Patterns and names of each axis; an axis without any is whole. A pattern that matches nothing is an error."""

    environments: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()

    @property
    def names_cases(self) -> bool:
        """Whether it says which cases, so that no default set is put in their place."""
        return bool(self.cases or self.sets)

    def or_default(self, environment: Environment, matrix: Matrix) -> Selection:
        """The selection with what a run of the environment puts in the place of cases that it does not name.

        That is the default set, and in a lane the lane's own cases, of which no set need be named.
        """
        if self.names_cases or environment.lane or matrix.default_set == ALL_CASES:
            return self
        return replace(self, sets=(matrix.default_set,))

    def choose_environments(
        self, matrix: Matrix, default: str | None = None, with_lanes: bool = False
    ) -> list[Environment]:
        """The chosen environments in the matrix's order.

        If none is named they are those of the group `default`, or the grid's, and `with_lanes` those of the lanes too.
        A pattern that fits environments of the grid chooses none of a lane.
        """
        chosen: set[str] = set()
        for pattern in self.environments:
            in_grid = _fitting(pattern, matrix.environments)
            chosen.update(in_grid or _matching([pattern], matrix.everything, "environment"))
        for name in self.groups:
            if name not in matrix.groups:
                raise UsageError(f"unknown group {name!r}{suggest(name, matrix.groups)}")
            chosen.update(matrix.groups[name])
        if not self.environments and not self.groups:
            whole = matrix.everything if with_lanes else matrix.environments
            chosen.update(matrix.groups[default] if default else whole)
        return [environment for name, environment in matrix.everything.items() if name in chosen]

    def choose_cells(self, cases: Sequence[Case], matrix: Matrix) -> tuple[list[Case], list[PathSpec]]:
        """The chosen cases and import paths."""
        return self.choose_cases(cases, matrix), self.choose_paths(matrix)

    def choose_paths(self, matrix: Matrix) -> list[PathSpec]:
        names = _matching(self.paths, matrix.paths, "import path") if self.paths else list(matrix.paths)
        return [spec for name, spec in matrix.paths.items() if name in names]

    def choose_cases(self, cases: Sequence[Case], matrix: Matrix) -> list[Case]:
        """The chosen cases: those of the patterns, found among all, and those of the sets. If none is named, all."""
        sets = self.sets if self.names_cases else (ALL_CASES,)
        ids = [case.id for case in cases]
        names: set[str] = set()
        for name in sets:
            names.update(_members_of(name, matrix, ids))
        for pattern in self.cases:
            matches = _fitting(pattern, ids)
            if not matches and get_close_matches(pattern, ids, n=1):
                raise UsageError(f"no case matches {pattern!r}{suggest(pattern, ids)}")
            if not matches:  # the list of all ids would be too long to read
                raise UnknownCase(pattern)
            names.update(matches)
        return [case for case in cases if case.id in names]


def _members_of(name: str, matrix: Matrix, ids: Sequence[str]) -> list[str]:
    """The ids of the cases in a set."""
    if name == ALL_CASES:
        return list(ids)
    if name not in matrix.sets:
        raise UsageError(f"unknown set of cases {name!r}{suggest(name, [*matrix.sets, ALL_CASES])}")
    return [case for pattern in matrix.sets[name] for case in _fitting(pattern, ids)]


def _matching(patterns: Iterable[str], names: Iterable[str], what: str) -> list[str]:
    known = list(names)
    found: list[str] = []
    for pattern in patterns:
        matches = _fitting(pattern, known)
        if not matches:
            raise UsageError(f"no {what} matches {pattern!r}{suggest(pattern, known)}")
        found += matches
    return found


def _fitting(pattern: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if fnmatchcase(name, pattern)]
