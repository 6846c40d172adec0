"""An import path's page: what is known of it, case by case."""

from __future__ import annotations

from dataclasses import dataclass

from harness.cases.case import Case
from harness.contract.statuses import Status
from harness.controller.grid.grid import Row
from harness.controller.grid.release_ranges import summary_sentence
from harness.controller.site.data import SiteData


@dataclass(frozen=True)
class PathRow:
    """What a case gave under the path: in the newest release, and in words over all."""

    case: Case
    newest: Status
    words: str


def path_page(subject: SiteData, path: str) -> list[PathRow]:
    """Each case that runs under a path, in the grid's order."""
    head = subject.newest
    told = []
    for case in subject.cases:
        for story in subject.stories[case.id]:
            if path in story.paths:
                status = subject.grid.outcome(Row(case, path), head.environment).status if head else Status.NOT_RUN
                told.append(PathRow(case, status, summary_sentence(story, case)))
    return told
