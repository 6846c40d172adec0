from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.contract.plan import PathSpec, Plan, PlannedCell
from harness.contract.records import CellKey, Outcome, Record
from harness.contract.statuses import Stage, Status
from harness.contract.stream import append_line
from harness.controller.environments.fingerprint import content
from harness.controller.errors import HarnessError
from harness.controller.project.loader import Project, load_project
from harness.controller.project.matrix import Environment
from harness.controller.worker.options import WorkerOptions
from harness.controller.worker.outcome_cache import (
    CachedOutcome,
    read_cache,
    update_cache,
    valid_records,
    with_keys,
    write_cache,
)
from harness.controller.worker.plan import cells_in_scope, make_plan, planned_cells
from harness.controller.worker.reconcile import Recorded, read_stream
from tests.support.tiny_project import TinyProject, make_column

Keys = Callable[..., dict[CellKey, str]]

KEY = "the key of a stream"
VERSION = ("version", "keras")
PASSED = Record(Outcome(*VERSION, status=Status.PASS), 1.5, {"call": 1.0}, 2048, None, "Epoch 1")


@pytest.fixture
def keys(project: TinyProject, tmp_path: Path) -> Keys:
    """The keys of the project as it now stands, with parts of the plan and of the environment replaced."""

    def make(plan: dict[str, Any] | None = None, packages: str = "2.15.0", **settings: Any) -> dict[CellKey, str]:
        loaded: Project = load_project(project.root)
        environment: Environment = replace(loaded.matrix.environments["tf215"], **settings)
        options = WorkerOptions()
        cells = planned_cells(cells_in_scope(loaded, environment, options))
        made = replace(make_plan(loaded, environment, options, cells, None), **(plan or {}))
        facts = make_column(packages={"keras": packages}).environment
        made = with_keys(made, environment, facts, content(tmp_path / "prefix"))
        return {cell.id: cell.key for cell in made.cells}

    return make


def plan_with(keys: dict[CellKey, str]) -> Plan:
    """A plan of cells with these keys."""
    cells = [PlannedCell(*cell, "x.yaml", "snippet", "", "", key) for cell, key in keys.items()]
    return Plan("tf215", "/", "stream", "fork", 1.0, 1, 1, [], cells)


def keep(file: Path, key: str, record: Record) -> None:
    """Add the record, as a run does that made it under this key."""
    cell = record.outcome.key
    write_cache(file, update_cache(read_cache(file), Recorded({cell: record}, {cell: key})))


def changed(before: dict[CellKey, str], after: dict[CellKey, str]) -> set[CellKey]:
    assert before.keys() == after.keys()
    return {cell for cell in before if before[cell] != after[cell]}


def test_every_cell_has_stable_unique_key(keys: Keys) -> None:
    assert len(set(keys().values())) == len(keys()) == 5
    assert keys() == keys()


@pytest.mark.parametrize(
    "settings",
    [
        {"packages": "2.15.1"},
        {"set_env": (("TF_USE_LEGACY_KERAS", "1"),)},
        {"plan": {"isolation": "spawn"}},
        {"plan": {"timeout": 61}},
        {"plan": {"output_limit": 1}},
        {"plan": {"memory_limit": 1}},
    ],
    ids=str,
)
def test_shared_dependency_changes_every_key(keys: Keys, settings: dict[str, Any]) -> None:
    assert changed(keys(), keys(**settings)) == set(keys())


def test_another_interpreter_changes_every_key(keys: Keys, tmp_path: Path) -> None:
    python = tmp_path / "prefix" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to("/usr/bin/python3.10")
    before = keys()
    python.unlink()
    python.symlink_to("/usr/bin/python3.11")
    assert changed(before, keys()) == set(before)


@pytest.mark.parametrize(
    ("old", "new"),
    [('"2.15.0"', '"2.16.0"'), ("title: The", "timeout: 5\ntitle: The"), ("title: The", "skip: broken\ntitle: The")],
)
def test_case_change_affects_only_its_keys(keys: Keys, project: TinyProject, old: str, new: str) -> None:
    before = keys()
    project.edit("cases/snippet/version.yaml", old, new)
    assert {case for case, _ in changed(before, keys())} == {"version"}


def test_another_title_changes_nothing(keys: Keys, project: TinyProject) -> None:
    before = keys()
    project.edit("cases/snippet/version.yaml", "title: The", "title: This")
    assert keys() == before


def test_path_form_change_affects_only_its_keys(keys: Keys) -> None:
    paths = [
        PathSpec("tensorflow.keras", "from", "tensorflow"),
        PathSpec("tf.keras", "attribute", "tensorflow"),
        PathSpec("keras", "attribute", "keras"),
    ]
    assert changed(keys(), keys(plan={"paths": paths})) == {VERSION}


