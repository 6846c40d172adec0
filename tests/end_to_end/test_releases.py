"""The cases on real TensorFlow releases of three eras, through tox, as a user runs them.

Needs the network (or uv's cache) and Graphviz's `dot`. What the releases give is held against results/.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from harness.contract.records import CellKey, Outcome
from harness.contract.statuses import Status
from harness.controller.environments.interpreters import find_interpreter
from harness.controller.project.loader import load_project
from harness.controller.results.documents import Column, read_column
from tests.support import ROOT

pytestmark = pytest.mark.releases

OLD = "tf115" if find_interpreter("3.7") else "tf22"
NEW = "tf221"
RELEASES = [OLD, NEW, "tf215"]
# Of the library a part, by the first letter: each night runs all of it.
BEGINNING = ["[a-i]*"]
# Of the release between them a part, in which nothing trains: a cell of tf_keras that does takes many seconds there.
PART = ["custom-layer-in-tf-keras", "dense-with-input-shape", "plot-*", "old-module-*"]


def selected(patterns: Sequence[str]) -> list[str]:
    return [word for pattern in patterns for word in ("-k", pattern)]


def call(*command: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command in the project and show what it printed."""
    environment = os.environ | ({"PATH": path} if path else {})
    done = subprocess.run(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    print(done.stdout)
    return done


def harness(*arguments: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    return call(sys.executable, "-m", "harness", *arguments, path=path)


def last_run(environment: str) -> Column:
    return read_column(ROOT / ".harness" / "run" / f"{environment}.json")


def accepted(environment: str) -> Column:
    return read_column(ROOT / "results" / f"{environment}.json")


def part(column: Column, patterns: Sequence[str] = PART) -> dict[CellKey, Outcome]:
    """The cells of some cases, of which there is at least one."""
    chosen = {key: cell for key, cell in column.cells.items() if any(fnmatchcase(key[0], word) for word in patterns)}
    assert chosen
    return chosen


@pytest.fixture(scope="module", autouse=True)
def runs() -> str:
    """A run of the three releases, from whatever is there, and what it printed."""
    assert shutil.which("dot"), "these tests need Graphviz: install Debian's package graphviz, or your system's"
    done = [
        harness("run", "--fresh", "-e", OLD, "-e", NEW, *selected(BEGINNING)),
        harness("run", "--fresh", "-e", "tf215", *selected(PART)),
    ]
    assert [run.returncode for run in done] == [0, 0], "outcomes differ from results/, or an environment failed"
    return "".join(run.stdout for run in done)


@pytest.mark.parametrize(("environment", "patterns"), [(OLD, BEGINNING), (NEW, BEGINNING), ("tf215", PART)])
def test_run_gives_accepted_outcomes(environment: str, patterns: Sequence[str]) -> None:
    assert last_run(environment).cells == part(accepted(environment), patterns)
    assert last_run(environment).environment == accepted(environment).environment


def test_the_run_prints_its_grid(runs: str) -> None:
    for word in ("tensorflow.python.keras", "2.15", "2.21", "harness show --run", "as in the baseline"):
        assert word in runs


def test_tox_alone_gives_the_same_outcomes_again() -> None:
    case = "dense-with-input-shape"
    done = call(sys.executable, "-m", "tox", "run", "-e", "tf215", "--", "--fresh", "--case", case)
    assert done.returncode == 0
    assert last_run("tf215").cells == part(accepted("tf215"), [case])


@pytest.mark.parametrize("environment", [OLD, NEW])
def test_fresh_interpreters_give_same_outcomes(environment: str) -> None:
    case = "custom-layer-in-tf-keras"
    done = harness("run", "-e", environment, "-k", case, "--isolation", "spawn")
    assert done.returncode == 0
    assert last_run(environment).cells == part(accepted(environment), [case])


def test_unchanged_cells_are_not_run_again() -> None:
    done = harness("run", "-e", "tf215", *selected(PART))
    assert done.returncode == 0
    assert f"{len(part(accepted('tf215')))} cells cached" in done.stdout
    assert last_run("tf215").cells == part(accepted("tf215"))


@pytest.mark.parametrize("environment", RELEASES)
def test_script_by_hand_gives_same_verdict(environment: str, tmp_path: Path) -> None:
    one_of_each = {outcome.status: outcome for outcome in accepted(environment).cells.values()}
    assert {Status.PASS, Status.FAIL, Status.ABSENT} <= set(one_of_each)
    for status, outcome in one_of_each.items():
        script = tmp_path / "cell.py"
        script.write_text(harness("script", outcome.case, "-p", outcome.path).stdout, encoding="utf-8")
        python = ROOT / ".tox" / environment / "bin" / "python"
        done = subprocess.run([python, script], cwd=tmp_path, capture_output=True, text=True)
        assert (done.returncode == 0) == (status is Status.PASS), done.stderr


def test_missing_dot_changes_no_outcome(tmp_path: Path) -> None:
    done = harness("run", "-e", "tf215", *selected(PART), path=path_without_dot(tmp_path))
    assert done.returncode == 0, done.stdout
    now = last_run("tf215").cells
    assert now == part(accepted("tf215"))
    draws = {case.id for case in load_project(ROOT).cases if "graphviz" in case.requires}
    reached = sum(case in draws and outcome.status.counts for (case, _), outcome in now.items())
    assert f"{reached} cells with the Graphviz of pygraphviz " in done.stdout


def path_without_dot(folder: Path) -> str:
    """A PATH with links to everything but `dot`."""
    entries = []
    for number, entry in enumerate(os.environ["PATH"].split(os.pathsep)):
        if (Path(entry) / "dot").exists():
            links = folder / str(number)
            links.mkdir()
            for program in Path(entry).iterdir():
                if program.name != "dot":
                    (links / program.name).symlink_to(program)
            entry = str(links)
        entries.append(entry)
    return os.pathsep.join(entries)
