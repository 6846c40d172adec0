"""Which cells a selection has: pure functions over the axes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from itertools import groupby

from packaging.utils import canonicalize_name
from packaging.version import Version

from harness.cases.case import Case
from harness.contract.plan import PathSpec
from harness.contract.records import CellKey
from harness.controller.errors import UsageError
from harness.controller.project.known_entries import specifiers_of
from harness.controller.project.matrix import Environment, Matrix
from harness.controller.project.selection import Selection


def paths_of(case: Case, paths: Iterable[PathSpec]) -> list[str]:
    """The ids of those paths under which the case makes sense."""
    return [spec.id for spec in paths if any(fnmatchcase(spec.id, pattern) for pattern in case.paths)]


def cell_keys(cases: Sequence[Case], paths: Sequence[PathSpec]) -> list[CellKey]:
    """All cells of one environment, sorted."""
    return sorted((case.id, path) for case in cases for path in paths_of(case, paths))


def selected_keys(cases: Sequence[Case], paths: Sequence[PathSpec]) -> list[CellKey]:
    """The cells of a selection, sorted. Raises UsageError if there are none."""
    keys = cell_keys(cases, paths)
    if not keys:
        raise UsageError("the selection has no cell: none of its cases runs under any of its import paths")
    return keys


def grid_cases(cases: Sequence[Case], matrix: Matrix) -> list[Case]:
    """The cases of the grid: all, but for those of lanes that require a package which these alone install."""
    added = matrix.lane_packages
    return [case for case in cases if added.get(case.id, frozenset()).isdisjoint(map(canonicalize_name, case.packages))]


def scope_of(
    environment: Environment, matrix: Matrix, cases: Sequence[Case], paths: Sequence[PathSpec]
) -> tuple[list[Case], list[PathSpec]]:
    """Those of the cases and paths that the environment runs: those of the grid, but in a lane.

    A case that the lane does not run under every one of these paths comes with the ids of its own as its `paths`.
    """
    if environment.lane is None:
        return grid_cases(cases, matrix), list(paths)
    lane = matrix.lanes[environment.lane]
    if not environment.runs_known:
        return [case for case in cases if case.id in lane.cases], [spec for spec in paths if spec.id in lane.paths]
    releases = [item.version for item in lane.environments if item.runs_known]
    found: list[Case] = []
    for case in cases:
        own = lane.paths if case.id in lane.cases else ()
        if ids := [name for name in paths_of(case, paths) if name in own or _is_known(case, name, releases)]:
            found.append(replace(case, paths=tuple(ids)))
    return found, list(paths)


def _is_known(case: Case, path: str, releases: Sequence[Version]) -> bool:
    """Whether an entry of `known` is about the case under this path on one of the releases."""
    ranges = (specifiers_of(entry.release) for entry in case.known if fnmatchcase(path, entry.path))
    return any(known is not None and any(known.filter(releases, prereleases=True)) for known in ranges)


def keys_of(
    environment: Environment, matrix: Matrix, cases: Sequence[Case], paths: Sequence[PathSpec]
) -> list[CellKey]:
    """Those of the cells that the environment runs, sorted."""
    return cell_keys(*scope_of(environment, matrix, cases, paths))


def run_scope(
    environment: Environment, matrix: Matrix, cases: Sequence[Case], selection: Selection
) -> tuple[list[Case], list[PathSpec]]:
    """The cases and paths that a run of a selection has in the environment."""
    return scope_of(environment, matrix, *selection.or_default(environment, matrix).choose_cells(cases, matrix))


def cells_of(
    environments: Iterable[Environment], matrix: Matrix, cases: Sequence[Case], selection: Selection
) -> dict[str, list[CellKey]]:
    """The cells that a run has in each environment, for each that has any. Raises UsageError where none has."""
    selected_keys(*selection.choose_cells(cases, matrix))
    found: dict[str, list[CellKey]] = {}
    groups = list(by_lane(environments))
    for same in groups:  # worked out once for all of them, as there may be hundreds
        if keys := cell_keys(*run_scope(same[0], matrix, cases, selection)):
            found |= dict.fromkeys((item.id for item in same), keys)
    if groups and not found:
        raise UsageError(f"the selection has no cell: {_why_none(groups, matrix, selection)}")
    return found


def _why_none(groups: Iterable[Sequence[Environment]], matrix: Matrix, selection: Selection) -> str:
    if selection.names_cases and not all(same[0].lane for same in groups):
        return "its cases require packages that lanes alone install: choose one of these with -g"
    if all(same[0].lane for same in groups):
        return "its environments are of lanes that run none of its cases and paths"
    return f"no case of the default set {matrix.default_set!r} runs under its import paths (--cases all has others)"


def by_lane(environments: Iterable[Environment]) -> Iterator[list[Environment]]:
    """The environments that run the same cells: those of the grid, then those of each lane, which may have two sets."""
    return (list(found) for _, found in groupby(environments, key=lambda item: (item.lane, item.runs_known)))
