"""What is really installed in an environment: as uv and its interpreter tell, and as its files let one guess."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from uv import find_uv_bin

from harness.controller.errors import HarnessError
from harness.controller.interpreters import find_interpreter
from harness.controller.matrix import Environment
from harness.controller.store import EnvironmentFacts

_PASSED_OVER = ("__pycache__", "include")


def facts(environment: Environment, prefix: Path) -> EnvironmentFacts:
    """The environment at `prefix`. Raises HarnessError where that cannot be told, or TensorFlow is not there."""
    python = prefix / "bin" / "python"
    listed = _output([find_uv_bin(), "pip", "list", "--format", "json", "--python", str(python)])
    packages = {package["name"]: package["version"] for package in json.loads(listed)}
    version = _output([str(python), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]).strip()
    tensorflow = packages.get(environment.distribution)
    if tensorflow is None:
        raise HarnessError(f"{environment.id}: {environment.distribution} is not installed in {prefix}")
    if environment.has_release and tensorflow != environment.tensorflow:
        raise HarnessError(
            f"{environment.id}: TensorFlow {tensorflow} is installed, and {environment.tensorflow} is in matrix.yaml:"
            f" make the lock anew with `harness lock -e {environment.id}`"
        )
    return EnvironmentFacts(environment.id, tensorflow, version, environment.distribution, packages=packages)


def _output(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise HarnessError(f"{Path(command[0]).name} failed: {' '.join(done.stderr.split())}")
    return done.stdout


def has_interpreter(environment: Environment, prefix: Path) -> bool:
    """Whether the environment at `prefix` has the interpreter that tox would give it now."""
    found = find_interpreter(environment.python)
    return found is not None and Path(os.path.realpath(found)) == _interpreter(prefix)


def _interpreter(prefix: Path) -> Path:
    """The program itself, whatever links lead to it."""
    return Path(os.path.realpath(prefix / "bin" / "python"))


def is_made_from(prefix: Path, lock: Path) -> bool:
    """Whether tox has noted that it made the environment from just this lock. A note of another form says no."""
    try:
        made = json.loads((prefix / ".tox-info.json").read_text(encoding="utf-8"))["PythonRun"]["deps"]
        return sorted(made["requirements"]) == _requirements(lock.read_text(encoding="utf-8")) and not made["options"]
    except (OSError, ValueError, KeyError, TypeError):
        return False


def is_half_made(prefix: Path) -> bool:
    """Whether something is there, and tox has not noted that it ever got all its packages.

    uv takes a package for installed as soon as a part of it is there, so that what was killed or failed while it was
    installed cannot be gone on with.
    """
    try:
        noted = json.loads((prefix / ".tox-info.json").read_text(encoding="utf-8"))
        return "deps" not in noted["PythonRun"]
    except (OSError, ValueError, KeyError, TypeError):
        return prefix.exists()


def _requirements(lock: str) -> list[str]:
    """A lock's lines as tox notes them."""
    lines = (" ".join(line.replace("--hash=", "--hash ").split()) for line in lock.replace("\\\n", " ").splitlines())
    return sorted(line for line in lines if line and not line.startswith("#"))


def fingerprint(prefix: Path) -> str:
    """What tells the environment from one with another interpreter or other files, in some tens of milliseconds: the
    size and the date of every file that could be imported. Nothing is read."""
    python = _interpreter(prefix)
    total = hashlib.sha256(str(python).encode())
    for file in (python, prefix / ".tox-info.json", prefix / "pyvenv.cfg"):
        total.update(f"{_stamp(file)}\n".encode())
    for folder in sorted(prefix.glob("lib/python3*/site-packages")):
        total.update("\n".join(sorted(_files(str(folder)))).encode(errors="surrogateescape"))
    return total.hexdigest()


def content(prefix: Path) -> str:
    """What is really there: what the packages say they consist of, which files of that are missing or other than said,
    what lies beside them, and the interpreter."""
    python = _interpreter(prefix)
    total = hashlib.sha256(f"{python} {_stamp(python)}".encode())
    for folder in sorted(prefix.glob("lib/python3*/site-packages")):
        entries = sorted(entry.name for entry in os.scandir(folder) if entry.name != "__pycache__")
        total.update("\n".join(f"{name} {_size(folder / name)}" for name in entries).encode())
        for record in sorted(folder.glob("*.dist-info/RECORD")):
            total.update("\n".join(_as_recorded(record)).encode())
    return total.hexdigest()


def _as_recorded(record: Path) -> Iterator[str]:
    """The lines of a RECORD, in the order of the files, those with what is there where that is something else.

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
    """In bytes, as text; of a folder it says nothing."""
    try:
        return "" if file.is_dir() else str(file.stat().st_size)
    except OSError:
        return "none"


def _files(folder: str) -> Iterator[str]:
    """Every folder and file below this one, with the size and date of files. Not byte code, which comes by itself, nor
    the headers of C, which nothing imports and of which TensorFlow has twice as many as of all else.
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
