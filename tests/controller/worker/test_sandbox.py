"""`--sandbox`: a real bubblewrap where this machine allows it, and the refusal where there is none."""

from __future__ import annotations

import os
import shutil
import sys
import venv
from pathlib import Path

import pytest

from harness.contract.statuses import Status
from harness.controller.errors import Exit, UsageError
from harness.controller.project.loader import load_project
from harness.controller.results.documents import read_column
from harness.controller.worker.main import run_column
from harness.controller.worker.options import WorkerOptions
from harness.controller.worker.sandbox import check_sandbox
from tests.support.tiny_project import TinyProject
from tests.support.tiny_tensorflow import fill_environment

# What it does must fail with the error that it names, or else the cell fails.
REFUSED = """\
id: {id}
kind: snippet
title: A sandbox refuses it
paths: [tf.keras]
code: |
  import os, socket
  import KERAS as keras

  # call
  assert keras
  try:
      {code}
  except OSError as error:
      refused = error.strerror
  assert refused == "{error}", refused
"""
REFUSALS = {
    "writes-results": ("open({root!r} + '/results', 'w')", "Read-only file system"),
    "writes-packages": ("open(keras.__file__, 'a')", "Read-only file system"),
    "writes-home": ("open(os.path.expanduser('~') + '/.sandbox-test', 'w')", "Read-only file system"),
    "calls-somebody": ("socket.create_connection(('192.0.2.1', 80), 5)", "Network is unreachable"),
    "ends-the-run": ("os.kill({pid}, 0)", "No such process"),
}
ALLOWED = """\
id: allowed
kind: snippet
title: A sandbox allows it
paths: [tf.keras]
code: |
  import tempfile
  import KERAS as keras

  # call
  with tempfile.NamedTemporaryFile() as file:
      file.write(b"x")
  open("file", "w").close()
  assert keras
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The root of a project whose environment tf215 is made."""
    try:
        check_sandbox(tmp_path)
    except UsageError as error:
        pytest.skip(str(error))
    root = TinyProject(tmp_path / "tiny project").root
    shutil.rmtree(root / "cases" / "model_build")
    prefix = root / ".tox" / "tf215"
    venv.create(prefix, with_pip=False, symlinks=True)
    fill_environment(prefix)
    return root


def run(root: Path, *arguments: str) -> dict[str, tuple[Status, str | None]]:
    """The outcomes of a run, by case."""
    project = load_project(root)
    environment = project.matrix.environments["tf215"]
    code = run_column(project, environment, WorkerOptions.from_argv(arguments), root / ".tox" / "tf215")
    assert code is Exit.AGREES
    cells = read_column(root / ".harness" / "run" / "tf215.json").cells
    return {case: (outcome.status, outcome.message) for (case, path), outcome in cells.items() if path == "tf.keras"}


@pytest.mark.parametrize("isolation", ["fork", "spawn"])
def test_sandboxed_cells_reach_nothing_outside(root: Path, isolation: str) -> None:
    outside = {"root": str(root), "pid": os.getpid()}
    for name, (code, error) in REFUSALS.items():
        text = REFUSED.format(id=name, code=code.format(**outside), error=error)
        (root / "cases" / "snippet" / f"{name}.yaml").write_text(text, encoding="utf-8")
    (root / "cases" / "snippet" / "allowed.yaml").write_text(ALLOWED, encoding="utf-8")
    outcomes = run(root, "--sandbox", "--isolation", isolation)
    assert {name for name, outcome in outcomes.items() if outcome == (Status.PASS, None)} == {
        *REFUSALS,
        "allowed",
        "version",
    }, outcomes


def test_sandboxed_outcomes_are_cached_apart(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for arguments, cached in [((), False), (["--sandbox"], False), (["--sandbox"], True), ((), False)]:
        assert run(root, *arguments)["version"] == (Status.PASS, None)
        assert ("of them cached" in capfd.readouterr().out) == cached


def test_missing_or_refused_bubblewrap_runs_nothing(
    project: TinyProject, tmp_path: Path, empty_lock: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    done = project.run("run", "-e", "tf215", "--sandbox")
    sentence = "--sandbox needs bubblewrap, and there is no bwrap on the PATH\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", sentence)

    bwrap = programs / "bwrap"
    bwrap.write_text(f"#!{sys.executable}\nraise SystemExit('bwrap: No permissions\\nto create')\n", encoding="utf-8")
    bwrap.chmod(0o755)
    done = project.run("run", "-e", "tf215", "--", "--sandbox")
    sentence = "--sandbox: bubblewrap makes no sandbox on this machine (bwrap: No permissions to create)\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", sentence)
    assert not (project.root / ".tox").exists()
