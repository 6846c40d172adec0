"""Releases and Pythons: what the lanes say of each release on each Python that they run it on. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from packaging.version import Version

from harness.contract.statuses import Status
from harness.controller.grid.lane_summary import LaneAnswer, LaneRow

WITH_BOUNDS = f"({Status.PASS.symbol})"  # does not run with what an installer chooses, but with a remedy


@dataclass(frozen=True)
class PythonTable:
    """By Python, newest first, and release the answers of lanes. `labels` are the releases, in the matrix's order."""

    labels: tuple[str, ...]
    rows: Mapping[str, Mapping[str, LaneAnswer]]

    @property
    def symbols(self) -> dict[str, list[str]]:
        """By Python what is shown for each release; nothing where no lane runs it."""
        return {python: [_symbol(row.get(label)) for label in self.labels] for python, row in self.rows.items()}

    @property
    def legend(self) -> str:
        """What its symbols mean, apart from those of statuses."""
        has_remedy = any(WITH_BOUNDS in row for row in self.symbols.values())
        return (f"{WITH_BOUNDS}: with the bounds above; " if has_remedy else "") + "empty: no lane runs it"


def python_table(lanes: Sequence[LaneRow]) -> PythonTable | None:
    """The table of the lanes that ask the same about releases. None where there is one such lane alone.

    The row of that lane has the Pythons.
    """
    of_releases = [row for row in lanes if any(answer.release for answer in row.answers)]
    alike = [row for row in of_releases if row.question == of_releases[0].question]
    if len(alike) < 2:
        return None
    found: dict[str, dict[str, LaneAnswer]] = {}
    for row in alike:
        for answer in row.answers:
            if answer.status is not Status.NOT_RUN:
                found.setdefault(answer.environment.python, {}).setdefault(answer.label, answer)
    rows = dict(sorted(found.items(), key=lambda item: Version(item[0]), reverse=True))
    labels = dict.fromkeys(answer.label for row in alike for answer in row.answers)
    return PythonTable(tuple(label for label in labels if any(label in row for row in rows.values())), rows)


def _symbol(answer: LaneAnswer | None) -> str:
    if answer is None:
        return ""
    return WITH_BOUNDS if answer.remedy and answer.status is not Status.PASS else answer.status.symbol
