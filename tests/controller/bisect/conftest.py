from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.tiny_project import TinyProject
from tests.support.wheel_index import WheelIndex, serving_wheels

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WheelIndex]:
    """The only index that uv knows, still empty. Interpreters are those of this Python."""
    with serving_wheels() as found:
        monkeypatch.setenv("PATH", f"{sys.base_prefix}/bin{os.pathsep}{os.environ['PATH']}")
        for name in [name for name in os.environ if name.startswith(("UV_", "PIP_"))]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("UV_DEFAULT_INDEX", found.address)
        monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield found


@pytest.fixture
def here(project: TinyProject) -> TinyProject:
    """The tiny project, with tf215 on this Python."""
    project.edit("matrix.yaml", 'python: "3.11"', f'python: "{HERE}"')
    return project
