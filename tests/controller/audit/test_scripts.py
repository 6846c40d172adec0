"""`harness audit` in a real environment, whose TensorFlow is of a few lines."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from uv import find_uv_bin

from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.audit.sampling import RecordedCell, draw_sample
from harness.controller.environments.installed import facts
from harness.controller.project.loader import load_project
from harness.controller.results.documents import Column
from tests.support.processes import PATIENCE, in_background, wait_for
from tests.support.tiny_project import TinyProject, make_column
from tests.support.tiny_tensorflow import fill_environment

Keep = Callable[[str, Column], Path]

CASES = {
    "dies": "import os\n  import KERAS as keras\n  # call\n  os.abort()\n  assert keras",
    "gone": "from KERAS.layers import Dense\n  # call\n  assert Dense",
    "sleeps": "import time\n  import KERAS as keras\n  # call\n  time.sleep(60)\n  assert keras",
}
SNIPPET = "id: {}\nkind: snippet\ntitle: x\ntimeout: 1\npaths: ['t*']\ncode: |\n  {}\n"
NO_KERAS = "No module named 'keras'"
NO_LAYERS = "No module named 'tensorflow.keras.layers'"
NO_ATTRIBUTE = "module 'tensorflow.keras' has no attribute 'layers'"

OUTCOMES = [
    Outcome("gone", "tensorflow.keras", Status.FAIL, Stage.IMPORT, "ModuleNotFoundError", NO_LAYERS),
    Outcome("gone", "tf.keras", Status.FAIL, Stage.IMPORT, "AttributeError", NO_ATTRIBUTE),
    Outcome("version", "tensorflow.keras", Status.PASS),
    Outcome("version", "tf.keras", Status.PASS, warnings=("DeprecationWarning: x",)),
    Outcome("version", "keras", Status.ABSENT, Stage.PATH, "ModuleNotFoundError", NO_KERAS),
    Outcome("dies", "tensorflow.keras", Status.CRASH, Stage.CALL, "SIGABRT", "the process was ended by a signal"),
    Outcome("sleeps", "tensorflow.keras", Status.TIMEOUT, Stage.CALL, None, "stopped at the time limit"),
]


@pytest.fixture
def made(project: TinyProject) -> Path:
    """The project with the environment tf215, and cases that end in every way."""
    for name, code in CASES.items():
        file = project.root / "cases" / "snippet" / f"{name}.yaml"
        file.write_text(SNIPPET.format(name, code), encoding="utf-8")
    prefix = project.root / ".tox" / "tf215"
    subprocess.run([find_uv_bin(), "venv", "--quiet", "--python", sys.executable, str(prefix)], check=True)
    fill_environment(prefix)
    return project.root


@pytest.fixture
def accepted(made: Path, project: TinyProject) -> Callable[..., Path]:
    """Keep a column of these outcomes, in results/ or as the last run."""

    def accepted(*outcomes: Outcome, folder: str = "results") -> Path:
        environment = load_project(made).matrix.environments["tf215"]
        installed = facts(environment, made / ".tox" / "tf215")
        return project.keep(folder, Column(installed, {outcome.key: outcome for outcome in outcomes}))

    return accepted


def test_every_status_is_confirmed_by_plain_python(accepted: Callable[..., Path], project: TinyProject) -> None:
    accepted(*OUTCOMES, folder="results")
    done = project.run("audit", "--seed", "7")
    assert done.returncode == 0, done.stdout
    lines = done.stdout.splitlines()
    assert lines[0] == "7 cells sampled (seed 7) of 7"
    assert re.fullmatch(r"\[7 of 7 cells, \d+ s\] tf215: 7 of 7 cells", lines[1])
    assert lines[2:] == ["7 cells sampled (seed 7): 2 pass, 2 fail, 1 absent, 1 timeout, 1 crash: all agree"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            Outcome("gone", "tf.keras", Status.PASS),
            f"recorded pass, by hand fail at import (AttributeError: {NO_ATTRIBUTE})",
        ),
        (
            replace(OUTCOMES[0], message="No module named 'x'"),
            "recorded fail at import (ModuleNotFoundError: No module named 'x'), "
            f"by hand fail at import (ModuleNotFoundError: {NO_LAYERS})",
        ),
        (
            Outcome("version", "tf.keras", Status.FAIL, Stage.CALL, "AssertionError", "2.16"),
            "recorded fail at call (AssertionError: 2.16), by hand pass",
        ),
        (
            Outcome("version", "tf.keras", Status.ABSENT, Stage.PATH, "AttributeError", "x"),
            "recorded absent at path (AttributeError: x), by hand pass",
        ),
        (Outcome("dies", "tensorflow.keras", Status.PASS), "recorded pass, by hand crash (SIGABRT)"),
        (
            Outcome("version", "tf.keras", Status.TIMEOUT, Stage.CALL, None, "stopped at the time limit"),
            "recorded timeout at call (stopped at the time limit), by hand pass",
        ),
    ],
)
def test_a_wrong_record_is_found(
    wrong: Outcome, said: str, accepted: Callable[..., Path], project: TinyProject
) -> None:
    accepted(OUTCOMES[2], wrong)
    done = project.run("audit", "--seed", "7")
    assert done.returncode == 1
    assert f"tf215 {wrong.case}[{wrong.path}]: {said}\n" in done.stdout
    assert done.stdout.endswith(": 1 disagree\n")


def test_only_what_scripts_can_show_is_sampled(accepted: Callable[..., Path], project: TinyProject) -> None:
    unmet, skipped = (Outcome(*OUTCOMES[1].key, Status.UNMET), Outcome(*OUTCOMES[4].key, Status.SKIP))
    accepted(OUTCOMES[2], unmet, skipped)
    done = project.run("audit", "--sample", "5")
    assert done.returncode == 0
    assert re.match(r"1 cells sampled \(seed \d+\) of 1; not sampled: 1 unmet, 1 skip\n", done.stdout)


def test_the_selection_says_what_is_drawn_from(accepted: Callable[..., Path], project: TinyProject) -> None:
    accepted(*OUTCOMES)
    done = project.run("audit", "-k", "version", "-p", "t*", "--seed", "1", "-j", "1")
    assert done.stdout.endswith("2 cells sampled (seed 1): 2 pass: all agree\n")
    nothing = project.run("audit", "-e", "tf216")
    assert nothing.returncode == 2
    assert nothing.stderr.startswith("nothing to audit: no outcome of this selection in ")
    assert project.run("audit", "-k", "versio").returncode == 2


def test_a_missing_environment_must_run_first(project: TinyProject) -> None:
    project.keep("results", make_column(OUTCOMES[2]))
    done = project.run("audit")
    assert done.returncode == 3
    assert done.stderr == "not installed: tf215; run it first: `harness run -e tf215`\n"


def test_results_of_other_packages_are_not_compared(made: Path, project: TinyProject) -> None:
    project.keep("results", make_column(OUTCOMES[2], packages={"numpy": "1"}))
    done = project.run("audit")
    assert done.returncode == 3
    assert done.stderr == "tf215: its packages differ from the results; run it first: `harness run -e tf215`\n"


def test_changed_scripts_must_run_again_before_comparison(
    made: Path, accepted: Callable[..., Path], project: TinyProject
) -> None:
    accepted(*OUTCOMES[2:4], folder=".harness/run")
    assert project.run("audit", "--run").returncode == 0
    project.edit("cases/snippet/version.yaml", "2.15.0", "2.15.1")
    done = project.run("audit", "--run")
    assert done.returncode == 3
    assert done.stderr == "tf215: version has changed since its run: run it again\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_scripts_and_reports_progress(
    accepted: Callable[..., Path], made: Path, number: signal.Signals
) -> None:
    file = made / "cases" / "snippet" / "sleeps.yaml"
    note = made / "process"
    code = CASES["sleeps"].replace("time.sleep", f"open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep")
    code = "import os\n  " + code
    file.write_text(SNIPPET.format("sleeps", code).replace("timeout: 1\n", ""), encoding="utf-8")
    accepted(Outcome("sleeps", "tensorflow.keras", Status.PASS))
    command = [sys.executable, "-m", "harness", "audit", "--root", str(made), "--seed", "7"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=in_background) as process:
        wait_for(lambda: note.exists() and note.read_text(encoding="utf-8"), process)
        process.send_signal(number)
        said = process.communicate(timeout=PATIENCE)[0]
    assert process.returncode == 130
    assert said.splitlines()[-1] == "interrupted after 0 of 1 cells sampled (seed 7)"
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text(encoding="utf-8")), 0)


def cells(project: Path, **counts: int) -> list[RecordedCell]:
    """So many cells of each status."""
    loaded = load_project(project)
    environment, path = loaded.matrix.environments["tf215"], loaded.matrix.paths["keras"]
    return [
        RecordedCell(environment, loaded.cases[0], path, Outcome(f"{name}-{number}", "keras", Status(name)))
        for name, count in counts.items()
        for number in range(count)
    ]


def drawn(cells: list[RecordedCell], size: int, seed: int = 7) -> dict[str, int]:
    return dict(Counter(cell.recorded.status.value for cell in draw_sample(cells, size, seed)))


def test_samples_have_every_status(project: TinyProject) -> None:
    many = cells(project.root, **{"pass": 900, "fail": 80, "absent": 20, "crash": 3})
    counts = drawn(many, 100)
    assert sum(counts.values()) == 100
    assert counts["crash"] == 3
    assert 5 <= counts["absent"] <= 12
    assert 5 <= counts["fail"] <= 25
    assert counts["pass"] >= 60


def test_small_samples_share_statuses_evenly(project: TinyProject) -> None:
    many = cells(project.root, **{"pass": 900, "fail": 80, "crash": 1})
    assert drawn(many, 1) == {"pass": 1, "fail": 1, "crash": 1}
    small = drawn(many, 6)
    assert small["crash"] == 1
    assert small["fail"] >= 2
    assert small["pass"] >= 2
    assert sum(small.values()) == 6


def test_a_seed_repeats_its_sample(project: TinyProject) -> None:
    many = cells(project.root, **{"pass": 50, "fail": 20})
    assert draw_sample(many, 20, 7) == draw_sample(many, 20, 7)
    assert draw_sample(many, 20, 7) != draw_sample(many, 20, 8)
    assert draw_sample(many, 1000, 7) == many
