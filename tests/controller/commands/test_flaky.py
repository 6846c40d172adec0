"""Cells that do not give the same each time: a run that is not as in the baseline, and `harness flaky`."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.contract.statuses import Status
from harness.controller.results.documents import read_column
from tests.support.tiny_project import TinyProject
from tests.support.tiny_tensorflow import remove_pytest

# It fails the first time, and never again.
ONCE = """\
id: once
kind: snippet
title: Fails once
paths: [tf.keras]
code: |
  import os
  import KERAS as keras

  # call
  mark = {mark!r}
  first = not os.path.exists(mark)
  open(mark, "w").close()
  assert not first, keras.__version__
"""
MANY = """\
id: many-{number}
kind: snippet
title: Passes where a file exists
paths: [tf.keras]
code: |
  import os
  import KERAS as keras

  # call
  assert os.path.exists({mark!r}), keras.__version__
"""


@pytest.fixture
def once(project: TinyProject, made: None) -> Path:
    """A case that fails once, as soon as the file that is given here is not there. It is accepted as passing."""
    mark = project.root / "mark"
    (project.root / "cases" / "snippet" / "once.yaml").write_text(ONCE.format(mark=str(mark)), encoding="utf-8")
    mark.touch()
    return mark


def test_unconfirmed_changes_are_flaky(project: TinyProject, once: Path) -> None:
    assert project.run("run", "-e", "tf215", "-k", "once").returncode == 0
    assert project.run("accept", "-k", "once").returncode == 0
    once.unlink()
    done = project.run("run", "-e", "tf215", "-k", "once", "--fresh")
    assert done.returncode == 0
    said = "tf215 flaky once[tf.keras]: 2 of 3 pass; 1 of 3 fail at call (AssertionError: 2.15.0)\n"
    assert said in done.stdout
    assert "nothing: as in the baseline" in done.stdout
    log = (project.root / ".harness" / "logs" / "tf215.log").read_text(encoding="utf-8")
    assert "tf215: 1 differ from the baseline: retry 1 of 2\n" in log
    assert "tf215: 1 differ from the baseline: retry 2 of 2\n" in log
    run = project.root / ".harness" / "run" / "tf215.json"
    assert run.read_bytes() == (project.root / "results" / "tf215.json").read_bytes()
    again = project.run("run", "-e", "tf215", "-k", "once")
    assert "cells cached" not in again.stdout  # what is flaky is never taken
    assert "flaky" not in again.stdout


def test_without_retries_it_is_a_change(project: TinyProject, once: Path) -> None:
    project.run("run", "-e", "tf215", "-k", "once")
    project.run("accept", "-k", "once")
    once.unlink()
    done = project.run("run", "-e", "tf215", "-k", "once", "--fresh", "--retries", "0")
    assert done.returncode == 1
    assert "\ntf215 regressed once[tf.keras]: pass → fail at call (AssertionError: 2.15.0)\n" in done.stdout
    assert "\ndiffers    1 regressed\n" in done.stdout
    cells = read_column(project.root / ".harness" / "run" / "tf215.json").cells
    assert cells["once", "tf.keras"].status is Status.FAIL


def test_a_confirmed_change_is_reported_and_cached(project: TinyProject, once: Path) -> None:
    project.run("run", "-e", "tf215", "-k", "version")
    project.run("accept", "-k", "version")
    (keras,) = project.root.glob(".tox/tf215/lib/*/site-packages/tensorflow/keras/__init__.py")
    keras.write_text("__version__ = '2.14.0'\n", encoding="utf-8")
    first = project.run("run", "-e", "tf215", "-k", "version", "--fresh")
    second = project.run("run", "-e", "tf215", "-k", "version")
    for done in (first, second):
        assert done.returncode == 1
        assert "tf215 regressed version[tf.keras]: pass → fail at call (AssertionError: 2.14.0)\n" in done.stdout
        assert "2 regressed\n" in done.stdout
        assert "flaky" not in done.stdout
    assert "3 cells cached" in second.stdout


@pytest.fixture
def many(project: TinyProject, made: None) -> Path:
    """Nine cases that pass where a file exists. They are accepted, and the file is removed."""
    mark = project.root / "mark"
    for number in range(9):
        file = project.root / "cases" / "snippet" / f"many-{number}.yaml"
        file.write_text(MANY.format(number=number, mark=str(mark)), encoding="utf-8")
    mark.touch()
    assert project.run("run", "-e", "tf215", "-k", "many-*").returncode == 0
    assert project.run("accept", "-e", "tf215", "-k", "many-*").returncode == 0
    mark.unlink()
    return mark


def log_of(project: TinyProject) -> str:
    return (project.root / ".harness" / "logs" / "tf215.log").read_text(encoding="utf-8")


def test_cells_that_were_not_retried_need_a_word(project: TinyProject, many: Path) -> None:
    done = project.run("run", "-e", "tf215", "-k", "many-*", "--fresh")
    assert done.returncode == 1
    assert "6 unconfirmed: a few with the same cause were retried, and gave the same each time\n" in done.stdout
    for number in (1, 2):
        assert f"tf215: 9 differ from the baseline: retry {number} of 2 for 3 of them\n" in log_of(project)
    again = project.run("run", "-e", "tf215", "-k", "many-*")
    assert "6 unconfirmed" in again.stdout
    assert "9 cells cached" in again.stdout  # nothing is left to be retried
    refused = project.run("accept", "-e", "tf215", "-k", "many-*")
    assert (refused.returncode, refused.stdout) == (3, "")
    said = "tf215: 6 unconfirmed: a few with the same cause were retried, and gave the same each time"
    assert refused.stderr == f"{said} (many-1[tf.keras] first): accept them with --unconfirmed\n"
    assert project.run("accept", "-e", "tf215", "-k", "many-0").returncode == 0
    assert project.run("accept", "-e", "tf215", "-k", "many-*", "--unconfirmed").returncode == 0
    cells = read_column(project.root / "results" / "tf215.json").cells.values()
    assert [cell.status for cell in cells if cell.case.startswith("many")] == [Status.FAIL] * 9


def test_all_with_a_cause_are_retried_after_one(project: TinyProject, many: Path) -> None:
    once = str(many.with_name("once"))
    lines = [
        f"first = not os.path.exists({once!r})",
        f"open({once!r}, 'w').close()",
        "assert not first, keras.__version__",
    ]
    project.edit(
        "cases/snippet/many-0.yaml", f"assert os.path.exists({str(many)!r}), keras.__version__", "\n  ".join(lines)
    )
    done = project.run("run", "-e", "tf215", "-k", "many-*", "--fresh")
    assert done.returncode == 1
    assert "8 regressed" in done.stdout
    assert "unconfirmed" not in done.stdout
    assert "tf215 flaky many-0[tf.keras]: 2 of 3 pass; 1 of 3 fail at call" in done.stdout
    retries = [line for line in log_of(project).splitlines() if "differ from the baseline" in line]
    said = "tf215: 9 differ from the baseline: retry "
    assert retries == [f"{said}1 of 2 for 3 of them", f"{said}2 of 2", f"{said}2 of 2 for 6 of them"]


def test_flaky_runs_a_selection_several_times(project: TinyProject, once: Path) -> None:
    once.unlink()
    done = project.run("flaky", "-e", "tf215", "--runs", "3")
    assert done.returncode == 1
    said = "tf215 flaky once[tf.keras]: 2 of 3 pass; 1 of 3 fail at call (AssertionError: 2.15.0)\n"
    assert done.stdout.endswith(said + "6 cells, run 3 times: 1 flaky\n")
    assert "run 3 of 3\n" in done.stdout
    steady = project.run("flaky", "-e", "tf215", "--runs", "2")
    assert steady.returncode == 0
    assert steady.stdout.endswith("6 cells, run 2 times: none flaky\n")


def test_failed_environments_are_reported_for_each_run(project: TinyProject) -> None:
    (project.root / "locks").mkdir()
    (project.root / "locks" / "tf115.txt").write_text("# nothing\n", encoding="utf-8")
    done = project.run("flaky", "-e", "tf115", "--runs", "2")
    assert done.returncode == 3
    assert "tf115 env-fail: " in done.stdout
    assert done.stdout.count(" in run ") == 2
    assert done.stdout.endswith("0 cells, run 2 times: none flaky\n")


def test_a_single_run_is_refused(project: TinyProject) -> None:
    done = project.run("flaky", "--runs", "1")
    assert (done.returncode, done.stderr) == (2, "harness flaky: argument --runs: must be at least 2\n")


def test_unfinished_runs_are_not_called_steady(project: TinyProject, made: None) -> None:
    remove_pytest(project.root / ".tox" / "tf215")
    done = project.run("flaky", "-e", "tf215", "--runs", "2")
    assert done.returncode == 3
    assert done.stdout.count("tf215: not all cells were run (log: ") == 2


def test_a_report_names_what_is_flaky(project: TinyProject, once: Path) -> None:
    project.run("run", "-e", "tf215", "-k", "once")
    project.run("accept", "-k", "once")
    once.unlink()
    project.run("run", "-e", "tf215", "-k", "once", "--fresh")
    report = project.run("report")
    assert report.returncode == 0
    assert "## Flaky\n\n- tf215 flaky once\\[tf.keras\\]: 2 of 3 pass; 1 of 3 fail at call" in report.stdout
