"""Where columns can be read from: the accepted results, the last run, another folder, a revision of git."""

from __future__ import annotations

import subprocess
from pathlib import Path

from harness.controller.errors import UsageError
from harness.controller.project import Layout
from harness.controller.store import Column, is_document, parse_column, read_columns

RESULTS, RUN = "results", "run"


def read_source(layout: Layout, name: str) -> dict[str, Column]:
    """The columns of `results`, `run`, a folder, or a git revision's results. Raises UsageError for none of these."""
    if name in (RESULTS, RUN):
        folder = layout.results if name == RESULTS else layout.run
    else:
        folder = Path(name)
        if not folder.is_dir():
            return _read_revision(layout, name)
    columns = read_columns(folder, sorted(file.stem for file in folder.glob("*.json") if is_document(file.name)))
    if not columns:
        raise UsageError(f"there is no result document in {folder}")
    return columns


def _read_revision(layout: Layout, revision: str) -> dict[str, Column]:
    inside = f"{revision}:./{layout.results.name}"
    listed = _git(layout.root, "ls-tree", "--name-only", inside)
    if listed is None:
        raise UsageError(f"{revision!r} is neither results, run, a folder nor a git revision that has results/")
    columns = {}
    for file in filter(is_document, listed.splitlines()):
        text = _git(layout.root, "show", f"{inside}/{file}")
        columns[Path(file).stem] = parse_column(text or "", f"{revision}:{layout.results.name}/{file}")
    return columns


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None
