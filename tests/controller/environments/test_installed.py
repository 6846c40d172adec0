"""What an environment's content is told by."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.controller.environments.fingerprint import content
from harness.controller.environments.installed import _output
from harness.controller.errors import HarnessError
from tests.support.tiny_project import TinyProject

RECORD = """\
keras/__init__.py,sha256=aa,5
keras/layers.py,sha256=WJ1wjxNIHscDjBTtw69ctOZ01F5wRUl9cMj3vJy3eNo,7
keras/layers.pyc,,
keras-2.15.0.dist-info/RECORD,,
../../../bin/keras,sha256=cc,100
"""


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """The `site-packages` of an environment with one package, and a module of its own."""
    folder = tmp_path / "lib" / "python3.11" / "site-packages"
    texts = {"keras/__init__.py": "x = 1", "keras/layers.py": "y = 123", "keras-2.15.0.dist-info/RECORD": RECORD}
    for name, text in {**texts, "six.py": "z = 1"}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def _write(name: str, text: str) -> Callable[[Path], object]:
    return lambda packages: (packages / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [
        _write("keras/layers.py", "y = 1234"),
        _write("keras/layers.py", "y = 321"),
        _write("six.py", "z = 12"),
        _write("more.pth", ""),
        _write("keras-2.15.0.dist-info/RECORD", RECORD.replace("sha256=aa", "sha256=dd")),
        lambda packages: (packages / "keras" / "layers.py").unlink(),
        lambda packages: (packages / "keras").rename(packages / "other"),
    ],
)
def test_what_changes_it(packages: Path, tmp_path: Path, change: Callable[[Path], object]) -> None:
    before = content(tmp_path)
    change(packages)
    assert content(tmp_path) != before


@pytest.mark.parametrize(
    "change",
    [
        lambda packages: None,
        lambda packages: os.utime(packages / "keras" / "layers.py", (1, 1)),
        _write("keras/layers.py", "y = 123"),
        lambda packages: (packages / "__pycache__").mkdir(),
        _write("keras/layers.pyc", "code"),
        _write("keras-2.15.0.dist-info/RECORD", RECORD.replace("sha256=cc", "sha256=dd")),
    ],
)
def test_what_does_not(packages: Path, tmp_path: Path, change: Callable[[Path], object]) -> None:
    before = content(tmp_path)
    change(packages)
    assert content(tmp_path) == before


def test_losing_a_package_discards_cached_outcomes(project: TinyProject, made: None) -> None:
    assert project.run("run", "-e", "tf215").returncode in (0, 1)
    assert "cells cached" in project.run("run", "-e", "tf215").stdout
    (tensorflow,) = project.root.glob(".tox/tf215/lib/python3.*/site-packages/tensorflow")
    tensorflow.rename(project.root / "elsewhere")
    for arguments in ((), (), ("--fresh",), ()):
        done = project.run("run", "-e", "tf215", *arguments)
        assert done.returncode == 3
        assert "ModuleNotFoundError: No module named 'tensorflow'" in done.stdout
    (project.root / "elsewhere").rename(tensorflow)
    assert "cells cached" not in project.run("run", "-e", "tf215").stdout


def test_invalid_utf_8_output_is_still_read() -> None:
    program = "import sys; sys.stdout.buffer.write(b'a\\xff'); sys.stderr.buffer.write(b'b\\xfe'); sys.exit({})"
    assert _output([sys.executable, "-c", program.format(0)]) == "a\N{REPLACEMENT CHARACTER}"
    with pytest.raises(HarnessError, match="failed: b\N{REPLACEMENT CHARACTER}"):
        _output([sys.executable, "-c", program.format(1)])
