"""The lanes as answers: what releases do with other packages, found by the search box as cases are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.cases.case import Case
from harness.contract.records import Outcome
from harness.contract.statuses import Status
from harness.controller.grid.explanations import FAILING, explanation
from harness.controller.grid.lane_summary import LaneAnswer, LaneRow, passes_in
from harness.controller.project.matrix import package_names
from harness.controller.results.documents import Column
from harness.controller.site.data import SiteData
from harness.controller.site.search.extracts import identifiers_in, message_in_line
from harness.controller.site.status_marks import LETTERS

_LOST = FAILING | {Status.ABSENT}  # what counts as a failure where a cell passes in the grid
_WORDS = {True: "works", False: "does not work"}
_ERROR = re.compile(r"([A-Z]\w*(?:Error|Exception|Warning)): ")


@dataclass(frozen=True)
class _LaneMessage:
    """A message of a lane's environments, and why they give it; the reason may be empty."""

    error: str
    message: str
    reason: str


def lane_items(site: SiteData, number: Callable[[str], int]) -> Iterator[dict[str, Any]]:
    """An answer for each lane, as those of cases are, with the address of its `page`. `number` is that of a text."""
    for row in site.lanes:
        case = site.lane_cases.get(row.lane.cases[0])
        own = case if case and case.packages else None  # others have an answer themselves
        where = row.ranges({a.label: a.status is Status.PASS for a in row.answers if a.status is not Status.NOT_RUN})
        yield {
            "id": f"lane-{row.name}",
            "page": f"index.html#lane-{row.name}",
            "title": row.lane.title,
            "kind": "lane",
            "names": " ".join(dict.fromkeys([*_packages(row), *(identifiers_in(own) if own else [])])),
            "source": " ".join(own.source) if own else "",
            "advice": _advice(site, row, own),
            "rows": [[list(row.lane.paths[:1]), where.get(True, ""), _sentence(where), _letters(site, row)]],
            "said": [_message(site, row, *found, number) for found in _messages(site, row).items()],
            "expects": "",
        }


def _sentence(where: Mapping[bool, str]) -> str:
    """`works in 2.6; does not work in 2.15 to 2.16`."""
    return "; ".join(f"{words} in {where[works]}" for works, words in _WORDS.items() if works in where)


def _packages(row: LaneRow) -> list[str]:
    """The packages that a lane is about: those that it names, and those that break it."""
    culprits = (culprit.package for _, _, remedy in row.remedies for culprit in remedy.culprits)
    return [*row.extra, *culprits]


def _letters(site: SiteData, row: LaneRow) -> str:
    """A letter for each column of the grid; the one for `not run` where the lane has no environment."""
    statuses = {answer.release: answer.status for answer in row.answers if answer.release}
    return "".join(LETTERS[statuses.get(head.id, Status.NOT_RUN)] for head in site.heads)


def _advice(site: SiteData, row: LaneRow, case: Case | None) -> str:
    """With what else each release works, as it was verified or measured in the grid; else what the case says."""
    other = {label: ", ".join(f"`{bound}`" for bound in remedy.bounds) for _, label, remedy in row.remedies}
    other = other or {answer.label: versions for answer in row.answers if (versions := _versions(site, row, answer))}
    if other:
        return "; ".join(f"with {found} it works in {where}" for found, where in row.ranges(other).items()) + "."
    return (case.advice or "") if case else ""


def _versions(site: SiteData, row: LaneRow, answer: LaneAnswer) -> str:
    """The versions in the grid of packages that the lane overrides, if the release works with these and not here."""
    column = _released(site, answer)
    if answer.status not in _LOST | {Status.ENV_FAIL} or column is None:
        return ""
    if not passes_in(column, (row.lane.cases[0], row.lane.paths[0])):
        return ""
    measured = column.environment.packages
    overridden = package_names(answer.environment.overrides)
    return ", ".join(f"`{name} {measured[name]}`" for name in overridden if name in measured)


def _released(site: SiteData, answer: LaneAnswer) -> Column | None:
    """The column of the same release in the grid."""
    return site.grid.columns.get(answer.release) if answer.release else None


def _messages(site: SiteData, row: LaneRow) -> dict[_LaneMessage, list[LaneAnswer]]:
    """The messages of a lane, each with the environments that give it. What fails without the packages too is none."""
    found: dict[_LaneMessage, list[LaneAnswer]] = {}
    for answer in row.answers:
        for said in _of_environment(site, answer):
            found.setdefault(said, []).append(answer)
    return found


def _of_environment(site: SiteData, answer: LaneAnswer) -> Iterator[_LaneMessage]:
    if answer.column is None:
        return
    facts = answer.column.environment
    cause = answer.remedy.cause if answer.remedy else ""
    if facts.failed:
        yield _LaneMessage(*_split(facts.reason or ""), cause)
        return
    released = _released(site, answer)
    for key, outcome in sorted(answer.column.cells.items()):
        is_lost = passes_in(released, key) if released and key in released.cells else outcome.status in FAILING
        if outcome.status in _LOST and is_lost:
            yield _LaneMessage(outcome.error or "", outcome.message or "", cause or _why(site, answer, outcome))


def _split(text: str) -> tuple[str, str]:
    """The error and the message of what Python printed; no error where it is none."""
    found = _ERROR.match(text)
    return (found[1], text[found.end() :]) if found else ("", text)


def _why(site: SiteData, answer: LaneAnswer, outcome: Outcome) -> str:
    """The explanation of a cell; where there is none, which case it is, unless the lane's title says that."""
    case = site.lane_cases.get(outcome.case)
    entry = explanation(case, outcome, answer.environment) if case else None
    if entry:
        return entry.reason
    is_in_grid = outcome.case in site.grid.by_case
    return f"The case {outcome.case} fails there, which passes in the grid." if is_in_grid else ""


def _message(
    site: SiteData, row: LaneRow, said: _LaneMessage, answers: Sequence[LaneAnswer], number: Callable[[str], int]
) -> list[Any]:
    """As the messages of cases are: error, text, reason, anchor, places, and 0, as it is an error."""
    ranges = row.ranges({answer.label: True for answer in answers})[True]
    releases = {answer.release for answer in answers}
    columns = sum(1 << place for place, head in enumerate(site.heads) if head.id in releases)
    reason = number(said.reason) if said.reason else -1
    places = [[row.lane.paths[0], ranges, columns]]
    return [said.error, number(message_in_line(said.message)), reason, f"lane-{row.name}", places, 0]
