from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.controller.environments.interpreters import find_interpreter, missing_interpreter

Install = Callable[[str], Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Put a program below tmp_path. PATH has `bin` and pyenv's shims; pyenv and uv have folders of their own."""
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path / "pyenv" / "shims"), "", str(tmp_path / "bin")]))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "uv"))

    def put(name: str) -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("#!/bin/sh\n", encoding="utf-8")
        file.chmod(0o755)
        find_interpreter.cache_clear()
        return file

    return put


def test_missing_version_gives_none(install: Install) -> None:
    assert find_interpreter("3.9") is None
    install("bin/python3.10")
    assert find_interpreter("3.9") is None
    assert find_interpreter("3.1") is None


def test_path_comes_first(install: Install) -> None:
    install("pyenv/versions/3.9.18/bin/python3.9")
    install("uv/cpython-3.9.20-linux-x86_64-gnu/bin/python3.9")
    found = install("bin/python3.9")
    assert find_interpreter("3.9") == found


def test_file_without_execute_permission_is_ignored(install: Install) -> None:
    install("bin/python3.9").chmod(0o644)
    assert find_interpreter("3.9") is None


def test_shims_of_pyenv_are_ignored(install: Install) -> None:
    install("pyenv/shims/python3.9")
    assert find_interpreter("3.9") is None
    found = install("pyenv/versions/3.9.18/bin/python3.9")
    assert find_interpreter("3.9") == found


def test_newest_patch_of_pyenv_is_found(install: Install) -> None:
    for version in ("3.9.2", "3.9.18", "3.9.9", "3.90.99"):
        install(f"pyenv/versions/{version}/bin/python3.9")
    found = find_interpreter("3.9")
    assert found is not None
    assert found.parts[-3] == "3.9.18"


def test_version_folder_without_program_is_ignored(install: Install) -> None:
    found = install("pyenv/versions/3.9.2/bin/python3.9")
    install("pyenv/versions/3.9.18/bin/python3")
    assert find_interpreter("3.9") == found


@pytest.mark.parametrize("name", ["3.13.0rc1", "3.13.0t", "3.13-dev", "3.13.0-project"])
def test_only_released_builds_of_pyenv_count(install: Install, name: str) -> None:
    install(f"pyenv/versions/{name}/bin/python3.13")
    assert find_interpreter("3.13") is None
    found = install("pyenv/versions/3.13.0/bin/python3.13")
    assert find_interpreter("3.13") == found


def test_interpreters_of_uv_are_found(install: Install) -> None:
    install("uv/pypy-3.9.20-linux-x86_64-gnu/bin/python3.9")
    install("uv/cpython-3.9.21+freethreaded-linux-x86_64-gnu/bin/python3.9")
    install("uv/cpython-3.9.2-linux-x86_64-gnu/bin/python3.9")
    found = install("uv/cpython-3.9.18-linux-x86_64-gnu/bin/python3.9")
    assert find_interpreter("3.9") == found


def test_default_folders_are_searched(install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYENV_ROOT", "UV_PYTHON_INSTALL_DIR", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    of_uv = install(".local/share/uv/python/cpython-3.9.2-linux-x86_64-gnu/bin/python3.9")
    assert find_interpreter("3.9") == of_uv
    of_pyenv = install(".pyenv/versions/3.9.2/bin/python3.9")
    assert find_interpreter("3.9") == of_pyenv


def test_active_virtual_environment_comes_last(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path / "venv" / "bin"), os.environ["PATH"]]))
    virtual = install("venv/bin/python3.9")
    install("venv/pyvenv.cfg")
    assert find_interpreter("3.9") == virtual
    kept_by_uv = install("uv/cpython-3.9.20-linux-x86_64-gnu/bin/python3.9")
    assert find_interpreter("3.9") == kept_by_uv
    on_the_path = install("bin/python3.9")
    assert find_interpreter("3.9") == on_the_path


@pytest.fixture
def ordinary_user() -> Iterator[None]:
    """For root, whom no permission stops, the rest of the test is nobody's."""
    user = os.geteuid()
    os.seteuid(user or 65534)
    yield
    os.seteuid(user)


def test_unreadable_folders_hold_no_interpreter(
    install: Install, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    for name in ("bin/python3.9", "pyenv/versions/3.9.18/bin/python3.9"):
        install(name)
    install("uv/cpython-3.9.2-linux-x86_64-gnu/bin/python3.9")
    folders = [tmp_path / name for name in ("bin", "pyenv", "uv")]
    for folder in folders:
        folder.chmod(0)
    request.getfixturevalue("ordinary_user")
    with pytest.raises(PermissionError):
        os.listdir(tmp_path / "pyenv")
    assert find_interpreter("3.9") is None


@pytest.mark.parametrize("root", ["a file", "x" * 300], ids=["a file", "a name too long"])
def test_faulty_pyenv_root_hides_no_other(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: str
) -> None:
    (tmp_path / "a file").touch()
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / root))
    found = install("uv/cpython-3.9.2-linux-x86_64-gnu/bin/python3.9")
    assert find_interpreter("3.9") == found


def test_no_home_folder_is_no_fault(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "PYENV_ROOT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", {}.__getitem__)
    found = install("uv/cpython-3.9.2-linux-x86_64-gnu/bin/python3.9")
    assert find_interpreter("3.9") == found


@pytest.mark.parametrize(
    ("version", "commands"),
    [("3.13", "`uv python install 3.13` or `pyenv install 3.13`"), ("3.7", "`pyenv install 3.7`")],
)
def test_missing_version_message_names_only_fitting_commands(version: str, commands: str) -> None:
    assert missing_interpreter(version) == f"Python {version} is not on this machine: install it with {commands}"
