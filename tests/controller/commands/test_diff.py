from __future__ import annotations

import json
from dataclasses import replace

import pytest

from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from tests.support.tiny_project import TinyProject, make_column

DENSE = Outcome("dense", "tf.keras", Status.PASS)
VERSION = Outcome("version", "keras", Status.PASS)
FAILED = Outcome("version", "keras", Status.FAIL, Stage.CALL, "AssertionError", "2.14.0 | 2.15.0")


@pytest.fixture
def both(project: TinyProject) -> None:
    """A baseline of two environments, and a run in which one cell of each and one package are not as they were."""
    for name in ("tf215", "tf216"):
        project.keep("results", make_column(DENSE, VERSION, id=name, packages={"numpy": "1.26.4"}))
    project.keep(".harness/run", make_column(DENSE, FAILED, packages={"numpy": "2.0.2"}))
    project.keep(
        ".harness/run",
        make_column(replace(DENSE, status=Status.CRASH), VERSION, id="tf216", packages={"numpy": "1.26.4"}),
    )


TF215 = "tf215 regressed version[keras]: pass → fail at call (AssertionError: 2.14.0 | 2.15.0)"
NUMPY = "tf215 numpy 1.26.4 → 2.0.2"
TF216 = "tf216 regressed dense[tf.keras]: pass → crash"


def test_equal_results_exit_0(project: TinyProject) -> None:
    project.keep("results", make_column(DENSE, FAILED, packages={"numpy": "1.26.4"}))
    project.keep(".harness/run", make_column(FAILED, DENSE, packages={"numpy": "1.26.4"}))
    for names in (
        [],
        ["results"],
        ["results", "run"],
        [str(project.root / "results"), str(project.root / ".harness/run")],
    ):
        done = project.run("diff", *names)
        assert (done.returncode, done.stdout, done.stderr) == (0, "no difference\n", "")


def test_what_differs_is_said_with_code_1(project: TinyProject, both: None) -> None:
    done = project.run("diff")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [TF215, TF216, NUMPY, "2 regressed, 1 package"]
    back = project.run("diff", "run", "results")
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
def test_only_what_is_selected_is_compared(
    project: TinyProject, both: None, selection: list[str], said: list[str]
) -> None:
    done = project.run("diff", *selection)
    assert (done.returncode, done.stdout.splitlines()) == (1, said)


def test_an_unchanged_selection_exits_0(project: TinyProject, both: None) -> None:
    done = project.run("diff", "-e", "tf216", "-k", "version")
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
def test_impossible_comparisons_exit_2(project: TinyProject, both: None, arguments: list[str], said: str) -> None:
    done = project.run("diff", *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said + "\n")


@pytest.mark.parametrize("there", ["results", ".harness/run"])
def test_a_missing_side_exits_2(project: TinyProject, there: str) -> None:
    project.keep(there, make_column(DENSE))
    (missing,) = {"results", ".harness/run"} - {there}
    done = project.run("diff")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"no result document in {project.root / missing}\n"


def test_an_unreadable_document_exits_3(project: TinyProject, both: None) -> None:
    (project.root / ".harness" / "run" / "tf216.json").write_text('{"schema": 9}', encoding="utf-8")
    done = project.run("diff")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == f"{project.root}/.harness/run/tf216.json: has schema 9, and this harness reads schema 1\n"


def test_runs_compare_in_part_folders_as_whole(project: TinyProject, both: None) -> None:
    for folder in (".harness/run", "part"):
        project.keep(folder, make_column(DENSE, packages={"numpy": "1.26.4"}))
    (project.root / ".harness" / "run" / "tf216.json").unlink()
    assert project.run("diff").stdout == "no difference\n"
    done = project.run("diff", "results", str(project.root / "part"))
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "tf215 removed version[keras]: pass",
        "tf216 environment removed",
        "1 removed, 1 environment removed",
    ]


def test_revisions_compare_with_each_other_and_files(project: TinyProject) -> None:
    project.keep("results", make_column(VERSION))
    first = project.commit()
    project.keep("results", make_column(FAILED))
    project.commit()
    project.keep("results", make_column(VERSION, DENSE))
    assert [project.run("diff", *names).stdout.splitlines()[-1] for names in ([first, "HEAD"], ["HEAD", first])] == [
        "1 regressed",
        "1 fixed",
    ]
    assert project.run("diff", first, "results").stdout.splitlines() == ["tf215 new dense[tf.keras]: pass", "1 new"]
    assert project.run("diff", "HEAD~1", first).returncode == 0


def test_a_package_difference_exits_1(project: TinyProject) -> None:
    project.keep("results", make_column(DENSE, packages={"numpy": "1.26.4"}))
    project.keep(".harness/run", make_column(DENSE, packages={"numpy": "1.26.4", "wrapt": "1.14.1"}))
    done = project.run("diff")
    assert (done.returncode, done.stdout) == (1, "tf215 wrapt none → 1.14.1\n1 package\n")


@pytest.mark.parametrize(
    ("status", "code"), [(Status.PASS, 0), (Status.FAIL, 1), (Status.CRASH, 1), (Status.TIMEOUT, 1)]
)
def test_only_failing_new_cells_exit_1(project: TinyProject, status: Status, code: int) -> None:
    project.keep("results", make_column(DENSE))
    project.keep(".harness/run", make_column(DENSE, replace(VERSION, status=status)))
    done = project.run("diff")
    assert (done.returncode, done.stdout) == (code, f"tf215 new version[keras]: {status.value}\n1 new\n")


def test_lane_packages_exit_0(project: TinyProject) -> None:
    lane = "lanes:\n  today: {title: Runs today, of: '>=2', cases: [version], paths: [keras]}\n"
    with open(project.root / "matrix.yaml", "a", encoding="utf-8") as matrix:
        matrix.write(lane)
    project.keep("results", make_column(VERSION, id="tf215-today", packages={"numpy": "1.26.4"}))
    project.keep(".harness/run", make_column(VERSION, id="tf215-today", packages={"numpy": "2.0.2"}))
    done = project.run("diff")
    assert (done.returncode, done.stdout) == (0, "tf215-today numpy 1.26.4 → 2.0.2\n1 package\n")


def test_the_formats_tell_the_same_changes(project: TinyProject, both: None) -> None:
    done = {form: project.run("diff", "--format", form) for form in ("text", "markdown", "json")}
    assert {form.returncode for form in done.values()} == {1}
    assert done["text"].stdout == project.run("diff").stdout
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
