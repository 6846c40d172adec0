"""Completion as a shell asks for it: the line, the cursor's place, and a file for the answers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.controller.commands import COMMANDS
from tests.support.tiny_project import TinyProject

Complete = Callable[[str], list[str]]

_SHELL = {
    "_ARGCOMPLETE": "1",
    "_ARGCOMPLETE_IFS": "\n",
    "_ARGCOMPLETE_SHELL": "bash",
    "_ARGCOMPLETE_SUPPRESS_SPACE": "1",
}


@pytest.fixture
def complete(project: TinyProject, tmp_path: Path) -> Complete:
    """What may stand at the end of a command line that is typed in the project."""

    def run(line: str) -> list[str]:
        answers = tmp_path / "answers"
        asked = {"COMP_LINE": line, "COMP_POINT": str(len(line)), "_ARGCOMPLETE_STDOUT_FILENAME": str(answers)}
        done = subprocess.run(
            [sys.executable, "-m", "harness"],
            cwd=project.root,
            env=os.environ | _SHELL | asked,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        return answers.read_text(encoding="utf-8").splitlines()

    return run


def test_commands_are_completed(complete: Complete) -> None:
    assert complete("harness ") == list(COMMANDS)
    assert complete("harness --root . pl") == ["plan"]


def test_options_are_completed(complete: Complete) -> None:
    assert complete("harness run --fr") == ["--fresh"]
    assert complete("harness plan --format ") == ["table", "json", "github", "pythons"]


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("run -e tf21", ["tf215", "tf216", "tf216-legacy"]),
        ("lock --env tf11", ["tf115"]),
        ("plan -e tf215 -g ", ["quick", "tf1x", "tf2x"]),
        ("plan --cases ", ["all"]),
        ("script version -p t", ["tensorflow.keras", "tf.keras"]),
        ("script d", ["dense"]),
        ("show -k ", ["dense", "version"]),
        ("show --cell version[k", [r"version\[keras\]"]),
        ("new s", ["save_load", "symbol", "scenario", "snippet"]),
        ("diff r", ["results", "run"]),
        ("tell matr", ["matrix.yaml"]),
    ],
)
def test_values_come_from_the_project(complete: Complete, line: str, values: list[str]) -> None:
    assert complete(f"harness {line}") == values


def test_a_faulty_project_completes_nothing(project: TinyProject, complete: Complete) -> None:
    (project.root / "matrix.yaml").write_text("schema: 2\n", encoding="utf-8")
    assert complete("harness plan -e ") == []


@pytest.mark.parametrize(
    ("shell", "command"),
    [("bash", ["bash", "-n"]), ("zsh", ["zsh", "-n"]), ("fish", ["fish", "--no-execute"])],
)
def test_the_scripts_of_the_shells_are_valid(tmp_path: Path, shell: str, command: list[str]) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    register = Path(sys.executable).with_name("register-python-argcomplete")
    done = subprocess.run([register, "--shell", shell, "harness"], capture_output=True, text=True, check=True)
    script = tmp_path / "script"
    script.write_text(done.stdout, encoding="utf-8")
    assert "harness" in done.stdout
    subprocess.run([*command, script], check=True, timeout=60)
