"""Finding a Python: on the PATH, in pyenv's versions folder, among uv's own, in an active virtual environment."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path


@cache
def find_interpreter(version: str) -> Path | None:
    """The interpreter of a version such as `3.9`, or None."""
    name = f"python{version}"
    for folder in _folders(version):
        found = shutil.which(name, path=str(folder))
        if found:
            return Path(found)
    return None


def _folders(version: str) -> Iterator[Path]:
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    # pyenv's shims are there for every version, and fail for those that are not selected.
    folders = [Path(entry) for entry in os.environ.get("PATH", "").split(os.pathsep) if entry]
    folders = [folder for folder in folders if not folder.is_relative_to(pyenv)]
    virtual = [folder for folder in folders if (folder.parent / "pyvenv.cfg").is_file()]
    yield from (folder for folder in folders if folder not in virtual)
    yield from _newest_first(pyenv / "versions", rf"{re.escape(version)}\.(\d+)")
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    managed = Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or data / "uv" / "python")
    yield from _newest_first(managed, rf"cpython-{re.escape(version)}\.(\d+)-.*")
    yield from virtual  # last: whether one is active must not decide which interpreter an environment is made of


def _newest_first(folder: Path, pattern: str) -> list[Path]:
    """The releases in a folder by their patch number. Pre-releases and free-threaded builds do not match."""
    names = os.listdir(folder) if folder.is_dir() else []
    patches = [(int(match[1]), match[0]) for match in (re.fullmatch(pattern, name) for name in names) if match]
    return [folder / name / "bin" for _, name in sorted(patches, reverse=True)]
