"""What each environment runs: those of the grid all cells, those of a lane a few."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as Map
from functools import reduce
from itertools import groupby

from harness.cases.case import Case
from harness.cases.documents import Fault, Place, load
from harness.cases.words import nearest
from harness.contract.plan import PathSpec
from harness.contract.records import CellKey
from harness.controller.compare import compare
from harness.controller.errors import UsageError
from harness.controller.matrix import FILE, Environment, Matrix
from harness.controller.planning import cell_keys, paths_of, selected_keys
from harness.controller.store import Column


def faults_of_lanes(root: str, matrix: Matrix, cases: Sequence[Case]) -> list[Fault]:
    """Lanes with a case that is not there, or of which the first does not run under the first path."""
    known = {case.id: case for case in cases}
    found: list[tuple[tuple[str | int, ...], str]] = []
    for name, lane in matrix.lanes.items():
        for index, case in enumerate(lane.cases):
            if case not in known:
                found.append(((name, "cases", index), f"unknown case {case!r}{nearest(case, known)}"))
        decides, path = known.get(lane.cases[0]), matrix.paths[lane.paths[0]]
        if decides and not paths_of(decides, [path]):
            found.append(((name, "cases", 0), f"{decides.id} does not run under {path.id}, so that it decides nothing"))
    if not found:
        return []
    document = load(root, FILE)  # once more, as only now its lines are asked for
    for keys, said in found:
        reduce(Place.at, keys, Place(document).at("lanes")).fault(said)
    return document.faults


def scope_of(
    environment: Environment, matrix: Matrix, cases: Sequence[Case], paths: Sequence[PathSpec]
) -> tuple[list[Case], list[PathSpec]]:
    """Those of the cases and paths that the environment runs: all, but in a lane."""
    if environment.lane is None:
        return list(cases), list(paths)
    lane = matrix.lanes[environment.lane]
    return [case for case in cases if case.id in lane.cases], [spec for spec in paths if spec.id in lane.paths]


def keys_of(
    environment: Environment, matrix: Matrix, cases: Sequence[Case], paths: Sequence[PathSpec]
) -> list[CellKey]:
    """Those of the cells that the environment runs, sorted."""
    return cell_keys(*scope_of(environment, matrix, cases, paths))


def cells_of(
    environments: Iterable[Environment], matrix: Matrix, cases: Sequence[Case], paths: Sequence[PathSpec]
) -> dict[str, list[CellKey]]:
    """Those of the cells that each environment runs, for each that runs any. Raises UsageError where none does."""
    selected_keys(cases, paths)
    found: dict[str, list[CellKey]] = {}
    groups = list(by_lane(environments))
    for same in groups:  # worked out once for all of them, as there may be hundreds
        if keys := keys_of(same[0], matrix, cases, paths):
            found |= dict.fromkeys((item.id for item in same), keys)
    if groups and not found:
        raise UsageError(
            "the selection has no cell: its environments are of lanes that run none of its cases and paths"
        )
    return found


def steady(matrix: Matrix, baseline: Map[str, Column], run: Map[str, Column]) -> set[str]:
    """The environments of lanes with no other outcome than in the baseline. That packages differ is their nature."""
    known = [name for name in run if name in matrix.in_lanes and name in baseline]
    return {name for name in known if not any(change.differs for change in compare(baseline[name], run[name]))}


def by_lane(environments: Iterable[Environment]) -> Iterator[list[Environment]]:
    """The environments that run the same cells: those of the grid, then those of each lane."""
    return (list(found) for _, found in groupby(environments, key=lambda item: item.lane))
