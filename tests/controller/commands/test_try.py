"""`harness try` in two small environments."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.measured_project import NEW, OLD, make_environment
from tests.support.tiny_project import TinyProject

CODE = "from keras.layers import Old"


@pytest.fixture
def two_environments(project: TinyProject) -> TinyProject:
    make_environment(project, "tf215", OLD)
    make_environment(project, "tf216", NEW)
    return project


def test_outcomes_are_ranges_of_releases(two_environments: TinyProject) -> None:
    done = two_environments.run("try", "import keras; keras.layers.Dense")
    assert (done.returncode, done.stdout) == (0, "from 2.15 on  pass\n")
    done = two_environments.run("try", CODE)
    passed, failed = done.stdout.splitlines()
    assert done.returncode == 1
    assert passed.split() == ["2.15", "pass"]
    assert failed.startswith("2.16  ImportError: cannot import name 'Old' from 'keras.layers'")


def test_json_has_an_outcome_for_each_environment(two_environments: TinyProject, tmp_path: Path) -> None:
    file = tmp_path / "code.py"
    file.write_text(CODE + "\n", encoding="utf-8")
    outcomes = json.loads(two_environments.run("try", str(file), "--json").stdout)["outcomes"]
    assert {one["environment"]: (one["status"], one["error"]) for one in outcomes} == {
        "tf215": ("pass", None),
        "tf216": ("fail", "ImportError"),
    }


def test_code_that_is_no_python_and_processes_that_die(two_environments: TinyProject) -> None:
    assert "SyntaxError: " in two_environments.run("try", "import", "-e", "tf215").stdout
    assert two_environments.run("try", "import os; os._exit(3)", "-e", "tf215").stdout.startswith(
        "2.15  crash: exit code 3"
    )


def test_missing_environments_are_named_with_the_command(project: TinyProject) -> None:
    done = project.run("try", "import keras", "-e", "tf215")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "not installed: tf215; make them first: `harness run -e tf215`\n"
