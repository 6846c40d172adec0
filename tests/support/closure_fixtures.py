"""The driver's methods as fixtures of their own, until the last tests that ask for them are converted."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.controller.grid.grid import Grid
from harness.controller.results.documents import Column
from tests.support import ROOT
from tests.support.tiny_project import TinyProject, make_column
from tests.support.tiny_tensorflow import fill_environment


@pytest.fixture
def root() -> Path:
    return ROOT


@pytest.fixture
def project(tiny_project: TinyProject) -> Path:
    return tiny_project.root


@pytest.fixture
def edit(tiny_project: TinyProject) -> Callable[[str, str, str], None]:
    return tiny_project.edit


@pytest.fixture
def harness(tiny_project: TinyProject) -> Callable[..., subprocess.CompletedProcess[str]]:
    return tiny_project.run


@pytest.fixture
def tox(tiny_project: TinyProject) -> Callable[..., subprocess.CompletedProcess[str]]:
    return tiny_project.tox


@pytest.fixture
def column() -> Callable[..., Column]:
    return make_column


@pytest.fixture
def keep(tiny_project: TinyProject) -> Callable[[str, Column], Path]:
    return tiny_project.keep


@pytest.fixture
def commit(tiny_project: TinyProject) -> Callable[[], str]:
    return tiny_project.commit


@pytest.fixture
def fill() -> Callable[[Path], None]:
    return fill_environment


@pytest.fixture
def grid(tiny_project: TinyProject) -> Callable[..., Grid]:
    return tiny_project.grid
