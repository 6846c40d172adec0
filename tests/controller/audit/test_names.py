"""`harness audit --names`: recorded answers are asked again by plain Python."""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.controller.api.document import read_documents
from harness.controller.audit import names
from harness.controller.audit.name_answers import draw_answers
from harness.controller.cli import main
from harness.controller.engine.machine_facts import MACHINE_NAME
from harness.controller.engine.site import FOLDER_NAME
from harness.controller.project.loader import load_matrix
from tests.support.measured_project import make_measured_project
from tests.support.tiny_project import TinyProject


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> TinyProject:
    project = TinyProject(tmp_path_factory.mktemp("audited") / "project")
    make_measured_project(project)
    assert project.run("inventory", "-j", "1").returncode == 0
    assert project.run("accept").returncode == 0
    make_plain(project.root)
    return project


def make_plain(root: Path) -> None:
    """Scripts run without PYTHONPATH, which these small environments extend."""
    for program in root.glob(".tox/*/bin/python"):
        program.write_text(program.read_text(encoding="utf-8").replace('"$PYTHONPATH":', ""), encoding="utf-8")


def test_recorded_answers_agree_with_python(accepted: TinyProject) -> None:
    done = accepted.run("audit", "--names", "--sample", "12", "--seed", "1")
    assert done.returncode == 0, done.stdout
    first, last = done.stdout.splitlines()
    assert first.startswith("12 answers sampled (seed 1): ")
    assert " no" in first
    assert last == "12 answers: all agree"


def test_wrong_answers_are_printed(accepted: TinyProject, tmp_path: Path) -> None:
    folder = accepted.root / ".tox" / "tf216" / "lib" / "python3.99" / "site-packages" / "keras" / "layers.py"
    text = folder.read_text(encoding="utf-8")
    folder.write_text("class Old:\n    pass\n", encoding="utf-8")
    try:
        done = accepted.run("audit", "--names", "-e", "tf216", "--sample", "40", "--seed", "1")
    finally:
        folder.write_text(text, encoding="utf-8")
    assert done.returncode == 1
    assert "tf216 import keras.layers.Dense: recorded yes, plain Python says no" in done.stdout
    assert "disagree" in done.stdout.splitlines()[-1]


@pytest.fixture
def endless(accepted: TinyProject) -> Iterator[TinyProject]:
    """The project with interpreters that never answer."""
    programs = {program: program.read_bytes() for program in accepted.root.glob(".tox/*/bin/python")}
    for program in programs:
        program.write_text("#!/bin/sh\nexec sleep 1000\n", encoding="utf-8")
    yield accepted
    for program, content in programs.items():
        program.write_bytes(content)


def test_slow_interpreters_are_no_answers(
    endless: TinyProject, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(names, "_IMPORTING", -load_matrix(endless.root).timeout)
    code = main(["audit", "--names", "--root", str(endless.root), "--sample", "2", "--seed", "1"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(": ")[2] for line in lines[1:]] == [
        "plain Python did not answer in time",
        "plain Python did not answer in time",
        "all agree; 2 not in time",
    ]
    assert code == 3


def test_every_answer_can_be_drawn(accepted: TinyProject) -> None:
    documents = read_documents(accepted.root / "results")
    matrix = load_matrix(accepted.root)
    everything = draw_answers(documents, list(matrix.environments.values()), 10**6, random.Random(1))
    assert len(everything) == 2 * sum(len(document.rows) for document in documents.values())
    assert {answer.environment.id for answer in everything} == {"tf215", "tf216"}
    scripts = {answer.script() for answer in everything if answer.form == "import"}
    assert scripts > {"from keras.layers import Dense\n", "import keras\n"} or scripts > {"import tensorflow.keras\n"}


def test_auditing_needs_measured_environments(accepted: TinyProject) -> None:
    done = accepted.run("audit", "--names", "-e", "tf115")
    assert (done.returncode, "no environment of this selection was measured" in done.stderr) == (2, True)


def test_other_machines_ask_their_own_environments(
    accepted: TinyProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, far = accepted.root / ".tox", tmp_path / "far" / "environments"
    shutil.copytree(here, far, symlinks=True)
    for prefix in far.iterdir():
        (prefix / ".tox-info.json").write_text('{"PythonRun": {"deps": {}}}', encoding="utf-8")
    (far / "tf215" / "bin" / "python").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    monkeypatch.setenv(FOLDER_NAME, str(tmp_path))
    monkeypatch.setenv(MACHINE_NAME, "far")
    engine = ["--engine", "shell", "-j", "2", "--command-line"]
    command = f"{sys.executable} -m harness.controller.engine < {{task}} > {{result}}"
    done = accepted.run("audit", "--names", "--sample", "12", "--seed", "1", *engine, command)
    first, *wrong, last = done.stdout.splitlines()
    assert first.startswith("12 answers sampled (seed 1): ")
    assert last == f"12 answers: {len(wrong)} disagree"
    assert wrong, "the Python there can import nothing"
    assert {line.split()[0] for line in wrong} == {"tf215"}
    assert done.returncode == 1
