"""Names with other packages than a release's own: what `accept` keeps of a lane, and what `harness api` answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from harness.contract.records import Outcome
from harness.contract.statuses import Status
from harness.controller.api.lane_changes import lane_changes
from harness.controller.api.lanes import LaneNames, MeasuredLane, lane_names, read_lane_names
from harness.controller.api.name_changes import NameChange
from harness.controller.api.schema import lanes_schema
from tests.support.measured_project import NEW, make_environment, make_measured_project
from tests.support.tiny_project import TinyProject, make_column

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


def kept(project: TinyProject, name: str) -> object:
    return read_lane_names(project.root / "results").names.get(name, {})


def lanes_document(root: Path) -> Path:
    return root / "results" / "api" / "lanes" / "names.json"


def test_lanes_are_kept_as_differences(accepted: TinyProject) -> None:
    data = json.loads(lanes_document(accepted.root).read_text(encoding="utf-8"))
    Draft202012Validator(lanes_schema()).validate(data)
    assert data["lanes"] == {"tf216-today": {"of": "tf216", "packages": TODAY["packages"], "failed": {}}}
    ways = "import, attribute"
    assert kept(accepted, "keras.fresh.NUMBER") == {("new", "", ways): ("tf216-today",)}
    assert kept(accepted, "keras.layers.New") == {("gone", ways, ""): ("tf216-today",)}
    assert kept(accepted, "keras.models.Model") == {}


def test_releases_are_not_asked_for_names_of_lanes(accepted: TinyProject) -> None:
    found = ask(accepted, "keras.fresh")
    assert (found["known"], [item["word"] for item in found["lanes"]]) == (False, ["new"])
    text = accepted.run("api", "keras.fresh").stdout.splitlines()
    assert text[1] == "  lanes:      tf216-today: new (import, attribute) with keras 3.13.2, tensorflow 2.16.2"


def test_answers_name_what_lanes_change(accepted: TinyProject) -> None:
    both = ("(units, activation=None, lora_rank=None)", "(units)")
    change = {"word": "signature", "name": "keras.layers.Dense", "before": both[0], "after": both[1]}
    assert ask(accepted, "keras.layers.Dense")["lanes"] == [{**TODAY, **change}]
    assert ask(accepted, "keras.layers.Dense")["other_lanes"]["as_release"] == []


def test_lanes_without_a_change_are_named(accepted: TinyProject) -> None:
    found = ask(accepted, "keras.models.Model")
    assert (found["lanes"], found["other_lanes"]["as_release"]) == ([], ["tf216-today"])
    assert "  lanes:      tf216-today: as in its release" in accepted.run("api", "keras.models.Model").stdout
    assert accepted.run("api", "keras.nowhere").stdout.count("lanes:") == 0


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


def test_diff_compares_the_names_of_lanes(accepted: TinyProject) -> None:
    (packages,) = accepted.root.glob(".tox/tf216-today/lib/*/site-packages")
    before, added = lanes_document(accepted.root).read_bytes(), packages / "keras" / "added.py"
    column = make_column(Outcome("version", "keras", Status.PASS), id="tf216-today", release="2.16.2", python="3.12")
    for folder in ("results", ".harness/run"):
        accepted.keep(folder, column)
    assert accepted.run("diff").stdout == "no difference\n"
    assert "## Names\n\nno difference\n" in accepted.run("report").stdout
    added.write_text("LATER = 1\n", encoding="utf-8")
    assert accepted.run("inventory", "-e", "tf216-today").returncode == 0
    done = accepted.run("diff")
    said = "tf216-today: 2 names new: keras.added, keras.added.LATER\n"
    assert (done.returncode, done.stdout) == (1, "no difference\n" + said)
    done = accepted.run("report")
    assert (done.returncode, f"## Names\n\n- {said}" in done.stdout) == (1, True)
    (accepted.root / ".harness" / "run" / "tf216-today.json").unlink()
    assert accepted.run("accept").stdout.startswith(said)
    added.unlink()
    assert accepted.run("inventory", "-e", "tf216-today").returncode == 0
    assert accepted.run("accept").stdout.startswith(said.replace("new", "gone"))
    assert lanes_document(accepted.root).read_bytes() == before


def lane(*changes: NameChange, failed: bool = False) -> LaneNames:
    packages, errors = {} if failed else {"keras": "3"}, {"keras": "ImportError: no"} if failed else {}
    return lane_names({"today": MeasuredLane("tf216", packages, errors)}, {"today": changes})


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (lane(), lane(NameChange("gone", "keras.a", "import", "")), ["gone: keras.a"]),
        (lane(NameChange("gone", "keras.a", "import", "")), lane(), ["new: keras.a"]),
        (lane(NameChange("new", "keras.a", "", "import")), lane(), ["gone: keras.a"]),
        (
            lane(NameChange("new", "keras.a", "", "import")),
            lane(NameChange("new", "keras.a", "", "import, attribute")),
            ["attribute: keras.a: import -> import, attribute"],
        ),
        (
            lane(NameChange("signature", "keras.a", "(x)", "(y)")),
            lane(NameChange("signature", "keras.a", "(x)", "(z)")),
            ["signature: keras.a: (y) -> (z)"],
        ),
        (lane(NameChange("signature", "keras.a", "(x)", "(y)")), lane(), ["signature: keras.a: (y) -> (x)"]),
        (
            lane(NameChange("attribute", "keras.a", "no", "yes")),
            lane(NameChange("gone", "keras.a", "import", "")),
            ["gone: keras.a"],
        ),
        (lane(NameChange("gone", "keras.a", "import", "")), lane(failed=True), ["import: keras: yes -> no"]),
        (LaneNames(), lane(NameChange("new", "keras.a", "", "import")), ["new: keras.a"]),
        (lane(NameChange("new", "keras.a", "", "import")), lane(NameChange("new", "keras.a", "", "import")), []),
    ],
)
def test_changes_of_a_lane_since_it_was_accepted(before: LaneNames, after: LaneNames, expected: list[str]) -> None:
    assert list(map(str, lane_changes(before, after, "today"))) == expected
