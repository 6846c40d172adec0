"""examples/: grids of other packages, as they are committed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from harness.controller.cli import main
from tests.support import ROOT

EXAMPLES = sorted(path.name for path in (ROOT / "examples").iterdir())
OUT_OF_GIT = shutil.ignore_patterns(".tox", ".harness")


@pytest.fixture(params=EXAMPLES)
def example(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of an example."""
    return copied(str(request.param), tmp_path)


def copied(name: str, folder: Path) -> Path:
    return Path(shutil.copytree(ROOT / "examples" / name, folder / name, ignore=OUT_OF_GIT))


def test_example_has_no_faults(example: Path) -> None:
    assert main(["validate", "--root", str(example)]) == 0


def test_grid_of_example_is_up_to_date(example: Path) -> None:
    before = {file: file.read_bytes() for file in (example / "results").iterdir()}
    assert len(before) > 4
    assert main(["collect", "--root", str(example)]) == 0
    assert {file: file.read_bytes() for file in (example / "results").iterdir()} == before


def test_page_of_another_package_names_its_subject(tmp_path: Path) -> None:
    example = copied("numpy", tmp_path)
    assert main(["publish", "--root", str(example), "--out", str(example / "site")]) == 0
    files = [file for file in (example / "site").rglob("*") if file.is_file()]
    assert len(files) > 40
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert re.findall(r"tensorflow|keras(?!-import-matrix)", text, re.IGNORECASE) == [], file
        assert file.suffix != ".html" or re.findall(r"dense|adam", text, re.IGNORECASE) == [], file
    assert ">NumPy import matrix</a>" in (example / "site" / "index.html").read_text(encoding="utf-8")
