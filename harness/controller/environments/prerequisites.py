"""What a case requires of the machine: whether it is met, and by which program.

That is the program on the PATH. Where there is no `dot`, cells get the one that the harness brings: dot.py with
Graphviz's libraries, whose folder is put last on their PATH. Outcomes depend on which it is, and it is named with them.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import shlex
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from harness.cases.case import PREREQUISITES
from harness.controller.digests import file_digest
from harness.controller.environments import dot
from harness.controller.files import write_atomically

_FOLDER = "programs"  # in `.harness/`
_WHEEL = "pygraphviz"


@dataclass(frozen=True)
class Program:
    """A program that meets a requirement.

    `brought_by` names what the harness has it from; it is empty for the machine's own. `identity` changes with the
    program.
    """

    name: str
    identity: tuple[object, ...]
    brought_by: str = ""


def program_for(requirement: str) -> Program | None:
    """The program that meets a requirement; None where nothing does."""
    name = PREREQUISITES[requirement]
    found = shutil.which(name, path=_own_path())
    if found is None:
        return _brought_dot() if name == "dot" else None
    stat = os.stat(found)
    return Program(name, (os.path.realpath(found), stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns))


def program_identities() -> dict[str, tuple[object, ...] | None]:
    """By requirement, the identity of the program that meets it; None where nothing does."""
    found = {name: program_for(name) for name in PREREQUISITES}
    return {name: None if program is None else program.identity for name, program in found.items()}


def brought_programs(requirements: Iterable[str]) -> dict[str, str]:
    """Those of the programs that the harness brings, with what it has them from."""
    programs = [program for name in requirements if (program := program_for(name)) is not None]
    return {program.name: program.brought_by for program in programs if program.brought_by}


def cells_path(state: Path) -> str:
    """The PATH of cells: the caller's, and last the folder of the brought programs, if any is needed.

    The folder is made in `state`. Raises HarnessError where it cannot be written.
    """
    path = _own_path()
    if not brought_programs(PREREQUISITES):
        return path
    folder = state.absolute() / _FOLDER
    command = [sys.executable, "-I", "-S", dot.__file__, str(_library())]
    write_atomically(folder / "dot", f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n', mode=0o755)
    return os.pathsep.join(filter(None, [path, str(folder)]))


def _own_path() -> str:
    """The caller's PATH without our own folder, which is on it where `harness script` was followed."""
    entries = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(entry for entry in entries if Path(entry).parts[-2:] != (".harness", _FOLDER))


@cache
def _brought_dot() -> Program | None:
    if _library() is None:
        return None
    wheel = importlib.metadata.distribution(_WHEEL)
    content = hashlib.sha256((wheel.read_text("RECORD") or "").encode()).hexdigest()  # which has digests of all files
    title = f"the Graphviz of {_WHEEL} {wheel.version}"
    return Program("dot", (wheel.version, content, file_digest(Path(dot.__file__))), title)


@cache
def _library() -> Path | None:
    """The extension module of the wheel, where the wheel with Graphviz's libraries is installed."""
    try:
        files = importlib.metadata.files(_WHEEL) or []
    except importlib.metadata.PackageNotFoundError:
        return None
    if not any(file.parts[0] == f"{_WHEEL}.libs" for file in files):  # built here, for a Graphviz of the system
        return None
    found = [Path(str(file.locate())) for file in files if file.match(f"{_WHEEL}/_graphviz*.so")]
    return found[0].resolve() if found else None
