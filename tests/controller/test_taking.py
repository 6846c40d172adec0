"""Columns for which `harness run` starts nothing, and what has it start tox all the same."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from harness.contract.records import Outcome, Record
from harness.contract.statuses import Stage, Status
from harness.controller import jobs, reuse, rounds
from harness.controller.column import finish, make_plan, parse, run_column
from harness.controller.installed import fingerprint
from harness.controller.interpreters import find_interpreter
from harness.controller.jobs import Job
from harness.controller.project import Layout, load_project
from harness.controller.reconcile import Recorded
from harness.controller.settled import read_settled, settle
from harness.controller.store import EnvironmentFacts, read_column

Command = Callable[..., subprocess.CompletedProcess[str]]
Edit = Callable[[str, str, str], None]
NOTE = {"PythonRun": {"deps": {"options": [], "requirements": ["x==1 --hash sha256:1 --hash sha256:2", "y==2"]}}}
LOCK = "# made up\nx==1 \\\n    --hash=sha256:1 \\\n    --hash=sha256:2\n    # via y\ny==2\n"
RUN = [".harness/run/tf215.json", ".harness/details/tf215.json"]


@pytest.fixture
def prefix(project: Path, empty_lock: None, fill: Callable[[Path], None]) -> Path:
    """The environment tf215 as tox would have made it from its lock."""
    (project / "locks" / "tf215.txt").write_text(LOCK, encoding="utf-8")
    prefix = project / ".tox" / "tf215"
    python = find_interpreter(f"{sys.version_info.major}.{sys.version_info.minor}")
    subprocess.run([str(python), "-m", "venv", "--without-pip", str(prefix)], check=True)
    fill(prefix)
    (prefix / ".tox-info.json").write_text(json.dumps(NOTE), encoding="utf-8")
    return prefix


@pytest.fixture
def has_run(project: Path, prefix: Path) -> Path:
    """What a run of tf215 leaves, in which all cells but one passed. Gives the environment's packages' folder."""
    loaded = load_project(project)
    environment = loaded.matrix.environments["tf215"]
    facts = EnvironmentFacts("tf215", "2.15.1", "3.11", "tensorflow-cpu", packages={"tensorflow-cpu": "2.15.1"})
    plan = make_plan(loaded, environment, parse([]), None)
    outcomes = [Outcome(*key, status=Status.PASS) for key in plan.all_cells()]
    outcomes[-1] = replace(outcomes[-1], status=Status.ABSENT, stage=Stage.PATH, message="not there")
    keys = reuse.cell_keys(reuse.cell_texts(loaded.cases, plan), plan, environment, facts, prefix)
    recorded = Recorded({outcome.key: Record(outcome, 1.5) for outcome in outcomes}, keys)
    reuse.write_kept(loaded.layout.run_file("kept", "tf215", ".json"), reuse.add({}, recorded))
    column = finish(loaded.layout, plan, facts, recorded)
    basis = reuse.basis(reuse.shared_basis(loaded.cases, plan), environment, facts, prefix)
    settle(loaded.layout, "tf215", fingerprint(prefix), basis, plan, column, recorded)
    (packages,) = prefix.glob("lib/python3.*/site-packages")
    return packages


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The environments that tox is started for, which is interrupted at once."""
    names: list[str] = []

    def work(layout: Layout, todo: Sequence[Job], *rest: object) -> bool:
        names.extend(job.environment.id for job in todo)
        return True

    monkeypatch.setattr(rounds, "work", work)
    return names


def contents(project: Path) -> list[bytes]:
    return [(project / file).read_bytes() for file in RUN]


