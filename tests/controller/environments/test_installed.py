"""What an environment's content is told by."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.contract.records import Outcome
from harness.contract.statuses import Status
from harness.controller.environments.fingerprint import content
from harness.controller.environments.installed import _output, is_made_from, is_moved
from harness.controller.errors import Exit, HarnessError
from harness.controller.project.loader import load_project
from harness.controller.results.documents import read_column
from harness.controller.worker.main import run_column
from harness.controller.worker.options import WorkerOptions
from tests.support.tiny_project import TinyProject
from tests.support.tiny_tensorflow import fill_environment, packages_of

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


def version_file(root: Path) -> Path:
    """The file in which the TensorFlow of a project's environment has its version."""
    return packages_of(root / ".tox" / "tf215") / "tensorflow" / "keras" / "__init__.py"


def outcome(root: Path) -> Outcome:
    return read_column(root / ".harness" / "run" / "tf215.json").cells["version", "tf.keras"]


@pytest.mark.parametrize("how", ["copied", "moved"])
def test_a_moved_environment_is_made_again(project: TinyProject, made: None, tmp_path: Path, how: str) -> None:
    lock = project.root / "locks" / "tf215.txt"
    assert is_made_from(project.root / ".tox" / "tf215", lock)
    other = TinyProject(tmp_path / 'another project\'s "folder"')
    shutil.rmtree(other.root)
    if how == "copied":
        shutil.copytree(project.root, other.root, symlinks=True)
        version_file(project.root).write_text("__version__ = '2.14.0'\n", encoding="utf-8")
    else:
        project.root.rename(other.root)
    prefix = other.root / ".tox" / "tf215"
    assert is_moved(prefix)
    assert not is_made_from(prefix, other.root / "locks" / "tf215.txt")

    other.tox("run", "-e", "tf215", "--notest")
    assert not is_moved(prefix)
    assert not (packages_of(prefix) / "tensorflow").exists()  # all of it was made again
    fill_environment(prefix)
    assert "tf215: 5 cells: " in other.tox("run", "-e", "tf215").stdout
    assert outcome(other.root).status is Status.PASS


def test_a_copied_environment_runs_its_own_packages(project: TinyProject, made: None, tmp_path: Path) -> None:
    """Also before it is made again, where its programs still run the original."""
    copy = tmp_path / "copy"
    shutil.copytree(project.root, copy, symlinks=True)
    version_file(project.root).write_text("__version__ = '2.14.0'\n", encoding="utf-8")
    loaded = load_project(copy)
    environment = loaded.matrix.environments["tf215"]
    assert run_column(loaded, environment, WorkerOptions(), copy / ".tox" / "tf215") is Exit.AGREES
    assert outcome(copy).status is Status.PASS
    assert project.run("run", "-e", "tf215").returncode == 0
    assert outcome(project.root).status is Status.FAIL


@pytest.mark.parametrize(
    "line",
    [
        "VIRTUAL_ENV={}",  # without quotes where none are needed
        "    export VIRTUAL_ENV={}",
        'VIRTUAL_ENV=$(cygpath -u "$VIRTUAL_ENV")\nVIRTUAL_ENV={}',
    ],
)
def test_activation_scripts_name_their_environment(tmp_path: Path, line: str) -> None:
    prefix = tmp_path / 'it\'s "an" $environment'
    (prefix / "bin").mkdir(parents=True)
    assert not is_moved(prefix)
    script = prefix / "bin" / "activate"
    script.write_text(f"# comment\n{line.format(shlex.quote(str(tmp_path / 'elsewhere')))}\n", encoding="utf-8")
    assert is_moved(prefix)
    script.write_text(f"# comment\n{line.format(shlex.quote(str(prefix)))}\n", encoding="utf-8")
    assert not is_moved(prefix)


@pytest.mark.parametrize("create", [["uv", "venv"], ["venv", "--without-pip"], ["virtualenv", "--without-pip"]])
def test_created_environments_are_not_moved(tmp_path: Path, create: list[str]) -> None:
    prefix = tmp_path / "an environment"
    subprocess.run([sys.executable, "-m", *create, str(prefix)], check=True, capture_output=True)
    assert not is_moved(prefix)
    assert is_moved(prefix.rename(tmp_path / "moved"))
