"""A run that is disturbed at any moment: the next one gives what an undisturbed one gives.

One of its processes is killed or stopped, or something of what it works with is removed.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.fault_projects import FAULTY, SOUND, Project, build_wheel

PATIENCE = 600.0  # seconds that what is left of a killed run has to end in order, on a busy machine


@dataclass(repr=False)
class Undisturbed:
    """A run that nothing happened to: how long it took, and its documents. `folder` is what all runs may use."""

    folder: Path
    seconds: float
    documents: dict[str, bytes]


def make_project(folder: Path, shared: Path) -> Project:
    """A project whose environments are still to be made, from wheels and a cache of uv's that are there."""
    variables = {"UV_CACHE_DIR": str(shared / "uv"), "TMPDIR": str(folder / "tmp")}
    project = Project(folder, {f"case-{number}": 0.05 for number in range(4)}, variables)
    (folder / "tmp").mkdir()
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


def run_and_disturb(project: Project, how: str, moment: float, dice: random.Random) -> str:
    """Start a run and disturb it after so many seconds. Gives what was done; '' where the run was faster."""
    log = project.root.parent / f"{project.root.name}.log"
    with (
        open(log, "wb") as output,
        subprocess.Popen(
            project.command, cwd=project.root, env=project.environment(), stdout=output, stderr=output
        ) as process,
    ):
        time.sleep(moment)
        done = ""
        if process.poll() is None:
            done = remove_something(project, dice) if how == "delete" else signal_one(project, how, dice)
        if done and how == "stop":  # nobody waits for ever
            process.send_signal(signal.SIGTERM)
            process.send_signal(signal.SIGCONT)  # it may be the one that was stopped
        process.wait(PATIENCE)
    assert "Traceback" not in log.read_text(encoding="utf-8")
    return done


def signal_one(project: Project, how: str, dice: random.Random) -> str:
    """Kill or stop one of a run's processes. Gives what it was; '' where all had ended."""
    number = signal.SIGKILL if how == "kill" else signal.SIGSTOP
    while alive := project.alive():
        chosen = dice.choice(alive)
        try:
            command = Path(f"/proc/{chosen}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            os.kill(chosen, number)
        except (ProcessLookupError, FileNotFoundError):  # it was faster: another one
            continue
        return command or "a process that was ending"
    return ""


def remove_something(project: Project, dice: random.Random) -> str:
    """Remove the state of the run, one of its files, an environment, or all temporary files. Gives what it was."""
    state = project.root / ".harness"
    files = sorted(file for file in state.rglob("*") if file.is_file())
    environments = sorted((project.root / ".tox").glob("tf*"))
    temporary = sorted((project.root / "tmp").iterdir())
    removed = dice.choice([[state], *([file] for file in files), *([folder] for folder in environments), temporary])
    for path in removed:
        if path.is_file():
            path.unlink(missing_ok=True)
        else:
            shutil.rmtree(path, ignore_errors=True)
    return " ".join(str(path.relative_to(project.root)) for path in removed)


def wait_for_the_end(project: Project) -> None:
    deadline = time.monotonic() + PATIENCE
    while alive := project.alive():
        assert time.monotonic() < deadline, [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in alive]
        time.sleep(0.05)


def test_run_after_disturbance_matches_undisturbed_run(undisturbed: Undisturbed, tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    how = ("kill", "stop", "delete")[seed % 3]
    moment, done = dice.uniform(0, undisturbed.seconds), ""
    while not done:  # once more, and earlier, where this run was faster
        project = make_project(tmp_path / f"{moment:.3f}", undisturbed.folder)
        done = run_and_disturb(project, how, moment, dice)
        wait_for_the_end(project)
        moment *= 0.8
    print(f"{how}: {done}")
    again = project.run()
    assert again.returncode == 0, again.stdout
    assert documents(project) == undisturbed.documents
