"""Finding a Python: on the PATH, in pyenv's versions folder, among uv's own, in an active virtual environment.

Nothing is started: python-discovery and `uv python find` start each candidate, which takes seconds for a whole matrix,
and end at pyenv's shims.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_FIRST_OF_UV = [3, 8]  # uv has no builds of older versions


@cache
def find_interpreter(version: str) -> Path | None:
    """The interpreter of a version such as `3.9`, or None."""
    name = f"python{version}"
    for folder in _folders(version):
        found = shutil.which(name, path=str(folder))
        if found:
            return Path(found)
    return None


def missing_interpreter(version: str) -> str:
    """A sentence for a version that is not on this machine, with the commands that install it."""
    commands = [f"`uv python install {version}`", f"`pyenv install {version}`"]
    if [*map(int, version.split("."))] < _FIRST_OF_UV:
        commands = commands[1:]
    return f"Python {version} is not on this machine: install it with {' or '.join(commands)}"


def _folders(version: str) -> Iterator[Path]:
    pyenv = Path(os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv"))
    # pyenv has shims for every version, and those of versions that are not selected fail.
    folders = [Path(entry) for entry in os.environ.get("PATH", "").split(os.pathsep) if entry]
    folders = [folder for folder in folders if not folder.is_relative_to(pyenv)]
    virtual = [folder for folder in folders if os.path.isfile(folder.parent / "pyvenv.cfg")]
    yield from (folder for folder in folders if folder not in virtual)
    yield from _newest_first(pyenv / "versions", rf"{re.escape(version)}\.(\d+)")
    data = Path(os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share"))
    managed = Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or data / "uv" / "python")
    yield from _newest_first(managed, rf"cpython-{re.escape(version)}\.(\d+)-.*")
    yield from virtual  # last, so that an environment has the same interpreter whether one is active or not


def _newest_first(folder: Path, pattern: str) -> list[Path]:
    """The releases in a folder by their patch number. Pre-releases and free-threaded builds do not match."""
    try:
        names = os.listdir(folder)
    except OSError:  # missing or unreadable
        return []
    patches = [(int(match[1]), match[0]) for match in (re.fullmatch(pattern, name) for name in names) if match]
    return [folder / name / "bin" for _, name in sorted(patches, reverse=True)]
