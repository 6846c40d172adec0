"""`harness run` with real tox, in environments for which nothing is downloaded."""

from __future__ import annotations

import fcntl
import json
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.contract.statuses import Status
from harness.controller.environments.interpreters import missing_interpreter
from harness.controller.results.documents import read_column
from harness.controller.run import preflight as preparing
from tests.support.processes import PATIENCE, descendants, has_ended, in_background, wait_for
from tests.support.tiny_project import TinyProject
from tests.support.tiny_tensorflow import remove_pytest


def write_lock(project: Path, name: str, text: str = "# nothing\n") -> None:
    (project / "locks").mkdir(exist_ok=True)
    (project / "locks" / f"{name}.txt").write_text(text, encoding="utf-8")


def test_a_failed_environment_is_env_fail(project: TinyProject) -> None:
    write_lock(project.root, "tf115")
    done = project.run("run", "-e", "tf115", "-k", "version")
    assert done.returncode == 3
    assert "] tf115: begins\n" in done.stdout
    assert "without a baseline: tf115 (`harness accept` makes this run one)" in done.stdout
    column = read_column(project.root / ".harness" / "run" / "tf115.json")
    assert column.environment.status == "env-fail"
    assert column.environment.reason == f"venv: {missing_interpreter('3.99')}"
    assert column.environment.reason in done.stdout
    assert not any(word in column.environment.reason for word in (str(project.root), "seconds", "pid="))
    paths = ["keras", "tensorflow.keras", "tf.keras"]
    assert sorted(column.cells) == [("version", path) for path in paths]  # what was selected, and nothing else
    assert {outcome.status for outcome in column.cells.values()} == {Status.ENV_FAIL}


@pytest.mark.usefixtures("empty_lock")
def test_failed_installs_leave_no_environment(project: TinyProject) -> None:
    write_lock(project.root, "tf215", f"nothing==1 --hash=sha256:{'0' * 64}\n--no-index\n")
    done = project.run("run", "-e", "tf215")
    assert done.returncode == 3
    environment = read_column(project.root / ".harness" / "run" / "tf215.json").environment
    assert environment.status == "env-fail"
    assert str(environment.reason).startswith("install_deps: ")
    assert "nothing" in str(environment.reason)
    assert f"tf215 env-fail: {environment.reason} (log: " in done.stdout
    assert not (project.root / ".tox" / "tf215").exists()


@pytest.mark.usefixtures("empty_lock")
def test_missing_tensorflow_is_reported_not_recorded(project: TinyProject) -> None:
    done = project.run("run", "-e", "tf215")
    assert done.returncode == 3
    log = project.root / ".harness" / "logs" / "tf215.log"
    why = "commands[0]: tensorflow-cpu is not installed in .tox/tf215"
    assert f"\ntf215: no cells were run: {why} (log: {log})\n" in done.stdout
    assert list((project.root / ".harness" / "run").glob("*")) == []
    assert (project.root / ".tox" / "tf215").is_dir()
    assert project.run("accept").returncode == 2


@pytest.mark.usefixtures("made")
def test_options_without_cells_start_nothing(project: TinyProject) -> None:
    done = project.run("run", "-e", "tf215", "--", "--case", "dense", "--path", "keras")
    assert done.returncode == 2
    assert (done.stdout, done.stderr.partition(":")[0]) == ("", "the selection has no cell")
    assert not (project.root / ".harness" / "run" / "tf215.json").exists()
    assert (project.root / ".tox" / "tf215").is_dir()


@pytest.mark.usefixtures("made")
def test_columns_of_another_tox_are_left(project: TinyProject) -> None:
    (project.root / ".harness" / "locks").mkdir(parents=True)
    with open(project.root / ".harness" / "locks" / "tf215", "w", encoding="utf-8") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        done = project.run("run", "-e", "tf215")
    assert done.returncode == 3
    assert "no cells were run: commands[0]: another run of tf215 is under way: nothing was done" in done.stdout
    assert not (project.root / ".harness" / "run" / "tf215.json").exists()
    assert project.run("run", "-e", "tf215").returncode == 0


@pytest.mark.usefixtures("made")
def test_an_unfinished_run_is_not_a_success(project: TinyProject) -> None:
    remove_pytest(project.root / ".tox" / "tf215")
    done = project.run("run", "-e", "tf215")
    assert done.returncode == 3
    log = project.root / ".harness" / "logs" / "tf215.log"
    assert f"tf215: not all cells were run (log: {log})" in done.stdout
    assert f"pytest is not installed in {project.root / '.tox' / 'tf215'}\n" in log.read_text(encoding="utf-8")
    assert "Traceback" not in log.read_text(encoding="utf-8")
    cells = read_column(project.root / ".harness" / "run" / "tf215.json").cells.values()
    assert {outcome.status for outcome in cells} == {Status.NOT_RUN}


