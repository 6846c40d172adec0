"""Digests of content: of our own code, and of a file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

BUNDLED = ("contract", "runner")  # the code that runs inside environments
WRITES_SCRIPTS = ("cases",)  # a cell depends on this code through its script alone


def runs_cells(file: Path) -> bool:
    """Whether cells depend on a file of the bundle: not if it measures the inventory."""
    return "inventory" not in file.with_suffix("").parts


def measures_names(file: Path) -> bool:
    """Whether the inventory depends on a file of the bundle: its own, and how messages are normalised."""
    return not runs_cells(file) or file.stem == "messages"


def code_digest(source: Path, parts: Iterable[str], counts: Callable[[Path], bool] | None = None) -> str:
    """Names the content of these parts of the code: it changes when any of their files that `counts` does."""
    total = hashlib.sha256()
    for file in bundled_files(source, parts):
        if counts is not None and not counts(file.relative_to(source)):
            continue
        total.update(f"{file.relative_to(source)}\0".encode() + file.read_bytes() + b"\0")
    return total.hexdigest()[:16]


def bundled_files(source: Path, parts: Iterable[str] = BUNDLED) -> list[Path]:
    """The files of these parts of the code."""
    files = [source / "__init__.py", *(file for part in parts for file in sorted((source / part).rglob("*.*")))]
    return [file for file in files if file.is_file() and file.suffix in (".py", ".ini")]


def file_digest(file: Path) -> str:
    """A digest of a file's content; empty for one that cannot be read."""
    try:
        if not file.is_file():  # reading a pipe or a device may never end
            return ""
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return ""
