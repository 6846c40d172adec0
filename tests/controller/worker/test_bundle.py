from __future__ import annotations

import multiprocessing
import os
import py_compile
import shutil
import subprocess
import sys
from collections.abc import Callable
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


def contents(folder: Path) -> dict[str, bytes | str]:
    """All that is in a folder: files by content, others by kind."""
    found: dict[str, bytes | str] = {}
    for path in folder.rglob("*"):
        kind = "link" if path.is_symlink() else "folder"
        found[str(path.relative_to(folder))] = path.read_bytes() if path.is_file() and kind != "link" else kind
    return found


def test_the_same_content_is_shipped_once(tmp_path: Path) -> None:
    first = make_bundle(tmp_path)
    before = {file: file.stat().st_mtime_ns for file in first.rglob("*")}
    assert make_bundle(tmp_path) == first
    assert {file: file.stat().st_mtime_ns for file in first.rglob("*")} == before
    assert sorted(entry.name for entry in (tmp_path / "runner").iterdir()) == sorted([first.name, "lock"])


def test_bundle_files_are_read_only_but_removable(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path)
    assert {file.stat().st_mode & 0o777 for file in bundle.rglob("*") if file.is_file()} == {0o444}
    assert {folder.stat().st_mode & 0o777 for folder in bundle.rglob("*") if folder.is_dir()} == {0o755}
    shutil.rmtree(tmp_path / "runner")


def rewrite(file: Path) -> None:
    file.unlink()
    file.write_text("# changed\n", encoding="utf-8")


def link(file: Path) -> None:
    copy = file.parents[4] / file.name
    shutil.copy(file, copy)
    file.unlink()
    file.symlink_to(copy)


def folder_instead(file: Path) -> None:
    file.unlink()
    (file / "deeper").mkdir(parents=True)


def link_to_folder(file: Path) -> None:
    moved = file.parents[4] / "moved"
    file.parent.rename(moved)
    file.parent.symlink_to(moved)


DAMAGES: list[Callable[[Path], object]] = [
    rewrite,
    link,
    folder_instead,
    link_to_folder,
    Path.unlink,
    lambda file: shutil.rmtree(file.parent),
    lambda file: rewrite_in_place(file),
    lambda file: (file.parent / "sitecustomize.py").touch(),
    lambda file: (file.parents[2] / "sitecustomize.py").touch(),
    lambda file: (file.parents[2] / "more" / "deeper").mkdir(parents=True),
    lambda file: py_compile.compile(str(file)),
    lambda file: os.mkfifo(file.parent / "pipe"),
    lambda file: (file.parents[3] / "tmp0123456").mkdir(),
    lambda file: (file.parents[3] / "tmp0123456").touch(),
]


def rewrite_in_place(file: Path) -> None:
    """Change the content and leave size and times as they were."""
    stat = file.stat()
    file.chmod(0o644)
    file.write_bytes(file.read_bytes().replace(b"return", b"raise ", 1))
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))


@pytest.mark.parametrize("damage", DAMAGES, ids=range(len(DAMAGES)))
def test_what_differs_is_put_right(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    bundle = make_bundle(tmp_path)
    before = contents(tmp_path / "runner")
    damage(bundle / "harness" / "runner" / "verdict.py")
    assert contents(tmp_path / "runner") != before
    assert make_bundle(tmp_path) == bundle
    assert contents(tmp_path / "runner") == before


@pytest.mark.parametrize("instead", [Path.touch, lambda path: path.symlink_to(path.parent), Path.mkdir])
def test_anything_in_its_place_is_replaced(tmp_path: Path, instead: Callable[[Path], object]) -> None:
    bundle = make_bundle(tmp_path)
    before = contents(tmp_path / "runner")
    shutil.rmtree(bundle)
    instead(bundle)
    assert make_bundle(tmp_path) == bundle
    assert contents(tmp_path / "runner") == before


def test_several_at_once_give_one_bundle(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        assert len(set(pool.map(make_bundle, [tmp_path] * 6, chunksize=1))) == 1
        pool.close()
        pool.join()
    assert len(list((tmp_path / "runner").iterdir())) == 2


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
