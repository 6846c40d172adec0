"""`harness init --package`: any package's matrix, with an index and wheels on this machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from harness.controller.cli import main
from harness.controller.project.plugins import plugin_subject
from tests.support.package_index import PackageIndex, serving, source, tensorflow
from tests.support.package_index import wheels as rows_of
from tests.support.wheels import make_wheel

HERE = "{}{}".format(*sys.version_info)  # 311
PYTHON = "{}.{}".format(*sys.version_info)


@pytest.fixture
def index(wheels: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[PackageIndex]:
    """An index that has three minors of a package; uv has wheels of two of them."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("PATH", f"{sys.base_prefix}/bin{os.pathsep}{os.environ['PATH']}")
    make_wheel(wheels, "nice_shapes-1.9.0")
    make_wheel(wheels, "nice_shapes-2.0")
    with serving() as index:
        monkeypatch.setenv("UV_DEFAULT_INDEX", index.address)
        index.files = [
            *rows_of("nice-shapes", "1.8.0", "2024-01-01", "36"),
            *rows_of("nice-shapes", "1.9.0", "2024-02-01", "38", HERE),
            *rows_of("nice-shapes", "1.9.1", "2024-03-01", "38", HERE, yanked=True),
            *rows_of("nice-shapes", "2.0", "2025-02-01", needs=">=3.9"),
            *rows_of("nice-shapes", "2.1.0rc1", "2025-03-01", HERE),
            source("nice-shapes", "2.2.0", "2025-04-01"),
        ]
        (tmp_path / "grid").mkdir()
        monkeypatch.chdir(tmp_path / "grid")
        yield index


def test_a_package_gets_a_matrix_two_cases_and_locks(index: PackageIndex, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--package", "Nice_Shapes"]) == 0, capsys.readouterr().err
    said = capsys.readouterr().out
    assert "\nniceshapes19: locked\nniceshapes20: locked\n" in said
    matrix = yaml.safe_load(Path("matrix.yaml").read_text(encoding="utf-8"))
    assert matrix["subject"] == {"package": "nice_shapes", "prefix": "niceshapes", "distributions": ["nice-shapes"]}
    found = {name: (entry["release"], str(entry["released"])) for name, entry in matrix["environments"].items()}
    assert found == {"niceshapes19": ("1.9.0", "2024-02-01"), "niceshapes20": ("2.0", "2025-02-01")}
    assert matrix["environments"]["niceshapes19"]["python"] == PYTHON
    assert "nice-shapes==1.9.0" in Path("locks/niceshapes19.txt").read_text(encoding="utf-8")
    assert main(["validate"]) == 0
    assert capsys.readouterr().out == "2 environments, 1 import paths, 2 cases: valid\n"


def test_releases_and_import_name_may_be_given(index: PackageIndex) -> None:
    assert main(["init", "--package", "nice-shapes", "--import", "shapes", "--releases", "1"]) == 0
    matrix = yaml.safe_load(Path("matrix.yaml").read_text(encoding="utf-8"))
    assert list(matrix["environments"]) == ["shapes20"]
    assert (matrix["subject"]["package"], list(matrix["paths"])) == ("shapes", ["shapes"])


@pytest.mark.parametrize(
    ("modules", "package"),
    [
        (["shapes/__init__.py", "shapes/round.py", "tests/__init__.py", "_shapes.abi3.so"], "shapes"),
        (["shapes.py", "nice_shapes/__init__.py"], "nice_shapes"),
        (["google/shapes/__init__.py", "google/_speed/__init__.py"], "google.shapes"),
    ],
)
def test_import_name_is_in_the_wheel(index: PackageIndex, wheels: Path, modules: list[str], package: str) -> None:
    make_wheel(wheels, "nice_shapes-2.0", modules=modules)
    assert main(["init", "--package", "nice-shapes", "--releases", "1"]) == 0
    matrix = yaml.safe_load(Path("matrix.yaml").read_text(encoding="utf-8"))
    assert matrix["subject"] == {"package": package, "prefix": package.replace(".", "").replace("_", "")} | (
        {"distributions": ["nice-shapes"]}
    )
    assert matrix["paths"] == {package: "from"}


def test_each_key_of_the_subject_has_a_line(index: PackageIndex, wheels: Path) -> None:
    index.files += rows_of("shapes", "2.0", "2025-02-01")
    make_wheel(wheels, "shapes-2.0", modules=["shapes.py"])
    assert main(["init", "--package", "shapes"]) == 0
    assert "\nsubject:\n  package: shapes\n  prefix: shapes\n\nlimits:\n" in Path("matrix.yaml").read_text("utf-8")


def test_subject_of_a_plugin_is_known(index: PackageIndex, wheels: Path) -> None:
    for name in ("pydot-3", "tf_keras-2.15.1"):
        make_wheel(wheels, name)
    index.files += [*tensorflow("2.14.1", "2023-11-14", HERE), *tensorflow("2.15.1", "2024-03-08", HERE)]
    index.files += rows_of("tf-keras", "2.15.1", "2024-04-01")
    assert main(["init", "--package", "tensorflow", "--releases", "1"]) == 0
    matrix = yaml.safe_load(Path("matrix.yaml").read_text(encoding="utf-8"))
    assert (matrix["subject"], matrix["plugins"]) == (plugin_subject("keras"), ["keras"])
    assert {name: (entry["packages"], str(entry["as_of"])) for name, entry in matrix["environments"].items()} == {
        "tf215": (["tf-keras==2.15.*"], "2024-04-02")
    }
    assert Path("cases/model_build/two-dense-layers.yaml").is_file()
    assert "tf-keras==2.15.1" in Path("locks/tf215.txt").read_text(encoding="utf-8")


def test_several_modules_are_a_choice(index: PackageIndex, wheels: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_wheel(wheels, "nice_shapes-2.0", modules=["squares.py", "circles.py"])
    assert main(["init", "--package", "nice-shapes"]) == 2
    assert capsys.readouterr().err == "nice-shapes has several modules, name one with --import: circles, squares\n"
    assert list(Path().iterdir()) == []


def test_a_library_gets_a_folder_for_its_grid(index: PackageIndex, capsys: pytest.CaptureFixture[str]) -> None:
    Path("tox.ini").write_text("[tox]\n", encoding="utf-8")
    assert main(["init", "--package", "nice-shapes"]) == 2
    command = capsys.readouterr().err.partition("`harness ")[2].partition("`")[0]
    assert command == "init compatibility --package nice-shapes"


def test_an_unknown_package_writes_nothing(index: PackageIndex, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--package", "shapeless"]) == 2
    said = "the package index has no release of shapeless with a wheel for Linux and a Python from 3.7 on\n"
    assert capsys.readouterr().err == said
    assert list(Path().iterdir()) == []


def test_what_cannot_be_resolved_is_reported(index: PackageIndex, capsys: pytest.CaptureFixture[str]) -> None:
    index.files += rows_of("nice-shapes", "3.0.0", "2025-08-01", HERE)
    assert main(["init", "--package", "nice-shapes"]) == 3
    said = capsys.readouterr()
    assert "niceshapes20: locked\nniceshapes30: not locked\n" in said.out
    assert "niceshapes30 cannot be resolved" in said.err
    assert main(["validate"]) == 0
