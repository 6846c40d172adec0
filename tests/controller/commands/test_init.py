"""`harness init`, and the project it writes, with the installed wheel and without this repository."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
import yaml
from packaging.version import Version
from uv import find_uv_bin

from harness.controller.api.document import read_documents
from harness.controller.api.packed import NAMES
from harness.controller.api.stored import StoredDocuments
from harness.controller.cli import main
from harness.controller.commands.init import _OF_EVERY
from harness.controller.results.documents import read_column
from tests.support import ROOT
from tests.support.tiny_tensorflow import fill_environment

_FILES = ("matrix.yaml", "cases/model_build/two-dense-layers.yaml", *_OF_EVERY)
Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder."""
    (tmp_path / "my grid").mkdir()
    return tmp_path / "my grid"


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    return subprocess.run(
        [*map(str, command)], cwd=cwd, env=variables, capture_output=True, text=True, check=False, timeout=600
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built by way of the source package, as `python -m build` does it."""
    made = tmp_path_factory.mktemp("wheel")
    done = run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", made, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    (source,) = made.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        archive.extractall(made, filter="data")
    unpacked = made / source.name.removesuffix(".tar.gz")
    done = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", made, cwd=unpacked)
    assert done.returncode == 0, done.stderr
    (wheel,) = made.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def empty_environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that sees the packages of these tests, but not this repository, which is none of them."""
    prefix = tmp_path_factory.mktemp("user") / "venv"
    done = run(find_uv_bin(), "venv", "--offline", "--python", sys.executable, prefix, cwd=prefix.parent)
    assert done.returncode == 0, done.stderr
    (packages,) = prefix.glob("lib/python3.*/site-packages")
    (packages / "shared.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return prefix


@pytest.fixture(scope="module")
def installed(empty_environment: Path, wheel: Path) -> Path:
    """The same with the wheel installed."""
    install = ["pip", "install", "--offline", "--no-deps", "--python", str(empty_environment), str(wheel)]
    done = run(find_uv_bin(), *install, cwd=wheel.parent)
    assert done.returncode == 0, done.stderr
    return empty_environment


@pytest.fixture
def own(installed: Path, folder: Path) -> Command:
    """A program of that environment, in a folder where `harness init` has been."""

    def own(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [installed / "bin" / "harness"] if program == "harness" else [installed / "bin/python", "-m", program]
        return run(*command, *arguments, cwd=folder)

    done = own("harness", "init")
    assert done.returncode == 0, done.stderr
    return own


def test_init_writes_a_valid_project(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    assert main(["init"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("".join(f"{name}: written\n" for name in _FILES))
    assert "harness lock       resolves the exact packages of each environment, without which nothing runs" in said
    assert sorted(path.name for path in folder.iterdir()) == [
        ".gitignore",
        "cases",
        "matrix.yaml",
        "tox.ini",
        "toxfile.py",
    ]
    assert main(["validate"]) == 0
    assert main(["run"]) == 2
    assert "run `harness lock -e tf215 -e tf216 -e tf221`" in capsys.readouterr().err


@pytest.mark.parametrize("name", _FILES)
def test_init_overwrites_nothing(folder: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("mine", encoding="utf-8")
    before = sorted(folder.rglob("*"))
    assert main(["init", "--root", str(folder)]) == 2
    hint = "(`harness init compatibility` creates a folder for the grid)"
    assert capsys.readouterr().err == f"already in {folder}: {name}; nothing was written {hint}\n"
    assert sorted(folder.rglob("*")) == before
    assert (folder / name).read_text(encoding="utf-8") == "mine"


def test_a_library_gets_a_subfolder(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "tox.ini").write_text("[tox]\n", encoding="utf-8")
    monkeypatch.chdir(folder)
    assert main(["init"]) == 2
    command = capsys.readouterr().err.partition("`harness ")[2].partition("`")[0].split()
    assert main(command) == 0
    assert f"\nNext, in {folder / 'compatibility'}:\n" in capsys.readouterr().out
    assert (folder / "tox.ini").read_text(encoding="utf-8") == "[tox]\n"
    monkeypatch.chdir(folder / "compatibility")
    assert main(["validate"]) == 0


def test_init_needs_a_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--root", str(folder / "none")]) == 2
    assert capsys.readouterr().err == f"{folder / 'none'} is not a folder\n"


def test_template_is_of_our_matrix(folder: Path) -> None:
    assert main(["init", "--root", str(folder)]) == 0
    ours, theirs = (yaml.safe_load((root / "matrix.yaml").read_text(encoding="utf-8")) for root in (ROOT, folder))
    assert [ours[key] for key in ("subject", "plugins")] == [theirs[key] for key in ("subject", "plugins")]
    assert 2 <= len(theirs["environments"]) <= 3
    for name, entry in theirs["environments"].items():
        assert Version(entry["release"]) <= Version(ours["environments"][name]["release"])
        same = ("python", "distribution", "packages")
        assert [entry[key] for key in same] == [ours["environments"][name][key] for key in same]
    assert theirs["paths"].items() <= ours["paths"].items()


def test_wheel_contains_every_file_of_the_package(wheel: Path) -> None:
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    packed = {name for name in packed if not name.startswith("harness/measured/")}
    files = {path.relative_to(ROOT) for path in (ROOT / "harness").rglob("*") if path.is_file()}
    assert packed == {file.as_posix() for file in files if "__pycache__" not in file.parts}
    assert {"harness/runner/pytest.ini", "harness/controller/template/gitignore"} <= packed


def test_wheel_has_the_measured_names(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        sizes = {Path(item.filename).name: item.file_size for item in archive.infolist() if "measured" in item.filename}
        archive.extractall(tmp_path)
    packed = StoredDocuments(tmp_path / "harness" / "measured" / "results")
    assert dict(packed) == read_documents(ROOT / "results")
    assert sizes.pop("matrix.yaml") == (ROOT / "matrix.yaml").stat().st_size
    assert sizes.pop(NAMES) <= 60_000
    assert sum(size for name, size in sizes.items() if name.endswith(".xz")) <= 500_000


def without_cases_and_lanes(lines: Iterable[str]) -> Iterator[str]:
    """What the wheel has of an answer: neither cases nor lanes, each with the lines that go on from it."""
    is_left_out = False
    for line in lines:
        if not line.startswith(" " * 14):
            is_left_out = line.startswith(("  cases:", "  lanes:"))
        if not is_left_out:
            yield line


def test_names_are_answered_in_any_folder(installed: Path, folder: Path) -> None:
    ask = ["api", "tf.keras.layers.Dense", "keras.engine.topology", "Model.fit"]
    done = run(installed / "bin" / "harness", *ask, cwd=folder)
    assert done.returncode == 0, done.stderr
    here = run(sys.executable, "-m", "harness", *ask, cwd=ROOT).stdout.splitlines()
    assert done.stdout.splitlines() == list(without_cases_and_lanes(here))
    (folder / "code.py").write_text("from keras.engine.topology import Layer\n", encoding="utf-8")
    done = run(installed / "bin" / "harness", "scan", "--range", ">=2.16", cwd=folder)
    assert (done.returncode, "keras.engine.topology" in done.stdout) == (1, True), done.stderr


def test_commands_work_in_a_new_project(own: Command) -> None:
    assert own("harness", "validate").stdout == "3 environments, 4 import paths, 1 cases: valid\n"
    assert own("harness", "plan").stdout.endswith("3 environments, 12 cells\n")
    done = own("harness", "script", "two-dense-layers", "-p", "keras")
    assert (done.returncode, "from keras.layers import Dense" in done.stdout) == (0, True)
    assert own("harness", "new", "symbol", "my-symbol").returncode == 0
    assert own("harness", "validate").stdout.endswith("2 cases: valid\n")


def test_tox_lists_the_environments_there(own: Command) -> None:
    done = own("tox", "list", "--no-desc")
    assert (done.returncode, done.stdout.split()) == (0, ["tf215", "tf216", "tf221"]), done.stderr


def test_run_in_new_project_uses_wheels_runner(own: Command, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{sys.base_prefix}/bin{os.pathsep}{os.environ['PATH']}")
    matrix = folder / "matrix.yaml"
    version = f'"{sys.version_info.major}.{sys.version_info.minor}"'
    matrix.write_text(matrix.read_text(encoding="utf-8").replace('"3.11"', version), encoding="utf-8")
    (folder / "locks").mkdir()
    (folder / "locks" / "tf215.txt").write_text("# nothing\n", encoding="utf-8")
    done = own("tox", "run", "-e", "tf215", "--notest")
    assert done.returncode == 0, done.stdout
    fill_environment(folder / ".tox" / "tf215")
    done = own("harness", "run", "-e", "tf215", "-p", "tensorflow.keras")
    assert (done.returncode, done.stderr) == (0, "")
    column = read_column(folder / ".harness" / "run" / "tf215.json")
    assert {outcome.stage for outcome in column.cells.values()} == {"import"}  # that TensorFlow has no layers


def test_a_tox_without_harness_names_another(empty_environment: Path, folder: Path, tmp_path: Path) -> None:
    assert main(["init", "--root", str(folder)]) == 0
    blocked = tmp_path / "harness.py"
    blocked.write_text("raise ModuleNotFoundError(name='harness')\n", encoding="utf-8")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from tox.run import run; run(['list'])"
    done = run(empty_environment / "bin" / "python", "-c", code, cwd=folder)
    assert done.returncode not in (0, 1)
    assert "no harness here: run the tox of the environment that has keras-import-matrix" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
