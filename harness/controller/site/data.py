"""The data of a site: the grid, its history, and what varies from run to run. Reads files, writes none."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

from harness.cases.case import Case
from harness.cases.language import Language
from harness.contract.plan import PathSpec
from harness.controller.api.document import ApiDocument, read_documents
from harness.controller.api.environments import ApiEnvironment, Environments, in_words
from harness.controller.errors import UsageError
from harness.controller.grid.grid import Grid, Score, make_grid, scores_by_path
from harness.controller.grid.lane_summary import LaneRow, lane_rows
from harness.controller.grid.python_table import PythonTable, python_table
from harness.controller.grid.release_ranges import PathSummary, summarise
from harness.controller.project.cells import grid_cases
from harness.controller.project.loader import Project
from harness.controller.project.matrix import Environment
from harness.controller.project.selection import Selection
from harness.controller.results.broken_code import BrokenPackage, broken_code_file, read_broken_code
from harness.controller.results.documents import read_columns, read_details
from harness.controller.results.history import Event, LastEvents, last_events, read_history
from harness.controller.results.remedies import read_remedies, remedies_file

StageSeconds = Mapping[str, float]  # by stage


@dataclass(frozen=True)
class Head:
    """The head of a column: an environment and the versions installed in it."""

    environment: Environment
    release: str
    python: str
    shows: Mapping[str, str]  # further versions, by title
    packages: Mapping[str, str]
    reason: str | None  # why it could not be installed
    was_run: bool

    @property
    def id(self) -> str:
        return self.environment.id

    @property
    def label(self) -> str:
        return self.environment.label

    @property
    def base(self) -> str | None:
        return self.environment.base


@dataclass(frozen=True)
class SiteData:
    """A grid to publish, of the project at `root`.

    `seconds` has the durations of those cells whose outcome is that of the last run, by environment, case and path,
    `programs` what their programs came from where the harness brought these.
    `lane_cases` are the cases that lanes run, by id; some are not in the grid.
    `broken_code` is what the releases break in published packages.
    `usual_cases` are the ids of the default set, `private` the patterns of modules that are not meant to be used, `api`
    the inventories of names by root. `date` and `commit` are those of the outcomes; `commit` is None outside git.
    `url` is the address of the site's folder, which ends in a slash, `repository` that of its source; or empty.
    """

    root: Path
    grid: Grid
    everything: Sequence[Environment]
    specs: Mapping[str, PathSpec]
    events: Sequence[Event]
    seconds: Mapping[tuple[str, str, str], StageSeconds]
    date: str
    commit: str | None
    language: Language
    lanes: Sequence[LaneRow] = ()
    lane_cases: Mapping[str, Case] = field(default_factory=dict)
    programs: Mapping[tuple[str, str, str], Mapping[str, str]] = field(default_factory=dict)
    usual_cases: frozenset[str] = frozenset()
    private: Sequence[str] = ()
    api: Mapping[str, ApiDocument] = field(default_factory=dict)
    broken_code: Sequence[BrokenPackage] = ()
    url: str = ""
    repository: str = ""

    def ranges(self, names: Collection[str]) -> str:
        """Some environments as ranges of releases: `2.5 to 2.8, from 2.16 on`."""
        environments = Environments(tuple(map(ApiEnvironment.of, self.everything)))
        mask = sum(bit for name, bit in environments.bits.items() if name in names)
        return in_words(environments.ranges(mask), environments.newest)

    @cached_property
    def heads(self) -> tuple[Head, ...]:
        """Releases, newest first, then the variants."""
        newest_first = [self._head(item) for item in reversed(self.grid.environments)]
        return tuple(sorted(newest_first, key=lambda head: head.base is not None))

    @cached_property
    def newest(self) -> Head | None:
        """The newest release that was run, variants excluded."""
        return next((head for head in self.heads if head.was_run and head.base is None), None)

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """The cases in the grid's order."""
        return tuple(rows[0].case for rows in self.grid.by_case.values())

    @cached_property
    def counts(self) -> Counter[str]:
        """The number of cases under each path."""
        return Counter(row.path for row in self.grid.rows)

    @cached_property
    def scores(self) -> dict[str, dict[str, Score | None]]:
        """The scores by path and environment."""
        return scores_by_path(self.grid)

    @cached_property
    def summaries(self) -> dict[str, tuple[PathSummary, ...]]:
        """By case the summaries that `harness show -k CASE` prints."""
        return {case.id: summarise(self.grid, case, self.everything) for case in self.cases}

    @cached_property
    def pythons(self) -> PythonTable | None:
        """Releases and Pythons, if several lanes ask the same about releases."""
        return python_table(self.lanes)

    @cached_property
    def last_events(self) -> LastEvents:
        """The last event of each cell."""
        return last_events(self.events)

    @cached_property
    def _changes(self) -> dict[tuple[str, str, str], list[Event]]:
        found: dict[tuple[str, str, str], list[Event]] = {}
        for event in self.events:
            found.setdefault((event.environment, event.case, event.path), []).append(event)
        return found

    def changes_of(self, environment: str, case: str, path: str) -> list[Event]:
        """The changes of a cell over the accepted runs, oldest first; none if it is as it was first accepted."""
        return self._changes.get((environment, case, path), [])

    def page_address(self, page: str) -> str:
        """The address of a page for other sites, where the site has one; the first page is its folder."""
        return self.url + ("" if page == "index.html" else page)

    def is_private(self, path: str) -> bool:
        """Whether the matrix declares an import path as not meant to be used."""
        full = self.grid.subject.full_name(path)
        return any(fnmatchcase(full, pattern) or fnmatchcase(full, f"{pattern}.*") for pattern in self.private)

    def _head(self, environment: Environment) -> Head:
        facts = self.grid.facts(environment)
        ran, shows = facts or environment, environment.subject.shows
        return Head(
            environment,
            ran.release,
            ran.python,
            {title: facts.version_of(names) for title, names in shows.items()} if facts else {},
            facts.packages if facts else {},
            facts.reason if facts else None,
            facts is not None,
        )


