"""The fingerprint of an installed environment, and its content as its packages record it."""

from __future__ import annotations

import base64
import csv
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from harness.controller.environments.interpreters import find_interpreter
from harness.controller.project.matrix import Environment

_PASSED_OVER = ("__pycache__", "include")


def has_interpreter(environment: Environment, prefix: Path) -> bool:
    """Whether the environment at `prefix` has the interpreter that tox would give it now."""
    found = find_interpreter(environment.python)
    return found is not None and Path(os.path.realpath(found)) == interpreter_of(prefix)


def interpreter_of(prefix: Path) -> Path:
    """The program itself, whatever links lead to it."""
    return Path(os.path.realpath(prefix / "bin" / "python"))


def fingerprint(prefix: Path) -> str:
    """The size and date of the interpreter and of every file that could be imported. No file is read: it takes some
    tens of milliseconds."""
    python = interpreter_of(prefix)
    total = hashlib.sha256(str(python).encode())
    for file in (python, prefix / ".tox-info.json", prefix / "pyvenv.cfg"):
        total.update(f"{_stamp(file)}\n".encode())
    for folder in sorted(prefix.glob("lib/python3*/site-packages")):
        total.update("\n".join(sorted(_files(str(folder)))).encode(errors="surrogateescape"))
    return total.hexdigest()


def content(prefix: Path) -> str:
    """The real content: the files that the packages record, those that are missing or changed, the files next to them,
    and the interpreter."""
    python = interpreter_of(prefix)
    total = hashlib.sha256(f"{python} {_stamp(python)}".encode())
    for folder in sorted(prefix.glob("lib/python3*/site-packages")):
        entries = sorted(entry.name for entry in os.scandir(folder) if entry.name != "__pycache__")
        total.update("\n".join(f"{name} {_size(folder / name)}" for name in entries).encode())
        for record in sorted(folder.glob("*.dist-info/RECORD")):
            total.update("\n".join(_as_recorded(record)).encode())
    return total.hexdigest()


def _as_recorded(record: Path) -> Iterator[str]:
    """The lines of a RECORD, in the order of the files; a line of a changed file has its real size, too.

    Byte code is left out, and so is what lies outside of site-packages, such as programs, which hold the prefix. A
    RECORD is written when its package is there: only what is younger need be read.
    """
    with open(record, encoding="utf-8", newline="") as handle:
        rows = sorted(row for row in csv.reader(handle) if len(row) == 3)
    installed = record.stat().st_mtime_ns
    for name, digest, size in rows:
        if name.startswith(("../", "/")) or name.endswith(".pyc"):
            continue
        yield f"{name} {digest} {size}"
        if not size:
            continue
        file = record.parents[1] / name
        there = _size(file)
        if there == size and file.stat().st_mtime_ns > installed:
            there = _digest(file)
        if there not in (size, digest):
            yield f"but {there}"


def _digest(file: Path) -> str:
    """As a RECORD has it."""
    found = hashlib.sha256(file.read_bytes()).digest()
    return "sha256=" + base64.urlsafe_b64encode(found).rstrip(b"=").decode()


def _size(file: Path) -> str:
    """In bytes, as text; empty for a folder."""
    try:
        return "" if file.is_dir() else str(file.stat().st_size)
    except OSError:
        return "none"


def _files(folder: str) -> Iterator[str]:
    """Every folder and file below this one, with the size and date of files. Byte code is left out, because Python
    writes it, and so are C headers, because nothing imports them: two thirds of TensorFlow's files.
    """
    folders = [folder]
    while folders:
        here = folders.pop()
        with os.scandir(here) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name not in _PASSED_OVER:
                        folders.append(entry.path)
                        yield entry.path
                else:
                    yield f"{entry.path} {_stamp(entry)}"


def _stamp(file: Path | os.DirEntry[str]) -> str:
    try:
        found = file.stat()
    except OSError:
        return "none"
    return f"{found.st_size} {found.st_mtime_ns}"