def test_prerequisite_change_affects_only_dependent_keys(
    keys: Keys, project: TinyProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    project.edit("cases/snippet/version.yaml", "title: The", "requires: [graphviz]\ntitle: The")
    absent = keys()
    dot = tmp_path / "bin" / "dot"
    dot.parent.mkdir()
    dot.touch(mode=0o755)
    present = keys()
    os.utime(dot, (1, 1))
    dated = keys()
    dot.write_text("#!/bin/sh\n", encoding="utf-8")
    os.utime(dot, (1, 1))
    assert {case for case, _ in changed(absent, present)} == {"version"}
    assert {case for case, _ in changed(present, dated)} == {"version"}
    assert {case for case, _ in changed(dated, keys())} == {"version"}


@pytest.mark.parametrize("name", ["CI", "HOME", "LANG", "LD_LIBRARY_PATH", "XDG_CACHE_HOME"])
def test_variable_reaching_cells_changes_every_key(keys: Keys, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    before = keys()
    monkeypatch.setenv(name, "/another")
    assert changed(before, keys()) == set(before)
    monkeypatch.undo()
    assert keys() == before


def test_kept_record_read_back_with_details(tmp_path: Path) -> None:
    file = tmp_path / "kept" / "tf215.json"
    assert read_cache(file) == {}
    keep(file, "k1", PASSED)
    assert valid_records(read_cache(file), plan_with({VERSION: "k1"})) == {VERSION: PASSED}
    assert valid_records(read_cache(file), plan_with({VERSION: "k2"})) == {}
    assert valid_records(read_cache(file), plan_with({("dense", "keras"): "k1"})) == {}


def test_later_run_keeps_other_cells(tmp_path: Path) -> None:
    file, other = tmp_path / "tf215.json", ("dense", "tf.keras")
    failed = Record(Outcome(*other, status=Status.FAIL, stage=Stage.FIT))
    keep(file, "k1", PASSED)
    keep(file, "k2", failed)
    keep(file, "k3", failed)
    assert valid_records(read_cache(file), plan_with({VERSION: "k1", other: "k3"})) == {VERSION: PASSED, other: failed}
    assert valid_records(read_cache(file), plan_with({VERSION: "k1", other: "k2"})) == {VERSION: PASSED}


@pytest.mark.parametrize("status", Status)
def test_only_answers_are_kept(tmp_path: Path, status: Status) -> None:
    keep(tmp_path / "tf215.json", "k1", Record(Outcome(*VERSION, status=status)))
    answers = (Status.PASS, Status.FAIL, Status.ABSENT, Status.UNMET, Status.SKIP)
    assert (VERSION in read_cache(tmp_path / "tf215.json")) == (status in answers)


def test_cut_stream_keeps_its_whole_records(tmp_path: Path) -> None:
    file, other = tmp_path / "stream.jsonl", Outcome("dense", "tf.keras", Status.PASS)
    append_line(str(file), {"record": PASSED.to_json(), "key": "k1"}, [KEY])
    append_line(str(file), {"record": Record(other).to_json(), "key": "k1"}, [KEY])
    file.write_bytes(file.read_bytes()[:-3])
    assert valid_records(update_cache({}, read_stream(file, KEY)), plan_with({VERSION: "k1", other.key: "k1"})) == {
        VERSION: PASSED
    }
    assert update_cache({}, read_stream(tmp_path / "none.jsonl", KEY)) == {}


def test_record_without_key_is_not_kept(tmp_path: Path) -> None:
    kept = update_cache({}, Recorded({VERSION: PASSED}, {VERSION: "k1"}))
    assert update_cache(kept, Recorded({VERSION: PASSED})) == kept
    append_line(str(tmp_path / "stream.jsonl"), {"record": PASSED.to_json(), "key": None}, [KEY])
    assert update_cache(kept, read_stream(tmp_path / "stream.jsonl", KEY)) == kept


def test_failed_tensorflow_import_clears_known_cells() -> None:
    kept = update_cache({}, Recorded({VERSION: PASSED}, {VERSION: "k1"}))
    assert update_cache(kept, Recorded({VERSION: PASSED}, {VERSION: "k2"}, environment_failure="ImportError: x")) == {}


def test_what_another_version_kept_is_not_known(tmp_path: Path) -> None:
    file = tmp_path / "tf215.json"
    keep(file, "k1", PASSED)
    entries = json.loads(file.read_text(encoding="utf-8"))
    record = entries[0]["record"]
    older = {**entries[0], "record": {**record, "details": {**record["details"], "again": []}}}
    file.write_text(json.dumps([older, {"key": "k", "record": {}}, 1, *entries]), encoding="utf-8")
    assert read_cache(file) == {VERSION: CachedOutcome("k1", PASSED)}
    file.write_text(json.dumps([older]), encoding="utf-8")
    assert read_cache(file) == {}


@pytest.mark.parametrize("text", ["", "{}x", "1"])
def test_foreign_cache_file_refused_in_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "tf215.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(HarnessError, match=r"^.*tf215\.json: not written by a run \(\w+\): delete it$"):
        read_cache(file)


def test_folder_as_cache_refused_in_sentence(tmp_path: Path) -> None:
    (tmp_path / "tf215.json").mkdir()
    with pytest.raises(HarnessError, match=r"^.*tf215\.json: cannot be read: .*Is a directory"):
        read_cache(tmp_path / "tf215.json")


@pytest.mark.parametrize("status", [Status.CRASH, Status.TIMEOUT, Status.ERROR])
def test_cell_without_answer_is_forgotten(status: Status) -> None:
    key = ("a", "keras")
    kept = {key: CachedOutcome("k", Record(Outcome(*key, status=Status.PASS)))}
    recorded = Recorded({key: Record(Outcome(*key, status=status))}, {key: "k"})
    assert update_cache(kept, recorded) == {}
    assert update_cache(kept, Recorded()) == kept


@pytest.mark.parametrize("text", ["5", "null", "{}", "[" * 100_000, '"text"'], ids=lambda text: text[:8])
def test_a_cache_of_another_form_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "tf215.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(HarnessError, match=r"tf215.json: not written by a run \(\w+\): delete it"):
        read_cache(file)


@pytest.mark.parametrize("changed", [{"key": 5}, {"record": None}, {"record": {"outcome": [], "details": 5}}])
def test_malformed_cache_entry_is_left_out(tmp_path: Path, changed: dict[str, Any]) -> None:
    file = tmp_path / "tf215.json"
    entry = {"key": "k1", "record": PASSED.to_json()}
    file.write_text(json.dumps([{**entry, **changed}, 5, entry]), encoding="utf-8")
    assert list(read_cache(file)) == [VERSION]
