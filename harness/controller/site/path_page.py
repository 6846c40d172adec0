"""The page of an import path: its cases with a summary of each."""

from __future__ import annotations

from dataclasses import dataclass

from harness.cases.case import Case
from harness.contract.statuses import Status
from harness.controller.grid.grid import Row
from harness.controller.grid.release_ranges import summary_sentence
from harness.controller.site.data import SiteData


@dataclass(frozen=True)
class PathRow:
    """A case under the path: its status in the newest release, and its summary over all releases in words."""

    case: Case
    newest: Status
    words: str


def path_page(site: SiteData, path: str) -> list[PathRow]:
    """Each case that runs under a path, in the grid's order."""
    head = site.newest
    found = []
    for case in site.cases:
        for summary in site.summaries[case.id]:
            if path in summary.paths:
                status = site.grid.outcome(Row(case, path), head.environment).status if head else Status.NOT_RUN
                found.append(PathRow(case, status, summary_sentence(summary, case)))
    return found