@pytest.mark.usefixtures("made")
def test_a_rerun_with_nothing_changed_starts_no_tox(
    project: Path, harness: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert harness("run", "-e", "tf215").returncode == 0
    assert harness("accept").returncode == 0
    before = contents(project)
    monkeypatch.setattr(jobs, "_start", lambda *arguments: pytest.fail("tox is started"))
    done = harness("run", "-e", "tf215")
    assert done.returncode == 0
    assert "✓ pass 2   ✗ fail 2   – absent 1" in done.stdout
    assert "5 cells taken from earlier runs, as nothing they depend on has changed (--fresh" in done.stdout
    assert done.stdout.endswith("\nas in the baseline\n")
    assert contents(project) == before == contents(project)


@pytest.mark.usefixtures("has_run")
def test_what_is_taken_is_held_against_the_baseline(
    project: Path, harness: Command, started: list[str], edit: Edit
) -> None:
    (project / "results").mkdir()
    shutil.copy(project / RUN[0], project / "results")
    edit("results/tf215.json", '"path": "keras", "status": "absent"', '"path": "keras", "status": "pass"')
    done = harness("run", "-e", "tf215", "--retries", "0")
    assert (done.returncode, started) == (1, [])
    assert "tf215 regressed version[keras]: pass at path (not there) → absent at path (not there)" in done.stdout
    harness("run", "-e", "tf215")
    assert started == ["tf215"]  # as a change is not told before it was seen again


@pytest.mark.usefixtures("has_run")
def test_a_part_and_then_the_whole_are_taken_from_what_is_kept(
    project: Path, harness: Command, started: list[str]
) -> None:
    before = contents(project)
    assert harness("run", "-e", "tf215", "-k", "version", "-p", "tf.keras").returncode == 0
    assert set(read_column(project / RUN[0]).cells) == {("version", "tf.keras")}
    assert "5 cells taken" in harness("run", "-e", "tf215").stdout
    assert (contents(project), started) == (before, [])


@pytest.mark.usefixtures("has_run")
@pytest.mark.parametrize("file", RUN)
@pytest.mark.parametrize("spoil", ["delete", "change"])
def test_files_that_are_not_those_of_the_run_are_written_anew(
    project: Path, harness: Command, started: list[str], file: str, spoil: str
) -> None:
    before = contents(project)
    (project / file).unlink() if spoil == "delete" else (project / file).write_bytes(b"{}")
    assert harness("run", "-e", "tf215").returncode == 0
    assert (contents(project), started) == (before, [])


def _another_version(packages: Path) -> None:
    (packages / "tensorflow_cpu-2.15.1.dist-info").rename(packages / "tensorflow_cpu-2.15.0.dist-info")


def _another_package(packages: Path) -> None:
    (packages / "extra-1.dist-info").mkdir()


def _another_metadata(packages: Path) -> None:
    with open(packages / "tensorflow_cpu-2.15.1.dist-info" / "METADATA", "a", encoding="utf-8") as file:
        file.write("Summary: x\n")


def _another_link(packages: Path) -> None:
    (packages / "shared.pth").write_text("", encoding="utf-8")


def _no_package(packages: Path) -> None:
    shutil.rmtree(packages / "tensorflow")


def _no_environment(packages: Path) -> None:
    shutil.rmtree(packages.parents[2])


def _another_interpreter(packages: Path) -> None:
    python = packages.parents[2] / "bin" / "python"
    python.unlink()
    python.write_text("#!/bin/sh\n", encoding="utf-8")


def _another_making(packages: Path) -> None:
    (packages.parents[2] / "pyvenv.cfg").write_text("home = /\n", encoding="utf-8")


@pytest.mark.parametrize(
    "spoil",
    [
        _another_version,
        _another_package,
        _another_metadata,
        _another_link,
        _no_package,
        _no_environment,
        _another_interpreter,
        _another_making,
    ],
)
def test_an_environment_that_is_not_as_it_was_is_looked_at_by_tox(
    has_run: Path, harness: Command, started: list[str], spoil: Callable[[Path], None]
) -> None:
    spoil(has_run)
    harness("run", "-e", "tf215")
    assert started == ["tf215"]


@pytest.mark.parametrize("note", ["", "{}", "[]", json.dumps({"PythonRun": {"deps": {"options": []}}})])
def test_a_note_of_tox_that_cannot_be_read_says_nothing(
    has_run: Path, harness: Command, started: list[str], note: str
) -> None:
    (has_run.parents[2] / ".tox-info.json").write_text(note, encoding="utf-8")
    harness("run", "-e", "tf215")
    assert started == ["tf215"]


@pytest.mark.usefixtures("has_run")
@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("locks/tf215.txt", "y==2", "y==3"),
        ("locks/tf215.txt", "sha256:2", "sha256:3"),
        ("locks/tf215.txt", "y==2\n", ""),
        ("locks/tf215.txt", "y==2\n", "y==2\n--no-index\n"),
        ("matrix.yaml", "tensorflow: 2.15.1", "tensorflow: 2.15.0"),
        ("matrix.yaml", "timeout: 60", "timeout: 61"),
        ("cases/snippet/version.yaml", '"2.15.0"', '"2.15.1"'),
        ("cases/snippet/version.yaml", "title:", "skip: a reason\ntitle:"),
    ],
)
def test_another_lock_matrix_or_case_has_the_environment_run(
    harness: Command, edit: Edit, started: list[str], file: str, old: str, new: str
) -> None:
    edit(file, old, new)
    harness("run", "-e", "tf215")
    assert started == ["tf215"]


