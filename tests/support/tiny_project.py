"""A small project, and the `harness` command on it: what most tests of the controller drive."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from harness.cases.generate import digest_of, script_of
from harness.contract.records import Outcome, Record
from harness.contract.statuses import Status
from harness.controller.cli import main
from harness.controller.grid.grid import Grid, make_grid
from harness.controller.project.loader import load_project
from harness.controller.results.documents import Column, EnvironmentFacts, write_column, write_details
from tests.support import ROOT

# No machine has a Python 3.99: tf115 cannot be made anywhere.
MATRIX = """\
schema: 1
limits: {timeout: 60, output: 65536}
resolve:
  days_after_release: 14
  packages: [pillow]
  runner: {packages: [pytest, pytest-xdist, PyYAML], dependencies: [pluggy], as_of: 2026-11-01}
paths:
  tensorflow.keras: from
  tf.keras: attribute
  keras: from
environments:
  tf216: {tensorflow: 2.16.2, python: "3.12", distribution: tensorflow-cpu, released: 2024-06-28, as_of: 2024-07-01}
  tf115: {tensorflow: 1.15.5, python: "3.99", distribution: tensorflow, released: 2021-01-06, packages: [keras<2.4]}
  tf215: {tensorflow: 2.15.1, python: "3.11", distribution: tensorflow-cpu, released: 2024-03-08}
variants:
  tf216-legacy: {of: tf216, set_env: {TF_USE_LEGACY_KERAS: "1"}}
groups:
  quick: [tf215, tf216]
  tf1x: {tensorflow: "<2"}
  tf2x: {tensorflow: ">=2"}
default: quick
"""

DENSE = """\
id: dense
kind: model_build
title: One Dense layer
paths: ["t*"]
model:
  sequential:
    - layers.Dense: {units: 2, input_shape: [3]}
expect:
  parameters: 8
"""

VERSION = """\
id: version
kind: snippet
title: The path has a version
code: |
  import KERAS as keras

  # call
  assert keras.__version__ == "2.15.0", keras.__version__
"""


def make_column(*outcomes: Outcome, **facts: Any) -> Column:
    """A column of these outcomes; facts of its environment as keywords, else those of tf215."""
    known = {"id": "tf215", "release": "2.15.1", "python": "3.11", "distribution": "tensorflow-cpu"}
    return Column(EnvironmentFacts(**known | facts), {outcome.key: outcome for outcome in outcomes})


class TinyProject:
    """A project with four environments, three import paths and two cases; one case runs under two paths."""

    def __init__(self, root: Path) -> None:
        self.root = root
        files = {
            "matrix.yaml": MATRIX,
            "cases/model_build/dense.yaml": DENSE,
            "cases/snippet/version.yaml": VERSION,
        }
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        for name in ("tox.ini", "toxfile.py"):
            shutil.copy(ROOT / name, root)

    def run(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The `harness` command in this process, with its exit code and both outputs."""
        out, err = _text_file(), _text_file()
        with redirect_stdout(out), redirect_stderr(err):
            code = main([command, "--root", str(self.root), *arguments])
        return subprocess.CompletedProcess([command, *arguments], code, _content(out), _content(err))

    def tox(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """tox in the project; its standard output holds its standard error as well."""
        return subprocess.run(
            [sys.executable, "-m", "tox", *arguments],
            cwd=self.root,
            env=os.environ | {"TOX_COLORED": "no", "KERAS_BACKEND": "torch", "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=600,
        )

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace a part of one of the files that must be in it once."""
        text = (self.root / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        (self.root / file).write_text(text.replace(old, new), encoding="utf-8")

    def keep(self, folder: str, column: Column) -> Path:
        """Write a column into `results`, or into `.harness/run` with all else that a run leaves. Gives its file."""
        file = self.root / folder / f"{column.environment.id}.json"
        write_column(file, column)
        if folder == ".harness/run":
            self._keep_details(file.name, column)
        return file

    def _keep_details(self, name: str, column: Column) -> None:
        project = load_project(self.root)
        scripts = {
            (case.id, spec.id): digest_of(script_of(case, spec))
            for case in project.cases
            for spec in project.matrix.paths.values()
        }
        reached = [outcome for outcome in column.cells.values() if outcome.status is not Status.NOT_RUN]
        records = [Record(outcome, script=scripts.get(outcome.key, "")) for outcome in reached]
        state = self.root / ".harness"
        write_details(state / "details" / name, records)
        for empty in ("lock", "writing"):
            (state / empty).touch()

    def commit(self) -> str:
        """Commit the project into a git repository above its folder. Gives the revision."""
        self._git("init", "--quiet")
        self._git("add", "--all")
        self._git("-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "--quiet", "--message", "x")
        return self._git("rev-parse", "HEAD")

    def _git(self, *arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=self.root.parent, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def grid(self, *columns: Column) -> Grid:
        """The project's grid, with these columns and no others."""
        project = load_project(self.root)
        matrix = project.matrix
        found = {column.environment.id: column for column in columns}
        return make_grid(project.cases, list(matrix.paths.values()), matrix.environments.values(), found)


def _text_file() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="", write_through=True)


def _content(file: io.TextIOWrapper) -> str:
    file.seek(0)
    return file.read()
