"""`harness plan`: the environments and cells of a selection, as a table, as JSON, or as the jobs of a CI service."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from harness.contract.records import CellKey
from harness.controller.ci.affected import touched
from harness.controller.commands.options import add_selection, integer, selection_of
from harness.controller.environments.interpreters import find_interpreter
from harness.controller.environments.lockfile import needs_lock, stale_sentence
from harness.controller.errors import Exit, UsageError
from harness.controller.project.cells import cells_of
from harness.controller.project.loader import Project
from harness.controller.project.matrix import Environment
from harness.controller.project.matrix_checks import ALL_CASES
from harness.controller.project.selection import Selection


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A selection, and the format."""
    add_selection(parser)
    parser.add_argument(
        "--format", choices=["table", "json", "github", "pythons"], default="table", help="default: table"
    )
    parser.add_argument(
        "--jobs", type=integer(1, 256), metavar="N", help="maximum number of jobs of --format github (default: 255)"
    )
    parser.add_argument("--since", metavar="REV", help="only cases that changes since this git revision may affect")


def run(options: argparse.Namespace, project: Project) -> Exit:
    """Print what `harness run` would run."""
    selection, matrix = selection_of(options), project.matrix
    environments = selection.choose_environments(matrix, matrix.default)
    if options.since is not None:
        affected = _restrict_to_affected(project, selection, options.since)
        if affected is None:
            environments = []
        selection = affected or selection

    cells = cells_of(environments, matrix, project.cases, selection)
    environments = [item for item in environments if item.id in cells]
    if options.format == "github":
        _check_locks(project, environments)
        print(_as_github(project, selection, environments, cells, options.jobs))
    elif options.format == "json":
        print(_as_json(environments, cells))
    elif options.format == "pythons":
        print("".join(f"{version}\n" for version in _missing_pythons(environments)), end="")
    else:
        print(_as_table(environments, cells))
    return Exit.AGREES


def _restrict_to_affected(project: Project, selection: Selection, since: str) -> Selection | None:
    """The selection with only the cases that changes since the revision may affect; None if there are no such cases.

    Unless it names cases they are looked for among all, not in the default set.
    """
    from harness.controller.results.sources import changed_files

    chosen = selection.choose_cases(project.cases, project.matrix)
    cases = touched(chosen, project.matrix, changed_files(project.layout.root, since))
    if cases == chosen:
        return selection if selection.names_cases else replace(selection, sets=(ALL_CASES,))
    return replace(selection, cases=tuple(case.id for case in cases), sets=()) if cases else None


def _check_locks(project: Project, environments: Sequence[Environment]) -> None:
    """Raises UsageError for stale locks: once here, and not in every job that would begin with one."""
    _, stale = needs_lock(environments, project.matrix.resolve, project.layout)
    if stale:
        raise UsageError(stale_sentence(stale))


def _as_github(
    project: Project,
    selection: Selection,
    environments: Sequence[Environment],
    cells: Mapping[str, Sequence[CellKey]],
    jobs: int | None,
) -> str:
    from harness.controller.ci import sharding
    from harness.controller.results.durations import durations

    seconds = durations(project.layout, cells)
    shared = sharding.share_jobs(environments, seconds, jobs or sharding.MOST_JOBS)
    words = [word for path in selection.paths for word in ("-p", path)]
    words += [word for case in selection.cases for word in ("-k", case)]
    words += [word for name in selection.sets for word in ("--cases", name)]
    return sharding.jobs_as_github(shared, project.layout, words)


def _as_json(environments: Sequence[Environment], cells: Mapping[str, Sequence[CellKey]]) -> str:
    keys = [{"case": case, "path": path} for case, path in sorted(set().union(*cells.values()))]
    return json.dumps({"environments": [item.id for item in environments], "cells": keys}, indent=1)


def _as_table(environments: Sequence[Environment], cells: Mapping[str, Sequence[CellKey]]) -> str:
    rows = [
        f"{item.id:<14} {item.subject.title} {item.release:<8} Python {item.python:<5} {len(cells[item.id])} cells"
        for item in environments
    ]
    return "\n".join([*rows, f"{len(environments)} environments, {sum(map(len, cells.values()))} cells"])


def _missing_pythons(environments: Sequence[Environment]) -> list[str]:
    """The Python versions of the environments for which this machine has no interpreter."""
    versions = sorted({item.python for item in environments}, key=lambda version: [*map(int, version.split("."))])
    return [version for version in versions if find_interpreter(version) is None]
