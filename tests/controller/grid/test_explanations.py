from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from harness.cases.case import Known
from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.grid.explanations import FAILING, MAX_QUOTE, Coverage, coverage, explanation, quote
from harness.controller.project.loader import load_project
from tests.support.tiny_project import TinyProject, make_column

FAILED = Outcome("version", "tf.keras", Status.FAIL, Stage.CALL, "AssertionError", "2.14.0\nand more")
PASSED = replace(FAILED, status=Status.PASS, stage=None, error=None, message=None)
ENTRY = Known("tf.*", ">=2.15,<2.16", "2.14", "It says so.", "keras#1")
FILE = "cases/snippet/version.yaml"


@pytest.fixture
def know(project: TinyProject) -> Callable[..., None]:
    """Give the case `version` what it knows; its first entry stands in line 5."""

    def know(*entries: Known) -> None:
        lines = [
            f"- {{path: '{entry.path}', tf: '{entry.release}', match: '{entry.match}', reason: x}}" for entry in entries
        ]
        project.edit(FILE, "code: |", "\n".join(["known:", *lines, "code: |"]))

    return know


@pytest.mark.parametrize(
    ("entry", "outcome", "environment", "explains"),
    [
        (ENTRY, FAILED, "tf215", True),
        (ENTRY, FAILED, "tf216", False),
        (ENTRY, FAILED, "tf115", False),
        (replace(ENTRY, release=">=1"), FAILED, "tf115", True),
        (replace(ENTRY, release="==2.16.2"), FAILED, "tf216-legacy", True),
        (replace(ENTRY, path="*"), FAILED, "tf215", True),
        (replace(ENTRY, path="TF.*"), FAILED, "tf215", False),
        (replace(ENTRY, path="keras"), FAILED, "tf215", False),
        (replace(ENTRY, match="Assertion"), FAILED, "tf215", True),
        (replace(ENTRY, match="AssertionError: 2.14.0\n"), FAILED, "tf215", True),
        (replace(ENTRY, match="2.1[45]"), FAILED, "tf215", False),
        (ENTRY, replace(FAILED, error=None, message=None), "tf215", False),
        (ENTRY, replace(FAILED, error=None), "tf215", True),
    ],
)
def test_entry_explains_cells_that_match_it(
    project: TinyProject, entry: Known, outcome: Outcome, environment: str, explains: bool
) -> None:
    loaded = load_project(project.root)
    case = replace(loaded.cases[1], known=(entry,))
    assert explanation(case, outcome, loaded.matrix.environments[environment]) == (entry if explains else None)


@pytest.mark.parametrize("status", Status)
def test_only_what_fails_is_explained(project: TinyProject, status: Status) -> None:
    loaded = load_project(project.root)
    case = replace(loaded.cases[1], known=(ENTRY,))
    found = explanation(case, replace(FAILED, status=status), loaded.matrix.environments["tf215"])
    assert (found is not None) == (status in (Status.FAIL, Status.CRASH, Status.TIMEOUT)) == (status in FAILING)


def test_a_prerelease_is_in_a_range(project: TinyProject) -> None:
    project.edit("matrix.yaml", "2.15.1", "2.15.1rc1")
    loaded = load_project(project.root)
    case = replace(loaded.cases[1], known=(ENTRY,))
    assert explanation(case, FAILED, loaded.matrix.environments["tf215"]) == ENTRY


def test_the_first_entry_that_fits_explains(project: TinyProject) -> None:
    loaded = load_project(project.root)
    entries = tuple(replace(ENTRY, match=match) for match in ("other", "2.14", "Assertion"))
    case = replace(loaded.cases[1], known=entries)
    assert explanation(case, FAILED, loaded.matrix.environments["tf215"]) == entries[1]


def test_quote_is_one_line_of_bounded_length() -> None:
    assert quote(FAILED) == "AssertionError: 2.14.0 and more"
    long = quote(replace(FAILED, message="x" * 2000))
    assert (len(long), long[-1]) == (MAX_QUOTE, "…")
    assert quote(replace(FAILED, error=None, message="x" * MAX_QUOTE)) == "x" * MAX_QUOTE


def test_coverage_counts_cells_and_cases_once(know: Callable[..., None], project: TinyProject) -> None:
    know(replace(ENTRY, match="2.14"), replace(ENTRY, match="2.14.0"))
    project.edit("cases/model_build/dense.yaml", "paths:", "advice: Take x.\npaths:")
    crashed = Outcome("dense", "tf.keras", Status.CRASH, message="2.14")
    unmet = Outcome("version", "keras", Status.UNMET, message="2.14")
    made = project.grid(make_column(FAILED, crashed, unmet), make_column(FAILED, id="tf216", release="2.16.2"))
    assert coverage(made) == Coverage(failing=3, explained=1, cases=2, advised=1)
    assert coverage(project.grid(make_column(PASSED))) == Coverage(0, 0, 0, 0)


