"""Names with other packages than a release's own: what `accept` keeps of a lane, and what `harness api` answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from harness.controller.api.lanes import read_lane_names
from harness.controller.api.schema import lanes_schema
from tests.support.measured_project import NEW, make_environment, make_measured_project
from tests.support.tiny_project import TinyProject

LANE = "lanes:\n  today: {title: Runs today, of: '>=2.16', cases: [version], paths: [keras]}\n"
LATER = {
    **NEW,
    "keras/__init__.py": "__version__ = '3.13.2'\nfrom keras import layers, models, fresh",
    "keras/fresh.py": "NUMBER = 1",
    "keras/layers.py": """
        class Dense:
            def __init__(self, units):
                pass
    """,
    "tensorflow/keras/layers.py": "from keras.layers import Dense",
}
TODAY = {"environment": "tf216-today", "packages": {"keras": "3.13.2", "tensorflow": "2.16.2"}}


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> TinyProject:
    """A project whose releases and whose lane were measured, and the names accepted."""
    project = TinyProject(tmp_path_factory.mktemp("lanes") / "project")
    make_measured_project(project)
    matrix = project.root / "matrix.yaml"
    matrix.write_text(matrix.read_text(encoding="utf-8") + LANE, encoding="utf-8")
    make_environment(project, "tf216-today", LATER)
    for command in (["inventory", "-j", "1"], ["inventory", "-e", "tf216-today"], ["accept"]):
        done = project.run(*command)
        assert done.returncode == 0, done.stderr
    return project


def ask(project: TinyProject, name: str) -> Any:
    return json.loads(project.run("api", name, "--json").stdout)


def lanes_document(root: Path) -> Path:
    return root / "results" / "api" / "lanes" / "names.json"


def test_lanes_are_kept_as_differences(accepted: TinyProject) -> None:
    data = json.loads(lanes_document(accepted.root).read_text(encoding="utf-8"))
    Draft202012Validator(lanes_schema()).validate(data)
    assert data["lanes"] == {"tf216-today": {"of": "tf216", "packages": TODAY["packages"], "failed": {}}}
    ways = "import, attribute"
    assert data["names"]["keras.fresh.NUMBER"] == [["new", "", ways, ["tf216-today"]]]
    assert data["names"]["keras.layers.New"] == [["gone", ways, "", ["tf216-today"]]]
    assert "keras.models.Model" not in data["names"]


def test_releases_are_not_asked_for_names_of_lanes(accepted: TinyProject) -> None:
    found = ask(accepted, "keras.fresh")
    assert (found["known"], [item["word"] for item in found["lanes"]]) == (False, ["new"])
    text = accepted.run("api", "keras.fresh").stdout.splitlines()
    assert text[1] == "  lanes:      tf216-today: new (import, attribute) with keras 3.13.2, tensorflow 2.16.2"


def test_answers_name_what_lanes_change(accepted: TinyProject) -> None:
    both = ("(units, activation=None, lora_rank=None)", "(units)")
    change = {"word": "signature", "name": "keras.layers.Dense", "before": both[0], "after": both[1]}
    assert ask(accepted, "keras.layers.Dense")["lanes"] == [{**TODAY, **change}]
    assert ask(accepted, "keras.models.Model")["lanes"] == []


def test_accepting_lanes_again_changes_nothing(accepted: TinyProject) -> None:
    before = lanes_document(accepted.root).read_bytes()
    assert read_lane_names(accepted.root / "results").text().encode() == before
    done = accepted.run("accept")
    assert "wrote" not in done.stdout
    assert lanes_document(accepted.root).read_bytes() == before


def test_newer_packages_with_the_same_names_change_nothing(accepted: TinyProject) -> None:
    before = lanes_document(accepted.root).read_bytes()
    inventory = accepted.root / ".harness" / "inventory" / "tf216-today.json"
    kept = inventory.read_text(encoding="utf-8")
    assert '"3.13.2"' in kept
    inventory.write_text(kept.replace('"3.13.2"', '"3.13.3"'), encoding="utf-8")
    assert accepted.run("accept").returncode == 0
    inventory.write_text(kept, encoding="utf-8")
    assert lanes_document(accepted.root).read_bytes() == before


def test_lanes_that_were_not_measured_stay(accepted: TinyProject) -> None:
    before = lanes_document(accepted.root).read_bytes()
    inventory = accepted.root / ".harness" / "inventory" / "tf216-today.json"
    kept = inventory.read_bytes()
    inventory.unlink()
    assert accepted.run("accept").returncode == 0
    assert lanes_document(accepted.root).read_bytes() == before
    inventory.write_bytes(kept)
