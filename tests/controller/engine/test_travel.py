"""What travels: a project as an archive, and tasks and results as files and as text."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from harness.controller.engine.archive import Archive, pack_project, unpack_project
from harness.controller.engine.task import Task, TaskResult, read_files, restore_files
from harness.controller.engine.wire import read_request, read_result, write_request, write_result
from harness.controller.errors import HarnessError
from harness.controller.project.loader import load_project
from tests.support.tiny_project import TinyProject

TASK = Task("1", "d", "tf215", True, ("--retries", "0"), ".harness/logs/tf215.log", {"a": zlib.compress(b"\0")}, ("b",))


def test_archive_has_project_without_results(project: TinyProject, tmp_path: Path) -> None:
    (project.root / "results").mkdir()
    (project.root / "results" / "tf215.json").touch()
    archive = pack_project(load_project(project.root))
    unpack_project(archive, tmp_path / "far" / "x")
    found = {str(file.relative_to(tmp_path / "far" / "x")) for file in (tmp_path / "far" / "x").rglob("*.*")}
    assert found == {
        "matrix.yaml",
        "tox.ini",
        "toxfile.py",
        "cases/model_build/dense.yaml",
        "cases/snippet/version.yaml",
    }
    assert [folder.name for folder in (tmp_path / "far").iterdir()] == ["x"]


def test_digest_follows_content_alone(project: TinyProject) -> None:
    before = pack_project(load_project(project.root))
    (project.root / "cases" / "snippet" / "version.yaml").touch()
    assert pack_project(load_project(project.root)) == before
    project.edit("cases/snippet/version.yaml", "has a version", "has its version")
    assert pack_project(load_project(project.root)).digest != before.digest


def test_unpacked_project_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    unpack_project(Archive("x", b"not even a zip"), tmp_path / "x")


def test_files_come_back_as_they_were(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\0\xff")
    files = read_files(tmp_path, ["a", "missing"])
    restore_files(tmp_path / "there", files, ["a"])
    assert (tmp_path / "there" / "a").read_bytes() == b"\0\xff"
    assert [file.name for file in (tmp_path / "there").iterdir()] == ["a"]


@pytest.mark.parametrize("name", ["b", "../a", "/tmp/a"])
def test_only_wanted_files_are_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(HarnessError, match="not a file that was asked for"):
        restore_files(tmp_path, {name: zlib.compress(b"")}, ["a", "../a", "/tmp/a"])
    with pytest.raises(HarnessError, match="damaged on its way"):
        restore_files(tmp_path, {"a": b"x"}, ["a"])


def test_request_and_result_survive_as_text() -> None:
    archive = Archive("d", b"\0")
    assert read_request(write_request(TASK, archive)) == (TASK, archive)
    result = TaskResult(1, {"host": "alpha"}, {"b": b"\0"}, "full", may_count=False)
    assert read_result(write_result(result)) == result


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"code": 1, "machine": {}, "files": {"a": 1}}'])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(HarnessError, match=r"not JSON|not a result"):
        read_result(text)


def test_request_of_another_version_is_refused() -> None:
    text = write_request(replace(TASK, files={}), Archive("d", b""))
    other = json.dumps(json.loads(text) | {"version": "0.0.1"})
    with pytest.raises(HarnessError, match=r"it has harness .*, and the run is of 0\.0\.1"):
        read_request(other)
