"""A column with the real runner, in an environment whose TensorFlow is a few lines that we write."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import pytest

from harness.cases.generate import digest_of
from harness.contract.messages import normalise
from harness.contract.plan import Plan
from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.environments.installed import facts
from harness.controller.errors import Exit, HarnessError, UsageError
from harness.controller.project.loader import Project, load_project
from harness.controller.project.matrix import Environment
from harness.controller.project.selection import Selection
from harness.controller.results.documents import Column, read_column, read_details, write_column
from harness.controller.results.verdict import verdict
from harness.controller.worker.main import run_column
from harness.controller.worker.options import WorkerOptions
from harness.controller.worker.plan import cells_in_scope, make_plan, planned_cells
from tests.support.tiny_project import TinyProject, make_column
from tests.support.tiny_tensorflow import fill_environment, packages_of, put, remove_pytest, replace_pytest


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    folder = tmp_path / "environment"
    venv.create(folder, with_pip=False, symlinks=True)
    fill_environment(folder)
    return folder


@pytest.fixture
def loaded(project: TinyProject) -> Project:
    return load_project(project.root)


@pytest.fixture
def tf215(loaded: Project) -> Environment:
    return loaded.matrix.environments["tf215"]


EXPECTED = {
    ("dense", "tensorflow.keras"): (Status.FAIL, Stage.IMPORT, "ModuleNotFoundError"),
    ("dense", "tf.keras"): (Status.FAIL, Stage.IMPORT, "AttributeError"),
    ("version", "keras"): (Status.ABSENT, Stage.PATH, "ModuleNotFoundError"),
    ("version", "tensorflow.keras"): (Status.PASS, None, None),
    ("version", "tf.keras"): (Status.PASS, None, None),
}


@pytest.mark.parametrize("isolation", ["fork", "spawn"])
def test_column_holds_outcomes_of_run_cells(loaded: Project, tf215: Environment, prefix: Path, isolation: str) -> None:
    assert run_column(loaded, tf215, WorkerOptions.from_argv(["--isolation", isolation]), prefix) is Exit.AGREES
    column = read_column(loaded.layout.run / "tf215.json")
    found = {key: (outcome.status, outcome.stage, outcome.error) for key, outcome in column.cells.items()}
    assert found == EXPECTED
    assert column.environment.release == "2.15.1"
    assert column.environment.packages == {"tensorflow-cpu": "2.15.1"}
    details = read_details(loaded.layout.files("tf215").details)
    assert set(details) == {f"{case}[{path}]" for case, path in EXPECTED}


def test_a_column_is_held_against_its_baseline(
    loaded: Project, tf215: Environment, prefix: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run, accepted = loaded.layout.run / "tf215.json", loaded.layout.results / "tf215.json"
    run_column(loaded, tf215, WorkerOptions(), prefix)
    first = run.read_bytes()
    accepted.parent.mkdir()
    accepted.write_bytes(first)
    assert run_column(loaded, tf215, WorkerOptions(fresh=True), prefix) is Exit.AGREES
    assert run.read_bytes() == first
    assert "tf215: as in the baseline\n" in capfd.readouterr().out
    column = read_column(accepted)
    key = ("version", "keras")
    write_column(accepted, Column(column.environment, column.cells | {key: Outcome(*key, status=Status.PASS)}))
    assert run_column(loaded, tf215, WorkerOptions(), prefix) is Exit.DIFFERS
    said = "  tf215 regressed version[keras]: pass → absent at path (ModuleNotFoundError: No module named 'keras')\n"
    assert said in capfd.readouterr().out


def test_own_and_pytest_options_select_cells(loaded: Project, tf215: Environment, prefix: Path) -> None:
    file = loaded.layout.run / "tf215.json"
    run_column(loaded, tf215, WorkerOptions.from_argv(["--case", "version", "--path", "tf*"]), prefix)
    assert set(read_column(file).cells) == {("version", "tf.keras")}
    run_column(loaded, tf215, WorkerOptions.from_argv(["-k", "dense"]), prefix)
    assert set(read_column(file).cells) == {("dense", "tensorflow.keras"), ("dense", "tf.keras")}


def test_failed_tensorflow_import_fails_environment(
    loaded: Project, tf215: Environment, prefix: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (broken,) = prefix.glob("lib/*/site-packages/tensorflow/__init__.py")
    broken.write_text("raise ImportError('libcudart.so is not there')\n", encoding="utf-8")
    assert run_column(loaded, tf215, WorkerOptions(), prefix) is Exit.BROKEN
    column = read_column(loaded.layout.run / "tf215.json")
    assert column.environment.failed
    assert "libcudart.so is not there" in str(column.environment.reason)
    assert {outcome.status for outcome in column.cells.values()} == {Status.ENV_FAIL}
    assert set(column.cells) == set(EXPECTED)
    assert capfd.readouterr().out.endswith(
        f"tf215: 5 cells: 5 env-fail\ntf215: env-fail: {column.environment.reason}\n"
    )


def test_refused_document_cannot_control_terminal(project: TinyProject, prefix: Path) -> None:
    (project.root / "results").mkdir()
    facts = {"id": "tf215", "tensorflow": "2.15.1", "python": "3.11", "distribution": "x", "\x1b[2J": 1}
    document = json.dumps({"schema": 1, "environment": facts, "cells": []})
    (project.root / "results" / "tf215.json").write_text(document, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "harness.controller.worker.main"],
        cwd=project.root,
        env=os.environ | {"TOX_ENV_NAME": "tf215", "TOX_ENV_DIR": str(prefix)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (3, "", 1)
    assert "\N{REPLACEMENT CHARACTER}[2J" in done.stderr
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--case", "dens"], "no case matches 'dens'; did you mean 'dense'?"),
        (["--path", "kears"], "no import path matches 'kears'; did you mean 'keras'?"),
        (["--case", "dense", "--path", "keras"], "the selection has no cell: none of its cases runs under any of its"),
    ],
)
def test_arguments_leaving_no_cells_are_refused(
    loaded: Project, tf215: Environment, prefix: Path, arguments: list[str], said: str
) -> None:
    with pytest.raises(UsageError) as refused:
        run_column(loaded, tf215, WorkerOptions.from_argv(arguments), prefix)
    assert str(refused.value).startswith(said)


@pytest.mark.parametrize(
    ("command", "code"), [("os._exit(3)", 3), ("os._exit(0)", 0), ("os._exit(1)", 1), ("os.kill(os.getpid(), 9)", -9)]
)
def test_dead_runner_is_error_without_outcomes(
    loaded: Project, tf215: Environment, prefix: Path, command: str, code: int
) -> None:
    replace_pytest(prefix, f"import os\n{command}\n")
    with pytest.raises(HarnessError, match=rf"^tf215: pytest ended with exit code {code} before it finished$"):
        run_column(loaded, tf215, WorkerOptions(), prefix)
    cells = read_column(loaded.layout.run / "tf215.json").cells
    assert {outcome.status for outcome in cells.values()} == {Status.NOT_RUN}
    assert set(cells) == set(EXPECTED)


def test_an_environment_without_pytest_is_an_error(
    loaded: Project, tf215: Environment, prefix: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    remove_pytest(prefix)
    with pytest.raises(HarnessError, match=r"^tf215: pytest ended with exit code 1 before it finished$"):
        run_column(loaded, tf215, WorkerOptions(), prefix)
    assert capfd.readouterr().err == f"pytest is not installed in {prefix}\n"


def test_modules_from_elsewhere_fail_the_environment(
    loaded: Project, tf215: Environment, prefix: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    put(prefix, {"elsewhere.pth": f"{elsewhere}\n"})
    for module in ("tensorflow", "pytest"):
        (packages_of(prefix) / module).rename(elsewhere / module)
        assert run_column(loaded, tf215, WorkerOptions(), prefix) is Exit.BROKEN
        column = read_column(loaded.layout.run / "tf215.json")
        file = elsewhere / module / "__init__.py"
        reason = f"{module} is from {file}, outside the environment {prefix}"
        assert column.environment.reason == normalise(reason)
        assert {outcome.status for outcome in column.cells.values()} == {Status.ENV_FAIL}


def test_another_environments_interpreter_is_refused(
    loaded: Project, tf215: Environment, prefix: Path, tmp_path: Path
) -> None:
    other = prefix.rename(tmp_path / "other")
    python = prefix / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {other}/bin/python "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    with pytest.raises(HarnessError, match=rf"^tf215: {python} is the interpreter of another environment, {other}$"):
        run_column(loaded, tf215, WorkerOptions(), prefix)
    assert not loaded.layout.files("tf215").document.exists()


def test_packages_changing_during_a_run_void_it(
    project: TinyProject, loaded: Project, tf215: Environment, prefix: Path
) -> None:
    module = packages_of(prefix) / "added.py"
    project.edit("cases/snippet/version.yaml", "  # call\n", f"  open({str(module)!r}, 'w').close()\n  # call\n")
    sentence = "^tf215: the installed packages changed during the run: run again$"
    with pytest.raises(HarnessError, match=sentence):
        run_column(load_project(project.root), tf215, WorkerOptions(), prefix)
    assert not loaded.layout.files("tf215").document.exists()
    module.unlink()
    with pytest.raises(HarnessError, match=sentence):  # nothing of the first run is used
        run_column(load_project(project.root), tf215, WorkerOptions(), prefix)


def test_leftovers_of_killed_runs_are_removed(
    loaded: Project, tf215: Environment, prefix: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    (temporary / "keras-matrix-12345678" / "cell").mkdir(parents=True)
    os.utime(temporary / "keras-matrix-12345678", (0, 0))
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    run_column(loaded, tf215, WorkerOptions(), prefix)
    assert [path.name for path in temporary.iterdir() if path.name.startswith("keras-")] == []


def test_a_runner_that_was_interrupted_says_so(loaded: Project, tf215: Environment, prefix: Path) -> None:
    replace_pytest(prefix, "raise SystemExit(2)")
    assert run_column(loaded, tf215, WorkerOptions(), prefix) is Exit.INTERRUPTED


def test_fresh_run_ignores_earlier_outcomes(loaded: Project, tf215: Environment, prefix: Path) -> None:
    run_column(loaded, tf215, WorkerOptions(), prefix)
    replace_pytest(prefix, "raise SystemExit(2)")
    run_column(loaded, tf215, WorkerOptions(fresh=True), prefix)
    cells = read_column(loaded.layout.run / "tf215.json").cells
    assert {outcome.status for outcome in cells.values()} == {Status.NOT_RUN}


def planned(loaded: Project) -> set[str]:
    """The case files that the last run had to run."""
    return {cell.file for cell in Plan.read(str(loaded.layout.files("tf215").plan)).cells}


def test_unchanged_cells_reused_from_previous_run(
    loaded: Project, tf215: Environment, prefix: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run_column(loaded, tf215, WorkerOptions(), prefix)
    document, details = loaded.layout.files("tf215").document, loaded.layout.files("tf215").details
    before = document.read_bytes(), details.read_bytes()
    replace_pytest(prefix, "raise SystemExit(3)")
    assert run_column(loaded, tf215, WorkerOptions(), prefix) is Exit.AGREES
    assert planned(loaded) == set()
    assert (document.read_bytes(), details.read_bytes()) == before
    assert "tf215: 5 of them cached" in capfd.readouterr().out


@pytest.mark.parametrize("argument", ["--fresh", "-v"])
def test_fresh_or_pytest_options_run_everything(
    loaded: Project, tf215: Environment, prefix: Path, argument: str
) -> None:
    run_column(loaded, tf215, WorkerOptions(), prefix)
    run_column(loaded, tf215, WorkerOptions.from_argv([argument]), prefix)
    assert planned(loaded) == {"cases/model_build/dense.yaml", "cases/snippet/version.yaml"}


def test_only_changed_case_runs_again(project: TinyProject, loaded: Project, tf215: Environment, prefix: Path) -> None:
    run_column(loaded, tf215, WorkerOptions(), prefix)
    project.edit("cases/snippet/version.yaml", '"2.15.0"', '"2.14.0"')
    run_column(load_project(project.root), tf215, WorkerOptions(), prefix)
    assert planned(loaded) == {"cases/snippet/version.yaml"}
    cells = read_column(loaded.layout.run / "tf215.json").cells
    assert {outcome.status for outcome in cells.values()} == {Status.FAIL, Status.ABSENT}
    project.edit("cases/snippet/version.yaml", '"2.14.0"', '"2.13.0"')
    replace_pytest(prefix, "raise SystemExit(1)")
    with pytest.raises(HarnessError, match="pytest ended with exit code 1 before it finished"):
        run_column(load_project(project.root), tf215, WorkerOptions(), prefix)


def test_the_plan_says_what_the_runner_needs(loaded: Project, tf215: Environment) -> None:
    passed = Outcome("version", "keras", Status.PASS)
    request = WorkerOptions.from_argv(["--path", "keras", "--isolation", "spawn"])
    cells = planned_cells(cells_in_scope(loaded, tf215, request))
    plan = make_plan(loaded, tf215, request, cells, make_column(passed))
    (cell,) = plan.cells
    assert (cell.id, cell.file, cell.kind) == (passed.key, "cases/snippet/version.yaml", "snippet")
    assert "import keras as keras" in cell.script
    assert cell.digest == digest_of(cell.script)
    assert [(spec.id, spec.form) for spec in plan.paths] == [("keras", "from")]
    assert (plan.isolation, plan.timeout, plan.output_limit) == ("spawn", 60, 65536)
    assert plan.expected == {passed.key: passed}
    file = loaded.layout.root / "plan.json"
    plan.write(str(file))
    assert Plan.read(str(file)) == plan


def test_foreign_options_are_left_for_pytest() -> None:
    request = WorkerOptions.from_argv(
        ["-k", "plot and not dpi", "--case", "a*", "-x", "--path=keras", "--case", "b", "-p", "no:x"]
    )
    assert not request.fresh
    assert WorkerOptions(fresh=True).fresh
    assert request.pytest == ("-k", "plot and not dpi", "-x", "-p", "no:x")
    assert request.selection == Selection(paths=("keras",), cases=("a*", "b"))
    assert request.isolation == "fork"


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--isolation", "thread"], "argument --isolation: invalid choice: 'thread'"),
        (["--retries", "-3"], "argument --retries: must be at least 0"),
        (["--retries", "x"], "argument --retries: invalid"),
    ],
)
def test_wrong_options_are_refused_in_a_sentence(argv: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=f"^{message}"):
        WorkerOptions.from_argv(argv)


def test_options_survive_a_process_boundary() -> None:
    options = WorkerOptions(
        ("a*",),
        ("keras",),
        ("core",),
        "spawn",
        True,
        False,
        True,
        0,
        True,
        3,
        7,
        Path("sample.json"),
        ("-x", "-k", "b"),
    )
    assert WorkerOptions.from_argv(options.to_argv()) == options
    assert WorkerOptions.from_argv(WorkerOptions().to_argv()) == WorkerOptions()


def test_facts_need_the_distribution_to_be_installed(loaded: Project, prefix: Path) -> None:
    with pytest.raises(HarnessError, match=rf"^tf115: tensorflow is not installed in {prefix}$"):
        facts(loaded.matrix.environments["tf115"], prefix)


def test_release_differing_from_matrix_is_refused(project: TinyProject, prefix: Path) -> None:
    project.edit("matrix.yaml", "tensorflow: 2.15.1", "tensorflow: 2.15.0")
    loaded = load_project(project.root)
    said = (
        r"^tf215: TensorFlow 2\.15\.1 is installed, but matrix\.yaml has 2\.15\.0:"
        r" update the lock with `harness lock -e tf215`$"
    )
    with pytest.raises(HarnessError, match=said):
        run_column(loaded, loaded.matrix.environments["tf215"], WorkerOptions(), prefix)
    assert not loaded.layout.files("tf215").plan.exists()


def test_concurrent_run_of_environment_is_refused(project: TinyProject, prefix: Path) -> None:
    def column() -> subprocess.CompletedProcess[str]:
        variables = {"TOX_ENV_NAME": "tf215", "TOX_ENV_DIR": str(prefix)}
        command = [sys.executable, "-m", "harness.controller.worker.main", "--case", "version"]
        return subprocess.run(
            command,
            cwd=project.root,
            env=os.environ | variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    assert column().returncode == 0
    before = {file: file.read_bytes() for file in (project.root / ".harness").rglob("*.json")}
    with open(project.root / ".harness" / "locks" / "tf215", "w", encoding="utf-8") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        done = column()
    said = "another run of tf215 is under way: nothing was done\n"
    assert (done.returncode, done.stdout, done.stderr) == (3, "", said)
    assert {file: file.read_bytes() for file in (project.root / ".harness").rglob("*.json")} == before
    assert column().returncode == 0


@pytest.mark.parametrize(
    ("status", "environment", "expected"),
    [
        (Status.PASS, {}, Exit.AGREES),
        (Status.FAIL, {}, Exit.DIFFERS),
        (Status.NOT_RUN, {}, Exit.DIFFERS),
        (Status.ERROR, {}, Exit.BROKEN),
        (Status.ENV_FAIL, {"status": "env-fail", "reason": "x"}, Exit.BROKEN),
    ],
)
def test_the_verdict_of_a_column(status: Status, environment: dict[str, str], expected: Exit) -> None:
    before = make_column(Outcome("version", "keras", Status.PASS))
    now = make_column(Outcome("version", "keras", status), **environment)
    assert verdict(now, before) is expected
    assert verdict(now, None) is (Exit.BROKEN if expected is Exit.BROKEN else Exit.AGREES)


@pytest.mark.parametrize(
    ("new", "packages", "in_lane", "expected"),
    [
        (Status.PASS, {}, False, Exit.AGREES),
        (Status.ABSENT, {}, False, Exit.AGREES),
        (Status.UNMET, {}, False, Exit.AGREES),
        (Status.FAIL, {}, False, Exit.DIFFERS),
        (Status.CRASH, {}, False, Exit.DIFFERS),
        (Status.TIMEOUT, {}, False, Exit.DIFFERS),
        (Status.PASS, {"numpy": "2.0.2"}, False, Exit.DIFFERS),
        (Status.PASS, {"numpy": "2.0.2"}, True, Exit.AGREES),
        (Status.FAIL, {"numpy": "2.0.2"}, True, Exit.DIFFERS),
    ],
)
def test_the_verdict_on_what_is_new(new: Status, packages: dict[str, str], in_lane: bool, expected: Exit) -> None:
    known, added = Outcome("version", "keras", Status.PASS), Outcome("dense", "keras", new)
    now = make_column(known, added, packages=packages)
    assert verdict(now, make_column(known), in_lane) is expected
    assert verdict(now, None, in_lane) is Exit.AGREES


def test_written_column_agrees_with_original(tmp_path: Path) -> None:
    before = make_column(Outcome("version", "keras", Status.PASS, warnings=("FutureWarning: x",)))
    write_column(tmp_path / "tf215.json", before)
    assert verdict(read_column(tmp_path / "tf215.json"), before) is Exit.AGREES
    assert json.loads((tmp_path / "tf215.json").read_text(encoding="utf-8"))["cells"][0]["warnings"]
