"""Completion in bash, zsh and fish, by argcomplete: what names something is completed from the project."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

import argcomplete
from argcomplete.completers import DirectoriesCompleter, FilesCompleter

from harness.controller.commands.openers import open_layout
from harness.controller.errors import HarnessError
from harness.controller.project.cells import cell_keys
from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_matrix, load_project, read_language
from harness.controller.project.matrix_checks import ALL_CASES

_FOLDERS = ("root", "folder", "shards", "out")


def complete(parser: argparse.ArgumentParser) -> None:
    """Print what may stand where the shell asks, and exit. Does nothing unless a shell asks."""
    argcomplete.autocomplete(parser, always_complete_options=False, default_completer=_values)


def _values(*, prefix: str, action: argparse.Action, parsed_args: argparse.Namespace, **_: object) -> Iterable[str]:
    """The values of an option or a positional argument."""
    if action.dest in _FOLDERS:
        return list(DirectoriesCompleter()(prefix))
    if action.dest == "report":
        return list(FilesCompleter()(prefix))
    if action.dest in ("old", "new"):
        return ["results", "run", *DirectoriesCompleter()(prefix)]
    try:
        return _project_values(action.dest, open_layout(getattr(parsed_args, "root", None)))
    except HarnessError:  # the command itself will report it
        return []


def _project_values(option: str, layout: Layout) -> list[str]:
    if option == "kind":
        return list(read_language(layout.root).kinds)
    if option == "env":
        return list(load_matrix(layout.root).everything)
    if option == "group":
        return list(load_matrix(layout.root).groups)
    if option == "set":
        return [*load_matrix(layout.root).sets, ALL_CASES]
    if option == "path":
        return list(load_matrix(layout.root).paths)
    if option == "case":
        return [case.id for case in load_project(layout.root).cases]
    if option == "cell":
        project = load_project(layout.root)
        keys = cell_keys(project.cases, list(project.matrix.paths.values()))
        return [f"{case}[{path}]" for case, path in keys]
    return []
