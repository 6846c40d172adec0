from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.measured_project import make_measured_project
from tests.support.tiny_project import TinyProject


@pytest.fixture(scope="package")
def measured_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose environments were measured, and the names accepted."""
    project = TinyProject(tmp_path_factory.mktemp("measured") / "project")
    make_measured_project(project)
    for command in (["inventory", "-j", "1"], ["accept"]):
        done = project.run(*command)
        assert done.returncode == 0, done.stderr
    return project.root


@pytest.fixture
def measured(measured_once: Path, tmp_path: Path) -> TinyProject:
    """A copy of that project, without its environments."""
    project = TinyProject(tmp_path / "copy")
    shutil.copytree(measured_once, project.root, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".tox"))
    return project
