"""Steps of a bisection by an engine: a command line that leads to another folder of this machine."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from harness.controller.engine.machine_facts import MACHINE_NAME
from harness.controller.engine.site import FOLDER_NAME
from tests.controller.bisect.conftest import HERE
from tests.controller.bisect.test_bisect import ask, borders, breaks
from tests.support.tiny_project import TinyProject
from tests.support.wheel_index import WheelIndex

ENGINE = ["--engine", "shell", "--command-line"]
FAR_SIDE = f"{sys.executable} -m harness.controller.engine < {{task}} > {{result}}"


@pytest.fixture
def far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of another machine. Requirements have the variables of the first environment of the matrix, tf115."""
    monkeypatch.setenv(FOLDER_NAME, str(tmp_path / "machines"))
    monkeypatch.setenv(MACHINE_NAME, "far")
    return tmp_path / "machines" / "far"


def test_each_step_is_taken_where_the_engine_says(here: TinyProject, index: WheelIndex, far: Path) -> None:
    index.add("tensorflow-cpu", "2.15.1", "import beta\n" + breaks("beta.VERSION >= (2, 0)"), module="tensorflow")
    for number in ("1.0", "1.5", "2.0"):
        index.add("beta", number)
    index.spoil("beta", "1.5")
    ends = [f"tensorflow-cpu==2.15.1 beta=={number}" for number in ("1.0", "2.0")]
    found = ask(here, *ends, *ENGINE, FAR_SIDE)
    assert borders(found) == {"beta": ("1.0", "2.0")}
    assert found["culprits"][0]["skipped"] == ["1.5"], "what cannot be installed there is known here"
    assert (found["runs"], found["environments"]) == (5, {"made": 1, "changed": 2}), "it stays from step to step"
    assert not (here.root / ".harness/bisect/environment").exists(), "nothing is made here"
    assert (far / "environments/bisect-tf115/packages.json").exists(), "what is made there stays for the next question"
    assert ask(here, *ends)["runs"] == 0, "its outcomes are kept here"


def test_a_step_that_no_machine_takes_is_no_answer(here: TinyProject, index: WheelIndex, far: Path) -> None:
    index.add("tensorflow-cpu", "2.15.1", module="tensorflow")
    ends = ["--good", "tensorflow-cpu==2.15.1", "--bad", "tensorflow-cpu<3", "--python", HERE]
    done = here.run("bisect", *ends, *ENGINE, "echo no route to {task} >&2; true {result}")
    assert done.returncode == 3
    assert "tf115: a step was not taken: it ended with exit code 0 and no result: no route to" in done.stderr
    assert not far.exists()
