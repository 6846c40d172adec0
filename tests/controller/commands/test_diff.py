from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.results.documents import Column

Columns = Callable[..., Column]
Command = Callable[..., subprocess.CompletedProcess[str]]
Commit = Callable[[], str]
Keep = Callable[[str, Column], Path]

DENSE = Outcome("dense", "tf.keras", Status.PASS)
VERSION = Outcome("version", "keras", Status.PASS)
FAILED = Outcome("version", "keras", Status.FAIL, Stage.CALL, "AssertionError", "2.14.0 | 2.15.0")


@pytest.fixture
def both(keep: Keep, column: Columns) -> None:
    """A baseline of two environments, and a run in which one cell of each and one package are not as they were."""
    for name in ("tf215", "tf216"):
        keep("results", column(DENSE, VERSION, id=name, packages={"numpy": "1.26.4"}))
    keep(".harness/run", column(DENSE, FAILED, packages={"numpy": "2.0.2"}))
    keep(".harness/run", column(replace(DENSE, status=Status.CRASH), VERSION, id="tf216", packages={"numpy": "1.26.4"}))


TF215 = "tf215 regressed version[keras]: pass → fail at call (AssertionError: 2.14.0 | 2.15.0)"
NUMPY = "tf215 numpy 1.26.4 → 2.0.2"
TF216 = "tf216 regressed dense[tf.keras]: pass → crash"


def test_equal_results_exit_0(project: Path, harness: Command, keep: Keep, column: Columns) -> None:
    keep("results", column(DENSE, FAILED, packages={"numpy": "1.26.4"}))
    keep(".harness/run", column(FAILED, DENSE, packages={"numpy": "1.26.4"}))
    for names in ([], ["results"], ["results", "run"], [str(project / "results"), str(project / ".harness/run")]):
        done = harness("diff", *names)
        assert (done.returncode, done.stdout, done.stderr) == (0, "no difference\n", "")


def test_what_differs_is_said_with_code_1(harness: Command, both: None) -> None:
    done = harness("diff")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [TF215, TF216, NUMPY, "2 regressed, 1 package"]
    back = harness("diff", "run", "results")
    assert back.returncode == 1
    assert back.stdout.splitlines()[0] == "tf215 numpy 2.0.2 → 1.26.4"
    assert back.stdout.splitlines()[-1] == "1 package, 2 fixed"


@pytest.mark.parametrize(
    ("selection", "said"),
    [
        (["-e", "tf215"], [TF215, NUMPY, "1 regressed, 1 package"]),
        (["-e", "tf216", "-e", "tf115"], [TF216, "1 regressed"]),
        (["-g", "tf2x", "-k", "dense"], [TF216, NUMPY, "1 regressed, 1 package"]),
        (["-p", "keras", "-e", "*215"], [TF215, NUMPY, "1 regressed, 1 package"]),
        (["-p", "tf.*", "-e", "tf215"], [NUMPY, "1 package"]),
    ],
)
def test_only_what_is_selected_is_compared(harness: Command, both: None, selection: list[str], said: list[str]) -> None:
    done = harness("diff", *selection)
    assert (done.returncode, done.stdout.splitlines()) == (1, said)


def test_an_unchanged_selection_exits_0(harness: Command, both: None) -> None:
    done = harness("diff", "-e", "tf216", "-k", "version")
    assert (done.returncode, done.stdout) == (0, "no difference\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-e", "tf115"], "nothing to compare: run has no cell of this selection"),
        (["-k", "dense", "-p", "keras"], "nothing to compare: run has no cell of this selection"),
        (["results", "results", "-e", "tf115"], "nothing to compare: results has no cell of this selection"),
        (["-k", "dence"], "no case matches 'dence'; did you mean 'dense'?"),
        (["-g", "quik"], "unknown group 'quik'; did you mean 'quick'?"),
        (["reslts"], "'reslts' is neither results, run, a folder nor a git revision that has results/"),
    ],
)
def test_what_cannot_be_compared_ends_with_code_2(
    harness: Command, both: None, arguments: list[str], said: str
) -> None:
    done = harness("diff", *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said + "\n")


@pytest.mark.parametrize("there", ["results", ".harness/run"])
def test_a_missing_side_exits_2(project: Path, harness: Command, keep: Keep, column: Columns, there: str) -> None:
    keep(there, column(DENSE))
    (missing,) = {"results", ".harness/run"} - {there}
    done = harness("diff")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"no result document in {project / missing}\n"


