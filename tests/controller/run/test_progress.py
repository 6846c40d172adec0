from __future__ import annotations

import io
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console

from harness.contract.plan import append_line
from harness.contract.records import Outcome, Record
from harness.contract.statuses import Status
from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_matrix
from harness.controller.run.progress import make_progress
from harness.controller.run.scheduler import EnvironmentRun


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    for folder in ("logs", "plan", "stream"):
        (tmp_path / ".harness" / folder).mkdir(parents=True)
    return Layout(tmp_path)


@pytest.fixture
def jobs(project: Path, layout: Layout) -> list[EnvironmentRun]:
    environments = load_matrix(project).environments
    return [EnvironmentRun(environments[name], layout.run_file("logs", name, ".log")) for name in ("tf215", "tf216")]


def started() -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process


def test_a_line_is_printed_for_each_step_and_only_once(layout: Layout, jobs: list[EnvironmentRun]) -> None:
    screen = io.StringIO()
    job = jobs[0]
    record = {"record": Record(Outcome("dense", "keras", Status.PASS)).to_json()}
    with make_progress(Console(file=screen), jobs, {"tf215": 2, "tf216": 2}, layout) as progress:
        progress.update()
        job.process = started()
        progress.update()
        job.log.write_text("tf215: install_deps> uv pip install\n", encoding="utf-8")
        progress.update()
        layout.run_file("plan", "tf215", ".json").touch()
        progress.update()
        append_line(str(layout.run_file("stream", "tf215", ".jsonl")), record)
        progress.update()
        progress.update()
        job.code = 1
        progress.update()
    assert re.sub(r"\d+ s", "0 s", screen.getvalue()).splitlines() == [
        "[0 of 2 environments, 0 s] tf215: making the environment",
        "[0 of 2 environments, 0 s] tf215: installing packages",
        "[0 of 2 environments, 0 s] tf215: importing TensorFlow",
        "[0 of 2 environments, 0 s, about 0 s left] tf215: running cells",
        "[1 of 2 environments, 0 s, about 0 s left] tf215: done (exit code 1)",
    ]


def test_cells_are_counted_once_a_minute(
    layout: Layout, jobs: list[EnvironmentRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = io.StringIO()
    monkeypatch.setattr("harness.controller.progress.MINUTE", 0.0)
    jobs[0].process = started()
    layout.run_file("plan", "tf215", ".json").touch()
    record = {"record": Record(Outcome("dense", "keras", Status.PASS)).to_json()}
    append_line(str(layout.run_file("stream", "tf215", ".jsonl")), record)
    with make_progress(Console(file=screen), jobs, {"tf215": 10, "tf216": 7}, layout) as progress:
        progress.update()
    last = screen.getvalue().splitlines()[-1]
    assert re.sub(r"\d+ s", "0 s", last) == "[0 of 2 environments, 0 s] tf215: 1 of 10 cells"


def test_what_an_earlier_run_left_is_not_taken_for_progress(layout: Layout, jobs: list[EnvironmentRun]) -> None:
    screen = io.StringIO()
    layout.run_file("stream", "tf216", ".jsonl").write_bytes(b'{"record": {}}\n')
    with make_progress(Console(file=screen), jobs, {"tf215": 2, "tf216": 2}, layout) as progress:
        progress.update()
        assert screen.getvalue() == ""
        jobs[1].process = started()
        progress.update()
    assert re.sub(r"\d+ s", "0 s", screen.getvalue()) == "[0 of 2 environments, 0 s] tf216: making the environment\n"


def test_a_terminal_shows_the_active_jobs_and_the_whole(layout: Layout, jobs: list[EnvironmentRun]) -> None:
    screen = io.StringIO()
    for job in jobs:
        job.process, job.began = started(), time.monotonic()
    jobs[1].code = 0
    layout.run_file("plan", "tf215", ".json").touch()
    append_line(str(layout.run_file("stream", "tf215", ".jsonl")), {"record": {}})
    with make_progress(
        Console(file=screen, force_terminal=True, width=100), jobs, {"tf215": 2, "tf216": 2}, layout
    ) as progress:
        progress.update()
    assert re.search(r"tf215 +running cells, 1 of 2 cells, \d s", screen.getvalue())
    assert re.search(r"1 of 2 environments, \d+ s, about \d+ s left", screen.getvalue())
    assert "tf216" not in screen.getvalue()
