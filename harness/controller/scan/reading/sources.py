"""The files of a code base: Python and notebooks, as blocks of code with the place that each has for people."""

from __future__ import annotations

import ast
import json
import os
import re
import tokenize
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from harness.controller.errors import UsageError

_SUFFIXES = (".py", ".ipynb")
_SKIPPED = {"__pycache__", "node_modules", "site-packages", "build", "dist", "venv"}
_PROJECT = ("pyproject.toml", "setup.py", "setup.cfg", ".git")
# Lines of IPython that are no Python: `%magic`, `!shell`, `?help`, `,call`, `a = !shell`, `help.me?`.
_MAGIC = re.compile(r"(?P<indent>\s*)([%!?,;/]|[\w., ]+= *[%!]|[\w.*%\[\]-]+\?{1,2};?\s*$)")
_TIMED = re.compile(r"(?P<indent>\s*)(?P<magic>%time(it)?)(?P<statement>[ \t]+[^-\s].*)")  # runs what follows
_OTHER_LANGUAGES = re.compile(r"%%(?!time|timeit|capture|prun)\w")
TOO_DEEP = "its code is nested too deeply"


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
        blocks = list(_cells(file)) if file.suffix == ".ipynb" else [_block(_text(file), None)]
    except SyntaxError as error:
        raise UnreadableSource(f"line {error.lineno}: {error.msg}" if error.lineno else str(error.msg)) from None
    except (OSError, ValueError) as error:
        raise UnreadableSource(str(error)) from None
    except (RecursionError, MemoryError):  # of Python's parser
        raise UnreadableSource(TOO_DEEP) from None
    return Source(file, tuple(blocks), frozenset(name for name in packages if _is_own(file, name)))


def _files_below(folder: Path) -> Iterator[Path]:
    for around, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _SKIPPED)
        found = (Path(around, name) for name in sorted(files) if name.endswith(_SUFFIXES))
        yield from (file for file in found if not file.is_fifo())  # which would wait for somebody to write


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
        notebook = json.loads(file.read_text(encoding="utf-8"))
        sheets = [notebook] if "cells" in notebook else notebook["worksheets"]
        cells = [cell for sheet in sheets for cell in sheet["cells"]] if _is_python(notebook) else []
        texts = [_source_of(cell) if cell["cell_type"] == "code" else "" for cell in cells]
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise UnreadableSource(f"not a notebook ({type(error).__name__}: {error})") from None
    for number, text in enumerate(texts, 1):
        for python in (text, _without_magics(text)):
            with suppress(SyntaxError, ValueError):
                yield _block(python, number)
                break


def _is_python(notebook: Mapping[str, Any]) -> bool:
    """Whether its code is said to be Python, if that is said at all."""
    about = notebook.get("metadata", {})
    names = (about.get("language_info", {}).get("name"), about.get("kernelspec", {}).get("language"))
    return str(next(filter(None, names), "python")).lower().startswith(("python", "ipython"))


def _source_of(cell: Mapping[str, object]) -> str:
    source = cell.get("source", cell.get("input", ""))
    return "".join(source) if isinstance(source, list) else str(source)


def _without_magics(cell: str) -> str:
    """The cell with as many lines, in which those that only IPython reads do nothing."""
    if _OTHER_LANGUAGES.match(cell.lstrip()):
        return ""
    lines: list[str] = []
    is_continued = False
    for line in cell.split("\n"):
        found = _MAGIC.match(line)
        lines.append("" if is_continued else _as_python(line, found["indent"]) if found else line)
        is_continued = (is_continued or bool(found)) and line.endswith("\\")
    return "\n".join(lines)


def _as_python(line: str, indent: str) -> str:
    """What a line of IPython does as Python, with its columns: `%time a.b` runs `a.b`, others do nothing."""
    timed = _TIMED.fullmatch(line)
    if timed is not None:
        with suppress(SyntaxError, ValueError):
            ast.parse(timed["statement"].strip())
            return f"{indent}if 1:".ljust(timed.start("statement")) + timed["statement"]
    return f"{indent}pass"


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
