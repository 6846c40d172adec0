"""The cases that matrix.yaml names: those of each lane, and those of each set."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce

from harness.cases.case import Case
from harness.cases.document.reader import Fault, Place, load
from harness.cases.document.suggestions import suggest
from harness.controller.project.cells import paths_of
from harness.controller.project.matrix import FILE, Matrix

Found = tuple[tuple[str | int, ...], str]  # the path to a value in matrix.yaml, and what is wrong with it


def named_case_faults(root: str, matrix: Matrix, cases: Sequence[Case]) -> list[Fault]:
    """The faults of lanes and sets that only the cases show."""
    known = {case.id: case for case in cases}
    found = [*_of_lanes(matrix, known), *_of_sets(matrix, known)]
    if not found:
        return []
    document = load(root, FILE)  # once more, as only now its lines are asked for
    for keys, said in found:
        reduce(Place.at, keys, Place(document)).fault(said)
    return document.faults


def _of_lanes(matrix: Matrix, known: Mapping[str, Case]) -> Iterator[Found]:
    """Cases that do not exist, and a first case that does not run under the first path."""
    for name, lane in matrix.lanes.items():
        for index, case in enumerate(lane.cases):
            if case not in known:
                yield ("lanes", name, "cases", index), f"unknown case {case!r}{suggest(case, known)}"
        decides, path = known.get(lane.cases[0]), matrix.paths[lane.paths[0]]
        if decides and not paths_of(decides, [path]):
            yield ("lanes", name, "cases", 0), f"{decides.id} does not run under {path.id}, and decides nothing"


def _of_sets(matrix: Matrix, known: Mapping[str, Case]) -> Iterator[Found]:
    """Patterns that match no case."""
    for name, patterns in matrix.sets.items():
        for index, pattern in enumerate(patterns):
            if not fnmatch.filter(known, pattern):
                yield ("sets", name, index), f"no case matches {pattern!r}{suggest(pattern, known)}"
