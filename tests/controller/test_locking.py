from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.controller.errors import HarnessError
from harness.controller.locking import _end_of, _overrides, lock, requirements
from harness.controller.matrix import Matrix
from harness.controller.project import Layout, load_matrix

Command = Callable[..., subprocess.CompletedProcess[str]]
Edit = Callable[[str, str, str], None]


@pytest.fixture
def wheels(tmp_path: Path, edit: Edit, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of empty wheels of what tf215 asks for: uv resolves from there alone, for this Python."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    for name in (
        "tensorflow_cpu-2.15.1",
        "tensorflow_cpu-2.16.2",
        "pillow-9",
        "pytest-8",
        "pytest_xdist-3",
        "pyyaml-6",
    ):
        with zipfile.ZipFile(folder / f"{name}-py3-none-any.whl", "w") as wheel:
            needs = "Requires-Dist: pillow\nRequires-Dist: tensorflow\n" if name.startswith("tensorflow") else ""
            project, _, version = name.partition("-")
            head = f"Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n{needs}"
            wheel.writestr(f"{name}.dist-info/METADATA", head)
            wheel.writestr(f"{name}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{name}.dist-info/RECORD", "")
    edit("matrix.yaml", 'python: "3.11"', f'python: "{sys.version_info.major}.{sys.version_info.minor}"')
    monkeypatch.setenv("PATH", f"{sys.base_prefix}/bin{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_FIND_LINKS", str(folder))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    return folder


@pytest.fixture
def matrix(project: Path) -> Matrix:
    return load_matrix(project)


def test_an_environment_asks_for_its_release_its_packages_and_those_of_all(matrix: Matrix) -> None:
    assert requirements(matrix.environments["tf115"], matrix.resolve) == [
        "tensorflow==1.15.5",
        "keras<2.4",
        "pillow",
        "pytest",
        "pytest-xdist",
        "PyYAML",
    ]


def test_tensorflow_is_not_installed_a_second_time_beside_another_distribution(matrix: Matrix) -> None:
    assert _overrides(matrix.environments["tf215"]) == 'tensorflow ; python_version < "3"\n'
    assert _overrides(matrix.environments["tf115"]) == ""


def test_packages_of_the_whole_day_count(matrix: Matrix) -> None:
    assert _end_of(matrix.environments["tf215"].as_of) == "2024-03-23T00:00:00Z"


def test_an_interpreter_that_is_missing_is_named_and_no_lock_is_written(project: Path, matrix: Matrix) -> None:
    with pytest.raises(HarnessError, match=r"^tf115: no Python 3\.99 to resolve for$"):
        lock(matrix.environments["tf115"], matrix.resolve, Layout(project))
    assert not (project / "locks").exists()


def test_a_lock_is_exact_with_hashes_and_says_what_it_is_of(project: Path, wheels: Path, harness: Command) -> None:
    done = harness("lock", "-e", "tf215")
    assert (done.returncode, done.stdout, done.stderr) == (0, "tf215: locked anew\n", "")
    text = (project / "locks" / "tf215.txt").read_text(encoding="utf-8")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    lines = text.splitlines()
    assert (
        lines[0] == f"# The exact packages of tf215: TensorFlow 2.15.1 on Python {version}, resolved as of 2024-03-22."
    )
    names = [line.split(" ")[0] for line in lines if line[0] not in "# "]
    assert names == ["pillow==9", "pytest==8", "pytest-xdist==3", "pyyaml==6", "tensorflow-cpu==2.15.1"]
    for wheel in wheels.glob("*.whl"):
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        assert (f"--hash=sha256:{digest}" in text) == ("2.16.2" not in wheel.name)


@pytest.mark.usefixtures("wheels")
def test_a_lock_that_is_the_same_is_left_alone(project: Path, harness: Command) -> None:
    harness("lock", "-e", "tf215")
    file = project / "locks" / "tf215.txt"
    before = file.stat()
    assert harness("lock", "-e", "tf215").stdout == "tf215: unchanged\n"
    assert file.stat().st_ino == before.st_ino
    file.write_text("# edited by hand\n", encoding="utf-8")
    assert harness("lock", "-e", "tf215").stdout == "tf215: locked anew\n"


def test_packages_that_cannot_be_resolved_end_with_what_uv_says(project: Path, wheels: Path, harness: Command) -> None:
    (wheels / "tensorflow_cpu-2.15.1-py3-none-any.whl").unlink()
    done = harness("lock", "-e", "tf215")
    assert done.returncode == 3
    assert done.stderr.startswith("tf215 cannot be resolved: ")
    assert "tensorflow-cpu" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (project / "locks").exists()
