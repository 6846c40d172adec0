"""A case's story: from which release to which each import path works, and what the others say. Pure functions."""

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
    Status.ABSENT: "not there",
    Status.TIMEOUT: "times out",
    Status.CRASH: "crashes",
    Status.ENV_FAIL: "could not be installed",
    Status.ERROR: "harness at fault",
    Status.SKIP: "skipped",
    Status.NOT_RUN: "not run",
}


@dataclass(frozen=True)
class ReleaseRange:
    """Neighbouring releases by their labels, in order. `newest` says that none of the matrix is newer."""

    labels: tuple[str, ...]
    newest: bool = False

    def __str__(self) -> str:
        first, last = self.labels[0], self.labels[-1]
        if self.newest:
            return f"from {first} on"
        return first if first == last else f"{first} to {last}"


@dataclass(frozen=True)
class Quote:
    """What failing cells said, in one line, in which releases, and the entry of the case that explains it."""

    text: str
    ranges: tuple[ReleaseRange, ...]
    known: Known | None = None


@dataclass(frozen=True)
class OutcomeRange:
    """Releases in which a path gave the same. `stage` and `said` are of failing cells only."""

    range: ReleaseRange
    status: Status
    stage: Stage | None = None
    said: tuple[Quote, ...] = ()


@dataclass(frozen=True)
class PathSummary:
    """What all of these paths gave: in the releases, in order, and apart from them in each variant."""

    paths: tuple[str, ...]
    releases: tuple[OutcomeRange, ...]
    variants: tuple[OutcomeRange, ...]


_Words = tuple[str, Known | None]


@dataclass(frozen=True)
class _Cell:
    end: tuple[Status, Stage | None]
    words: _Words | None


def summarise(grid: Grid, case: Case, everything: Sequence[Environment]) -> tuple[PathSummary, ...]:
    """The stories of a case's paths, one for all that have the same.

    `everything` is all the matrix has, in order: a release that the grid leaves out is not told of, and ends a range.
    """
    shared: dict[tuple[tuple[OutcomeRange, ...], tuple[OutcomeRange, ...]], list[str]] = {}
    in_grid = {environment.id for environment in grid.environments}
    for row in grid.by_case.get(case.id, []):
        cells = [(item, _cell(grid, row, item) if item.id in in_grid else None) for item in everything]
        releases = [(item.label, cell) for item, cell in cells if not item.is_variant]
        variants = [(item.label, cell) for item, cell in cells if item.is_variant and cell]
        spans = (tuple(_spans(releases)), tuple(_single(label, cell) for label, cell in variants))
        shared.setdefault(spans, []).append(row.path)
    return tuple(PathSummary(tuple(paths), *spans) for spans, paths in shared.items())


def _cell(grid: Grid, row: Row, environment: Environment) -> _Cell:
    outcome = grid.outcome(row, environment)
    if outcome.status not in FAILING:
        return _Cell((outcome.status, None), None)
    return _Cell((outcome.status, outcome.stage), (quote(outcome), explanation(row.case, outcome, environment)))


def _spans(cells: Sequence[tuple[str, _Cell | None]]) -> Iterator[OutcomeRange]:
    for found, end in join_ranges((label, cell.end if cell else None) for label, cell in cells):
        within = ((label, cell.words if cell and label in found.labels else None) for label, cell in cells)
        places: dict[_Words, list[ReleaseRange]] = {}
        for place, words in join_ranges(within):
            places.setdefault(words, []).append(place)
        said = (Quote(text, tuple(ranges), known) for (text, known), ranges in places.items())
        yield OutcomeRange(found, *end, said=tuple(said))


def _single(label: str, cell: _Cell) -> OutcomeRange:
    where = ReleaseRange((label,))
    return OutcomeRange(where, *cell.end, said=(Quote(cell.words[0], (where,), cell.words[1]),) if cell.words else ())


def join_ranges(values: Iterable[tuple[str, _T | None]]) -> Iterator[tuple[ReleaseRange, _T]]:
    """The ranges of neighbours with the same value. None is no value, and only ends a range."""
    labelled = list(values)
    for value, group in groupby(labelled, key=lambda item: item[1]):
        labels = tuple(label for label, _ in group)
        if value is not None:
            yield ReleaseRange(labels, labels[-1] == labelled[-1][0]), value


def summary_sentence(story: PathSummary, case: Case) -> str:
    """`works 2.0 to 2.5, fails from 2.6 on at import; 2.16 legacy: works`."""
    releases = ", ".join(_release_words(span, case) for span in story.releases)
    variants = [f"{span.range}: {_verb(span, case)}{_at(span)}" for span in story.variants]
    return "; ".join(filter(None, [releases, *variants]))


def _release_words(span: OutcomeRange, case: Case) -> str:
    is_single = str(span.range) == span.range.labels[0]
    return f"{_verb(span, case)} {'in ' if is_single else ''}{span.range}{_at(span)}"


def _verb(span: OutcomeRange, case: Case) -> str:
    if span.status is Status.UNMET:
        return f"needs {' and '.join(case.requires) or 'what is not there'}"
    return _WORDS[span.status]


def _at(span: OutcomeRange) -> str:
    return f" at {span.stage.value}" if span.stage else ""
