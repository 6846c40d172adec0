"""`harness init`: a small project in a folder of its own, copied from template/."""

from __future__ import annotations

import argparse
from pathlib import Path

from harness.controller.commands.openers import open_folder
from harness.controller.errors import Exit, UsageError
from harness.controller.files import write_atomically

OPENER = open_folder

_TEMPLATE = Path(__file__).parents[1] / "template"
# Below template/ without the dot, so that git does not take it for a .gitignore of ours.
_FILES = ("matrix.yaml", "cases/model_build/two-dense-layers.yaml", "tox.ini", "toxfile.py", ".gitignore")
_NEXT = """
Next, in that folder:
    harness validate   checks the files
    harness lock       resolves the exact packages of each environment, without which nothing runs
    harness run        makes the environments, runs the case in them and prints the grid
    harness accept     makes that the baseline, which later runs are compared with"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None but the folder."""


def run(options: argparse.Namespace, folder: Path) -> Exit:
    """Write the files of a small project. Raises UsageError, and writes nothing, if one of them exists."""
    existing = [name for name in _FILES if (folder / name).exists()]
    if existing:
        raise UsageError(f"already in {folder}: {', '.join(existing)}; nothing was written")
    for name in _FILES:
        write_atomically(folder / name, (_TEMPLATE / name.lstrip(".")).read_text(encoding="utf-8"))
        print(f"{name}: written")
    print(_NEXT)
    return Exit.AGREES
