from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.cases.generate import digest_of, script_of
from harness.contract.records import Outcome, Record
from harness.contract.statuses import Status
from harness.controller.cli import main
from harness.controller.environments.interpreters import find_interpreter
from harness.controller.grid.grid import Grid, make_grid
from harness.controller.project.loader import load_project
from harness.controller.results.documents import Column, EnvironmentFacts, write_column, write_details
from tests.support import ROOT
from tests.support.wheels import make_wheel

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

TENSORFLOW = {
    "tensorflow/__init__.py": "from tensorflow import keras\n",
    "tensorflow/keras/__init__.py": "__version__ = '2.15.0'\n",
    "tensorflow_cpu-2.15.1.dist-info/METADATA": "Metadata-Version: 2.1\nName: tensorflow-cpu\nVersion: 2.15.1\n",
}


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing of a tox or a git hook that runs these tests, or of the terminal, reaches what they start."""
    for name in [name for name in os.environ if name.startswith(("TOX", "GIT_"))]:
        monkeypatch.delenv(name)
    for name in ("COLUMNS", "FORCE_COLOR", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)
    find_interpreter.cache_clear()
    yield
    find_interpreter.cache_clear()


@pytest.fixture
def root() -> Path:
    """The folder of this repository."""
    return ROOT


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with four environments, three import paths and two cases, of which one runs under two paths."""
    folder = tmp_path / "tiny project"
    files = {
        "matrix.yaml": MATRIX,
        "cases/model_build/dense.yaml": DENSE,
        "cases/snippet/version.yaml": VERSION,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    for name in ("tox.ini", "toxfile.py"):
        shutil.copy(ROOT / name, folder)
    return folder


@pytest.fixture
def edit(project: Path) -> Callable[[str, str, str], None]:
    """Replace a part of one of the project's files."""

    def edit(file: str, old: str, new: str) -> None:
        text = (project / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        (project / file).write_text(text.replace(old, new), encoding="utf-8")

    return edit


@pytest.fixture
def harness(project: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """The `harness` command on the project."""

    def run(command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        capsys.readouterr()
        code = main([command, "--root", str(project), *arguments])
        said = capsys.readouterr()
        return subprocess.CompletedProcess([command, *arguments], code, said.out, said.err)

    return run


@pytest.fixture
def tox(project: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """tox in the project; what it says on standard error is in its output."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tox", *arguments],
            cwd=project,
            env=os.environ | {"TOX_COLORED": "no", "KERAS_BACKEND": "torch", "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=120,
        )

    return run


@pytest.fixture
def column() -> Callable[..., Column]:
    """A column of the given outcomes; facts of its environment as keywords."""

    def make(*outcomes: Outcome, **facts: Any) -> Column:
        known = {"id": "tf215", "tensorflow": "2.15.1", "python": "3.11", "distribution": "tensorflow-cpu"}
        return Column(EnvironmentFacts(**known | facts), {outcome.key: outcome for outcome in outcomes})

    return make


@pytest.fixture
def keep(project: Path) -> Callable[[str, Column], Path]:
    """Write a column where accepted ones are (`results`), or all that a run of the cases as they are leaves of it."""

    def keep(folder: str, column: Column) -> Path:
        file = project / folder / f"{column.environment.id}.json"
        write_column(file, column)
        if folder == ".harness/run":
            loaded = load_project(project)
            scripts = {
                (case.id, spec.id): digest_of(script_of(case, spec))
                for case in loaded.cases
                for spec in loaded.matrix.paths.values()
            }
            reached = [outcome for outcome in column.cells.values() if outcome.status is not Status.NOT_RUN]
            records = [Record(outcome, script=scripts.get(outcome.key, "")) for outcome in reached]
            write_details(project / ".harness" / "details" / file.name, records)
            for name in ("lock", "writing"):
                (project / ".harness" / name).touch()
        return file

    return keep


@pytest.fixture
def commit(project: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """Commit the project into a git repository, of which it is a folder. Gives the revision."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=project.parent, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def commit() -> str:
        git("init", "--quiet")
        git("add", "--all")
        git("-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "--quiet", "--message", "x")
        return git("rev-parse", "HEAD")

    return commit


@pytest.fixture
def fill() -> Callable[[Path], None]:
    """Put a TensorFlow of a few lines into an environment, and the pytest and PyYAML of these tests."""

    def fill(prefix: Path) -> None:
        (packages,) = prefix.glob("lib/python3.*/site-packages")
        for name, text in TENSORFLOW.items():
            (packages / name).parent.mkdir(exist_ok=True, parents=True)
            (packages / name).write_text(text, encoding="utf-8")
        shared = {str(Path(str(module.__file__)).parents[1]) for module in (pytest, yaml)}
        (packages / "shared.pth").write_text("\n".join(shared), encoding="utf-8")
        program = prefix / "bin" / "pytest"
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(str(prefix))}/bin/python -m pytest "$@"\n', encoding="utf-8")
        program.chmod(0o755)

    return fill


@pytest.fixture
def empty_lock(project: Path, edit: Callable[[str, str, str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment tf215 is of this Python, and has no package."""
    edit("matrix.yaml", 'python: "3.11"', f'python: "{sys.version_info.major}.{sys.version_info.minor}"')
    monkeypatch.setenv("PATH", f"{sys.base_prefix}/bin{os.pathsep}{os.environ['PATH']}")
    (project / "locks").mkdir()
    (project / "locks" / "tf215.txt").write_text("# nothing\n", encoding="utf-8")


@pytest.fixture
def wheels(tmp_path: Path, edit: Callable[[str, str, str], None], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of empty wheels of what tf215 asks for: uv resolves from there alone, for this Python."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    for name in ("tensorflow_cpu-2.15.1", "tensorflow_cpu-2.16.2"):
        make_wheel(folder, name, "pillow", "tensorflow")
    for name in ("pillow-9", "pytest-8", "pytest_xdist-3", "pyyaml-6"):
        make_wheel(folder, name)
    edit("matrix.yaml", 'python: "3.11"', f'python: "{sys.version_info.major}.{sys.version_info.minor}"')
    monkeypatch.setenv("PATH", f"{sys.base_prefix}/bin{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_FIND_LINKS", str(folder))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    return folder


@pytest.fixture
def made(
    project: Path, empty_lock: None, tox: Callable[..., subprocess.CompletedProcess[str]], fill: Callable[[Path], None]
) -> None:
    """The environment tf215 is there, with a TensorFlow of a few lines."""
    done = tox("run", "-e", "tf215", "--notest")
    assert done.returncode == 0, done.stdout
    fill(project / ".tox" / "tf215")


@pytest.fixture
def grid(project: Path) -> Callable[..., Grid]:
    """The project's grid, with these columns and no others."""

    def make(*columns: Column) -> Grid:
        loaded = load_project(project)
        matrix = loaded.matrix
        found = {column.environment.id: column for column in columns}
        return make_grid(loaded.cases, list(matrix.paths.values()), matrix.environments.values(), found)

    return make
