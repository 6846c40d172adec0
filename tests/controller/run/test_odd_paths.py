"""A project in a folder whose name means something to a shell, to tox or to Python: lock and run with real tox."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.controller.results.documents import read_column
from tests.support.tiny_project import TinyProject
from tests.support.tiny_tensorflow import fill_environment

ODD = 'it\'s "so" at $HOME {posargs}; back\\slash # 50%s ü'


@pytest.fixture
def project(tmp_path: Path) -> TinyProject:
    return TinyProject(tmp_path / ODD / "project")


def test_project_with_a_colon_is_refused(tmp_path: Path) -> None:
    project = TinyProject(tmp_path / "a:b")
    done = project.run("run", "-e", "tf215")
    sentence = f"{project.root}: no environment works in a folder with ':' in its path: rename it\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", sentence)
    tox = project.tox("run", "-e", "tf215")
    assert tox.returncode != 0
    assert sentence in tox.stdout
    assert project.run("plan", "-e", "tf215").returncode == 0


@pytest.mark.usefixtures("wheels")
def test_project_at_odd_path_locks_and_runs(project: TinyProject) -> None:
    locked = project.run("lock", "-e", "tf215")
    assert locked.returncode == 0, locked
    made = project.tox("run", "-e", "tf215", "--notest")
    assert made.returncode == 0, made.stdout
    fill_environment(project.root / ".tox" / "tf215")
    done = project.run("run", "-e", "tf215")
    assert done.returncode == 0, done
    column = read_column(project.root / ".harness" / "run" / "tf215.json")
    statuses = sorted(outcome.status.value for outcome in column.cells.values())
    assert statuses == ["absent", "fail", "fail", "pass", "pass"]
