from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.results.documents import Column

Columns = Callable[..., Column]
Command = Callable[..., subprocess.CompletedProcess[str]]
Keep = Callable[[str, Column], Path]

PASSED = Outcome("version", "keras", Status.PASS)
FAILED = Outcome("version", "keras", Status.FAIL, Stage.CALL, "AssertionError", "2.14.0")
UNREACHED = Outcome("version", "keras", Status.NOT_RUN)
ENV_FAIL = Outcome("version", "keras", Status.ENV_FAIL)
PACKAGES = {"numpy": "1.26.4"}


def test_a_run_that_is_as_the_baseline_says_so(harness: Command, keep: Keep, column: Columns) -> None:
    for folder in ("results", ".harness/run"):
        keep(folder, column(FAILED))
    done = harness("report")
    assert done.returncode == 0
    assert "## What could not run\n\nEvery environment was run to the end.\n" in done.stdout
    assert "## What changed\n\nno difference\n" in done.stdout
    assert "## The grid in short\n\n- " in done.stdout


def test_what_changed_is_told(harness: Command, keep: Keep, column: Columns) -> None:
    keep("results", column(PASSED))
    keep(".harness/run", column(FAILED))
    done = harness("report")
    assert done.returncode == 1
    assert "### regressed\n" in done.stdout
    assert "fail at call (AssertionError: 2.14.0) |" in done.stdout


def test_a_report_gives_reasons_for_failures(harness: Command, keep: Keep, column: Columns) -> None:
    for name in ("tf215", "tf216", "tf216-legacy"):
        keep("results", column(PASSED, id=name, packages=PACKAGES))
    keep(".harness/run", column(ENV_FAIL, id="tf215", status="env-fail", reason="no | network"))
    keep(".harness/run", column(UNREACHED, id="tf216"))
    partly = column(UNREACHED, Outcome("dense", "tf.keras", Status.PASS), id="tf216-legacy", packages=PACKAGES)
    keep(".harness/run", partly)
    done = harness("report")
    assert done.returncode == 3
    assert "| tf215 | no \\| network |\n| tf216 | no outcome of it came back |\n" in done.stdout
    assert "| tf216-legacy | 1 cells not-run |\n" in done.stdout
    assert "numpy" not in done.stdout, "what was not reached says nothing of packages"


@pytest.mark.parametrize("most", [100, 400])
def test_a_long_report_is_cut(harness: Command, keep: Keep, column: Columns, most: int) -> None:
    keep(".harness/run", column(FAILED))
    whole = harness("report").stdout
    cut = harness("report", "--most", str(most)).stdout
    assert len(whole) > most >= len(cut.rstrip("\n"))
    assert cut.endswith("*Cut here: it is longer than fits.*\n\n")
    assert whole.startswith(cut.partition("\n\n*Cut here")[0] + "\n")


def test_without_a_run_there_is_nothing_to_report(harness: Command) -> None:
    assert harness("report").returncode == 2
