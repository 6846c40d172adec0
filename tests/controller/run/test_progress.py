from __future__ import annotations

import io
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console

from harness.contract.records import Outcome, Record
from harness.contract.statuses import Status
from harness.contract.stream import append_line
from harness.controller.project.layout import Layout
from harness.controller.run.progress import make_progress
from harness.controller.run.scheduler import EnvironmentRun


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    for folder in ("logs", "plan", "stream"):
        (tmp_path / ".harness" / folder).mkdir(parents=True)
    return Layout(tmp_path)


def started() -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process


def test_each_step_is_printed_only_once(layout: Layout, runs: list[EnvironmentRun]) -> None:
    screen = io.StringIO()
    run = runs[0]
    record = {"record": Record(Outcome("dense", "keras", Status.PASS)).to_json()}
    with make_progress(Console(file=screen), runs, {"tf215": 2, "tf216": 2}) as progress:
        progress.update()
        run.process = started()
        progress.update()
        run.files.log.write_text("tf215: install_deps> uv pip install\n", encoding="utf-8")
        progress.update()
        layout.files("tf215").plan.touch()
        progress.update()
        append_line(str(layout.files("tf215").stream), record)
        progress.update()
        progress.update()
        run.code = 1
        progress.update()
    assert re.sub(r"\d+ s", "0 s", screen.getvalue()).splitlines() == [
        "[0 of 2 environments, 0 s] tf215: making the environment",
        "[0 of 2 environments, 0 s] tf215: installing packages",
        "[0 of 2 environments, 0 s] tf215: importing TensorFlow",
        "[0 of 2 environments, 0 s, about 0 s left] tf215: running cells",
        "[1 of 2 environments, 0 s, about 0 s left] tf215: done (exit code 1)",
    ]


def test_cells_are_counted_once_a_minute(
    layout: Layout, runs: list[EnvironmentRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = io.StringIO()
    monkeypatch.setattr("harness.controller.run.progress.LINE_INTERVAL", 0.0)
    runs[0].process = started()
    layout.files("tf215").plan.touch()
    record = {"record": Record(Outcome("dense", "keras", Status.PASS)).to_json()}
    append_line(str(layout.files("tf215").stream), record)
    with make_progress(Console(file=screen), runs, {"tf215": 10, "tf216": 7}) as progress:
        progress.update()
    last = screen.getvalue().splitlines()[-1]
    assert re.sub(r"\d+ s", "0 s", last) == "[0 of 2 environments, 0 s] tf215: 1 of 10 cells"


def test_leftovers_of_earlier_run_are_not_progress(layout: Layout, runs: list[EnvironmentRun]) -> None:
    screen = io.StringIO()
    layout.files("tf216").stream.write_bytes(b'{"record": {}}\n')
    with make_progress(Console(file=screen), runs, {"tf215": 2, "tf216": 2}) as progress:
        progress.update()
        assert screen.getvalue() == ""
        runs[1].process = started()
        progress.update()
    assert re.sub(r"\d+ s", "0 s", screen.getvalue()) == "[0 of 2 environments, 0 s] tf216: making the environment\n"


def test_terminal_shows_active_runs_and_total(layout: Layout, runs: list[EnvironmentRun]) -> None:
    screen = io.StringIO()
    for run in runs:
        run.process, run.began = started(), time.monotonic()
    runs[1].code = 0
    layout.files("tf215").plan.touch()
    append_line(str(layout.files("tf215").stream), {"record": {}})
    with make_progress(
        Console(file=screen, force_terminal=True, width=100), runs, {"tf215": 2, "tf216": 2}
    ) as progress:
        progress.update()
    assert re.search(r"tf215 +running cells, 1 of 2 cells, \d s", screen.getvalue())
    assert re.search(r"1 of 2 environments, \d+ s, about \d+ s left", screen.getvalue())
    assert "tf216" not in screen.getvalue()
