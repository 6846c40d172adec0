"""Sets of cases: their names in matrix.yaml, and what each command makes of them."""

from __future__ import annotations

import json

import pytest

import harness
from harness.contract.records import CellKey, Outcome
from harness.contract.statuses import Status
from harness.controller.errors import UsageError
from harness.controller.project.cells import run_scope
from harness.controller.project.loader import load_project, read_project
from harness.controller.project.selection import Selection
from harness.controller.project.state import STATE_LAYOUT
from harness.controller.results.documents import read_column
from harness.controller.worker.options import WorkerOptions
from harness.controller.worker.plan import cells_in_scope
from tests.support.tiny_project import TinyProject, make_column

SETS = """
lanes:
  today: {title: Runs today, of: ">=2", cases: [dense], paths: [tf.keras]}
sets:
  core: [version]
  models: ["den*", version]
default_set: core
"""
DENSE = [("dense", "tensorflow.keras"), ("dense", "tf.keras")]
VERSION = [("version", path) for path in ("keras", "tensorflow.keras", "tf.keras")]
ALL = DENSE + VERSION


@pytest.fixture(autouse=True)
def _sets(project: TinyProject) -> None:
    with open(project.root / "matrix.yaml", "a", encoding="utf-8") as file:
        file.write(SETS)


def passed(*keys: CellKey) -> list[Outcome]:
    return [Outcome(*key, status=Status.PASS) for key in keys]


@pytest.mark.parametrize(
    ("selection", "chosen", "run"),
    [
        (Selection(), ["dense", "version"], ["version"]),
        (Selection(cases=("de*",)), ["dense"], ["dense"]),
        (Selection(sets=("core",)), ["version"], ["version"]),
        (Selection(sets=("models",)), ["dense", "version"], ["dense", "version"]),
        (Selection(sets=("all",)), ["dense", "version"], ["dense", "version"]),
        (Selection(cases=("dense",), sets=("core",)), ["dense", "version"], ["dense", "version"]),
    ],
)
def test_named_cases_replace_default_set(
    project: TinyProject, selection: Selection, chosen: list[str], run: list[str]
) -> None:
    loaded = load_project(project.root)
    assert [case.id for case in selection.choose_cases(loaded.cases, loaded.matrix)] == chosen
    cases, _ = run_scope(loaded.matrix.environments["tf215"], loaded.matrix, loaded.cases, selection)
    assert [case.id for case in cases] == run


def test_unknown_set_names_nearest(project: TinyProject) -> None:
    loaded = load_project(project.root)
    with pytest.raises(UsageError, match=r"^unknown set of cases 'croe'; did you mean 'core'\?$"):
        Selection(sets=("croe",)).choose_cases(loaded.cases, loaded.matrix)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("core: [version]", "core: [versoin]", "26: no case matches 'versoin'; did you mean 'version'?"),
        ('["den*", version]', '[version, "dan*"]', "27: no case matches 'dan*'; known: dense, version"),
        ("core: [version]", "core: []", "26: must be a list with at least one item, not a list"),
        ("  models:", "  all:", "27: 'all' is built in: the set of all cases"),
        ("default_set: core", "default_set: cor", "28: unknown set of cases 'cor'; did you mean 'core'?"),
    ],
)
def test_faulty_set_reported_with_line(project: TinyProject, old: str, new: str, said: str) -> None:
    project.edit("matrix.yaml", old, new)
    assert [str(fault) for fault in read_project(project.root)[2]] == [f"matrix.yaml:{said}"]


@pytest.mark.parametrize(
    ("words", "cells"),
    [
        (["-e", "tf215"], 3),
        (["-e", "tf215", "--cases", "all"], 5),
        (["-e", "tf215", "--cases", "models"], 5),
        (["-e", "tf215", "-k", "dense"], 2),
        (["-g", "today"], 2),  # a lane runs its own cases
        (["-g", "today", "--cases", "all"], 2),
    ],
)
def test_plan_follows_the_set(project: TinyProject, words: list[str], cells: int) -> None:
    assert project.run("plan", *words).stdout.endswith(f", {cells} cells\n")


def test_default_set_without_cell_is_refused(project: TinyProject) -> None:
    project.edit("matrix.yaml", "core: [version]", "core: [dense]")
    done = project.run("plan", "-e", "tf215", "-p", "keras")
    assert done.returncode == 2
    assert "no case of the default set 'core' runs under its import paths (--cases all has others)" in done.stderr


def test_jobs_of_ci_carry_the_set(project: TinyProject) -> None:
    jobs = json.loads(project.run("plan", "-e", "tf215", "--cases", "all", "--format", "github").stdout)["include"]
    assert [job["arguments"] for job in jobs] == ["-e tf215 --cases all"]


def test_changes_since_revision_search_all_cases(project: TinyProject) -> None:
    revision = project.commit()
    project.edit("cases/model_build/dense.yaml", "title: One", "title: A")
    assert project.run("plan", "--since", revision, "-e", "tf215").stdout.endswith(", 2 cells\n")


@pytest.mark.parametrize(
    ("argv", "keys"),
    [
        ([], VERSION),
        (["--cases", "all"], ALL),
        (["--case", "dense"], DENSE),
        (["-x"], VERSION),
        (["-k", "dense"], ALL),  # from which pytest selects
        (["cases/model_build/dense.yaml"], ALL),
    ],
)
def test_worker_runs_default_set(project: TinyProject, argv: list[str], keys: list[CellKey]) -> None:
    loaded = load_project(project.root)
    options = WorkerOptions.from_argv(argv)
    assert WorkerOptions.from_argv(options.to_argv()) == options
    scope = cells_in_scope(loaded, loaded.matrix.environments["tf215"], options)
    assert sorted((case.id, spec.id) for case, specs in scope for spec in specs) == keys


def test_diff_never_removes_cells_outside_the_set(project: TinyProject) -> None:
    project.keep("results", make_column(*passed(*ALL)))
    project.keep(".harness/run", make_column(*passed(*VERSION)))
    done = project.run("diff")
    assert (done.returncode, done.stdout) == (0, "no difference\n")


def test_accept_keeps_cells_outside_the_set(project: TinyProject) -> None:
    before = project.keep("results", make_column(*passed(*ALL)))
    text = before.read_bytes()
    project.keep(".harness/run", make_column(*passed(*VERSION)))
    done = project.run("accept")
    assert "accepted 3 cells of tf215\n" in done.stdout
    assert before.read_bytes() == text


def test_show_has_all_cases_and_those_of_a_set(project: TinyProject) -> None:
    project.keep("results", make_column(*passed(*ALL)))
    assert "dense" in project.run("show").stdout
    assert "dense" not in project.run("show", "--cases", "core").stdout


def test_merged_shards_keep_what_ran_beyond_the_set(project: TinyProject) -> None:
    project.keep(".harness/run", make_column(*passed(*DENSE, VERSION[0])))
    shard = project.root / "shards" / "one"
    shard.parent.mkdir()
    (project.root / ".harness").rename(shard)
    (shard / "version.json").write_text(json.dumps({"layout": STATE_LAYOUT, "harness": harness.__version__}))
    assert project.run("collect", "--shards", str(shard.parent), "-e", "tf215").returncode == 0
    merged = read_column(project.root / ".harness" / "run" / "tf215.json").cells
    assert {key for key, outcome in merged.items() if outcome.status is Status.PASS} == {*DENSE, VERSION[0]}
    assert {key for key, outcome in merged.items() if outcome.status is Status.NOT_RUN} == {*VERSION[1:]}