@pytest.mark.usefixtures("has_run")
@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("locks/tf215.txt", "# made up", "# made up again"),
        ("cases/snippet/version.yaml", "title: The", "title: This"),
        ("matrix.yaml", "environments:\n  tf216: {tensorflow: 2.16.2", "environments:\n  tf216: {tensorflow: 2.16.1"),
    ],
)
def test_what_changes_no_outcome_starts_nothing(
    project: Path, harness: Command, edit: Edit, started: list[str], file: str, old: str, new: str
) -> None:
    before = contents(project)
    edit(file, old, new)
    assert harness("run", "-e", "tf215").returncode == 0
    assert (contents(project), started) == (before, [])


@pytest.mark.usefixtures("has_run")
@pytest.mark.parametrize("how", [["--fresh"], ["--isolation", "spawn"], ["--", "-v"], ["--", "--fresh"]])
def test_what_asks_for_more_than_is_known_is_run(harness: Command, started: list[str], how: list[str]) -> None:
    harness("run", "-e", "tf215", *how)
    assert started == ["tf215"]


@pytest.mark.usefixtures("has_run")
@pytest.mark.parametrize("text", [None, "", "{}", "[]", '{"state": 1, "facts": {}}'])
def test_without_a_word_of_the_last_column_tox_is_started(
    project: Path, harness: Command, started: list[str], text: str | None
) -> None:
    file = project / ".harness" / "settled" / "tf215.json"
    file.unlink() if text is None else file.write_text(text, encoding="utf-8")
    harness("run", "-e", "tf215")
    assert started == ["tf215"]


@pytest.mark.usefixtures("has_run")
def test_a_column_that_is_under_way_is_left_to_tox(project: Path, harness: Command, started: list[str]) -> None:
    (project / ".harness" / "locks").mkdir()
    with open(project / ".harness" / "locks" / "tf215", "w", encoding="utf-8") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        harness("run", "-e", "tf215")
    assert started == ["tf215"]


@pytest.mark.parametrize("status", ["timeout", "crash", "unmet", "skip"])
def test_a_cell_that_gave_no_answer_is_tried_again(
    project: Path, prefix: Path, harness: Command, edit: Edit, started: list[str], status: str
) -> None:
    change = {
        "timeout": ("title:", "timeout: 0.2\ntitle:"),
        "crash": ("  # call", "  # call\n  import os\n  os._exit(3)"),
        "unmet": ("title:", "requires: [graphviz]\ntitle:"),
        "skip": ("title:", "skip: a reason\ntitle:"),
    }
    edit("cases/snippet/version.yaml", *change[status])
    if status == "timeout":
        edit("cases/snippet/version.yaml", "  # call", "  # call\n  import time\n  time.sleep(5)")
    loaded = load_project(project)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", "/nowhere" if status == "unmet" else "/usr/bin:/bin")
        run_column(loaded, loaded.matrix.environments["tf215"], parse([]), prefix)
        found = {outcome.status.value for outcome in read_column(project / RUN[0]).cells.values()}
        settled = read_settled(loaded.layout, "tf215")
        harness("run", "-e", "tf215")
    assert status in found
    assert settled is not None
    assert (settled.basis, settled.files) == (None, ())
    assert started == ["tf215"]


def test_an_environment_that_cannot_import_tensorflow_is_not_settled(
    project: Path, prefix: Path, has_run: Path
) -> None:
    (has_run / "tensorflow" / "__init__.py").write_text("raise ImportError('no')\n", encoding="utf-8")
    loaded = load_project(project)
    run_column(loaded, loaded.matrix.environments["tf215"], parse(["--fresh"]), prefix)
    assert read_settled(loaded.layout, "tf215") is None


@pytest.mark.usefixtures("has_run")
def test_only_environments_in_doubt_are_started(project: Path, harness: Command, started: list[str]) -> None:
    (project / "locks" / "tf216.txt").write_text(LOCK, encoding="utf-8")
    done = harness("run")
    assert started == ["tf216"]
    assert done.stdout.endswith("interrupted: 5 outcomes of 1 environments are kept, and not run again\n")