@pytest.mark.parametrize(("explained", "percent"), [(0, 0), (312, 78), (399, 99), (400, 100)])
def test_percentage_100_only_when_all_explained(explained: int, percent: int) -> None:
    assert Coverage(400, explained, 1, 0).percent == percent


SELECTS_NONE = "explains no failing cell: no cell fails under"
SAYS_OTHER = "'nothing' is not in the messages of 2 failing cells under 'tf.*' in releases '>=2.15'; tf215 tf.keras: "


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (ENTRY, None),
        (replace(ENTRY, release=">=2.16"), None),
        (replace(ENTRY, release=">=1", path="*"), None),
        (replace(ENTRY, release="<2"), f"{SELECTS_NONE} 'tf.*' in releases '<2'"),
        (replace(ENTRY, path="keras"), f"{SELECTS_NONE} 'keras' in releases '>=2.15,<2.16'"),
        (replace(ENTRY, release=">=2.15", match="nothing"), SAYS_OTHER + "'AssertionError: 2.14.0 and more'"),
        (
            replace(ENTRY, match="nothing"),
            SAYS_OTHER.replace("2 failing cells", "1 failing cell").replace("'>=2.15'", "'>=2.15,<2.16'")
            + "'AssertionError: 2.14.0 and more'",
        ),
        (replace(ENTRY, path="tf.kreas"), "no import path matches 'tf.kreas'; did you mean 'tf.keras'?"),
        (replace(ENTRY, release="2.x"), """'2.x' is not a range of releases such as ">=2,<2.6\""""),
        (replace(ENTRY, release="*"), """'*' is not a range of releases such as ">=2,<2.6\""""),
    ],
)
def test_validate_checks_entries_against_accepted_results(
    project: TinyProject, know: Callable[..., None], entry: Known, said: str | None
) -> None:
    know(ENTRY, entry)
    passed = [Outcome("version", path, Status.PASS) for path in ("keras", "tensorflow.keras")]
    project.keep("results", make_column(FAILED, *passed))
    project.keep("results", make_column(FAILED, *passed, id="tf216-legacy", release="2.16.2"))
    project.keep("results", make_column(PASSED, *passed, id="tf115", release="1.15.5"))
    done = project.run("validate")
    assert done.returncode == (2 if said else 0)
    assert done.stderr == (f"{FILE}:6: {said}\n" if said else "")


def test_known_failures_without_results_are_a_fault(project: TinyProject, know: Callable[..., None]) -> None:
    know(ENTRY)
    project.keep("results", make_column(Outcome("dense", "tf.keras", Status.PASS)))
    done = project.run("validate")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{FILE}:5: explains no failing cell: version has no results\n"


def test_known_entry_faults_reported_with_all_others(project: TinyProject, know: Callable[..., None]) -> None:
    know(replace(ENTRY, release="2.x", path="tf.kreas"), replace(ENTRY, match="nothing"))
    project.edit("cases/model_build/dense.yaml", "expect:", "expcet:")
    project.keep("results", make_column(FAILED))
    done = project.run("validate")
    assert done.returncode == 2
    places = [line.split(": ")[0] for line in done.stderr.splitlines()]
    assert "cases/model_build/dense.yaml:8" in places
    assert places[-3:] == [f"{FILE}:5", f"{FILE}:5", f"{FILE}:6"]


def test_results_are_held_against_by_validate_alone(project: TinyProject, know: Callable[..., None]) -> None:
    know(replace(ENTRY, match="nothing"))
    project.keep("results", make_column(FAILED))
    assert [project.run(command).returncode for command in ("plan", "show", "validate")] == [0, 0, 2]
    project.edit(FILE, "path: 'tf.*'", "path: 'tf.x'")
    assert [project.run(command).returncode for command in ("plan", "show", "validate")] == [2, 2, 2]


def test_range_and_path_faults_name_own_lines(project: TinyProject) -> None:
    entry = "known:\n- reason: x\n  match: x\n  tf: x\n  path: x\ncode: |"
    project.edit(FILE, "code: |", entry)
    lines = [line.split(": ")[0] for line in project.run("plan").stderr.splitlines()]
    assert lines == [f"{FILE}:7", f"{FILE}:8"]
