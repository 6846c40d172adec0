"""A run of which any process is killed at any moment: the next run gives what an undisturbed one gives."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.fault_projects import FAULTY, SOUND, Project, build_wheel

PATIENCE = 120.0  # seconds that what is left of a killed run has to end in order, on a busy machine


@dataclass(repr=False)
class Undisturbed:
    """A run that nothing happened to: how long it took, and its documents. `folder` is what all runs may use."""

    folder: Path
    seconds: float
    documents: dict[str, bytes]


def make_project(folder: Path, shared: Path) -> Project:
    """A project whose environments are still to be made, from wheels and a cache of uv's that are there."""
    variables = {"UV_CACHE_DIR": str(shared / "uv")}
    project = Project(folder, {f"case-{number}": 0.05 for number in range(4)}, variables)
    for environment, version in ((FAULTY, "2.15.1"), (SOUND, "2.16.2")):
        project.lock_file(environment, shared / f"tensorflow_cpu-{version}-py3-none-any.whl")
    return project


def documents(project: Project) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (project.root / ".harness" / "run").iterdir()}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    shared = tmp_path_factory.mktemp("shared")
    for version in ("2.15.1", "2.16.2"):
        build_wheel(shared, version)
    project = make_project(shared / "project", shared)
    began = time.monotonic()
    done = project.run()
    assert done.returncode == 0, done.stdout
    found = documents(project)
    assert sorted(found) == [f"{FAULTY}.json", f"{SOUND}.json"]
    return Undisturbed(shared, time.monotonic() - began, found)


def run_and_kill(project: Project, moment: float, dice: random.Random) -> str:
    """Start a run and kill one of its processes after so many seconds. Gives what it was; '' where all had ended."""
    log = project.root.parent / f"{project.root.name}.log"
    with (
        open(log, "wb") as output,
        subprocess.Popen(
            project.command, cwd=project.root, env=project.environment(), stdout=output, stderr=output
        ) as process,
    ):
        time.sleep(moment)
        killed = kill_one(project, dice) if process.poll() is None else ""
        process.wait(PATIENCE)
    return killed


def kill_one(project: Project, dice: random.Random) -> str:
    while alive := project.alive():
        chosen = dice.choice(alive)
        try:
            command = Path(f"/proc/{chosen}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            os.kill(chosen, signal.SIGKILL)
        except (ProcessLookupError, FileNotFoundError):  # it was faster: another one
            continue
        return command or "a process that was ending"
    return ""


def wait_for_the_end(project: Project) -> None:
    deadline = time.monotonic() + PATIENCE
    while alive := project.alive():
        assert time.monotonic() < deadline, [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in alive]
        time.sleep(0.05)


def test_run_after_kill_matches_undisturbed_run(undisturbed: Undisturbed, tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    moment, killed = dice.uniform(0, undisturbed.seconds), ""
    while not killed:  # once more, and earlier, where this run was faster
        project = make_project(tmp_path / f"{moment:.3f}", undisturbed.folder)
        killed = run_and_kill(project, moment, dice)
        wait_for_the_end(project)
        moment *= 0.8
    print(f"killed: {killed}")
    done = project.run()
    assert done.returncode == 0, done.stdout
    assert documents(project) == undisturbed.documents
