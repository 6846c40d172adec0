"""`harness init`: a small project in a folder of its own, copied from template/."""

from __future__ import annotations

from pathlib import Path

from harness.controller.errors import Exit, UsageError
from harness.controller.files import write_atomically

_TEMPLATE = Path(__file__).parents[1] / "template"
# Below template/ without the dot, so that it is no .gitignore of ours.
_FILES = ("matrix.yaml", "cases/model_build/two-dense-layers.yaml", "tox.ini", "toxfile.py", ".gitignore")
_NEXT = """
Next, in that folder:
    harness validate   checks the files
    harness lock       resolves the exact packages of each environment, without which nothing runs
    harness run        makes the environments, runs the case in them and prints the grid
    harness accept     makes that the baseline, which later runs are compared with"""


def init(folder: Path) -> Exit:
    """Write the files of a small project. Raises UsageError, and writes nothing, where one of them is there."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder")
    there = [name for name in _FILES if (folder / name).exists()]
    if there:
        raise UsageError(f"already in {folder}: {', '.join(there)}; nothing was written")
    for name in _FILES:
        write_atomically(folder / name, (_TEMPLATE / name.lstrip(".")).read_text(encoding="utf-8"))
        print(f"{name}: written")
    print(_NEXT)
    return Exit.AGREES