@pytest.mark.usefixtures("made")
def test_second_run_agrees_with_the_accepted_first(project: TinyProject) -> None:
    first = project.run("run", "-e", "tf215")
    assert first.returncode == 0, first.stdout
    assert "✓ pass 2   ✗ fail 2   – absent 1" in first.stdout
    assert "without a baseline: tf215" in first.stdout
    assert project.run("accept").returncode == 0
    second = project.run("run", "-e", "tf215")
    assert second.returncode == 0
    assert "\ndiffers    nothing: as in the baseline\n" in second.stdout
    assert (project.root / ".harness/run/tf215.json").read_bytes() == (project.root / "results/tf215.json").read_bytes()


@pytest.mark.usefixtures("made")
def test_a_difference_from_the_baseline_exits_1(project: TinyProject) -> None:
    project.run("run", "-e", "tf215")
    project.run("accept")
    (changed,) = project.root.glob(".tox/tf215/lib/*/site-packages/tensorflow/keras/__init__.py")
    changed.write_text("__version__ = '2.14.0'\n", encoding="utf-8")
    done = project.run("run", "-e", "tf215", "-k", "version", "-p", "tf.keras", "--fresh")
    assert done.returncode == 1
    assert "\ntf215 regressed version[tf.keras]: pass → fail at call (AssertionError: 2.14.0)\n" in done.stdout
    assert "\ndiffers    1 regressed\n" in done.stdout
    assert project.run("run", "-e", "tf215", "--", "-k", "nothing").returncode == 2


@pytest.mark.usefixtures("made")
def test_crashing_new_cells_exit_1(project: TinyProject) -> None:
    for command in (("run", "-e", "tf215"), ("accept",)):
        done = project.run(*command)
        assert done.returncode == 0, done.stdout + done.stderr
    case = "id: dies\nkind: snippet\ntitle: A segfault\npaths: [keras, tf.keras]\ncode: |\n  import KERAS as keras\n"
    case += "  import os\n\n  # call\n  os.kill(os.getpid(), 11)\n  assert keras\n"
    (project.root / "cases" / "snippet" / "dies.yaml").write_text(case, encoding="utf-8")
    for how in ([], ["--fresh"]):
        done = project.run("run", "-e", "tf215", *how)
        assert done.returncode == 1, done.stdout + done.stderr
        assert "tf215 new dies[tf.keras]: crash" in done.stdout
        assert "2 new cells: 1 absent, 1 crash\n" in done.stdout
        assert "as in the baseline" not in done.stdout
    assert project.run("diff").returncode == 1


@pytest.mark.usefixtures("made")
def test_other_packages_end_with_code_1(project: TinyProject) -> None:
    project.run("run", "-e", "tf215")
    project.run("accept")
    file = project.root / "results" / "tf215.json"
    file.write_text(file.read_text(encoding="utf-8").replace('"packages": {', '"packages": {"gast": "0.4.0", '))
    for _ in range(2):  # the second from the outcomes of the first
        done = project.run("run", "-e", "tf215")
        assert done.returncode == 1
        assert "as in the baseline" not in done.stdout
        assert "\ntf215 gast 0.4.0 → none\n" in done.stdout
        assert "\ndiffers    1 package\n" in done.stdout
    assert project.run("diff").returncode == 1


@contextmanager
def started_in_background(project: TinyProject, stderr: int | None = None) -> Iterator[subprocess.Popen[str]]:
    """A run that a script has started with `&`, at its third cell, which takes too long to wait for."""
    project.edit("cases/snippet/version.yaml", "  assert", "  import time\n  time.sleep(600)\n  assert")
    project.edit("matrix.yaml", "timeout: 60", "timeout: 900")
    command = [sys.executable, "-m", "harness", "run", "--root", str(project.root), "-e", "tf215"]
    stream = project.root / ".harness" / "stream" / "tf215.jsonl"
    with subprocess.Popen(
        command, cwd=project.root, stdout=subprocess.PIPE, stderr=stderr, text=True, preexec_fn=in_background
    ) as process:
        wait_for(lambda: stream.exists() and stream.read_bytes().count(b'{"record"') >= 2, process)
        yield process


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_finished_outcomes_survive_an_interruption(project: TinyProject, number: signal.Signals) -> None:
    with started_in_background(project) as process:
        below = descendants(process.pid)
        process.send_signal(number)
        said, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 130
    assert len(below) >= 4
    assert all(map(has_ended, below))
    log = (project.root / ".harness" / "logs" / "tf215.log").read_text(encoding="utf-8")
    assert "interrupt finished with success" in log  # tox was not killed
    assert "5 cells: " in log  # and its worker wrote the document
    assert said.endswith("\ninterrupted: 2 outcomes of 1 environments are kept, and not run again\n")
    cells = read_column(project.root / ".harness" / "run" / "tf215.json").cells
    assert {key[0]: outcome.status for key, outcome in cells.items()} == {
        "dense": Status.FAIL,
        "version": Status.NOT_RUN,
    }


