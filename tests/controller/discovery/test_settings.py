"""The settings of uv and pip as those read them: both are run."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from harness.controller.discovery.index_settings import index_addresses
from harness.controller.errors import HarnessError

MIRROR = "https://mirror.example.org/packages"
OTHER = "https://me:secret@other.example.org/packages"


@pytest.fixture(autouse=True)
def _nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("UV_", "PIP_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


def test_default_is_the_index_of_uv() -> None:
    (default,) = index_addresses()
    assert default.startswith("https://")


@pytest.mark.parametrize("name", ["UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"])
def test_environment_variables_set_the_index(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, OTHER)
    assert index_addresses() == [OTHER]


def test_order_is_that_of_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    (default,) = index_addresses()
    monkeypatch.setenv("UV_INDEX", OTHER)
    assert index_addresses() == [OTHER, default]


@pytest.mark.parametrize("folder", [".", "config/uv"])
def test_settings_files_of_uv_are_read(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    (tmp_path / folder / "uv.toml").write_text(f'index-url = "{MIRROR}"\n', encoding="utf-8")
    assert index_addresses() == [MIRROR]


@pytest.mark.skipif(not (find_spec("pip") or shutil.which("pip")), reason="no pip to ask")
@pytest.mark.parametrize("section", ["global", "install"])
def test_settings_files_of_pip_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, section: str) -> None:
    file = tmp_path / "pip.conf"
    file.write_text(f"[{section}]\nindex-url = {OTHER}\nextra-index-url = {MIRROR}\n", encoding="utf-8")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
    assert index_addresses() == [OTHER]


def test_uv_settings_come_before_pip_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", MIRROR)
    monkeypatch.setenv("PIP_INDEX_URL", OTHER)
    assert index_addresses() == [MIRROR]


def test_faulty_uv_settings_are_reported(tmp_path: Path) -> None:
    (tmp_path / "uv.toml").write_text("index-url = [", encoding="utf-8")
    with pytest.raises(HarnessError, match=r"^uv cannot report its package index: .*uv\.toml"):
        index_addresses()
