"""The page of a case: each different result once, and the facts of every cell."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from harness.cases.case import Case, Known
from harness.cases.generate import script_of
from harness.contract.statuses import Stage, Status
from harness.controller.grid.explanations import explanation
from harness.controller.grid.grid import Row
from harness.controller.grid.release_ranges import ReleaseRange, join_ranges, variant_axes
from harness.controller.project.matrix import Environment
from harness.controller.results.history import since
from harness.controller.site.data import SiteData, StageSeconds

# A cell is marked as slow if it takes this many times the median of the other paths, and this many seconds more.
_SLOW_FACTOR = 3
_SLOW_SECONDS = 1.0


@dataclass(frozen=True)
class CellResult:
    """An outcome that several import paths and releases may share, with the known entry that explains it."""

    status: Status
    stage: Stage | None
    error: str | None
    message: str | None
    warnings: tuple[str, ...]
    known: Known | None


@dataclass(frozen=True)
class CaseAnswer:
    """A result, its anchor in the page, and the ranges of releases that gave it, by import path."""

    anchor: str
    result: CellResult
    ranges: Mapping[str, tuple[ReleaseRange, ...]]


@dataclass(frozen=True)
class CaseCell:
    """A cell of the table: its own anchor, and the anchor of its answer."""

    id: str
    status: Status
    answer: str
    is_slow: bool


@dataclass(frozen=True)
class CaseLine:
    """A row of the table: an import path, its cells, and the case's script under it."""

    path: str
    cells: tuple[CaseCell, ...]
    script: str


@dataclass(frozen=True)
class CasePage:
    """The data of a case's page, in addition to the case and its summaries."""

    answers: tuple[CaseAnswer, ...]
    lines: tuple[CaseLine, ...]
    facts: Mapping[str, Mapping[str, Any]]  # by the cell's anchor: since when, and seconds by stage
    failing: str  # the paths to which advice applies, to go on from "Instead"
    expects: str  # the error that passing cells raise

    @property
    def facts_once(self) -> list[tuple[Mapping[str, Any], list[str]]]:
        """Each different fact with the cells that it is about."""
        found: dict[str, tuple[Mapping[str, Any], list[str]]] = {}
        for name, fact in self.facts.items():
            if fact:
                found.setdefault(json.dumps(fact), (fact, []))[1].append(name)
        return list(found.values())


_Results = Mapping[tuple[str, str], CellResult]  # by path and environment


def expected_error(case: Case) -> str:
    """The error that a case expects, with what its message matches: where the case passes, it is raised. Or empty."""
    raises = (case.body.get("expect") or {}).get("raises")
    return f"{raises['type']}: {raises['match']}" if raises else ""


def case_page(site: SiteData, case: Case) -> CasePage:
    """The data of a case's page."""
    rows = site.grid.by_case[case.id]
    results = _results(site, case)
    answers = tuple(_answers(site, rows, results))
    anchors = {answer.result: answer.anchor for answer in answers}
    slow = set(_slow(site, case.id, results))
    lines = []
    for row in rows:
        own = [(head.id, results[row.path, head.id]) for head in site.heads]
        cells = [
            CaseCell(anchor(name, row.path), result.status, anchors[result], (row.path, name) in slow)
            for name, result in own
        ]
        lines.append(CaseLine(row.path, tuple(cells), script_of(case, site.specs[row.path])))
    facts = {anchor(name, path): _facts(site, case.id, path, name, (path, name) in slow) for path, name in results}
    return CasePage(answers, tuple(lines), facts, advised_paths(site, case), expected_error(case))


def advised_paths(site: SiteData, case: Case) -> str:
    """` of keras, tf_keras`: the paths under which a case does not pass in the newest release. Empty if that is all."""
    rows = site.grid.by_case[case.id]
    if site.newest is None:
        return ""
    statuses = {row.path: site.grid.outcome(row, site.newest.environment).status for row in rows}
    failing = [path for path, status in statuses.items() if status.counts and status is not Status.PASS]
    if len(failing) == len(rows):
        return ""
    return f" of {', '.join(failing)}" if failing else ", where it fails"


