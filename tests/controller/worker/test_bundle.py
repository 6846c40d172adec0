from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import harness
from harness.controller.digests import BUNDLED, code_digest
from harness.controller.worker.bundle import make_bundle

SOURCE = Path(harness.__file__).parent


def test_only_what_runs_in_environments_is_bundled(tmp_path: Path) -> None:
    package = make_bundle(tmp_path / "not" / "made") / "harness"
    assert sorted(entry.name for entry in package.iterdir()) == ["__init__.py", "contract", "runner"]
    shipped = {file.relative_to(package) for file in package.rglob("*") if file.is_file()}
    assert not any("__pycache__" in file.parts for file in shipped)
    for file in shipped:
        assert (package / file).read_bytes() == (SOURCE / file).read_bytes()
    assert Path("runner/pytest.ini") in shipped


def test_what_is_shipped_works_alone(tmp_path: Path) -> None:
    program = (
        "import harness.runner.plugin, harness.runner.forkserver, importlib.util;"
        "assert importlib.util.find_spec('harness.controller') is None"
    )
    environment = os.environ | {"PYTHONPATH": str(make_bundle(tmp_path))}
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environment, check=False)
    assert done.returncode == 0


def test_the_same_content_is_shipped_once(tmp_path: Path) -> None:
    first = make_bundle(tmp_path)
    (first / "mark").touch()
    assert make_bundle(tmp_path) == first
    assert (first / "mark").exists()
    assert list((tmp_path / "runner").iterdir()) == [first]


@pytest.mark.parametrize("change", ["contract/plan.py", "runner/pytest.ini", "runner/new.py"])
def test_changed_content_has_another_name(tmp_path: Path, change: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(SOURCE, copy)
    assert code_digest(copy, BUNDLED) == code_digest(SOURCE, BUNDLED)
    with open(copy / change, "a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert code_digest(copy, BUNDLED) != code_digest(SOURCE, BUNDLED)


def test_the_controller_and_caches_do_not_count(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(SOURCE, copy)
    (copy / "controller" / "cli.py").write_text("", encoding="utf-8")
    (copy / "runner" / "__pycache__").mkdir(exist_ok=True)
    (copy / "runner" / "__pycache__" / "new.pyc").touch()
    assert code_digest(copy, BUNDLED) == code_digest(SOURCE, BUNDLED)
