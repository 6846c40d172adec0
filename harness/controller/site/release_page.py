"""The page of a release: its changes from the release before, or from the base of a variant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.cases.case import Case
from harness.contract.records import Outcome
from harness.contract.statuses import Status
from harness.controller.grid.explanations import quote
from harness.controller.site.data import Head, SiteData


@dataclass(frozen=True)
class ReleaseChange:
    """A change of status or stage that some paths of a case share, with the new message of the first path."""

    case: Case
    paths: tuple[str, ...]
    before: str
    after: str
    old_status: Status
    status: Status
    message: str


@dataclass(frozen=True)
class ReleaseChanges:
    """The changes under one heading of the page."""

    heading: str
    changes: tuple[ReleaseChange, ...]

    @property
    def cells(self) -> int:
        return sum(len(change.paths) for change in self.changes)


def before(site: SiteData, head: Head) -> Head | None:
    """The release to compare with: the one before, or the base of a variant. None if that was not run."""
    releases = [other for other in site.heads if other.base is None]
    if head.base is not None:
        return next((other for other in releases if other.id == head.base and other.was_run), None)
    older = releases[releases.index(head) + 1 :][:1]
    return older[0] if older and older[0].was_run and _are_neighbours(site, older[0], head) else None


def neighbours(site: SiteData, head: Head) -> tuple[Head | None, Head | None]:
    """The releases before and after one among those of the site; of a variant, those of the same variable."""
    word = head.id.partition("-")[2]
    alike = [other for other in site.heads if other.id.partition("-")[2] == word]
    place = alike.index(head)
    return alike[place + 1] if place + 1 < len(alike) else None, alike[place - 1] if place else None


def _are_neighbours(site: SiteData, older: Head, newer: Head) -> bool:
    """Whether the matrix has no release between the two: a selection may have left one out."""
    releases = [item.id for item in site.everything if not item.is_variant]
    return releases.index(newer.id) - releases.index(older.id) == 1


def release_page(site: SiteData, older: Head, newer: Head) -> list[ReleaseChanges]:
    """The changes from one release to another: first those that stop working, then those that start."""
    changes = list(_changes(site, older, newer))
    groups = {
        "Stops working": [change for change in changes if change.old_status is Status.PASS],
        "Starts working": [change for change in changes if change.status is Status.PASS],
    }
    others = [change for change in changes if not any(change in group for group in groups.values())]
    groups["Other changes"] = others
    return [ReleaseChanges(heading, tuple(found)) for heading, found in groups.items() if found]


def _changes(site: SiteData, older: Head, newer: Head) -> Iterator[ReleaseChange]:
    for case in site.cases:
        found: dict[tuple[str, str], list[tuple[Outcome, Outcome]]] = {}
        for row in site.grid.by_case[case.id]:
            first, second = (site.grid.outcome(row, head.environment) for head in (older, newer))
            have_answered = first.status.counts and second.status.counts
            if have_answered and (first.status, first.stage) != (second.status, second.stage):
                found.setdefault((_status_and_stage(first), _status_and_stage(second)), []).append((first, second))
        for (was, now), outcomes in found.items():
            first, second = outcomes[0]
            paths = tuple(outcome.path for outcome, _ in outcomes)
            yield ReleaseChange(case, paths, was, now, first.status, second.status, quote(second))


def _status_and_stage(outcome: Outcome) -> str:
    return outcome.status.value + (f" at {outcome.stage.value}" if outcome.stage else "")