def read_site_data(project: Project, selection: Selection, of_run: bool) -> SiteData:
    """The data of the accepted results, or of the last run. Raises UsageError if the selection has no results."""
    matrix, layout = project.matrix, project.layout
    environments = [item for item in selection.choose_environments(matrix) if not item.lane]
    folder = layout.run if of_run else layout.results
    columns = read_columns(folder, [item.id for item in environments])
    if not columns:
        raise UsageError(f"nothing to publish: {folder} has no results of this selection")
    cases, paths = selection.choose_cells(grid_cases(project.cases, matrix), matrix)
    grid = make_grid(cases, paths, environments, columns)
    details = _details(project, grid)
    last = max((item["at"][:10] for item in details.values()), default=None)
    commit, committed = _commit(project)
    return SiteData(
        layout.root,
        grid,
        list(matrix.environments.values()),
        matrix.paths,
        read_history(layout.history),
        {key: item["stage_seconds"] for key, item in details.items()},
        (last if of_run else committed) or "an unknown day",
        commit,
        project.language,
        lane_rows(matrix, read_columns(folder, matrix.everything), read_remedies(remedies_file(layout.results))),
        {case.id: case for case in project.cases if any(case.id in lane.cases for lane in matrix.lanes.values())},
        {key: item["programs"] for key, item in details.items() if item.get("programs")},
        frozenset(case.id for case in Selection(sets=(matrix.default_set,)).choose_cases(project.cases, matrix)),
        matrix.inventory.private,
        read_documents(layout.results),
        read_broken_code(broken_code_file(layout.results)),
    )


def _details(project: Project, grid: Grid) -> dict[tuple[str, str, str], dict[str, Any]]:
    """The last run's details of each cell whose outcome is the grid's, by (environment, case, path)."""
    found = {}
    for name, column in read_columns(project.layout.run, grid.columns).items():
        details = read_details(project.layout.files(name).details)
        for key, outcome in column.cells.items():
            item = details.get("{}[{}]".format(*key))
            if item and grid.columns[name].cells.get(key) == outcome:
                found[name, key[0], key[1]] = item
    return found


def _commit(project: Project) -> tuple[str | None, str | None]:
    """The last commit that changed the results, and its day; None and None outside git."""
    command = ["git", "log", "-1", "--format=%H %cs", "--", str(project.layout.results)]
    try:
        done = subprocess.run(
            command, cwd=project.layout.root, capture_output=True, encoding="utf-8", errors="replace", check=False
        )
    except FileNotFoundError:
        return None, None
    commit, _, day = done.stdout.strip().partition(" ")
    return (commit, day) if commit else (None, None)
