"""How cells look and end in pytest: ids, its own options, its exit codes, and the baseline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.contract.records import CellKey, Outcome
from harness.contract.statuses import Stage, Status
from tests.support.runner_projects import ISOLATIONS, Project, Ran, snippet

CASES = {
    "good": snippet("", "json", "xml"),
    "bad": snippet("raise ValueError('no good')"),
    "slow": snippet("import time\ntime.sleep(0.3)\nprint('slept well')"),
    "worse": snippet("print('on the way')\nassert False, 'no \\ud800 good'"),
}
ALL = [("bad", "json"), ("good", "json"), ("good", "xml"), ("slow", "json"), ("worse", "json")]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(tmp_path_factory.mktemp("plugin"), CASES)


def left_out(ran: Ran) -> list[CellKey]:
    """The cells that pytest's options left out, each once: every worker reports them."""
    return sorted({(case, path) for line in ran.of("deselected") for case, path in line["deselected"]})


def test_cell_id_has_file_case_and_path(project: Project) -> None:
    ran = project.run("--collect-only", "-q")
    ids = [f"cases/snippet/{case}.yaml::{case}[{path}]" for case, path in ALL]
    assert [line for line in ran.printed.splitlines() if "::" in line] == ids
    assert (ran.code, ran.lines) == (0, [])


def test_cell_without_baseline_is_judged_alone(project: Project) -> None:
    ran = project.run()
    assert ran.recorded == ALL
    assert ran.code == 1
    assert "2 failed, 3 passed" in ran.printed
    assert "fail at call (ValueError: no good)" in ran.printed
    assert "on the way" in ran.printed
    assert "harness/runner" not in ran.printed.replace("harness/runner/pytest.ini", "")


def test_a_cell_by_its_id(project: Project) -> None:
    ran = project.run("cases/snippet/good.yaml::good[xml]")
    assert (ran.code, ran.recorded) == (0, [("good", "xml")])
    assert left_out(ran) == [key for key in ALL if key != ("good", "xml")]


@pytest.mark.parametrize(
    ("words", "cells"), [("good", ALL[1:3]), ("xml or slow", ALL[2:4]), ("snippet and bad", ALL[:1])]
)
def test_words_select_cells_and_deselect_others(project: Project, words: str, cells: list[tuple[str, str]]) -> None:
    ran = project.run("-k", words)
    assert ran.recorded == cells
    assert left_out(ran) == sorted(set(ALL) - set(cells))


def test_words_that_no_cell_has(project: Project) -> None:
    ran = project.run("-k", "nosuchcase")
    assert (ran.code, ran.recorded, left_out(ran)) == (5, [], ALL)


def test_stop_at_first_failure_leaves_rest_unrecorded(project: Project) -> None:
    ran = project.run("-x")
    assert (ran.code, ran.recorded, left_out(ran)) == (1, ALL[:1], [])


def test_running_what_failed_last_time(project: Project) -> None:
    first = project.run()
    assert "2 failed, 3 passed" in first.printed, first.printed
    ran = project.run("--lf")
    assert ran.recorded == [("bad", "json"), ("worse", "json")], ran.printed
    assert left_out(ran) == ALL[1:4]


def test_the_slowest_cells(project: Project) -> None:
    ran = project.run("--durations=0", "-vv", "-k", "good or slow")  # all: the first cell waits for the fork server
    assert "slowest" in ran.printed
    assert "call     cases/snippet/slow.yaml::slow[json]" in ran.printed


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_two_workers_record_every_cell_once(tmp_path: Path, isolation: str) -> None:
    project = Project(tmp_path, CASES, isolation=isolation)
    ran = project.run("-n", "2")
    assert sorted(ran.recorded) == ALL
    assert ran.code == 1
    assert "2 failed, 3 passed" in ran.printed
    assert project.all_ended()
    assert project.temporary == []


def test_two_workers_and_what_is_left_out(project: Project) -> None:
    ran = project.run("-n", "2", "-k", "good")
    assert sorted(ran.recorded) == ALL[1:3]
    assert left_out(ran) == [ALL[0], *ALL[3:]]


PASSES = Outcome("", "json", Status.PASS)
FAILS = Outcome("", "json", Status.FAIL, Stage.CALL, "ValueError", "no good")
RAISES = "raise ValueError('no good')"
BASELINES = {  # the code, what the baseline holds, and how pytest names the end of the cell
    "equal-pass": ("", PASSES, "PASSED"),
    "equal-fail": (RAISES, FAILS, "XFAIL"),
    "worse": (RAISES, PASSES, "FAILED"),
    "better": ("", FAILS, "FAILED"),
    "other-status": (RAISES, replace(FAILS, status=Status.CRASH), "FAILED"),
    "other-stage": (RAISES, replace(FAILS, stage=Stage.FIT), "FAILED"),
    "other-error": (RAISES, replace(FAILS, error="TypeError"), "FAILED"),
    "other-message": (RAISES, replace(FAILS, message="no better"), "FAILED"),
    "other-warnings": ("", replace(PASSES, warnings=("FutureWarning: soon",)), "FAILED"),
}


def held_against(folder: Path, names: Iterable[str]) -> Project:
    """A project with a baseline, which holds something about a cell that is not there as well."""
    cases = {name: snippet(BASELINES[name][0]) for name in names}
    expected = [replace(BASELINES[name][1], case=name) for name in names]
    return Project(folder, cases, expected=[*expected, replace(FAILS, case="of-old")])


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return held_against(tmp_path_factory.mktemp("held"), BASELINES).run("-rA")


@pytest.mark.parametrize("name", BASELINES)
def test_a_cell_is_held_against_the_baseline(held: Ran, name: str) -> None:
    end = BASELINES[name][2]
    assert f"{end} cases/snippet/{name}.yaml::{name}[json]" in held.printed
    assert held.code == 1


def test_run_matching_the_baseline_succeeds(tmp_path: Path) -> None:
    ran = held_against(tmp_path, ["equal-pass", "equal-fail"]).run()
    assert ran.code == 0
    assert "1 passed, 1 xfailed" in ran.printed


def test_a_difference_is_told_with_both_sides(held: Ran) -> None:
    assert "baseline: pass\nnow:      fail at call (ValueError: no good)" in held.printed
    assert "baseline: fail at call (ValueError: no good)\nnow:      pass" in held.printed


def test_unanswered_cells_skip_unless_baseline_differs(tmp_path: Path) -> None:
    cases = {"gone": snippet("", "nosuchkeras"), "went": snippet("", "nosuchkeras"), "off": snippet("", skip="later")}
    ran = Project(tmp_path, cases, expected=[Outcome("went", "nosuchkeras", Status.PASS)]).run("-rs")
    assert "1 failed, 2 skipped" in ran.printed
    assert "absent at path (ModuleNotFoundError: No module named 'nosuchkeras')" in ran.printed
    assert "skip (later)" in ran.printed


def test_cells_of_removed_file_are_ignored(tmp_path: Path) -> None:
    project = Project(tmp_path, CASES)
    (tmp_path / "cases/snippet/good.yaml").unlink()
    ran = project.run()
    assert {case for case, _ in ran.recorded} == CASES.keys() - {"good"}
    assert ran.of("deselected") == []


def test_nothing_around_the_cases_is_looked_at(tmp_path: Path) -> None:
    project = Project(tmp_path, {"good": CASES["good"]})
    for file in ("conftest.py", "test_more.py", "cases/snippet/other.yaml"):
        (tmp_path / file).write_text("raise SystemError", encoding="utf-8")
    ran = project.run()
    assert (ran.code, ran.recorded) == (0, [("good", "json"), ("good", "xml")])
