from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from harness.contract.records import Outcome, Record
from harness.contract.statuses import Status
from harness.contract.stream import append_line
from harness.controller.engine.environment_run import EnvironmentRun
from harness.controller.project.layout import Layout
from harness.controller.run.observer import RunObserver, duration_text
from harness.controller.run.progress import make_progress

INSTALLING = """\
tf215: venv> uv venv -p python3.11
Using CPython 3.11.2
tf215: install_deps> uv pip install -r locks/tf215.txt
Resolved 41 packages in 9ms
Downloading numpy (17.4MiB)
Downloading tensorflow-cpu (200.0MiB)
 Downloaded numpy
"""


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    for folder in ("logs", "plan", "stream"):
        (tmp_path / ".harness" / folder).mkdir(parents=True)
    return Layout(tmp_path)


def start(run: EnvironmentRun, clock: Clock) -> None:
    run.started, run.began = True, clock.now


def record(run: EnvironmentRun, cells: int) -> None:
    """Let so many more cells have an outcome."""
    run.files.plan.touch()
    for _ in range(cells):
        line = {"record": Record(Outcome("dense", "keras", Status.PASS)).to_json()}
        append_line(str(run.files.stream), line)


def test_log_has_a_line_every_ten_seconds(runs: list[EnvironmentRun], clock: Clock, layout: Layout) -> None:
    screen = io.StringIO()
    cells = {"tf215": 40, "tf216": 20}
    run = runs[0]
    with make_progress(Console(file=screen, width=200), runs, cells, dict.fromkeys(cells, 1.0), clock) as progress:
        progress.update()
        start(run, clock)
        run.files.log.write_text(INSTALLING, encoding="utf-8")
        for _ in range(80):  # ten seconds
            progress.update()
            clock.now += 0.125
        progress.update()
        record(run, 1)
        clock.now += 5
        progress.update()
        record(run, 9)
        clock.now += 5
        progress.update()
        run.code = 1
        progress.update()
        clock.now += 60
        progress.update()
    assert screen.getvalue().splitlines() == [
        f"2 environments, 60 cells; logs: {layout.root}/.harness/logs",
        "[0 of 2 environments, 0 of 60 cells, 0 s] tf215: begins",
        "[0 of 2 environments, 0 of 60 cells, 10 s] tf215: downloading: 18 of 228 MB, next tensorflow-cpu",
        "[0 of 2 environments, 10 of 60 cells, 20 s, about 30 s left] tf215: running cells: 10 of 40",
        "[1 of 2 environments, 10 of 60 cells, 20 s, about 5 s left] tf215: done after 20 s (exit code 1)",
    ]


def test_leftovers_of_earlier_run_are_not_progress(runs: list[EnvironmentRun], clock: Clock) -> None:
    runs[1].files.stream.write_bytes(b'{"record": {}}\n')
    observer = RunObserver(runs, {"tf215": 2, "tf216": 2}, {"tf215": 1.0, "tf216": 1.0}, clock)
    assert observer.finished(runs[1]) == 0
    start(runs[1], clock)
    assert observer.finished(runs[1]) == 0
    assert observer.step(runs[1]) == "starting tox"
    assert observer.summary() == "0 of 2 environments, 0 of 4 cells, 0 s"


def test_each_step_has_its_words(runs: list[EnvironmentRun], clock: Clock) -> None:
    run = runs[0]
    observer = RunObserver(runs, {"tf215": 3, "tf216": 2}, {"tf215": 1.0, "tf216": 1.0}, clock)
    assert observer.step(run) == "not started"
    start(run, clock)
    run.files.log.write_text(INSTALLING, encoding="utf-8")
    assert observer.step(run) == "downloading: 18 of 228 MB, next tensorflow-cpu"
    run.files.ready.parent.mkdir()
    run.files.ready.touch()
    assert observer.step(run) == "waiting for others"
    run.files.plan.touch()
    assert observer.step(run) == "importing TensorFlow"
    record(run, 2)
    assert observer.step(run) == "running cells: 2 of 3"
    with open(run.files.log, "a", encoding="utf-8") as log:
        log.write("tf215: 2 differ from the baseline: retry 1 of 2\n")
    assert observer.step(run) == "retry 1 of 2: 2 cells differ from the baseline"


def test_cached_cells_do_not_hurry_the_estimate(runs: list[EnvironmentRun], clock: Clock) -> None:
    observer = RunObserver(runs, {"tf215": 50, "tf216": 50}, {"tf215": 1.0, "tf216": 3.0}, clock)
    start(runs[0], clock)
    record(runs[0], 40)  # cached, at once
    observer.observe()
    assert "left" not in observer.summary()
    clock.now += 1
    assert "left" not in observer.summary()
    clock.now += 10
    record(runs[0], 10)
    start(runs[1], clock)
    # 10 of 160 seconds took 10, and those of tf216 are 150.
    assert observer.summary() == "0 of 2 environments, 50 of 100 cells, 11 s, about 2 min 30 s left"
    runs[0].code = runs[1].code = 0
    assert "left" not in observer.summary()


def test_terminal_shows_active_runs_and_total(runs: list[EnvironmentRun], clock: Clock) -> None:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=60, height=20, color_system=None)
    cells = {"tf215": 2, "tf216": 2}
    for run in runs:
        start(run, clock)
    with make_progress(console, runs, cells, dict.fromkeys(cells, 1.0), clock) as progress:
        clock.now += 65
        runs[0].files.log.write_text(INSTALLING, encoding="utf-8")
        record(runs[1], 1)
        progress.update()
    text = re.sub(r"\x1b\[[^a-zA-Z]*[a-zA-Z]", "", screen.getvalue())
    assert "tf215          1 min 5 s  downloading: 18 of 228 MB, next t…" in text
    assert "tf216          1 min 5 s  running cells: 1 of 2" in text
    assert "0 of 2 environments, 1 of 4 cells, 1 min 5 s" in text


@pytest.mark.parametrize(
    ("seconds", "step", "text"), [(0, 1, "0 s"), (59.2, 1, "1 min 0 s"), (61, 1, "1 min 1 s"), (128, 5, "2 min 10 s")]
)
def test_durations_are_rounded_up(seconds: float, step: int, text: str) -> None:
    assert duration_text(seconds, step) == text
