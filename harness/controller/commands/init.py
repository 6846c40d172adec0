"""`harness init`: a small project in a folder of its own, copied from template/."""

from __future__ import annotations

import argparse
import os
import shlex
from pathlib import Path

from harness.controller.commands.openers import open_folder
from harness.controller.errors import Exit, UsageError
from harness.controller.files import write_atomically

OPENER = open_folder

_TEMPLATE = Path(__file__).parents[1] / "template"
# Below template/ without the dot, so that git does not take it for a .gitignore of ours.
_FILES = ("matrix.yaml", "cases/model_build/two-dense-layers.yaml", "tox.ini", "toxfile.py", ".gitignore")
_SUBFOLDER = "compatibility"  # in a library that has its own tox.ini
_NEXT = """
Next, in {folder}:
    harness validate   checks the files
    harness lock       resolves the exact packages of each environment, without which nothing runs
    harness run        makes the environments, runs the case in them and prints the grid
    harness accept     makes that the baseline, which later runs are compared with"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The folder."""
    parser.add_argument(
        "folder", nargs="?", default=".", metavar="DIR", help="the project's folder (default: this one)"
    )


def run(options: argparse.Namespace, parent: Path) -> Exit:
    """Write the files of a small project. Raises UsageError, and writes nothing, if one of them exists."""
    folder = (parent / options.folder).resolve()
    existing = [name for name in _FILES if (folder / name).exists()]
    if existing:
        subfolder = shlex.quote(os.path.join(options.folder, _SUBFOLDER) if options.folder != "." else _SUBFOLDER)
        raise UsageError(
            f"already in {folder}: {', '.join(existing)}; nothing was written "
            f"(`harness init {subfolder}` creates a folder for the grid)"
        )
    for name in _FILES:
        write_atomically(folder / name, (_TEMPLATE / name.lstrip(".")).read_text(encoding="utf-8"))
        print(f"{name}: written")
    print(_NEXT.format(folder=folder))
    return Exit.AGREES