def test_an_unreadable_document_exits_3(project: Path, harness: Command, both: None) -> None:
    (project / ".harness" / "run" / "tf216.json").write_text('{"schema": 9}', encoding="utf-8")
    done = harness("diff")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == f"{project}/.harness/run/tf216.json: has schema 9, and this harness reads schema 1\n"


def test_runs_compare_in_part_folders_as_whole(
    project: Path, harness: Command, keep: Keep, column: Columns, both: None
) -> None:
    for folder in (".harness/run", "part"):
        keep(folder, column(DENSE, packages={"numpy": "1.26.4"}))
    (project / ".harness" / "run" / "tf216.json").unlink()
    assert harness("diff").stdout == "no difference\n"
    done = harness("diff", "results", str(project / "part"))
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "tf215 removed version[keras]: pass",
        "tf216 environment removed",
        "1 removed, 1 environment removed",
    ]


def test_revisions_compare_with_each_other_and_files(
    harness: Command, keep: Keep, column: Columns, commit: Commit
) -> None:
    keep("results", column(VERSION))
    first = commit()
    keep("results", column(FAILED))
    commit()
    keep("results", column(VERSION, DENSE))
    assert [harness("diff", *names).stdout.splitlines()[-1] for names in ([first, "HEAD"], ["HEAD", first])] == [
        "1 regressed",
        "1 fixed",
    ]
    assert harness("diff", first, "results").stdout.splitlines() == ["tf215 new dense[tf.keras]: pass", "1 new"]
    assert harness("diff", "HEAD~1", first).returncode == 0


def test_a_package_difference_exits_1(harness: Command, keep: Keep, column: Columns) -> None:
    keep("results", column(DENSE, packages={"numpy": "1.26.4"}))
    keep(".harness/run", column(DENSE, packages={"numpy": "1.26.4", "wrapt": "1.14.1"}))
    done = harness("diff")
    assert (done.returncode, done.stdout) == (1, "tf215 wrapt none → 1.14.1\n1 package\n")


@pytest.mark.parametrize(
    ("status", "code"), [(Status.PASS, 0), (Status.FAIL, 1), (Status.CRASH, 1), (Status.TIMEOUT, 1)]
)
def test_only_failing_new_cells_exit_1(
    harness: Command, keep: Keep, column: Columns, status: Status, code: int
) -> None:
    keep("results", column(DENSE))
    keep(".harness/run", column(DENSE, replace(VERSION, status=status)))
    done = harness("diff")
    assert (done.returncode, done.stdout) == (code, f"tf215 new version[keras]: {status.value}\n1 new\n")


def test_lane_packages_exit_0(project: Path, harness: Command, keep: Keep, column: Columns) -> None:
    lane = "lanes:\n  today: {title: Runs today, of: '>=2', cases: [version], paths: [keras]}\n"
    with open(project / "matrix.yaml", "a", encoding="utf-8") as matrix:
        matrix.write(lane)
    keep("results", column(VERSION, id="tf215-today", packages={"numpy": "1.26.4"}))
    keep(".harness/run", column(VERSION, id="tf215-today", packages={"numpy": "2.0.2"}))
    done = harness("diff")
    assert (done.returncode, done.stdout) == (0, "tf215-today numpy 1.26.4 → 2.0.2\n1 package\n")


def test_the_formats_tell_the_same_changes(harness: Command, both: None) -> None:
    done = {form: harness("diff", "--format", form) for form in ("text", "markdown", "json")}
    assert {form.returncode for form in done.values()} == {1}
    assert done["text"].stdout == harness("diff").stdout
    data = json.loads(done["json"].stdout)
    assert [(item["environment"], item["change"], item["case"] or item["name"]) for item in data] == [
        ("tf215", "regressed", "version"),
        ("tf216", "regressed", "dense"),
        ("tf215", "package", "numpy"),
    ]
    rows = [line for line in done["markdown"].stdout.splitlines() if line.startswith("| tf")]
    assert rows == [
        r"| tf215 | version\[keras\] | pass | fail at call (AssertionError: 2.14.0 \| 2.15.0) |",
        r"| tf216 | dense\[tf.keras\] | pass | crash |",
        "| tf215 | numpy | 1.26.4 | 2.0.2 |",
    ]
