from __future__ import annotations

import pytest

from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from tests.support.tiny_project import TinyProject, make_column

PASSED = Outcome("version", "keras", Status.PASS)
FAILED = Outcome("version", "keras", Status.FAIL, Stage.CALL, "AssertionError", "2.14.0")
UNREACHED = Outcome("version", "keras", Status.NOT_RUN)
ENV_FAIL = Outcome("version", "keras", Status.ENV_FAIL)
PACKAGES = {"numpy": "1.26.4"}


def test_run_equal_to_baseline_reports_no_difference(project: TinyProject) -> None:
    for folder in ("results", ".harness/run"):
        project.keep(folder, make_column(FAILED))
    done = project.run("report")
    assert done.returncode == 0
    assert "## Failed environments\n\nEvery environment finished.\n" in done.stdout
    assert "## Changes\n\nno difference\n" in done.stdout
    assert "## The grid\n\n- " in done.stdout


def test_what_changed_is_told(project: TinyProject) -> None:
    project.keep("results", make_column(PASSED))
    project.keep(".harness/run", make_column(FAILED))
    done = project.run("report")
    assert done.returncode == 1
    assert "### regressed\n" in done.stdout
    assert "fail at call (AssertionError: 2.14.0) |" in done.stdout


def test_a_report_gives_reasons_for_failures(project: TinyProject) -> None:
    for name in ("tf215", "tf216", "tf216-legacy"):
        project.keep("results", make_column(PASSED, id=name, packages=PACKAGES))
    project.keep(".harness/run", make_column(ENV_FAIL, id="tf215", status="env-fail", reason="no | network"))
    project.keep(".harness/run", make_column(UNREACHED, id="tf216"))
    partly = make_column(UNREACHED, Outcome("dense", "tf.keras", Status.PASS), id="tf216-legacy", packages=PACKAGES)
    project.keep(".harness/run", partly)
    done = project.run("report")
    assert done.returncode == 3
    assert "| tf215 | no \\| network |\n| tf216 | no outcomes received |\n" in done.stdout
    assert "| tf216-legacy | 1 cells not-run |\n" in done.stdout
    assert "numpy" not in done.stdout, "what was not reached says nothing of packages"


@pytest.mark.parametrize("most", [100, 400])
def test_a_long_report_is_cut(project: TinyProject, most: int) -> None:
    project.keep(".harness/run", make_column(FAILED))
    whole = project.run("report").stdout
    cut = project.run("report", "--most", str(most)).stdout
    assert len(whole) > most >= len(cut.rstrip("\n"))
    assert cut.endswith("*Cut here: the report is too long.*\n\n")
    assert whole.startswith(cut.partition("\n\n*Cut here")[0] + "\n")


def test_report_without_a_run_exits_2(project: TinyProject) -> None:
    assert project.run("report").returncode == 2
