"""A case's page: what its cells answered, each different answer once, and the facts of each cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from harness.cases.case import Case, Known
from harness.cases.generate import script_of
from harness.contract.statuses import Stage, Status
from harness.controller.grid.explanations import explanation
from harness.controller.grid.grid import Row
from harness.controller.grid.release_ranges import ReleaseRange, join_ranges
from harness.controller.project.matrix import Environment
from harness.controller.results.history import since
from harness.controller.site.data import Seconds, SiteData

_SEVERAL = 3  # times as long as the other paths take in the middle, and _MORE seconds more, is marked
_MORE = 1.0


@dataclass(frozen=True)
class What:
    """What cells of several paths and releases may have in common."""

    status: Status
    stage: Stage | None
    error: str | None
    message: str | None
    warnings: tuple[str, ...]
    known: Known | None


@dataclass(frozen=True)
class CaseAnswer:
    """An answer, its anchor in the page, and the ranges of releases that gave it, by path."""

    anchor: str
    what: What
    where: Mapping[str, tuple[ReleaseRange, ...]]


@dataclass(frozen=True)
class CaseCell:
    """A cell of the page's table: its own anchor, and that of its answer."""

    id: str
    status: Status
    answer: str
    is_slow: bool


@dataclass(frozen=True)
class CaseLine:
    """A row of the page's table, and the script that the case is under its path."""

    path: str
    cells: tuple[CaseCell, ...]
    script: str


@dataclass(frozen=True)
class CasePage:
    """All that the template of a case shows beside the case itself and its stories."""

    answers: tuple[CaseAnswer, ...]
    lines: tuple[CaseLine, ...]
    facts: Mapping[str, Mapping[str, Any]]  # by the cell's anchor: since when, and seconds by stage


_Whats = Mapping[tuple[str, str], What]  # by path and environment


def case_page(subject: SiteData, case: Case) -> CasePage:
    """Put together the page of a case."""
    rows = subject.grid.by_case[case.id]
    whats = {(row.path, head.id): _what(subject, row, head.environment) for row in rows for head in subject.heads}
    answers = tuple(_answers(subject, rows, whats))
    anchors = {answer.what: answer.anchor for answer in answers}
    slow = set(_slow(subject, case.id, whats))
    lines = []
    for row in rows:
        own = [(head.id, whats[row.path, head.id]) for head in subject.heads]
        cells = [
            CaseCell(anchor(name, row.path), what.status, anchors[what], (row.path, name) in slow) for name, what in own
        ]
        lines.append(CaseLine(row.path, tuple(cells), script_of(case, subject.specs[row.path])))
    facts = {anchor(name, path): _facts(subject, case.id, path, name, (path, name) in slow) for path, name in whats}
    return CasePage(answers, tuple(lines), facts)


def anchor(environment: str, path: str) -> str:
    """A cell's own place in the page of its case."""
    return f"{environment}:{path}"


def _what(subject: SiteData, row: Row, environment: Environment) -> What:
    outcome = subject.grid.outcome(row, environment)
    known = explanation(row.case, outcome, environment)
    return What(outcome.status, outcome.stage, outcome.error, outcome.message, outcome.warnings, known)


def _answers(subject: SiteData, rows: Iterable[Row], whats: _Whats) -> Iterator[CaseAnswer]:
    """In the order of the statuses, failing ones first."""
    places: dict[What, dict[str, list[ReleaseRange]]] = {}
    for row in rows:
        for found, what in _ranges(subject, row.path, whats):
            places.setdefault(what, {}).setdefault(row.path, []).append(found)
    for number, what in enumerate(sorted(places, key=_rank), start=1):
        yield CaseAnswer(f"answer-{number}", what, {path: tuple(ranges) for path, ranges in places[what].items()})


def _rank(what: What) -> tuple[bool, int]:
    """Stable: within a status the order of paths and releases stays."""
    return what.status is Status.PASS, list(Status).index(what.status)


def _ranges(subject: SiteData, path: str, whats: _Whats) -> Iterator[tuple[ReleaseRange, What]]:
    """What a path said, release by release, and then in each variant."""
    said = [(item, whats.get((path, item.id))) for item in subject.everything]
    yield from join_ranges((item.label, what) for item, what in said if not item.is_variant)
    for item, what in said:
        if item.is_variant and what is not None:
            yield ReleaseRange((item.label,)), what


def _slow(subject: SiteData, case: str, whats: _Whats) -> Iterator[tuple[str, str]]:
    """The cells that take several times as long as the other paths of the same release that gave the same status."""
    took = {
        (path, name): sum(subject.seconds[name, case, path].values())
        for path, name in whats
        if (name, case, path) in subject.seconds
    }
    for (path, name), seconds in took.items():
        status = whats[path, name].status
        others = [
            took[other] for other in took if other[1] == name and other[0] != path and whats[other].status is status
        ]
        if others and seconds >= _SEVERAL * median(others) and seconds - median(others) >= _MORE:
            yield path, name


def _facts(subject: SiteData, case: str, path: str, environment: str, is_slow: bool) -> dict[str, Any]:
    event = since(subject.last_events, environment, (case, path))
    last = {"since": event.day, "change": event.change, "before": event.before} if event else {}
    seconds = subject.seconds.get((environment, case, path))
    took = {"seconds": dict(_in_order(seconds))} if seconds else {}
    return {**last, **took, **({"slow": True} if is_slow else {})}


def _in_order(seconds: Seconds) -> Iterator[tuple[str, float]]:
    """As the stages run."""
    return ((stage.value, round(seconds[stage.value], 2)) for stage in Stage if stage.value in seconds)
