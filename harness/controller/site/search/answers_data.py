"""The data of answers: what each case says in which releases, for the first page's search box to choose from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from harness.cases.case import Case
from harness.contract.statuses import Stage, Status
from harness.controller.grid.release_ranges import PathSummary, ReleaseRange, releases_sentence
from harness.controller.site.case_page import CaseAnswer, expected_error
from harness.controller.site.data import Head, SiteData
from harness.controller.site.rendering import script_constant
from harness.controller.site.search.extracts import identifiers_in, message_in_line
from harness.controller.site.search.lane_answers import lane_items
from harness.controller.site.status_marks import LETTERS, status_words

EVERYWHERE = "in all measured releases"


def answers_script(site: SiteData, answers: Mapping[str, Sequence[CaseAnswer]]) -> str:
    """A script that sets ANSWERS, of the different results of each case and each lane.

    Every range of releases in it is in words: pages only choose and show.
    """
    texts = _Numbers()
    cases = [_case(site, case, answers[case.id], texts) for case in site.cases]
    cases += lane_items(site, texts.of)
    data = {
        "subject": {"title": site.grid.subject.title, "library": site.grid.subject.library},
        "aliases": dict(site.grid.subject.aliases),
        "paths": list(site.grid.paths),
        "private": [path for path in site.grid.paths if site.is_private(path)],
        "releases": [[head.id, head.label, head.base or "", variables_of(head)] for head in site.heads],
        "meanings": {LETTERS[status]: status_words(status) for status in Status},
        "cases": cases,
        "texts": texts.items,
    }
    return script_constant("ANSWERS", data)


def variables_of(head: Head) -> str:
    """The variables that make a variant, as in a shell; empty for a release."""
    return " ".join(f"{name}={value}" for name, value in head.environment.set_env) if head.base else ""


class _Numbers:
    """Texts by number, each once."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def of(self, text: str) -> int:
        return self._numbers.setdefault(text, len(self._numbers))

    @property
    def items(self) -> list[str]:
        return list(self._numbers)


def _case(site: SiteData, case: Case, answers: Sequence[CaseAnswer], texts: _Numbers) -> dict[str, Any]:
    summaries = site.summaries[case.id]
    return {
        "id": case.id,
        "title": case.title,
        "kind": case.kind.replace("_", " "),
        "names": " ".join(dict.fromkeys(identifiers_in(case))),
        "source": " ".join(case.source),
        "advice": case.advice or "",
        "rows": [_row(site, case, summary) for summary in sorted(summaries, key=partial(_usefulness, site))],
        "said": list(_messages(answers, texts, {head.label: 1 << place for place, head in enumerate(site.heads)})),
        "expects": expected_error(case),
    }


def _row(site: SiteData, case: Case, summary: PathSummary) -> list[Any]:
    """Paths with the same outcomes: the paths, where they work, all in words, a letter for each column."""
    row = next(row for row in site.grid.by_case[case.id] if row.path == summary.paths[0])
    letters = "".join(LETTERS[site.grid.outcome(row, head.environment).status] for head in site.heads)
    return [list(summary.paths), works(summary), releases_sentence(summary, case), letters]


def works(summary: PathSummary) -> str:
    """Where a path works: `in all measured releases`, ranges, or an empty text. What was not run is no answer."""
    answered = [part for part in summary.releases if part.status.counts]
    passing = [str(part.range) for part in answered if part.status is Status.PASS]
    return EVERYWHERE if passing and len(passing) == len(answered) else ", ".join(passing)


def _columns(ranges: Sequence[ReleaseRange], bits: Mapping[str, int]) -> int:
    """The columns of some ranges, a bit each."""
    return sum(bits.get(label, 0) for part in ranges for label in part.labels)


def _usefulness(site: SiteData, summary: PathSummary) -> tuple[bool, bool, int]:
    """The sort key of rows: public paths first, then those that work in the newest release, then in most releases."""
    passing = [part.range for part in summary.releases if part.status is Status.PASS]
    is_current = any(found.newest for found in passing)
    return all(map(site.is_private, summary.paths)), not is_current, -sum(len(found.labels) for found in passing)


def _messages(answers: Sequence[CaseAnswer], texts: _Numbers, bits: Mapping[str, int]) -> Iterator[list[Any]]:
    """Each message: its error, its text, the reason, the anchor of the outcome, by path the ranges and columns, and
    whether all went through until an expectation did not hold."""
    for answer in answers:
        result = answer.result
        if result.status is not Status.PASS and (result.error or result.message):
            message = message_in_line(result.message)
            places = [
                [path, ", ".join(map(str, parts)), _columns(parts, bits)] for path, parts in answer.ranges.items()
            ]
            reason = texts.of(result.known.reason) if result.known else -1
            is_silent = result.error == AssertionError.__name__ and result.stage is Stage.CHECK
            yield [result.error or "", texts.of(message), reason, answer.anchor, places, int(is_silent)]
