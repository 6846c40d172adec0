"""Columns for which `harness run` starts nothing, and what in the project has it start tox all the same."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness.controller.engine.local import LocalEngine
from harness.controller.environments import on_cores
from harness.controller.results.documents import read_column
from tests.support.processes import PATIENCE
from tests.support.tiny_project import TinyProject

RUN = [".harness/run/tf215.json", ".harness/details/tf215.json"]


def contents(project: TinyProject) -> list[bytes]:
    return [(project.root / file).read_bytes() for file in RUN]


@pytest.mark.usefixtures("made")
def test_unchanged_rerun_starts_no_tox(project: TinyProject, monkeypatch: pytest.MonkeyPatch) -> None:
    assert project.run("run", "-e", "tf215").returncode == 0
    assert project.run("accept").returncode == 0
    before = contents(project)
    monkeypatch.setattr(LocalEngine, "run", lambda *arguments: pytest.fail("tox is started"))
    done = project.run("run", "-e", "tf215")
    assert done.returncode == 0
    assert "✓ pass 2   ✗ fail 2   – absent 1" in done.stdout
    assert "5 cells cached, as nothing they depend on has changed (--fresh" in done.stdout
    assert "\ndiffers    nothing: as in the baseline\n" in done.stdout
    assert contents(project) == before == contents(project)


@pytest.mark.usefixtures("has_run")
def test_cached_cells_are_compared_with_the_baseline(project: TinyProject, started: list[str]) -> None:
    (project.root / "results").mkdir()
    shutil.copy(project.root / RUN[0], project.root / "results")
    project.edit("results/tf215.json", '"message": "not there"', '"message": "gone"')
    done = project.run("run", "-e", "tf215", "--retries", "0")
    assert (done.returncode, started) == (1, [])
    assert "tf215 changed version[keras]: absent at path (gone) → absent at path (not there)" in done.stdout
    project.run("run", "-e", "tf215")
    assert started == ["tf215"]  # as a change is not told before it was seen again


@pytest.mark.usefixtures("has_run")
def test_part_and_whole_come_from_kept_outcomes(project: TinyProject, started: list[str]) -> None:
    before = contents(project)
    assert project.run("run", "-e", "tf215", "-k", "version", "-p", "tf.keras").returncode == 0
    assert set(read_column(project.root / RUN[0]).cells) == {("version", "tf.keras")}
    assert "5 cells cached" in project.run("run", "-e", "tf215").stdout
    assert (contents(project), started) == (before, [])


# pytest-xdist makes it multi-threaded.
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_many_environments_are_checked_like_few(
    has_run: Path, project: TinyProject, started: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_cores, "_MANY", 1)
    assert project.run("run", "-e", "tf215").returncode == 0
    assert started == []
    shutil.rmtree(has_run / "tensorflow")
    project.run("run", "-e", "tf215")
    assert started == ["tf215"]


LOOKING = """
import time
from types import SimpleNamespace
from harness.controller.environments import on_cores
from harness.controller.project.layout import Layout
from harness.controller.run import up_to_date

def look(*arguments):
    print("looking", flush=True)
    time.sleep(60)

on_cores._MANY, up_to_date.read_stamp, up_to_date._is_installed = 1, lambda files: files, look
up_to_date._unchanged(SimpleNamespace(layout=Layout(None)), [SimpleNamespace(id="tf215")])
"""


def test_checking_process_ends_with_killed_run() -> None:
    with subprocess.Popen([sys.executable, "-c", LOOKING], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "looking\n"
        run.kill()
        assert run.communicate(timeout=PATIENCE)[0] == ""  # which comes when nobody can write there any more


@pytest.mark.usefixtures("has_run")
@pytest.mark.parametrize("file", RUN)
@pytest.mark.parametrize("spoil", ["delete", "change"])
def test_missing_or_altered_files_are_written_again(
    project: TinyProject, started: list[str], file: str, spoil: str
) -> None:
    before = contents(project)
    (project.root / file).unlink() if spoil == "delete" else (project.root / file).write_bytes(b"{}")
    assert project.run("run", "-e", "tf215").returncode == 0
    assert (contents(project), started) == (before, [])


@pytest.mark.usefixtures("has_run")
@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("locks/tf215.txt", "y==2", "y==3"),
        ("locks/tf215.txt", "sha256:2", "sha256:3"),
        ("locks/tf215.txt", "y==2\n", ""),
        ("locks/tf215.txt", "y==2\n", "y==2\n--no-index\n"),
        ("matrix.yaml", "tensorflow: 2.15.1", "tensorflow: 2.15.0"),
        ("matrix.yaml", "timeout: 60", "timeout: 61"),
        ("cases/snippet/version.yaml", '"2.15.0"', '"2.15.1"'),
        ("cases/snippet/version.yaml", "title:", "skip: a reason\ntitle:"),
    ],
)
def test_changed_lock_matrix_or_case_reruns_environment(
    project: TinyProject, started: list[str], file: str, old: str, new: str
) -> None:
    project.edit(file, old, new)
    project.run("run", "-e", "tf215")
    assert started == ["tf215"]


@pytest.mark.usefixtures("has_run")
@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("locks/tf215.txt", "# made up", "# made up again"),
        ("cases/snippet/version.yaml", "title: The", "title: This"),
        ("matrix.yaml", "environments:\n  tf216: {tensorflow: 2.16.2", "environments:\n  tf216: {tensorflow: 2.16.1"),
    ],
)
def test_what_changes_no_outcome_starts_nothing(
    project: TinyProject, started: list[str], file: str, old: str, new: str
) -> None:
    before = contents(project)
    project.edit(file, old, new)
    assert project.run("run", "-e", "tf215").returncode == 0
    assert (contents(project), started) == (before, [])


@pytest.mark.usefixtures("has_run")
@pytest.mark.parametrize("how", [["--fresh"], ["--isolation", "spawn"], ["--", "-v"], ["--", "--fresh"]])
def test_requests_beyond_known_outcomes_start_tox(project: TinyProject, started: list[str], how: list[str]) -> None:
    project.run("run", "-e", "tf215", *how)
    assert started == ["tf215"]
