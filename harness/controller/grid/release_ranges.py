"""The outcomes of a case as ranges of releases: `works 2.0 to 2.5, fails from 2.6 on`. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from harness.cases.case import Case, Known
from harness.contract.statuses import Stage, Status
from harness.controller.grid.explanations import FAILING, explanation, quote
from harness.controller.grid.grid import Grid, Row
from harness.controller.project.matrix import Environment

_T = TypeVar("_T")

_WORDS = {
    Status.PASS: "works",
    Status.FAIL: "fails",
    Status.ABSENT: "absent",
    Status.TIMEOUT: "times out",
    Status.CRASH: "crashes",
    Status.ENV_FAIL: "could not be installed",
    Status.ERROR: "harness at fault",
    Status.SKIP: "skipped",
    Status.NOT_RUN: "not run",
}


@dataclass(frozen=True)
class ReleaseRange:
    """The labels of neighbouring releases, in order. `newest`: the matrix has no newer release."""

    labels: tuple[str, ...]
    newest: bool = False

    def __str__(self) -> str:
        first, last = self.labels[0], self.labels[-1]
        if self.newest:
            return f"from {first} on"
        release, _, variant = first.partition(" ")
        return first if first == last else f"{release if variant else first} to {last}"


@dataclass(frozen=True)
class Quote:
    """A message of failing cells in one line, its releases, and the known entry that explains it."""

    text: str
    ranges: tuple[ReleaseRange, ...]
    known: Known | None = None


@dataclass(frozen=True)
class OutcomeRange:
    """Neighbouring releases with the same status under a path. Only failing cells have `stage` and `quotes`."""

    range: ReleaseRange
    status: Status
    stage: Stage | None = None
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True)
class PathSummary:
    """The outcomes that all of these paths share: over the releases, in order, and over the variants of each word."""

    paths: tuple[str, ...]
    releases: tuple[OutcomeRange, ...]
    variants: tuple[OutcomeRange, ...]


_Words = tuple[str, Known | None]


@dataclass(frozen=True)
class _Cell:
    end: tuple[Status, Stage | None]
    words: _Words | None


def summarise(grid: Grid, case: Case, everything: Sequence[Environment]) -> tuple[PathSummary, ...]:
    """The summaries of a case: one for all paths with the same outcomes.

    `everything` has all environments of the matrix, in order: a release that the grid leaves out ends a range.
    """
    shared: dict[tuple[tuple[OutcomeRange, ...], tuple[OutcomeRange, ...]], list[str]] = {}
    in_grid = {environment.id for environment in grid.environments}
    for row in grid.by_case.get(case.id, []):
        cells = [(item, _cell(grid, row, item) if item.id in in_grid else None) for item in everything]
        cell_of = {item.id: cell for item, cell in cells}
        releases = [(item.label, cell) for item, cell in cells if not item.is_variant]
        variants = [
            part
            for axis in variant_axes(everything)
            for part in _outcome_ranges([(label, cell_of.get(name)) for label, name in axis], ends=False)
        ]
        ranges = (tuple(_outcome_ranges(releases)), tuple(variants))
        shared.setdefault(ranges, []).append(row.path)
    return tuple(PathSummary(tuple(paths), *ranges) for ranges, paths in shared.items())


def _cell(grid: Grid, row: Row, environment: Environment) -> _Cell:
    outcome = grid.outcome(row, environment)
    if outcome.status not in FAILING:
        return _Cell((outcome.status, None), None)
    return _Cell((outcome.status, outcome.stage), (quote(outcome), explanation(row.case, outcome, environment)))


def variant_axes(everything: Sequence[Environment]) -> list[list[tuple[str, str]]]:
    """The labels and ids of the variants of each word, release by release; a release without one has an id of none."""
    labels = {item.id: item.label for item in everything}
    words = dict.fromkeys(item.id.partition("-")[2] for item in everything if item.is_variant)
    bases = [item for item in everything if not item.is_variant]
    return [[(labels.get(f"{item.id}-{word}", item.label), f"{item.id}-{word}") for item in bases] for word in words]


def _outcome_ranges(cells: Sequence[tuple[str, _Cell | None]], ends: bool = True) -> Iterator[OutcomeRange]:
    """The ranges with one status. `ends`: the last label is the newest release."""
    for found, end in join_ranges(((label, cell.end if cell else None) for label, cell in cells), ends):
        within = ((label, cell.words if cell and label in found.labels else None) for label, cell in cells)
        places: dict[_Words, list[ReleaseRange]] = {}
        for place, words in join_ranges(within, ends):
            places.setdefault(words, []).append(place)
        quotes = (Quote(text, tuple(ranges), known) for (text, known), ranges in places.items())
        yield OutcomeRange(found, *end, quotes=tuple(quotes))


def join_ranges(values: Iterable[tuple[str, _T | None]], ends: bool = True) -> Iterator[tuple[ReleaseRange, _T]]:
    """The ranges of neighbouring labels with the same value. None is not a value: it only ends a range.

    `ends`: the last label is the newest release.
    """
    labelled = list(values)
    for value, group in groupby(labelled, key=lambda item: item[1]):
        labels = tuple(label for label, _ in group)
        if value is not None:
            yield ReleaseRange(labels, ends and labels[-1] == labelled[-1][0]), value


def summary_sentence(summary: PathSummary, case: Case) -> str:
    """`works 2.0 to 2.5, fails from 2.6 on at import; 2.16 legacy: works`."""
    releases = releases_sentence(summary, case)
    variants = [f"{part.range}: {_verb(part, case)}{_at(part)}" for part in summary.variants]
    return "; ".join(filter(None, [releases, *variants]))


def releases_sentence(summary: PathSummary, case: Case) -> str:
    """`works 2.0 to 2.5, fails from 2.6 on`: without the variants."""
    return ", ".join(_release_words(part, case) for part in summary.releases)


def _release_words(part: OutcomeRange, case: Case) -> str:
    is_single = str(part.range) == part.range.labels[0]
    return f"{_verb(part, case)} {'in ' if is_single else ''}{part.range}{_at(part)}"


def _verb(part: OutcomeRange, case: Case) -> str:
    if part.status is Status.UNMET:
        return f"needs {' and '.join((*case.requires, *case.packages)) or 'a missing prerequisite'}"
    return _WORDS[part.status]


def _at(part: OutcomeRange) -> str:
    return f" at {part.stage.value}" if part.stage else ""
