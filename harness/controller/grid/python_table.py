"""Releases and Pythons: what the lanes say of each release on each Python that they run it on. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from packaging.version import Version

from harness.contract.statuses import Status
from harness.controller.grid.lane_summary import LaneAnswer, LaneRow

WITH_BOUNDS = f"({Status.PASS.symbol})"  # does not run with what an installer chooses, but with a remedy


def answers_by_python(rows: Sequence[LaneRow]) -> dict[str, dict[str, LaneAnswer]]:
    """By Python, the newest first, and release the answers of the lanes that ask the same about releases.

    Empty where there is one such lane alone: its row has the Pythons.
    """
    of_releases = [row for row in rows if any(answer.release for answer in row.answers)]
    alike = [row for row in of_releases if row.question == of_releases[0].question]
    found: dict[str, dict[str, LaneAnswer]] = {}
    for row in alike if len(alike) > 1 else ():
        for answer in row.answers:
            if answer.status is not Status.NOT_RUN:
                found.setdefault(answer.environment.python, {}).setdefault(answer.label, answer)
    return dict(sorted(found.items(), key=lambda item: Version(item[0]), reverse=True))


def python_symbol(answer: LaneAnswer | None) -> str:
    """What a table shows of an answer; nothing where there is none."""
    if answer is None:
        return ""
    return WITH_BOUNDS if answer.remedy and answer.status is not Status.PASS else answer.status.symbol
