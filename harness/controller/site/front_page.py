"""The first page: examples of what to ask, and what each import path is in words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from harness.contract.statuses import Status
from harness.controller.grid.explanations import FAILING, error_text
from harness.controller.grid.grid import Row
from harness.controller.grid.release_ranges import join_ranges
from harness.controller.project.matrix import Environment
from harness.controller.site.data import Head, SiteData

_NOT_IMPORTED = re.compile(r"cannot import name '(\w+)' from '([\w.]+)'")
_LONGEST = 90  # characters of an example


@dataclass(frozen=True)
class PathVerdict:
    """What an import path is. `states` are words with the releases that they are true of."""

    path: str
    is_private: bool
    newest: str
    states: tuple[str, ...]
    passed: int = 0  # cells of the newest release, where only some pass
    answered: int = 0


def path_verdicts(site: SiteData) -> list[PathVerdict]:
    """A verdict for each import path, by the rule of docs/statuses.md over the cells of the default set."""
    found = []
    releases = [item for item in site.everything if not item.is_variant]
    for path in site.grid.paths:
        states = dict(_states(site, path, releases))
        ranges = join_ranges((item.label, states[item.id]) for item in releases)
        newest = states[site.newest.id] if site.newest and site.newest.id in states else None
        words = tuple(f"{word} {'in ' if str(part) == part.labels[0] else ''}{part}" for part, word in ranges)
        counts = _newest_counts(site, path) if newest == "partly" else (0, 0)
        found.append(PathVerdict(path, site.is_private(path), newest or "–", words, *counts))
    return found


def _newest_counts(site: SiteData, path: str) -> tuple[int, int]:
    """How many cells of the default set pass under a path in the newest release, and how many answered there."""
    assert site.newest is not None
    outcomes = [site.grid.outcome(row, site.newest.environment).status for row in _usual_rows(site, path)]
    return outcomes.count(Status.PASS), sum(status.counts for status in outcomes)


def _usual_rows(site: SiteData, path: str) -> list[Row]:
    return [row for row in site.grid.rows if row.path == path and row.case.id in site.usual_cases]


def _states(site: SiteData, path: str, releases: list[Environment]) -> Iterator[tuple[str, str | None]]:
    """By release: works, partly, broken, or gone once the path has been there; None for no answer."""
    in_grid = {item.id for item in site.grid.environments}
    rows = _usual_rows(site, path)
    was_there = False
    for item in releases:
        found = {site.grid.outcome(row, item).status for row in rows} if item.id in in_grid else set()
        answered = {status for status in found if status.counts}
        state = _state(answered)
        was_there = was_there or state in ("works", "partly", "broken")
        yield item.id, state if state != "gone" or was_there else None


@dataclass(frozen=True)
class ImportChoice:
    """The public import paths of a release, those under which the largest part of the cases passes first."""

    head: Head
    shares: tuple[tuple[str, int, int], ...]  # a path, its cases that pass, and those that have an answer

    @property
    def best(self) -> list[str]:
        """The paths with the largest part; one with less than half as many cases as another one is no rival."""
        most = max((answered for _, _, answered in self.shares), default=0)
        shares = {path: passed / answered for path, passed, answered in self.shares if 2 * answered >= most}
        return [path for path, share in shares.items() if share and share == max(shares.values())]


def import_choices(site: SiteData) -> list[ImportChoice]:
    """For each release that was run, newest first, how much passes under each public path."""
    public = [path for path in site.grid.paths if not site.is_private(path)]
    found = []
    for head in (head for head in site.heads if head.base is None and head.was_run):
        shares = []
        for path in public:
            rows = [row for row in site.grid.rows if row.path == path]
            answered = [status for row in rows if (status := site.grid.outcome(row, head.environment).status).counts]
            if set(answered) - {Status.ABSENT}:
                shares.append((path, answered.count(Status.PASS), len(answered)))
        shares.sort(key=lambda share: -share[1] / share[2])
        if shares:
            found.append(ImportChoice(head, tuple(shares)))
    return found


def best_import(choices: list[ImportChoice]) -> tuple[str, int] | None:
    """The path that is among the best in most releases, and in how many. None without any."""
    counts = Counter(path for choice in choices for path in choice.best)
    return counts.most_common(1)[0] if counts else None


def _state(answered: set[Status]) -> str | None:
    if not answered:
        return None
    if answered == {Status.ABSENT}:
        return "gone"
    if Status.PASS not in answered:
        return "broken"
    return "works" if answered == {Status.PASS} else "partly"


def examples(site: SiteData) -> list[str]:
    """Three things to ask: the most frequent message, a line that fails to import, and a case in words."""
    messages: Counter[str] = Counter()
    lines: Counter[str] = Counter()
    for row, outcomes in site.grid.each_row():
        for outcome in outcomes:
            if outcome.status in FAILING:
                text = " ".join(error_text(outcome).split())
                if name := _NOT_IMPORTED.search(text):
                    lines[f"from {name[2]} import {name[1]}"] += row.case.advice is not None
                elif len(text) <= _LONGEST and "'" in text:
                    messages[text] += 1
    usual = [case for case in site.cases if case.id in site.usual_cases] or site.cases
    plain = [case for case in usual if "this path" not in case.title] or usual
    titles = Counter({case.title: len(site.summaries[case.id]) for case in plain if len(case.title) <= _LONGEST})
    return [text for counts in (lines, messages, titles) for text, _ in counts.most_common(1)]
