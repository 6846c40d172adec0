"""`harness plan`: what a selection would run, as a table, for programs, and as the jobs of a CI service."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from harness.contract.records import CellKey
from harness.controller.ci.affected import touched
from harness.controller.commands.common import open_root
from harness.controller.environments.interpreters import find_interpreter
from harness.controller.errors import Exit
from harness.controller.project.cells import cells_of
from harness.controller.project.loader import Project, load_project
from harness.controller.project.matrix import Environment
from harness.controller.project.selection import Selection


def plan(root: Path | None, selection: Selection, form: str, jobs: int | None, since: str | None) -> Exit:
    """Print what `run` would run; with `since` only what may have changed since that revision of git."""
    project = load_project(open_root(root))
    environments = selection.choose_environments(project.matrix, project.matrix.default)
    narrowed = selection if since is None else _narrowed(project, selection, since)
    chosen = environments if narrowed else []
    cells = cells_of(chosen, project.matrix, *(narrowed or selection).choose_cells(project.cases, project.matrix))
    chosen = [item for item in chosen if item.id in cells]
    if form == "github":
        print(_as_github(project, narrowed or selection, chosen, cells, jobs))
    elif form == "json":
        keys = [{"case": case, "path": path} for case, path in sorted(set().union(*cells.values()))]
        print(json.dumps({"environments": [item.id for item in chosen], "cells": keys}, indent=1))
    elif form == "pythons":
        missing = [version for version in _pythons(chosen) if find_interpreter(version) is None]
        print("".join(f"{version}\n" for version in missing), end="")
    else:
        for item in chosen:
            print(f"{item.id:<14} TensorFlow {item.tensorflow:<8} Python {item.python:<5} {len(cells[item.id])} cells")
        print(f"{len(chosen)} environments, {sum(map(len, cells.values()))} cells")
    return Exit.AGREES


def _narrowed(project: Project, selection: Selection, since: str) -> Selection | None:
    """The selection with only the cases that changes since the revision touch; None where they touch none."""
    from harness.controller.results.sources import changed_files

    chosen = selection.choose_cases(project.cases)
    cases = touched(chosen, changed_files(project.layout.root, since))
    if cases == chosen:
        return selection
    return replace(selection, cases=tuple(case.id for case in cases)) if cases else None


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
    return sharding.jobs_as_github(shared, project.layout, words)


def _pythons(environments: Sequence[Environment]) -> list[str]:
    return sorted({item.python for item in environments}, key=lambda version: [*map(int, version.split("."))])
