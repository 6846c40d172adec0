"""The files of a code base: Python and notebooks, as blocks of code with the place that each has for people."""

from __future__ import annotations

import ast
import json
import os
import re
import tokenize
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from harness.controller.errors import UsageError

_SUFFIXES = (".py", ".ipynb")
_SKIPPED = {"__pycache__", "node_modules", "site-packages", "build", "dist", "venv"}
_PROJECT = ("pyproject.toml", "setup.py", "setup.cfg", ".git")
_MAGIC = re.compile(r"(\s*)[%!?]|(\s*)[\w., ]+= *[%!]|.*\?\s*$")  # lines of IPython that are no Python
_OTHER_LANGUAGES = re.compile(r"%%(?!time|timeit|capture|prun)\w")


class UnreadableSource(Exception):
    """A file that cannot be read, is not UTF-8, or does not parse."""


@dataclass(frozen=True)
class Block:
    """A piece of code that is parsed alone: a file, or a cell (numbered from 1) of a notebook."""

    tree: ast.Module
    lines: tuple[str, ...]
    cell: int | None = None


@dataclass(frozen=True)
class Source:
    """A file. `own` are the top-level modules of the code base itself, of those that were asked about."""

    file: Path
    blocks: tuple[Block, ...]
    own: frozenset[str]


def find_sources(paths: Iterable[Path]) -> Iterator[Path]:
    """The Python files and notebooks in some folders, sorted, and the files that were named.

    Raises UsageError for a path that does not exist.
    """
    for path in paths:
        if path.is_dir():
            yield from _files_below(path)
        elif path.exists():
            yield path
        else:
            raise UsageError(f"{path}: no such file or folder")


def parse_source(file: Path, packages: Iterable[str]) -> Source:
    """Read and parse a file. `packages` are the scanned ones. Raises UnreadableSource with the reason."""
    try:
        blocks = _cells(file) if file.suffix == ".ipynb" else [_block(_text(file), None)]
    except SyntaxError as error:
        raise UnreadableSource(f"line {error.lineno}: {error.msg}") from None
    except (OSError, ValueError, RecursionError) as error:
        raise UnreadableSource(str(error)) from None
    return Source(file, tuple(blocks), frozenset(name for name in packages if _is_own(file, name)))


def _files_below(folder: Path) -> Iterator[Path]:
    for around, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _SKIPPED)
        yield from (Path(around, name) for name in sorted(files) if name.endswith(_SUFFIXES))


def _text(file: Path) -> str:
    with tokenize.open(file) as handle:  # knows what a file says of its encoding
        return handle.read()


def _block(text: str, cell: int | None) -> Block:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of their escapes
        return Block(ast.parse(text), tuple(text.split("\n")), cell)


def _cells(file: Path) -> Iterator[Block]:
    """The cells of code. A cell that is no Python, whole or in part, is left out: it could not be run either."""
    try:
        cells = json.loads(file.read_text(encoding="utf-8"))
        cells = cells["cells"] if "cells" in cells else cells["worksheets"][0]["cells"]
        texts = [_source_of(cell) if cell["cell_type"] == "code" else "" for cell in cells]
    except (KeyError, TypeError, IndexError) as error:
        raise UnreadableSource(f"not a notebook ({type(error).__name__}: {error})") from None
    for number, text in enumerate(texts, 1):
        try:
            yield _block(_python_of(text), number)
        except SyntaxError:
            continue


def _source_of(cell: Mapping[str, object]) -> str:
    source = cell.get("source", cell.get("input", ""))
    return "".join(source) if isinstance(source, list) else str(source)


def _python_of(cell: str) -> str:
    """The cell with as many lines, in which those that only IPython reads do nothing."""
    if _OTHER_LANGUAGES.match(cell):
        return ""
    lines = []
    for line in cell.split("\n"):
        found = _MAGIC.match(line)
        lines.append(f"{found[1] or found[2] or ''}pass" if found and not line.lstrip().startswith("#") else line)
    return "\n".join(lines)


def _is_own(file: Path, package: str) -> bool:
    """Whether `import package` in this file means a module of the code base."""
    return any(_has_module(folder, package) for folder in _import_roots(file.resolve().parent))


@cache
def _has_module(folder: Path, name: str) -> bool:
    return (folder / f"{name}.py").is_file() or (folder / name / "__init__.py").is_file()


@cache
def _import_roots(folder: Path) -> tuple[Path, ...]:
    """The folders that are probably on the path: the one around the file's package, and the project's."""
    while (folder / "__init__.py").is_file() and folder != folder.parent:
        folder = folder.parent
    project = next((one for one in (folder, *folder.parents) if any((one / mark).exists() for mark in _PROJECT)), None)
    return (folder, *([project, project / "src"] if project else []))
