"""Estimated durations of environments, from the last run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.contract.records import CellKey
from harness.controller.errors import HarnessError
from harness.controller.project.layout import Layout
from harness.controller.results.documents import read_details

_MAKING = 60.0  # seconds to make an environment
_CELL = 0.3  # seconds of a cell, if nothing was ever run


def durations(layout: Layout, cells: Mapping[str, Sequence[CellKey]]) -> dict[str, float]:
    """The estimated seconds of each environment, with the making of it."""
    return {name: _MAKING + len(cells[name]) * each for name, each in cell_seconds(layout, cells).items()}


def cell_seconds(layout: Layout, cells: Mapping[str, Sequence[CellKey]]) -> dict[str, float]:
    """The mean seconds of a cell in each environment; where none was run, of the cells of all others."""
    known = {}
    for environment, keys in cells.items():
        try:
            details = read_details(layout.files(environment).details)
        except HarnessError:  # they only help to guess
            details = {}
        names = {f"{case}[{path}]" for case, path in keys}
        known[environment] = [details[name].get("seconds", _CELL) for name in sorted(names & details.keys())]
    everything = [seconds for found in known.values() for seconds in found]
    usual = _mean(everything, _CELL)
    return {name: _mean(found, usual) for name, found in known.items()}


def _mean(seconds: Sequence[float], otherwise: float) -> float:
    return sum(seconds) / len(seconds) if seconds else otherwise
