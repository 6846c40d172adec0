"""Fixtures of a tiny project and of its environment tf215, which the conftest.py of a folder of tests imports.

They are not in a conftest.py above all tests: tests/runner runs on Pythons that cannot import the controller.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.controller.environments.interpreters import find_interpreter
from tests.support.tiny_project import TinyProject
from tests.support.tiny_tensorflow import fill_environment
from tests.support.wheels import make_wheel


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing of a tox or a git hook that runs these tests, or of the terminal, reaches what they start."""
    for name in [name for name in os.environ if name.startswith(("TOX", "GIT_"))]:
        monkeypatch.delenv(name)
    for name in ("COLUMNS", "FORCE_COLOR", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    find_interpreter.cache_clear()
    yield
    find_interpreter.cache_clear()


@pytest.fixture
def project(tmp_path: Path) -> TinyProject:
    return TinyProject(tmp_path / "tiny project")


@pytest.fixture
def empty_lock(project: TinyProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment tf215 is of this Python, and has no package."""
    project.edit("matrix.yaml", 'python: "3.11"', f'python: "{sys.version_info.major}.{sys.version_info.minor}"')
    monkeypatch.setenv("PATH", f"{sys.base_prefix}/bin{os.pathsep}{os.environ['PATH']}")
    (project.root / "locks").mkdir()
    (project.root / "locks" / "tf215.txt").write_text("# nothing\n", encoding="utf-8")


@pytest.fixture
def wheels(tmp_path: Path, project: TinyProject, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of empty wheels of what tf215 asks for: uv resolves from there alone, for this Python."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    for name in ("tensorflow_cpu-2.15.1", "tensorflow_cpu-2.16.2"):
        make_wheel(folder, name, "pillow", "tensorflow")
    for name in ("pillow-9", "pytest-8", "pytest_xdist-3", "pyyaml-6"):
        make_wheel(folder, name)
    project.edit("matrix.yaml", 'python: "3.11"', f'python: "{sys.version_info.major}.{sys.version_info.minor}"')
    monkeypatch.setenv("PATH", f"{sys.base_prefix}/bin{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_FIND_LINKS", str(folder))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    return folder


@pytest.fixture
def made(project: TinyProject, empty_lock: None) -> None:
    """The environment tf215, with a TensorFlow of a few lines."""
    done = project.tox("run", "-e", "tf215", "--notest")
    assert done.returncode == 0, done.stdout
    fill_environment(project.root / ".tox" / "tf215")