def anchor(environment: str, path: str) -> str:
    """The anchor of a cell in the page of its case."""
    return f"{environment}:{path}"


def _results(site: SiteData, case: Case) -> _Results:
    rows = site.grid.by_case[case.id]
    return {(row.path, head.id): _result(site, row, head.environment) for row in rows for head in site.heads}


def _result(site: SiteData, row: Row, environment: Environment) -> CellResult:
    outcome = site.grid.outcome(row, environment)
    known = explanation(row.case, outcome, environment)
    return CellResult(outcome.status, outcome.stage, outcome.error, outcome.message, outcome.warnings, known)


def _answers(site: SiteData, rows: Iterable[Row], results: _Results) -> Iterator[CaseAnswer]:
    """Each different result with its ranges, failing ones first, then by status."""
    places: dict[CellResult, dict[str, list[ReleaseRange]]] = {}
    for row in rows:
        for found, result in _ranges(site, row.path, results):
            places.setdefault(result, {}).setdefault(row.path, []).append(found)
    taken: set[str] = set()
    for result in sorted(places, key=_rank):
        name = _answer_anchor(result, taken)
        yield CaseAnswer(name, result, {path: tuple(ranges) for path, ranges in places[result].items()})


def _answer_anchor(result: CellResult, taken: set[str]) -> str:
    """The anchor of a result by what it says: other results that come or go leave it as it is. `taken` gets it."""
    stage = result.stage.value if result.stage else ""
    said = " ".join([result.status.value, stage, result.error or "", result.message or ""])
    name = free = "answer-" + hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:6]
    while free in taken:  # the same text with another reason, or with warnings
        free = f"{name}-{len(taken)}"
    taken.add(free)
    return free


def _rank(result: CellResult) -> tuple[bool, int]:
    """The sort key. Within a status the order of paths and releases stays, because sorting is stable."""
    return result.status is Status.PASS, list(Status).index(result.status)


def _ranges(site: SiteData, path: str, results: _Results) -> Iterator[tuple[ReleaseRange, CellResult]]:
    """The results of a path over the releases, then over the variants of each word."""
    releases = [item for item in site.everything if not item.is_variant]
    yield from join_ranges((item.label, results.get((path, item.id))) for item in releases)
    for axis in variant_axes(site.everything):
        yield from join_ranges(((label, results.get((path, name))) for label, name in axis), ends=False)


def _slow(site: SiteData, case: str, results: _Results) -> Iterator[tuple[str, str]]:
    """The cells much slower than other paths with the same status in the same release, as (path, environment)."""
    seconds_of = {
        (path, name): sum(site.seconds[name, case, path].values())
        for path, name in results
        if (name, case, path) in site.seconds
    }
    for (path, name), seconds in seconds_of.items():
        status = results[path, name].status
        others = [
            seconds_of[other]
            for other in seconds_of
            if other[1] == name and other[0] != path and results[other].status is status
        ]
        if others and seconds >= _SLOW_FACTOR * median(others) and seconds - median(others) >= _SLOW_SECONDS:
            yield path, name


def _facts(site: SiteData, case: str, path: str, environment: str, is_slow: bool) -> dict[str, Any]:
    event = since(site.last_events, environment, (case, path))
    last: dict[str, Any] = {"since": event.day, "change": event.change, "before": event.before} if event else {}
    changes = site.changes_of(environment, case, path)
    if len(changes) > 1:  # one change alone is the last one
        last["history"] = [[item.day, item.change, item.before, item.after] for item in changes]
    seconds = site.seconds.get((environment, case, path))
    seconds_of = {"seconds": dict(_in_order(seconds))} if seconds else {}
    programs = site.programs.get((environment, case, path))
    others = {**({"slow": True} if is_slow else {}), **({"programs": programs} if programs else {})}
    return {**last, **seconds_of, **others}


def _in_order(seconds: StageSeconds) -> Iterator[tuple[str, float]]:
    """By stage, in the order of running."""
    return ((stage.value, round(seconds[stage.value], 2)) for stage in Stage if stage.value in seconds)
