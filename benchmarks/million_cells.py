"""Collecting, comparing and summing up a grid of a million cells: 200 environments, 10 import paths, 500 cases.

    python3 bootstrap.py python benchmarks/million_cells.py

The project is made up, in a temporary folder that is removed at the end: its cases, its releases and what its cells say
are of no TensorFlow. Each command runs in a process of its own, of which the time and the peak of memory are measured.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.measuring import Measured, call, head, machine, measure, row, say
from harness.contract.records import CellKey, Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.results.documents import Column, EnvironmentFacts, write_column

LATER = "later"  # the folder of a second set of results, in which one cell of a hundred is another

_MATRIX = """\
schema: 1
limits: {{timeout: 60, output: 65536}}
resolve:
  days_after_release: 14
  packages: [pillow]
  runner: {{packages: [pytest], dependencies: [pluggy], as_of: 2026-01-01}}
paths:
{paths}
environments:
{environments}
groups:
  all: {{tensorflow: ">=2"}}
default: all
"""
_CASE = """\
id: {id}
kind: snippet
title: Synthetic case {number}
{notes}code: |
  import KERAS as keras

  # call
  assert keras, {number}
"""
_NOTES = """\
advice: This case is made up.
known:
  - {path: "synthetic.*", tf: ">=2", match: synthetic reason 1, reason: It is made up.}
"""


@dataclass(frozen=True)
class Size:
    """How large a grid is."""

    environments: int
    paths: int
    cases: int

    @property
    def cells(self) -> int:
        return self.environments * self.paths * self.cases

    def ids(self) -> list[CellKey]:
        return [(f"case-{case}", f"synthetic.path_{path}") for case in range(self.cases) for path in range(self.paths)]


def make_project(root: Path, size: Size) -> None:
    """Write the matrix, the cases, and both sets of results."""
    paths = "\n".join(f"  synthetic.path_{number}: from" for number in range(size.paths))
    entry = '{{tensorflow: 2.{0}.0, python: "3.11", distribution: tensorflow-cpu, released: 2024-01-01}}'
    environments = "\n".join(f"  tf2{number}: {entry.format(number)}" for number in range(size.environments))
    (root / "matrix.yaml").write_text(_MATRIX.format(paths=paths, environments=environments), encoding="utf-8")
    folder = root / "cases" / "snippet"
    folder.mkdir(parents=True)
    for number in range(size.cases):
        text = _CASE.format(id=f"case-{number}", number=number, notes=_NOTES if number % 4 == 0 else "")
        (folder / f"case-{number}.yaml").write_text(text, encoding="utf-8")
    for release in range(size.environments):
        column = make_column(release, size)
        write_column(root / "results" / f"{column.environment.id}.json", column)
        write_column(root / LATER / f"{column.environment.id}.json", changed(column))


def make_column(release: int, size: Size) -> Column:
    """The outcomes of one release."""
    packages = {f"synthetic-{number}": f"1.{release}" for number in range(60)}
    facts = EnvironmentFacts(f"tf2{release}", f"2.{release}.0", "3.11", "tensorflow-cpu", packages=packages)
    return Column(facts, {key: outcome(number, key, release) for number, key in enumerate(size.ids())})


def outcome(number: int, key: CellKey, release: int) -> Outcome:
    """What a cell gives: most work from some release on and up to another, as real ones do."""
    first, length = number * 37 % 120, 40 + number * 53 % 160
    if number % 9 == 0:
        return Outcome(*key, Status.ABSENT, Stage.PATH, "ModuleNotFoundError", f"No module named {key[1]!r}")
    if first <= release < first + length:
        return Outcome(*key, Status.PASS, warnings=("FutureWarning: synthetic",) if number % 5 == 0 else ())
    reason = f"synthetic reason {number % 3} since release {release // 25 * 25}, at some length: {'x' * 80}"
    return Outcome(*key, Status.FAIL, Stage.CALL, "ValueError", reason)


def changed(column: Column) -> Column:
    """The column with another outcome in one cell of a hundred."""
    cells = dict(column.cells)
    for key in list(cells)[::100]:
        cells[key] = replace(cells[key], status=Status.CRASH, stage=None, error="SIGSEGV", message=None)
    return Column(column.environment, cells)


def harness(command: Sequence[str], root: Path) -> Measured:
    """Run `harness` on the project, and have the kernel tell what it took."""
    return measure([sys.executable, "-m", "harness", *command, "--root", str(root)], root)


def measure_all(root: Path) -> Iterator[tuple[str, Measured]]:
    """Each command with what it took."""
    for command in (
        ["plan"],
        ["collect"],
        ["diff", "results", str(root / LATER)],
        ["diff", "results", str(root / LATER), "--format", "json"],
        ["show", "--totals"],
    ):
        name = " ".join("later" if word.startswith("/") else word for word in command)
        yield f"harness {name}", harness(command, root)


def main() -> int:
    """Make the project, measure, print the table. 1 if a command failed: a difference found is none of a failure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--environments", type=int, default=200)
    parser.add_argument("--paths", type=int, default=10)
    parser.add_argument("--cases", type=int, default=500)
    size = Size(**vars(parser.parse_args()))
    root = Path(tempfile.mkdtemp(prefix="million-cells-"))
    try:
        say(machine())
        say(f"making {size.cells} synthetic cells")
        make_project(root, size)
        harness(
            ["validate"], root
        )  # which reads the cases for the first time: see harness/controller/project/case_cache.py
        say(head("command", "seconds", "of these computing", "peak memory, MB"))
        failed = False
        for name, found in measure_all(root):
            say(row(f"`{name}`", f"{found.seconds:.2f}", f"{found.computing:.2f}", f"{found.peak / 1e6:.0f}"))
            failed |= found.code not in (0, 1)
        return int(failed)
    finally:
        shutil.rmtree(root)


if __name__ == "__main__":
    call(main)
