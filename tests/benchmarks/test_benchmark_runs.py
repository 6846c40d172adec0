"""What the benchmarks of runs do, in an environment for which nothing is downloaded; not how fast it is."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.against_naive import draw
from benchmarks.answers import measure_command
from benchmarks.hooks import measure_hooks
from benchmarks.measuring import Workbench, expect, measure
from benchmarks.memory import peak_of
from benchmarks.naive import Naive
from benchmarks.overhead import measure_run
from benchmarks.rerun import Rerun, kept, measure_change
from harness.contract.statuses import Status
from harness.controller.project.loader import load_project
from harness.controller.project.selection import Selection
from harness.controller.results.documents import read_column
from tests.support import ROOT
from tests.support.tiny_project import TinyProject
from tests.support.tiny_tensorflow import fill_environment


@pytest.mark.usefixtures("made")
def test_rerun_runs_only_cells_of_changed_cases(project: TinyProject) -> None:
    rerun = Rerun(Workbench(project.root), ["tf215"], [], jobs=1)
    assert rerun.run()[1] == 5
    assert rerun.run()[1] == 0
    file = project.root / "cases" / "snippet" / "version.yaml"
    before = file.read_bytes()
    line = measure_change(rerun, "version", own=0.1, repeats=2)
    assert line.startswith("| `version` changed, whose cells took 0.1 s | ")
    assert line.endswith(" | 3 |")
    assert file.read_bytes() == before
    assert {case for case, _ in rerun.by_time()} == {"dense", "version"}


def test_changed_file_is_restored_after_failed_run(tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    file.write_text("as it was", encoding="utf-8")
    kept_file = kept(file)
    assert kept_file.__enter__() == "as it was"
    file.write_text("changed", encoding="utf-8")
    assert not kept_file.__exit__(RuntimeError, RuntimeError("the run failed"), None)
    assert file.read_text(encoding="utf-8") == "as it was"


@pytest.mark.usefixtures("made")
def test_hooks_are_measured_without_and_with(project: TinyProject) -> None:
    line = measure_hooks(Workbench(project.root), "tf215", ["-k", "version"])
    assert re.fullmatch(r"\| tf215 \| 3 \| \d+ \| \d+ \| \d+\.\d \| \d+\.\d \| \d+\.\d \| 0 \|", line)


@pytest.mark.usefixtures("made")
def test_a_run_takes_longer_than_its_cells(project: TinyProject) -> None:
    line = measure_run(Workbench(project.root), ["tf215"], ["-k", "version"], jobs=1, repeats=1)
    names, jobs, *_, busy, ratio = line.strip("| ").split(" | ")
    assert (names, jobs) == ("tf215", "1")
    assert 1 < float(busy) <= float(ratio)


@pytest.mark.usefixtures("made")
def test_other_ways_agree_and_differences_are_reported(project: TinyProject) -> None:
    bench = Workbench(project.root)
    loaded = bench.load()
    naive = Naive(bench, [loaded.matrix.environments["tf215"]], draw(loaded, Selection(cases=("version",)), 1, seed=1))
    naive.install("tf215")
    assert (project.root / "naive" / ".tox" / "tf215" / "bin" / "pip").exists()  # virtualenv's, not uv's
    fill_environment(project.root / "naive" / ".tox" / "tf215")
    bench.run("-e", "tf215", "-k", "version")
    outcomes = read_column(project.root / ".harness" / "run" / "tf215.json").cells
    otherwise = {key: replace(outcome, status=Status.PASS, error=None) for key, outcome in outcomes.items()}
    folder = project.root / "naive" / "tf215"
    for way in ("fresh", "side by side", "pytest"):
        if way != "pytest":
            naive.fresh(["tf215"], jobs=1 if way == "fresh" else 2)
        else:  # without its forks: what they need is not installed here
            (folder / "results.jsonl").unlink()
            python = str(project.root / "naive" / ".tox" / "tf215" / "bin" / "python")
            subprocess.run([python, "-m", "pytest", "forked_cells.py"], cwd=folder, check=False, capture_output=True)
        assert naive.differences("tf215", outcomes) == []
        (difference,) = naive.differences("tf215", otherwise)
        assert difference.startswith("version[keras]: recorded pass ")
        assert "by hand fail at import (ModuleNotFoundError" in difference
    assert len(naive.differences("tf215", {})) == 3


def test_one_seed_draws_the_same_whole_cases() -> None:
    project = load_project(ROOT)
    drawn = [[(case.id, path.id) for case, path in draw(project, Selection(), 100, seed)] for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert 100 <= len(drawn[0]) < 100 + len(project.matrix.paths)
    everything = draw(project, Selection(cases=("sequential-mlp",)), 10**6, 1)
    assert [path for _, path in everything] == list(project.matrix.paths.values())


def test_successful_commands_are_measured_refused_ones_stop(project: TinyProject) -> None:
    line = measure_command("plan", project.root, repeats=1)
    assert re.fullmatch(r"\| `harness plan` \| \d+\.\d\d \| \d+\.\d\d \|", line)
    with pytest.raises(SystemExit, match="nothing was measured"):
        measure_command("plan -e tf999", project.root, repeats=1)


def test_what_failed_is_not_taken_for_measured(tmp_path: Path) -> None:
    measured = measure([sys.executable, "-c", "print('no'); raise SystemExit(4)"], tmp_path)
    assert (measured.code, measured.output) == (4, "no\n")
    with pytest.raises(SystemExit, match="no\n\na command ended with exit code 4"):
        expect(measured, 0, 1)


def test_memory_counts_all_processes_of_a_run(tmp_path: Path) -> None:
    hold = "import time; held = bytearray(60_000_000); time.sleep(1.6)"
    both = f"import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', '{hold}']); {hold}; child.wait()"
    peak, processes, code = peak_of([sys.executable, "-c", both], tmp_path)
    assert 120e6 < peak < 200e6
    assert (processes, code) == (2, 0)
