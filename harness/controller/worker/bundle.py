"""The runner as a folder of its own that environments can import from, and nothing else in it."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import harness
from harness.controller.digests import BUNDLED, bundled_files, code_digest
from harness.controller.files import make_folder, write_errors


def make_bundle(state: Path) -> Path:
    """The folder for PYTHONPATH, below `state` and named by its content. What differs from that is put right.

    Raises HarnessError where it cannot be written.
    """
    source = Path(harness.__file__).parent
    folder = state / "runner"
    target = folder / code_digest(source, BUNDLED)
    make_folder(folder)
    with write_errors(target), _locked(folder / "lock"):
        for left in folder.glob("tmp*"):  # of a run that was killed here: nobody else works under the lock
            _remove(left)
        _mirror({Path("harness") / file.relative_to(source): file for file in bundled_files(source)}, target)
    return target


def _mirror(wanted: dict[Path, Path], target: Path) -> None:
    """Let the folder hold a copy of these files, by their relative paths, and nothing else.

    File by file, as cells of another environment may be running from there.
    """
    folders = {Path(), *(parent for relative in wanted for parent in relative.parents)}
    for found in _below(target):
        is_right = _is_file(found) if found.relative_to(target) in wanted else _is_folder(found)
        if not is_right or found.relative_to(target) not in {*wanted, *folders}:
            _remove(found)
    for folder in sorted(folders):
        (target / folder).mkdir(exist_ok=True)
        (target / folder).chmod(0o755)
    for relative, source in wanted.items():
        _copy(source.read_bytes(), target / relative)


def _below(folder: Path) -> list[Path]:
    """The folder if it exists, and all that is in it, the innermost last. Links are not followed."""
    found = [folder] if os.path.lexists(folder) else []
    for path in found:
        if _is_folder(path):
            found.extend(path.iterdir())
    return found


def _copy(content: bytes, file: Path) -> None:
    """Let the file hold the content, read-only: no editor saves into it unasked."""
    if not (_is_file(file) and file.read_bytes() == content):
        descriptor, temporary = tempfile.mkstemp(dir=file.parent)
        with open(descriptor, "wb") as handle:
            handle.write(content)
        os.replace(temporary, file)
    file.chmod(0o444)


def _remove(path: Path) -> None:
    if _is_folder(path):
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _is_file(path: Path) -> bool:
    return stat.S_ISREG(_mode(path))


def _is_folder(path: Path) -> bool:
    return stat.S_ISDIR(_mode(path))


def _mode(path: Path) -> int:
    """The kind of a file, a link being one of its own; 0 for a file that does not exist."""
    try:
        return path.lstat().st_mode
    except FileNotFoundError:
        return 0


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Hold the lock; wait for it."""
    with open(file, "w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
