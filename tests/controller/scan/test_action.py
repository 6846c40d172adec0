"""The step of action.yml that scans, run as a service does: its own script in bash, with its own variables."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.support import ROOT

CODE = "from keras.utils import np_utils\n"
SENTENCE = "::keras.utils.np_utils cannot be imported from 2.13 on"


def run_step(workspace: Path, inputs: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """The step with its inputs, in a repository that has no matrix.yaml."""
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    given = {name: one["default"] for name, one in action["inputs"].items()} | inputs
    [step] = [one for one in action["runs"]["steps"] if one["name"] == "Scan"]
    assert set(step) == {"name", "if", "shell", "working-directory", "env", "run"}

    def filled(text: str) -> str:
        for name, value in given.items():
            text = text.replace(f"${{{{ inputs.{name} }}}}", value)
        return text

    script = workspace.parent / "script.sh"
    script.write_text(step["run"], encoding="utf-8")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    variables = {name: filled(text) for name, text in step["env"].items()}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
        cwd=workspace / filled(step["working-directory"]),
        env=os.environ | {"PATH": path, "GITHUB_WORKSPACE": str(workspace)} | variables,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    for name in ("src", "sub/src"):
        (folder / name).mkdir(parents=True)
        (folder / name / "a.py").write_text(CODE, encoding="utf-8")
    return folder


def test_lines_of_the_repository_are_annotated(workspace: Path) -> None:
    done = run_step(workspace, {"scan": "src sub/*.py sub/src"})
    assert (done.returncode, done.stderr) == (2, "sub/*.py: no such file or folder\n")
    done = run_step(workspace, {"scan": "src sub/src"})
    assert done.returncode == 1, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"::error file=src/a.py,line=1,col=25{SENTENCE}")
    assert lines[1].startswith(f"::error file=sub/src/a.py,line=1,col=25{SENTENCE}")


def test_options_and_a_folder_inside_are_passed_on(workspace: Path) -> None:
    done = run_step(workspace, {"scan": "src", "root": "sub", "arguments": "--range >=2.10,<2.12"})
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"::warning file=sub/src/a.py,line=1,col=25{SENTENCE}")
