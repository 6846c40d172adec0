"""The commands that start no environment. Each is a function that returns its exit code."""

from __future__ import annotations

import ast
import json
from pathlib import Path

from harness.cases.documents import nearest
from harness.contract.statuses import Status
from harness.controller.errors import Exit, UsageError
from harness.controller.planning import cell_keys
from harness.controller.project import Layout, Project, find_root, load_matrix, load_project
from harness.controller.selection import Selection


def open_root(root: Path | None) -> Path:
    """The project's folder: the one given, or the nearest one up."""
    if root is not None and not root.is_dir():
        raise UsageError(f"{root} is not a folder")
    return find_root((root or Path.cwd()).resolve())


def validate(root: Path | None) -> Exit:
    """Check every file, and that every case becomes Python under every path."""
    project = load_project(open_root(root))
    for case in project.cases:
        for path in project.matrix.paths.values():
            ast.parse(case.script(path), case.file)
    matrix = project.matrix
    print(f"{len(matrix.environments)} environments, {len(matrix.paths)} import paths, {len(project.cases)} cases: valid")
    return Exit.AGREES


def plan(root: Path | None, selection: Selection, form: str) -> Exit:
    """Print what `run` would run."""
    project = load_project(open_root(root))
    environments = selection.choose_environments(project.matrix, project.matrix.default)
    keys = cell_keys(selection.choose_cases(project.cases), selection.choose_paths(project.matrix))
    if not keys:
        raise UsageError("the selection has no cell: none of its cases runs under any of its import paths")
    if form == "github":
        print(json.dumps({"include": [{"environment": item.id, "python": item.python} for item in environments]}))
    elif form == "json":
        cells = [{"case": case, "path": path} for case, path in keys]
        print(json.dumps({"environments": [item.id for item in environments], "cells": cells}, indent=1))
    else:
        for item in environments:
            print(f"{item.id:<14} TensorFlow {item.tensorflow:<8} Python {item.python:<5} {len(keys)} cells")
        print(f"{len(environments)} environments, {len(keys) * len(environments)} cells")
    return Exit.AGREES


def script(root: Path | None, case_id: str, path_id: str) -> Exit:
    """Print the script of one case under one import path."""
    project = load_project(open_root(root))
    cases = {case.id: case for case in project.cases}
    if case_id not in cases:
        raise UsageError(f"unknown case {case_id!r}{nearest(case_id, cases)}")
    if path_id not in project.matrix.paths:
        raise UsageError(f"unknown import path {path_id!r}{nearest(path_id, project.matrix.paths)}")
    print(cases[case_id].script(project.matrix.paths[path_id]), end="")
    return Exit.AGREES


def lock(root: Path | None, selection: Selection) -> Exit:
    """Resolve the selected environments."""
    from harness.controller import locking

    found = open_root(root)
    matrix = load_matrix(found)
    for environment in selection.choose_environments(matrix):
        changed = locking.lock(environment, matrix.resolve, Layout(found))
        print(f"{environment.id}: {'locked anew' if changed else 'unchanged'}", flush=True)
    return Exit.AGREES
