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
