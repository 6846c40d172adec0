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


@pytest.mark.parametrize(
    ("given", "sentence"), [("gone.py", "gone.py: no such file\n"), (" ", "harness try: no code was given\n")]
)
def test_nothing_to_try_is_said(project: TinyProject, given: str, sentence: str) -> None:
    done = project.run("try", given)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", sentence)


def test_without_any_environment_a_selection_is_asked_for(project: TinyProject) -> None:
    done = project.run("try", "import keras")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "no environment exists here: name some, such as `-g quick`, and they are made\n"


def test_what_cannot_be_made_does_not_keep_others_waiting(two_environments: TinyProject) -> None:
    done = two_environments.run("try", "import keras", "-e", "tf215", "-e", "tf115", "--json")
    outcomes = json.loads(done.stdout)["outcomes"]
    assert done.returncode == 3
    assert [(one["environment"], one["status"]) for one in outcomes] == [("tf215", "pass"), ("tf115", "env-fail")]
    making, failed = done.stderr.splitlines()
    assert making == "tf115: making the environment"
    assert failed == outcomes[1]["message"]
    assert failed.startswith("tf115: cannot be made: ")
    assert failed.endswith(" (log: .harness/logs/tf115.log)")


def test_tried_code_becomes_a_case(two_environments: TinyProject) -> None:
    code = "from keras.layers import Old; assert Old()"
    done = two_environments.run("try", code, "--save", "snippet/old-layer")
    assert done.returncode == 1
    assert done.stderr == (
        "cases/snippet/old-layer.yaml: written; `harness run -k old-layer` runs it under every import path\n"
    )
    validated = two_environments.run("validate")
    assert "3 cases: valid" in validated.stdout, validated
    script = two_environments.run("script", "old-layer", "-p", "tf.keras").stdout
    assert "Old = tf.keras.layers.Old\n" in script


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--save", "snippet"], "--save snippet: write it as KIND/ID, such as snippet/adam-with-lr"),
        (["--save", "snippet/version"], "the id 'version' is already used in cases/snippet/version.yaml"),
        (["--save", "snippet/x", "-p", "tf.keras"], "the code uses no name of tf.keras"),
        (["-p", "keras"], "-p goes with --save: the code itself says what it imports"),
    ],
)
def test_what_cannot_be_saved_is_not_run(project: TinyProject, arguments: list[str], sentence: str) -> None:
    done = project.run("try", "import keras; assert keras.layers", *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", sentence + "\n")
