"""The object that the dispatcher opens for a command, by the folder of `--root`."""

from __future__ import annotations

from pathlib import Path

import harness
from harness.controller.errors import UsageError
from harness.controller.project.layout import Layout, find_root
from harness.controller.project.loader import Project, load_project
from harness.controller.project.matrix import FILE
from harness.controller.results.transaction import finish_transaction

# What the wheel carries (hatch_build.py): the matrix.yaml and the packed names of the repository it was built from.
MEASURED = Path(harness.__file__).resolve().parent / "measured"


def open_folder(root: Path | None) -> Path:
    """The given folder, or the working directory. Raises UsageError if it is not a folder."""
    if root is not None and not root.is_dir():
        raise UsageError(f"{root} is not a folder")
    return (root or Path.cwd()).resolve()


def open_layout(root: Path | None) -> Layout:
    """The layout of the project at the given folder or above it, whose files may have faults.

    A transaction that a killed command left is finished first. Raises UsageError if there is no project.
    """
    layout = Layout(find_root(open_folder(root)))
    finish_transaction(layout)
    return layout


def open_measured(root: Path | None) -> Layout:
    """The project at the given folder or above it, or else the measured names that this harness has.

    Those are the repository's, or what the wheel carries. Raises UsageError if neither exists.
    """
    here = open_folder(root)
    if root is None and not any((folder / FILE).exists() for folder in (here, *here.parents)):
        for own in (MEASURED.parents[1], MEASURED):
            if (own / FILE).exists():
                return open_layout(own)
    return open_layout(root)


def open_project(root: Path | None) -> Project:
    """The project at the given folder or above it. Raises FaultyFiles with all faults of all its files."""
    return load_project(open_layout(root).root)
