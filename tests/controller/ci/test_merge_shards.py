from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import pytest

import harness
from harness.contract.records import Outcome, Record
from harness.contract.statuses import Stage, Status
from harness.controller.project.state import STATE_LAYOUT
from harness.controller.results.documents import read_column, read_details, write_column, write_details
from tests.support.tiny_project import TinyProject, make_column

Put = Callable[..., None]

KEYS = [
    ("dense", "tensorflow.keras"),
    ("dense", "tf.keras"),
    ("version", "keras"),
    ("version", "tensorflow.keras"),
    ("version", "tf.keras"),
]
PASSED = [Outcome(*key, status=Status.PASS) for key in KEYS]
FAILED = [Outcome(*key, Status.FAIL, Stage.FIT, "ValueError", "shapes differ") for key in KEYS]


def sign(shard: Path) -> None:
    """Note that this version of the harness wrote the shard."""
    shard.mkdir(parents=True, exist_ok=True)
    version = {"layout": STATE_LAYOUT, "harness": harness.__version__}
    (shard / "version.json").write_text(json.dumps(version), encoding="utf-8")


@pytest.fixture
def put(project: TinyProject) -> Put:
    """Put a column into the folder of a shard, as a job sends it."""

    def put(shard: str, name: str, *outcomes: Outcome, seconds: float = 1.0) -> None:
        folder = project.root / "shards" / shard
        sign(folder)
        write_column(folder / "run" / f"{name}.json", make_column(*outcomes, id=name))
        reached = [outcome for outcome in outcomes if outcome.status is not Status.NOT_RUN]
        write_details(folder / "details" / f"{name}.json", [Record(outcome, seconds=seconds) for outcome in reached])

    return put


def collect(project: TinyProject, *words: str) -> subprocess.CompletedProcess[str]:
    return project.run("collect", "--shards", str(project.root / "shards"), *words)


def state(project: Path) -> dict[str, bytes]:
    folders = [project / ".harness" / name for name in ("run", "details")]
    return {f"{folder.name}/{file.name}": file.read_bytes() for folder in folders for file in folder.iterdir()}


def test_shard_order_and_repetition_change_nothing(project: TinyProject, put: Put) -> None:
    put("one", "tf215", *PASSED)
    put("two", "tf216", *FAILED)
    assert collect(project, "-g", "quick").stdout == "2 of 2 environments from 2 shards\n"
    before = state(project.root)
    sent = [project.root / "shards" / "one", project.root / "shards" / "two", project.root / "shards" / "two"]
    for number, order in enumerate(permutations(sent)):
        shards = project.root / f"sent {number}"
        for place, shard in enumerate(order):
            shutil.copytree(shard, shards / str(place))
        assert project.run("collect", "--shards", str(shards), "-g", "quick").returncode == 0
        assert state(project.root) == before


def test_column_of_lost_shard_is_not_run(project: TinyProject, put: Put) -> None:
    put("one", "tf215", *PASSED)
    done = collect(project, "-g", "quick")
    assert done.stdout == "1 of 2 environments from 1 shards\nno shard has tf216: not run\n"
    lost = read_column(project.root / ".harness" / "run" / "tf216.json")
    assert (lost.environment.release, lost.environment.status) == ("2.16.2", "ok")
    assert [(key, cell.status) for key, cell in lost.cells.items()] == [(key, Status.NOT_RUN) for key in KEYS]
    put("late", "tf216", *FAILED)
    assert collect(project, "-g", "quick").stdout == "2 of 2 environments from 2 shards\n"
    assert read_column(project.root / ".harness" / "run" / "tf216.json").cells == {cell.key: cell for cell in FAILED}


def test_without_any_shard_all_is_not_run(project: TinyProject) -> None:
    (project.root / "shards").mkdir()
    assert collect(project, "-e", "tf215").stdout.endswith("no shard has tf215: not run\n")
    assert project.run("collect", "--shards", str(project.root / "nowhere"), "-e", "tf215").returncode == 2


def test_a_shard_of_another_version_is_refused(project: TinyProject, put: Put) -> None:
    put("one", "tf215", *PASSED)
    (project.root / "shards" / "one" / "version.json").unlink()
    done = collect(project, "-e", "tf215")
    assert (done.returncode, "written by harness an older version" in done.stderr) == (3, True)
    assert not (project.root / ".harness" / "run").exists()


