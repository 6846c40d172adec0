"""`harness write` on a small project, whose writers are fake environments."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.controller.errors import FaultyFiles
from harness.controller.project.loader import load_project
from harness.controller.project.written import read_index
from tests.support.tiny_project import TinyProject

CASE = """\
id: text-model
kind: cross_load
title: A model in a file is loaded
write:
  model: {sequential: [{layers.Dense: {units: 2}}]}
  save: {with: save, file: model.txt}
load: {with: models.load_model}
expect:
  silent: [restored.units == 2]
known:
  - {path: keras, release: "<2", written_by: tf216, match: units, reason: It has one unit.}
  - {path: tf.keras, release: ">=2", match: units, reason: It has none.}
"""
PACKAGE = {
    "__init__.py": "",
    "keras/__init__.py": "",
    "keras/layers.py": "def Dense(units): return units\n",
    "keras/models.py": """\
class Sequential:
    def __init__(self, layers): self.layers = layers
    def save(self, file):
        with open(file, "w") as handle: handle.write(f"units: {self.layers[0]}")
""",
}


@pytest.fixture
def project(tmp_path: Path) -> TinyProject:
    """A project whose writers have an interpreter: in tf216 the fake package refuses to write."""
    made = TinyProject(tmp_path / "project")
    (made.root / "cases/cross_load").mkdir()
    (made.root / "cases/cross_load/text-model.yaml").write_text(CASE, encoding="utf-8")
    made.edit("matrix.yaml", "default: quick\n", "default: quick\nwriters: [tf215, tf216]\n")
    for name in ("tf215", "tf216"):
        prefix = made.root / ".tox" / name
        for file, text in PACKAGE.items():
            path = prefix / "packages/tensorflow" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace("units: ", "raise" if name == "tf216" else "units: "), encoding="utf-8")
        (prefix / "bin").mkdir()
        python = prefix / "bin/python"
        start = f'#!/bin/sh\nPYTHONPATH={prefix}/packages exec {sys.executable} "$@"\n'
        python.write_text(start, encoding="utf-8")
        python.chmod(0o755)
    models = made.root / ".tox/tf216/packages/tensorflow/keras/models.py"
    models.write_text(models.read_text().replace("with open", 'raise ValueError("no text")\n        with open'))
    return made


def _index(project: TinyProject) -> dict[str, Any]:
    found = json.loads((project.root / "written/index.json").read_text())["files"]
    return {entry["writer"]: entry for entry in found}


def test_each_file_is_written_once(project: TinyProject) -> None:
    first = project.run("write")
    assert (first.returncode, first.stdout.splitlines()) == (
        0,
        [
            "text-model, tf215: 8 bytes",
            "text-model, tf216: not written: ValueError: no text",
            "2 written, 0 unchanged",
        ],
    )
    entry = _index(project)["tf215"]
    assert (project.root / "written" / entry["digest"] / "model.txt").read_text() == "units: 2"
    assert project.run("write").stdout == "0 written, 2 unchanged\n"
    project.edit("cases/cross_load/text-model.yaml", "units: 2}", "units: 3}")
    assert project.run("write", "-e", "tf215").stdout.splitlines()[-1] == "1 written, 0 unchanged"


def test_each_file_makes_a_case(project: TinyProject) -> None:
    assert [case.id for case in load_project(project.root).cases] == ["dense", "version"]
    project.run("write")
    case = next(case for case in load_project(project.root).cases if case.kind == "cross_load")
    assert (case.id, case.title) == ("text-model-from-tf215", "A model in a file is loaded, written by 2.15")
    assert case.given == f"written/{_index(project)['tf215']['digest']}/model.txt"
    assert [(entry.path, case.lines["known", 0]) for entry in case.known] == [("tf.keras", 12)]


def test_faulty_cases_leave_rows_of_readers(project: TinyProject) -> None:
    project.run("write")
    project.edit("cases/model_build/dense.yaml", "expect:", "expcet:")
    said = project.run("validate").stderr
    assert ":12: explains no failing cell: text-model-from-tf215 has no results" in said
    assert "text-model has no results" not in said


def test_validate_reports_what_must_be_written(project: TinyProject) -> None:
    file = "cases/cross_load/text-model.yaml"
    project.edit(file, CASE[CASE.index("known:") :], "")
    assert project.run("validate").stderr.splitlines() == [
        f"{file}:1: tf215: not written: run `harness write -k text-model -e tf215`",
        f"{file}:1: tf216: not written: run `harness write -k text-model -e tf216`",
    ]
    project.run("write")
    assert project.run("validate").stdout.endswith("valid\n")
    project.edit(file, "units: 2}", "units: 3}")
    assert "tf216: its script has changed since it was written" in project.run("validate").stderr
    project.edit(file, "units: 3}", "units: 2}")
    path = read_index(project.root)["text-model", "tf215"].path
    (project.root / path).write_text("units: 9")
    assert f"{path} is not what tf215 wrote for text-model" in project.run("validate").stderr


def test_unknown_writer_is_refused(project: TinyProject) -> None:
    project.edit("matrix.yaml", "writers: [tf215, tf216]", "writers: [tf251]")
    with pytest.raises(FaultyFiles, match="unknown environment 'tf251'"):
        load_project(project.root)
    project.edit("matrix.yaml", "writers: [tf251]", "writers: [tf115]")
    assert "not installed: tf115" in project.run("write").stderr
    assert "nothing to write" in project.run("write", "-e", "tf215").stderr
