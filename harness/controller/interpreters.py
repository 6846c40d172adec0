"""Finding a Python: on the PATH, in pyenv's versions folder, among uv's own."""

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
    for entry in os.environ.get("PATH", "").split(os.pathsep):
        # pyenv's shims are there for every version, and fail for those that are not selected.
        if entry and not Path(entry).is_relative_to(pyenv):
            yield Path(entry)
    yield from _newest_first(pyenv / "versions", f"{version}.*")
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    managed = Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or data / "uv" / "python")
    yield from _newest_first(managed, f"cpython-{version}.*")


def _newest_first(folder: Path, pattern: str) -> list[Path]:
    def numbers(path: Path) -> list[int]:
        return [int(number) for number in re.findall(r"\d+", path.name)]

    return [path / "bin" for path in sorted(folder.glob(pattern), key=numbers, reverse=True)]
