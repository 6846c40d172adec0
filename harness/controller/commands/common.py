"""The commands that start no environment and show no results. Each is a function that returns its exit code."""

from __future__ import annotations

import shlex
from pathlib import Path

from harness.controller.errors import UsageError
from harness.controller.project.cells import cell_keys
from harness.controller.project.layout import Layout, find_root
from harness.controller.project.loader import Project, load_project
from harness.controller.project.selection import Selection
from harness.controller.results.documents import Column
from harness.controller.results.transaction import finish_transaction


def open_root(root: Path | None) -> Path:
    """The project's folder: the one given, or the nearest one up. What a killed command left there is finished."""
    if root is not None and not root.is_dir():
        raise UsageError(f"{root} is not a folder")
    found = find_root((root or Path.cwd()).resolve())
    finish_transaction(Layout(found))
    return found


def misplaced(root: Path | None, word: str) -> UsageError:
    """The error of a word that no option takes, with the option that would."""
    project = load_project(open_root(root))
    matrix = project.matrix
    known = {
        "-e": matrix.everything,
        "-g": matrix.groups,
        "-p": matrix.paths,
        "-k": [case.id for case in project.cases],
    }
    fitting = [f"; did you mean {option} {shlex.quote(word)}?" for option, names in known.items() if word in names]
    return UsageError(f"unexpected {word!r}: what goes to pytest follows --{''.join(fitting[:1])}")


def within_selection(columns: dict[str, Column], project: Project, selection: Selection) -> dict[str, Column]:
    """The columns without what the selection leaves out."""
    if selection == Selection():
        return columns
    environments = {item.id for item in selection.choose_environments(project.matrix, with_lanes=True)}
    cells = set(cell_keys(selection.choose_cases(project.cases), selection.choose_paths(project.matrix)))
    return {
        name: Column(column.environment, {key: outcome for key, outcome in column.cells.items() if key in cells})
        for name, column in columns.items()
        if name in environments
    }
