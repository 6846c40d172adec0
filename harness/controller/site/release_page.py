"""A release's page: what changes from the one before it, or from the environment of which it is a variant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.cases.case import Case
from harness.contract.records import Outcome
from harness.contract.statuses import Status
from harness.controller.grid.explanations import quote
from harness.controller.site.data import Head, SiteData


@dataclass(frozen=True)
class Turn:
    """Paths of a case that turned from one status or stage to another, and what the first of them says now."""

    case: Case
    paths: tuple[str, ...]
    before: str
    after: str
    old_status: Status
    status: Status
    said: str


@dataclass(frozen=True)
class Turns:
    """The turns of a kind, under the heading that the page gives them."""

    heading: str
    turns: tuple[Turn, ...]

    @property
    def cells(self) -> int:
        return sum(len(turn.paths) for turn in self.turns)


def before(subject: SiteData, head: Head) -> Head | None:
    """What a release is compared with: the one before it in the matrix, or what it is a variant of, if that was run."""
    releases = [other for other in subject.heads if other.base is None]
    if head.base is not None:
        return next((other for other in releases if other.id == head.base and other.was_run), None)
    older = releases[releases.index(head) + 1 :][:1]
    return older[0] if older and older[0].was_run and _are_neighbours(subject, older[0], head) else None


def _are_neighbours(subject: SiteData, older: Head, newer: Head) -> bool:
    """Whether no release of the matrix lies between them, which a selection may have left out."""
    releases = [item.id for item in subject.everything if not item.is_variant]
    return releases.index(newer.id) - releases.index(older.id) == 1


def release_page(subject: SiteData, older: Head, newer: Head) -> list[Turns]:
    """What changes, in the order in which people ask for it."""
    turns = list(_turns(subject, older, newer))
    groups = {
        "Stops working": [turn for turn in turns if turn.old_status is Status.PASS],
        "Starts working": [turn for turn in turns if turn.status is Status.PASS],
    }
    others = [turn for turn in turns if not any(turn in group for group in groups.values())]
    groups["Fails otherwise, appears or goes"] = others
    return [Turns(heading, tuple(found)) for heading, found in groups.items() if found]


def _turns(subject: SiteData, older: Head, newer: Head) -> Iterator[Turn]:
    for case in subject.cases:
        found: dict[tuple[str, str], list[tuple[Outcome, Outcome]]] = {}
        for row in subject.grid.by_case[case.id]:
            first, second = (subject.grid.outcome(row, head.environment) for head in (older, newer))
            have_answered = first.status.counts and second.status.counts
            if have_answered and (first.status, first.stage) != (second.status, second.stage):
                found.setdefault((_words(first), _words(second)), []).append((first, second))
        for (was, now), outcomes in found.items():
            first, second = outcomes[0]
            paths = tuple(outcome.path for outcome, _ in outcomes)
            yield Turn(case, paths, was, now, first.status, second.status, quote(second))


def _words(outcome: Outcome) -> str:
    return outcome.status.value + (f" at {outcome.stage.value}" if outcome.stage else "")
