from __future__ import annotations

import json
import subprocess
import sys

import pytest

from harness.controller.environments.interpreters import find_interpreter
from tests.support.tiny_project import TinyProject

BOTH = "2 environments, 10 cells\n"


def arguments(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [job["arguments"] for job in json.loads(done.stdout)["include"]]


def test_since_plans_only_cases_changed_after_revision(project: TinyProject) -> None:
    revision = project.commit()
    project.edit("cases/snippet/version.yaml", "title: The path", "title: Each path")
    done = project.run("plan", "--since", revision, "--format", "github")
    assert arguments(done) == ["-e tf215 -k version", "-e tf216 -k version"]
    assert project.run("plan", "--since", revision).stdout.endswith("2 environments, 6 cells\n")
    assert project.run("plan", "--since", revision, "-k", "dense").stdout == "0 environments, 0 cells\n"


def test_uncommitted_new_case_counts_as_changed(project: TinyProject) -> None:
    revision = project.commit()
    text = (project.root / "cases" / "snippet" / "version.yaml").read_text(encoding="utf-8")
    (project.root / "cases" / "snippet" / "other.yaml").write_text(
        text.replace("id: version", "id: other"), encoding="utf-8"
    )
    assert arguments(project.run("plan", "--since", revision, "-e", "tf215", "--format", "github")) == [
        "-e tf215 -k other"
    ]


@pytest.mark.parametrize(
    "name", ["matrix.yaml", "locks/tf215.txt", "harness/runner/cell.py", "harness/cases/kinds/a.py"]
)
def test_changed_shared_files_plan_every_cell(project: TinyProject, name: str) -> None:
    revision = project.commit()
    (project.root / name).parent.mkdir(parents=True, exist_ok=True)
    with (project.root / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert project.run("plan", "--since", revision).stdout.endswith(BOTH)
    assert arguments(project.run("plan", "--since", revision, "--format", "github")) == [
        "-e tf215 --cases all",
        "-e tf216 --cases all",
    ]


def test_what_no_cell_depends_on_touches_none(project: TinyProject) -> None:
    revision = project.commit()
    (project.root / "README.md").write_text("# Tiny\n", encoding="utf-8")
    assert json.loads(project.run("plan", "--since", revision, "--format", "github").stdout) == {"include": []}
    assert project.run("plan", "--since", revision, "--format", "pythons").stdout == ""


@pytest.mark.parametrize("name", ["yesterday's", "--output=x"])
def test_a_revision_that_is_none_is_said(project: TinyProject, name: str) -> None:
    project.commit()
    done = project.run("plan", f"--since={name}")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"{name!r} is not a git revision of ")


def test_the_pythons_that_are_missing(project: TinyProject) -> None:
    project.edit("matrix.yaml", 'python: "3.11"', f'python: "{sys.version_info.major}.{sys.version_info.minor}"')
    project.edit("matrix.yaml", 'python: "3.12"', 'python: "3.98"')
    assert find_interpreter(f"{sys.version_info.major}.{sys.version_info.minor}")
    assert project.run("plan", "-e", "*", "--format", "pythons").stdout == "3.98\n3.99\n"
