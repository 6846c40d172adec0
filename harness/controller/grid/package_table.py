"""Other packages next to releases: the lanes that name packages, as one table. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from packaging.version import InvalidVersion, Version

from harness.controller.grid.lane_summary import LaneAnswer, LaneRow


@dataclass(frozen=True)
class PackageTable:
    """A row for each lane. `labels` are the releases that any of them has, oldest first; others come last."""

    labels: tuple[str, ...]
    lanes: tuple[LaneRow, ...]

    @property
    def legend(self) -> str:
        """What is in its cells."""
        return "the version is that of the package named first; empty: no lane runs it"

    @property
    def cells(self) -> dict[str, list[str]]:
        """By title what each release answers, with a version: `✓ 0.23.0`; empty where the lane does not run it."""
        return {row.lane.title: self._cells(row) for row in self.lanes}

    @property
    def reasons(self) -> list[tuple[str, str, str]]:
        """Titles, releases and reasons: why it does not work, or what fails all the same."""
        return [(row.lane.title, where, reason) for row in self.lanes for where, reason in row.reasons]

    def _cells(self, row: LaneRow) -> list[str]:
        first = next(iter(row.extra), "")
        given = {answer.label: _in_short(answer, first) for answer in row.answers}
        return [given.get(label, "") for label in self.labels]


def package_table(lanes: Sequence[LaneRow]) -> PackageTable | None:
    """The table of the lanes that name packages which others have not; None where there is none."""
    found = tuple(row for row in lanes if row.extra)
    labels = {answer.label for row in found for answer in row.answers}
    return PackageTable(tuple(sorted(labels, key=_age)), found) if found else None


def _in_short(answer: LaneAnswer, package: str) -> str:
    return " ".join(filter(None, [answer.status.symbol, answer.extra.get(package)]))


def _age(label: str) -> tuple[bool, Version, str]:
    try:
        return False, Version(label), ""
    except InvalidVersion:
        return True, Version("0"), label
