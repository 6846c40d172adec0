"""What each environment runs: those of the grid all cells, those of a lane a few."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from harness.cases.case import Case
from harness.cases.document.reader import Fault, Place, load
from harness.cases.document.suggestions import suggest
from harness.controller.project.cells import paths_of
from harness.controller.project.matrix import FILE, Matrix


def lane_faults(root: str, matrix: Matrix, cases: Sequence[Case]) -> list[Fault]:
    """Lanes with a case that is not there, or of which the first does not run under the first path."""
    known = {case.id: case for case in cases}
    found: list[tuple[tuple[str | int, ...], str]] = []
    for name, lane in matrix.lanes.items():
        for index, case in enumerate(lane.cases):
            if case not in known:
                found.append(((name, "cases", index), f"unknown case {case!r}{suggest(case, known)}"))
        decides, path = known.get(lane.cases[0]), matrix.paths[lane.paths[0]]
        if decides and not paths_of(decides, [path]):
            found.append(((name, "cases", 0), f"{decides.id} does not run under {path.id}, so that it decides nothing"))
    if not found:
        return []
    document = load(root, FILE)  # once more, as only now its lines are asked for
    for keys, said in found:
        reduce(Place.at, keys, Place(document).at("lanes")).fault(said)
    return document.faults
