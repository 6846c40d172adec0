"""`harness remedy`: found with packages of a few lines, verified, printed, and written as its schema has it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.results.remedies import read_remedies, remedies_file, remedies_schema
from tests.controller.bisect.conftest import HERE
from tests.support import ROOT
from tests.support.tiny_project import TinyProject, make_column
from tests.support.wheel_index import WheelIndex

LANE = """
lanes:
  today:
    title: Installs and runs today
    of: "==2.15.1"
    cases: [version, second]
    paths: [keras]
"""
SECOND = """\
id: second
kind: snippet
title: The path has a second name
code: |
  import KERAS as keras

  # call
  found = keras.second()

  # check
  assert found < (2, 1), found
"""
NEEDS = ["numpy", "protobuf", "pillow", "pytest", "pytest-xdist", "pyyaml"]
KERAS = "import numpy\n__version__ = '2.15.0'\ndef second():\n    return numpy.VERSION\n"


@pytest.fixture
def failing(here: TinyProject, index: WheelIndex) -> TinyProject:
    """The import fails with protobuf from 4 on; behind that, the second case does with numpy from 2.1 on."""
    with (here.root / "matrix.yaml").open("a", encoding="utf-8") as file:
        file.write(LANE)
    (here.root / "cases/snippet/second.yaml").write_text(SECOND, encoding="utf-8")
    broken = "import protobuf\nif protobuf.VERSION >= (4, 0):\n    raise TypeError('descriptors')\n"
    index.add("tensorflow-cpu", "2.15.1", broken, ["keras", *NEEDS], module="tensorflow")
    index.add("keras", "2.15.0", "import tensorflow\n" + KERAS)
    versions = {"numpy": ("1.26", "2.0", "2.1", "2.2"), "protobuf": ("3.19", "3.20", "4.21", "6.1")}
    for name in NEEDS:
        for version in versions.get(name, ("1.0",)):
            index.add(name, version)
    pins = {"tensorflow-cpu": "2.15.1", "keras": "2.15.0"} | {name: versions.get(name, ("1.0",))[0] for name in NEEDS}
    (here.root / "locks").mkdir()
    lock = "".join(f"{name}=={version}\n" for name, version in pins.items())
    (here.root / "locks" / "tf215.txt").write_text(lock, encoding="utf-8")
    cells = [Outcome(case, "keras", Status.PASS) for case in ("second", "version")]
    here.keep("results", make_column(*cells, packages=pins, python=HERE))
    lost = [Outcome(case, "keras", Status.ENV_FAIL) for case in ("second", "version")]
    here.keep(
        "results",
        make_column(*lost, id="tf215-today", status="env-fail", reason="TypeError: x", packages=pins, python=HERE),
    )
    return here


def test_remedy_is_found_in_rounds_and_verified_again(failing: TinyProject) -> None:
    done = failing.run("remedy")
    assert (done.returncode, "not looked for yet" in done.stdout) == (1, True), done.stderr

    done = failing.run("remedy", "--verify")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert 'pip install "tensorflow-cpu==2.15.1" "numpy<2.1" "protobuf<4"' in done.stdout
    remedy = read_remedies(remedies_file(failing.root / "results"))["tf215-today"]
    assert [item.sentence for item in remedy.culprits] == [
        "numpy 2.1 and later break it; numpy 2.0 works",
        "protobuf 4.21 and later break it; protobuf 3.20 works",
    ]
    assert (remedy.packages["numpy"], remedy.packages["protobuf"]) == ("2.0", "3.20")
    assert "numpy==2.0\n" in remedy.constraints

    part = failing.root / "part.json"
    again = failing.run("remedy", "--verify", "--out", str(part))
    assert "as in the good end" not in again.stdout, "the known one still works, nothing is searched for"
    remedies_file(failing.root / "results").unlink()
    assert failing.run("remedy", "--merge", str(part)).returncode == 0
    assert failing.run("remedy").stdout == "".join(done.stdout.splitlines(keepends=True)[-2:])


def test_release_that_nothing_mends_has_the_reason(failing: TinyProject) -> None:
    failing.keep(
        "results", make_column(Outcome("version", "keras", Status.FAIL, Stage.IMPORT, "OtherError"), python=HERE)
    )
    done = failing.run("remedy", "--verify")
    assert done.returncode == 1
    assert "none: version[keras] does not give what the grid has with the packages of tf215 either" in done.stdout


def test_documents_fit_the_schema() -> None:
    text = json.dumps(remedies_schema(), indent=1, sort_keys=True) + "\n"
    assert (ROOT / "schemas" / "remedies.json").read_text(encoding="utf-8") == text
    file = Path(remedies_file(ROOT / "results"))
    Draft202012Validator(remedies_schema()).validate(json.loads(file.read_text(encoding="utf-8")))
    assert read_remedies(file)