def test_single_shard_may_lie_in_the_folder(project: TinyProject, put: Put) -> None:
    put("", "tf215", *PASSED)
    assert collect(project, "-e", "tf215").stdout == "1 of 1 environments from 1 shards\n"


def test_cells_missing_from_shards_are_not_run(project: TinyProject, put: Put) -> None:
    put("one", "tf215", *PASSED[:2])
    collect(project, "-e", "tf215")
    cells = read_column(project.root / ".harness" / "run" / "tf215.json").cells
    assert [cells[key].status for key in KEYS] == [Status.PASS] * 2 + [Status.NOT_RUN] * 3


def test_details_come_from_the_chosen_outcomes_shard(project: TinyProject, put: Put) -> None:
    fault = Outcome(*KEYS[0], status=Status.ERROR, message="no room")
    put("a", "tf215", fault, *PASSED[1:], seconds=1.0)
    put("b", "tf215", *PASSED, seconds=2.0)
    collect(project, "-e", "tf215")
    details = read_details(project.root / ".harness" / "details" / "tf215.json")
    assert details["dense[tensorflow.keras]"]["seconds"] == 2.0
    assert len(details) == len(KEYS)


def test_truncated_document_is_reported_and_left_out(project: TinyProject, put: Put) -> None:
    put("one", "tf215", *PASSED)
    put("two", "tf216", *PASSED)
    file = project.root / "shards" / "two" / "run" / "tf216.json"
    file.write_bytes(file.read_bytes()[:100])
    done = collect(project, "-g", "quick")
    assert done.returncode == 0
    assert f"left out: {file}: cannot be read: " in done.stdout
    assert done.stdout.endswith("no shard has tf216: not run\n")


def test_contradicting_shards_are_refused_writing_nothing(project: TinyProject, put: Put) -> None:
    put("one", "tf215", *PASSED)
    put("two", "tf215", *FAILED)
    done = collect(project, "-e", "tf215")
    assert (done.returncode, done.stderr.count("two different outcomes")) == (3, 1)
    assert not (project.root / ".harness" / "run").exists()


def test_a_selection_goes_with_shards_alone(project: TinyProject) -> None:
    done = project.run("collect", "-g", "quick")
    assert (done.returncode, "--shards" in done.stderr) == (2, True)


def test_cells_of_unknown_cases_are_left_out(project: TinyProject, put: Put) -> None:
    others = [Outcome("gone", path, Status.PASS) for path in ("keras", "tf.keras")]
    put("one", "tf215", *PASSED, *others, Outcome("dense", "keras", Status.PASS))
    said = "left out: tf215: 3 cells that this project does not have: gone (2), dense (1)\n"
    assert collect(project, "-e", "tf215").stdout == said + "1 of 1 environments from 1 shards\n"
    assert read_column(project.root / ".harness" / "run" / "tf215.json").cells.keys() == set(KEYS)
    done = collect(project, "-e", "tf215", "-k", "version")  # what is not selected is not foreign
    assert done.stdout == said + "1 of 1 environments from 1 shards\n"


def test_creation_failure_of_one_shard_is_dropped(project: TinyProject, put: Put) -> None:
    put("one", "tf215", *PASSED[:2])
    lost = [Outcome(*key, status=Status.ENV_FAIL) for key in KEYS[2:]]
    sign(project.root / "shards" / "two")
    file = project.root / "shards" / "two" / "run" / "tf215.json"
    write_column(file, make_column(*lost, status="env-fail", reason="no network"))
    assert collect(project, "-e", "tf215").returncode == 0
    cells = read_column(project.root / ".harness" / "run" / "tf215.json").cells
    assert [cells[key].status for key in KEYS] == [Status.PASS] * 2 + [Status.NOT_RUN] * 3


def test_measured_names_come_with_their_shard(project: TinyProject, put: Put) -> None:
    inventory = {
        "schema": 1,
        "environment": "tf215",
        "key": "k",
        "roots": [],
        "packages": {},
        "objects": [],
        "names": {},
    }
    for shard, name, text in [("one", "tf215", json.dumps(inventory)), ("two", "tf216", "{")]:
        put(shard, name, *PASSED)
        (project.root / "shards" / shard / "inventory").mkdir()
        (project.root / "shards" / shard / "inventory" / f"{name}.json").write_text(text, encoding="utf-8")
    done = collect(project, "-g", "quick")
    assert "left out: " in done.stdout
    assert "inventory/tf216.json: not an inventory" in done.stdout
    assert [file.name for file in (project.root / ".harness" / "inventory").iterdir()] == ["tf215.json"]
