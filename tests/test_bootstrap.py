"""bootstrap.py itself, in a folder with a lock of two packages: the build backend of the project there, and uv.

The package `uv` there calls the real uv of these tests.
"""

from __future__ import annotations

import hashlib
import inspect
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from uv import find_uv_bin

from tests.support import ROOT

BASE = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
MAKING = "making .venv from locks/harness.txt (once, under a minute)\n"
PROJECT = """\
import sys

def main():
    print("tiny in", sys.prefix)
"""
UV = f"""\
import os, sys

def main():
    os.execv({find_uv_bin()!r}, ["uv", *sys.argv[1:]])
"""
PYPROJECT = """\
[build-system]
requires = ["backend"]
build-backend = "backend"
[project]
name = "tiny"
version = "1"
"""

Bootstrap = Callable[..., subprocess.CompletedProcess[str]]


def write_wheel(folder: str, name: str, code: str) -> str:
    file = f"{name}-1-py3-none-any.whl"
    info = f"{name}-1.dist-info"
    with zipfile.ZipFile(f"{folder}/{file}", "w") as wheel:
        wheel.writestr(f"{name}.py", code)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/entry_points.txt", f"[console_scripts]\n{name} = {name}:main\n")
        wheel.writestr(f"{info}/RECORD", f"{name}.py,,\n")
    return file


BACKEND = f"""\
from __future__ import annotations
import zipfile

{inspect.getsource(write_wheel)}

def build_editable(folder, config_settings=None, metadata_directory=None):
    return write_wheel(folder, "tiny", {PROJECT!r})
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / "a clone"
    (folder / "locks").mkdir(parents=True)
    shutil.copy(ROOT / "bootstrap.py", folder)
    (folder / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    lines = []
    for name, code in {"backend": BACKEND, "uv": UV}.items():
        wheel = tmp_path / write_wheel(str(tmp_path), name, code)
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        lines.append(f"{name} @ {wheel.as_uri()} \\\n    --hash=sha256:{digest}\n")
    (folder / "locks" / "harness.txt").write_text("".join(lines), encoding="utf-8")
    return folder


@pytest.fixture
def bootstrap(clone: Path) -> Bootstrap:
    """Call bootstrap.py by an interpreter, without any network, with modules in `hiding` that stand in for others."""

    def run(python: str | Path, *arguments: str, hiding: Path | None = None) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON", "UV_"))}
        settings = {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "UV_OFFLINE": "1", "UV_NO_CONFIG": "1"}
        if hiding:
            settings["PYTHONPATH"] = str(hiding)
        command = [str(python), str(clone / "bootstrap.py"), *arguments]
        return subprocess.run(command, env=kept | settings, capture_output=True, text=True, check=False, timeout=120)

    return run


@pytest.fixture
def hide(tmp_path: Path) -> Callable[..., Path]:
    """A folder for the PYTHONPATH that makes modules of the interpreter missing."""

    def hide(*names: str) -> Path:
        folder = tmp_path / "hiding"
        folder.mkdir()
        lines = ["import sys", *(f"sys.modules[{name!r}] = None" for name in names)]
        (folder / "sitecustomize.py").write_text("\n".join(lines), encoding="utf-8")
        return folder

    return hide


def test_half_made_environment_is_remade_then_kept(clone: Path, bootstrap: Bootstrap) -> None:
    wheel = clone.parent / "backend-1-py3-none-any.whl"
    wheel.rename(clone.parent / "away")
    half = bootstrap(sys.executable, "tiny")
    assert (half.returncode, half.stdout) == (3, MAKING)
    inside = clone / ".venv" / "bin" / "python3"
    assert inside.exists()
    (clone.parent / "away").rename(wheel)
    whole = bootstrap(inside, "tiny")
    assert (whole.returncode, whole.stdout, whole.stderr) == (0, f"{MAKING}tiny in {clone / '.venv'}\n", "")
    (clone / ".venv" / "untouched").touch()
    for python in (inside, sys.executable, BASE):
        again = bootstrap(python, "tiny")
        assert (again.returncode, again.stdout, again.stderr) == (0, f"tiny in {clone / '.venv'}\n", "")
    assert (clone / ".venv" / "untouched").exists()
    unknown = bootstrap(inside, "nix")
    assert unknown.returncode == 2
    assert unknown.stdout.startswith("there is no command 'nix' in ")


def test_without_ensurepip_the_interpreters_own_pip_installs(
    clone: Path, bootstrap: Bootstrap, hide: Callable[..., Path]
) -> None:
    if subprocess.run([BASE, "-m", "pip", "--python", BASE, "--version"], capture_output=True, check=False).returncode:
        pytest.skip("this interpreter has no pip that could")
    made = bootstrap(sys.executable, "tiny", hiding=hide("ensurepip"))
    assert (made.returncode, made.stdout, made.stderr) == (0, f"{MAKING}tiny in {clone / '.venv'}\n", "")
    assert not list(clone.glob(".venv/lib/python3.*/site-packages/pip"))


@pytest.mark.parametrize("old", [False, True])
def test_unusable_pip_is_reported_and_nothing_changes(
    clone: Path, bootstrap: Bootstrap, hide: Callable[..., Path], old: bool
) -> None:
    folder = hide("ensurepip") if old else hide("ensurepip", "pip")
    if old:  # the option is from 22.3
        (folder / "pip.py").write_text("raise SystemExit('no such option: --python')", encoding="utf-8")
    before = clone / ".venv" / "before"
    before.parent.mkdir()
    before.touch()
    done = bootstrap(sys.executable, "tiny", hiding=folder)
    assert (done.returncode, done.stderr) == (3, "")
    said = "has neither ensurepip nor pip 22.3 or later: install one (on Debian and Ubuntu python3-venv)"
    assert done.stdout == f"{BASE} {said}\n"
    assert before.exists()


def test_missing_command_prints_the_usage(bootstrap: Bootstrap) -> None:
    done = bootstrap(sys.executable)
    assert done.returncode == 2
    assert "python3 bootstrap.py harness run" in done.stdout