@pytest.mark.usefixtures("made")
def test_a_killed_run_ends_tox_losing_nothing(project: TinyProject) -> None:
    with started_in_background(project) as process:
        below = descendants(process.pid)
        process.kill()
    assert len(below) >= 4
    wait_for(lambda: all(map(has_ended, below)))
    project.edit("cases/snippet/version.yaml", "  time.sleep(600)", "  time.sleep(0)")
    done = project.run("run", "-e", "tf215")
    assert done.returncode == 0
    assert "2 cells cached" in done.stdout


@pytest.mark.usefixtures("made")
def test_removing_the_state_ends_the_run(project: TinyProject) -> None:
    with started_in_background(project, stderr=subprocess.STDOUT) as process:
        below = descendants(process.pid)
        shutil.rmtree(project.root / ".harness")
        said, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 3
    assert said.endswith(f"\n{project.root / '.harness'} was removed during the run: run again\n")
    assert "Traceback" not in said
    assert all(map(has_ended, below))
    project.edit("cases/snippet/version.yaml", "  time.sleep(600)", "  time.sleep(0)")
    assert project.run("run", "-e", "tf215").returncode == 0


@pytest.mark.usefixtures("empty_lock")
def test_an_interrupted_creation_is_not_env_fail(project: TinyProject) -> None:
    command = [sys.executable, "-m", "harness", "run", "--root", str(project.root), "-e", "tf215"]
    with socket.create_server(("127.0.0.1", 0)) as silent:  # an index that takes the call, and says nothing
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/index"
        write_lock(project.root, "tf215", f"--index-url {url}\nnothing==1 --hash=sha256:{'0' * 64}\n")
        with subprocess.Popen(
            command, cwd=project.root, stdout=subprocess.PIPE, text=True, preexec_fn=in_background
        ) as process:
            silent.settimeout(PATIENCE)
            caller, _ = silent.accept()
            process.send_signal(signal.SIGINT)
            said, _ = process.communicate(timeout=PATIENCE)
            caller.close()
    assert process.returncode == 130
    assert said.endswith("\ninterrupted: 0 outcomes of 1 environments are kept, and not run again\n")
    assert list((project.root / ".harness" / "run").glob("*")) == []


@pytest.mark.usefixtures("empty_lock")
@pytest.mark.parametrize(
    ("spoil", "how", "code", "said"),
    [
        ("tox.ini", [], 2, " has no tox.ini: docs/matrix-format.md lists the files of a project\n"),
        ("toxfile.py", [], 2, " has no toxfile.py: docs/matrix-format.md lists the files of a project\n"),
        ("locks/tf215.txt", [], 2, "no lock for tf215: run `harness lock -e tf215`\n"),
        ("", ["--case", "dens"], 2, "no case matches 'dens'; did you mean 'dense'?\n"),
        ("", ["--path", "kears"], 2, "no import path matches 'kears'; did you mean 'keras'?\n"),
        ("results/tf215.json", [], 3, "/results/tf215.json: cannot be read: "),
    ],
)
def test_preflight_faults_come_before_any_start(
    project: TinyProject, spoil: str, how: list[str], code: int, said: str
) -> None:
    if spoil.startswith("results"):
        (project.root / "results").mkdir()
        (project.root / spoil).write_text("{", encoding="utf-8")
    elif spoil:
        (project.root / spoil).unlink()
    done = project.run("run", "-e", "tf215", "--", *how)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert [file.name for file in (project.root / ".harness").iterdir()] == ["cases.json"]
    assert not (project.root / ".tox").exists()


def test_all_missing_locks_are_named(project: TinyProject) -> None:
    write_lock(project.root, "tf216")
    done = project.run("run", "-g", "tf2x")
    said = "no lock for tf215, tf216-legacy: run `harness lock -e tf215 -e tf216-legacy`\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)


@pytest.mark.usefixtures("empty_lock")
def test_second_run_is_refused_and_changes_nothing(project: TinyProject) -> None:
    kept = project.root / ".harness" / "run" / "tf215.json"
    kept.parent.mkdir(parents=True)
    kept.write_text(json.dumps({"schema": 1}), encoding="utf-8")
    with open(project.root / ".harness" / "lock", "w", encoding="utf-8") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        done = project.run("run", "-e", "tf215")
    assert (done.returncode, done.stderr) == (3, f"another run in {project.root} is under way: nothing was done\n")
    assert kept.exists()
    assert not (project.root / ".harness" / "logs").exists()


def test_a_small_disk_stops_the_preflight(project: TinyProject, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("tf215", "tf216", "tf216-legacy"):
        write_lock(project.root, name)
    monkeypatch.setattr(preparing, "_DISK", 10**18)
    done = project.run("run", "-g", "tf2x")
    assert done.returncode == 3
    assert done.stderr.startswith("not enough disk space: installing 3 environments needs about 3000000000 GB, ")
    assert [file.name for file in (project.root / ".harness").iterdir()] == ["cases.json"]
