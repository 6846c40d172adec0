"""The page of the grid: the rows of its table, and the index of its search box."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from harness.cases.case import Case
from harness.contract.records import Outcome
from harness.contract.statuses import Status
from harness.controller.grid.explanations import error_text
from harness.controller.grid.grid import Row
from harness.controller.site.case_page import advised_paths
from harness.controller.site.data import Head, SiteData
from harness.controller.site.rendering import script_constant
from harness.controller.site.status_marks import LETTERS, css_class

_CELLS = {status: f"<td class={css_class(status)}>{letter}" for status, letter in LETTERS.items()}


@dataclass(frozen=True)
class GridLine:
    """A row of the table. `cells` is HTML: one letter a cell, in a class of one letter, to keep large pages small."""

    path: str
    cells: Markup


@dataclass(frozen=True)
class GridGroup:
    """A case with its rows."""

    case: Case
    lines: tuple[GridLine, ...]
    failing: str  # the paths to which advice applies, to go on from "Instead"


@dataclass(frozen=True)
class Section:
    """The cases of one kind."""

    kind: str
    groups: tuple[GridGroup, ...]


def sections(site: SiteData) -> list[Section]:
    """The grid by kind and case, in the order of the grid."""
    groups = (
        GridGroup(case, tuple(_lines(site, site.grid.by_case[case.id])), advised_paths(site, case))
        for case in site.cases
    )
    return [Section(kind, tuple(found)) for kind, found in groupby(groups, key=lambda group: group.case.kind)]


def _lines(site: SiteData, rows: Iterable[Row]) -> Iterator[GridLine]:
    for row in rows:
        yield GridLine(row.path, Markup("".join(_CELLS[outcome.status] for outcome in _outcomes(site, row))))


def _outcomes(site: SiteData, row: Row) -> list[Outcome]:
    return [site.grid.outcome(row, head.environment) for head in site.heads]


def failed(site: SiteData) -> list[Head]:
    """The environments that could not be installed, with their reasons."""
    return [head for head in site.heads if head.reason is not None]


def search_index(site: SiteData) -> str:
    """A script that sets SEARCH: the words of each case, all messages with their stages, and the messages of each row.

    A row is a list of pairs: an index into `messages`, and the number of neighbouring cells with that message. Index 0
    is the empty message.
    """
    numbers = {("", ""): 0}
    rows = []
    for row in site.grid.rows:
        found = [numbers.setdefault(_message(outcome), len(numbers)) for outcome in _outcomes(site, row)]
        rows.append(_runs(found))
    index = {
        "cases": {case.id: _search_text(case) for case in site.cases},
        "messages": [text for text, _ in numbers],
        "stages": [stage for _, stage in numbers],
        "aliases": dict(site.grid.subject.aliases),
        "rows": rows,
    }
    return script_constant("SEARCH", index)


def _message(outcome: Outcome) -> tuple[str, str]:
    """The message and the stage of a cell that does not pass."""
    if outcome.status is Status.PASS:
        return "", ""
    return " ".join(error_text(outcome).split()), outcome.stage.value if outcome.stage else ""


def _runs(numbers: Sequence[int]) -> list[int]:
    return [value for number, group in groupby(numbers) for value in (number, len(list(group)))]


def _search_text(case: Case) -> str:
    """The texts of a case, and each name in it once."""
    names = dict.fromkeys(re.findall(r"[A-Za-z_][\w.]*", json.dumps(case.body)))
    texts = [case.id, case.title, case.kind, case.advice or "", *case.source, *names]
    return " ".join(" ".join(texts).lower().split())
