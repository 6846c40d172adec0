"""Sources of columns: the accepted results, the last run, another folder, a git revision."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from harness.controller.errors import UsageError
from harness.controller.project.layout import Layout
from harness.controller.results.documents import Column, check_name, is_document, parse_column, read_columns
from harness.controller.results.merge import merge_all

RESULTS, RUN = "results", "run"
API = "api"  # the folder in results/ that holds names, and no columns


def read_source(layout: Layout, name: str) -> dict[str, Column]:
    """The columns of `results`, `run`, a folder, or the results of a git revision. Raises UsageError for anything else.

    A folder without documents of its own is read as shards: the columns of the folders in it are merged.
    """
    folder = {RESULTS: layout.results, RUN: layout.run}.get(name, Path(name))
    if name in (RESULTS, RUN) or folder.is_dir():
        columns = _read_folder(folder) or merge_all(_read_folder(inner) for inner in _folders_in(folder))
    else:
        columns = _read_revision(layout, name)
    if not columns:
        raise UsageError(f"no result document in {folder}")
    return columns


def _read_folder(folder: Path) -> dict[str, Column]:
    return read_columns(folder, sorted(file.stem for file in folder.glob("*.json") if is_document(file.name)))


def _folders_in(folder: Path) -> list[Path]:
    return sorted(inner for inner in folder.glob("*") if inner.is_dir() and inner.name != API)


def _read_revision(layout: Layout, revision: str) -> dict[str, Column]:
    inside = f"{revision}:./{layout.results.name}"
    listed = _git(layout.root, "ls-tree", "--full-tree", "--name-only", "-z", inside)
    if listed is None:
        raise UsageError(f"{revision!r} is neither results, run, a folder nor a git revision that has results/")
    columns = {}
    for file in filter(is_document, os.fsdecode(listed).split("\0")):
        where = f"{revision}:{layout.results.name}/{file}"
        text = _git(layout.root, "show", f"{inside}/{file}")
        columns[Path(file).stem] = check_name(parse_column(text or b"", where), Path(file).stem, where)
    return columns


def changed_files(root: Path, revision: str) -> list[str]:
    """The files below `root` that differ from a git revision, relative to it. Raises UsageError if it is unknown."""
    known = _git(root, "diff", "--name-only", "--no-renames", "--relative", "-z", "--end-of-options", revision, "--")
    unknown = _git(root, "ls-files", "--others", "--exclude-standard", "-z")
    if known is None or unknown is None:
        raise UsageError(f"{revision!r} is not a git revision of {root}")
    return sorted({*filter(None, os.fsdecode(known + unknown).split("\0"))})


def _git(root: Path, *arguments: str) -> bytes | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None
