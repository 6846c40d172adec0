"""Runs on a cluster, with workers that are killed, fill their disks or lack something: real processes of Dask."""

from __future__ import annotations

import io
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

import harness
from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.cli import main
from harness.controller.engine.description import own_version
from harness.controller.results.documents import Column, EnvironmentFacts, document_text
from tests.support.cluster import Cluster
from tests.support.fault_projects import FAULTY, PYTHON, SOUND, Project, build_wheel
from tests.support.processes import PATIENCE, in_background, wait_for

dask_transport = pytest.importorskip("harness.controller.engine.dask_transport")

GATE = """\
id: gate
kind: snippet
title: The path has a version, once the test lets it look
paths: [tensorflow.keras]
code: |
  import KERAS as keras
  import os
  import sys
  import time

  # call
  environment = os.path.basename(sys.prefix)
  with open({began!r}, "a") as file:
      file.write(environment + " ")
  while not os.path.exists({gate!r} + environment):
      time.sleep(0.02)
  assert keras.__version__ == "2.15.0", keras.__version__
"""
FIRST, SECOND = "alpha", "beta"


class GatedProject(Project):
    """A project with a case that can wait in each environment until it may go on."""

    def add_gate(self) -> None:
        text = GATE.format(began=str(self.root / "began"), gate=str(self.root / "open-"))
        (self.root / "cases" / "snippet" / "gate.yaml").write_text(text, encoding="utf-8")

    def wait_at_gate(self, *environments: str) -> None:
        """Wait until these environments, and no others, have come to the gate."""
        file = self.root / "began"
        wait_for(lambda: file.exists() and sorted(file.read_text(encoding="utf-8").split()) == sorted(environments))

    def open_gate(self, *environments: str) -> None:
        for name in environments:
            (self.root / f"open-{name}").touch()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with wheels, and with what uv keeps."""
    folder = tmp_path_factory.mktemp("shared")
    for version in VERSIONS.values():
        build_wheel(folder, version)
    return folder


def make_project(folder: Path, shared: Path) -> GatedProject:
    project = GatedProject(folder, {"version": 0.0}, {"UV_CACHE_DIR": str(shared / "uv")})
    for environment, version in VERSIONS.items():
        project.lock_file(environment, shared / f"tensorflow_cpu-{version}-py3-none-any.whl")
    return project


@pytest.fixture
def project(tmp_path: Path, shared: Path) -> GatedProject:
    return make_project(tmp_path / "project", shared)


VERSIONS = {FAULTY: "2.15.1", SOUND: "2.16.2"}


def expected(*environments: str, cases: Sequence[str] = ("version",)) -> dict[str, bytes]:
    """The documents of these environments."""
    found = {}
    for name in environments:
        facts = EnvironmentFacts(
            name, VERSIONS[name], PYTHON, "tensorflow-cpu", packages={"tensorflow-cpu": VERSIONS[name]}
        )
        outcomes = [Outcome(case, path, Status.PASS) for case in cases for path in ("tensorflow.keras", "tf.keras")]
        outcomes = [outcome for outcome in outcomes if outcome.key != ("gate", "tf.keras")]
        outcomes.append(
            Outcome("version", "keras", Status.ABSENT, Stage.PATH, "ModuleNotFoundError", "No module named 'keras'")
        )
        column = Column(facts, {outcome.key: outcome for outcome in outcomes})
        found[f"{name}.json"] = document_text(column).encode()
    return found


@pytest.fixture(scope="module")
def lasting(shared: Path) -> Iterator[Cluster]:
    """A cluster of two machines that no test kills."""
    variables = make_project(shared / "cluster", shared).environment()
    cluster = Cluster(shared / "lasting", variables)
    cluster.add(FIRST)
    cluster.add(SECOND)
    yield cluster
    cluster.close()


@pytest.fixture
def cluster(project: Project, tmp_path: Path) -> Iterator[Cluster]:
    """A cluster without workers."""
    cluster = Cluster(tmp_path / "cluster", project.environment())
    yield cluster
    cluster.close()


def documents(project: Project) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (project.root / ".harness" / "run").glob("*.json")}


def command(cluster: Cluster) -> list[str]:
    return ["run", "--engine", "dask", "--scheduler", cluster.address]


def run(
    project: Project,
    cluster: Cluster,
    *arguments: str,
    meanwhile: Callable[[], None] = lambda: None,
    output: io.StringIO | None = None,
) -> subprocess.CompletedProcess[str]:
    """`harness run` on the cluster, in this process; another thread does something meanwhile."""
    output = output or io.StringIO()
    with ThreadPoolExecutor(1) as pool, redirect_stdout(output), redirect_stderr(output):
        disturbance = pool.submit(meanwhile)
        code = main([*command(cluster), "--root", str(project.root), *arguments])
        disturbance.result()
    return subprocess.CompletedProcess([], code, output.getvalue())


def background(project: Project, cluster: Cluster, *arguments: str) -> subprocess.Popen[bytes]:
    """The same in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "harness", *command(cluster), *arguments],
        cwd=project.root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=in_background,
    )


def statuses(project: Project, environment: str) -> set[Status]:
    return {outcome.status for outcome in project.column(environment).cells.values()}


def test_documents_are_those_of_the_local_engine(
    project: GatedProject, lasting: Cluster, shared: Path, tmp_path: Path
) -> None:
    local = make_project(tmp_path / "local", shared)
    alone = local.execute([*local.command, "-e", FAULTY])
    assert alone.returncode == 0, alone.stdout
    done = run(project, lasting, "-e", FAULTY)
    assert done.returncode == 0, done.stdout
    assert documents(project) == documents(local) == expected(FAULTY)
    assert any(f"{FAULTY}: begins on {machine}\n" in done.stdout for machine in (FIRST, SECOND))
    assert f"{FAULTY}: 3 cells: 2 pass, 1 absent" in project.log(FAULTY)
    again = run(project, lasting, "-e", FAULTY)
    assert again.returncode == 0, again.stdout
    assert "3 cells cached" in again.stdout
    assert documents(project) == expected(FAULTY)
    assert not lasting.alive()


def test_environments_of_a_killed_worker_run_elsewhere(project: GatedProject, cluster: Cluster) -> None:
    project.add_gate()
    cluster.add(FIRST)

    def kill() -> None:
        project.wait_at_gate(FAULTY)
        cluster.add(SECOND)
        cluster.kill(FIRST)
        project.open_gate(FAULTY)

    done = run(project, cluster, "-e", FAULTY, meanwhile=kill)
    assert done.returncode == 0, done.stdout
    assert f"{FAULTY}: runs again, as its worker on {FIRST} was lost" in done.stdout
    assert documents(project) == expected(FAULTY, cases=["gate", "version"])
    wait_for(lambda: not cluster.alive())


def test_worker_may_die_before_its_result_is_fetched(
    project: GatedProject, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.add(FIRST)
    fetch = dask_transport._DaskConnection._fetch

    def kill_and_fetch(connection: Any, task: str, future: Any) -> None:
        if FIRST in cluster.workers:
            cluster.add(SECOND)
            cluster.kill(FIRST)
        fetch(connection, task, future)

    monkeypatch.setattr(dask_transport._DaskConnection, "_fetch", kill_and_fetch)
    done = run(project, cluster, "-e", FAULTY)
    assert done.returncode == 0, done.stdout
    assert f"{FAULTY}: runs again, as its worker on {FIRST} was lost" in done.stdout
    assert documents(project) == expected(FAULTY)


def test_a_lost_scheduler_ends_the_run(project: GatedProject, cluster: Cluster) -> None:
    project.add_gate()
    cluster.add(FIRST)
    cluster.add(SECOND)

    def kill() -> None:
        project.wait_at_gate(FAULTY, SOUND)
        project.open_gate(SOUND)
        wait_for((project.root / ".harness" / "run" / f"{SOUND}.json").exists)
        cluster.scheduler.kill()

    done = run(project, cluster, meanwhile=kill)
    assert done.returncode == 3
    assert done.stdout.endswith(
        "the scheduler is gone: what has finished is kept, and the next run goes on from there\n"
    )
    assert statuses(project, SOUND) == {Status.PASS, Status.ABSENT}
    wait_for(lambda: not cluster.alive())
    again = project.execute([*project.command, "-e", SOUND])
    assert "4 cells cached" in again.stdout


def test_an_interrupt_leaves_nothing_on_workers(project: GatedProject, lasting: Cluster) -> None:
    project.add_gate()

    def interrupt() -> None:
        project.wait_at_gate(FAULTY)
        os.kill(os.getpid(), signal.SIGINT)

    done = run(project, lasting, "-e", FAULTY, meanwhile=interrupt)
    assert done.returncode == 130, done.stdout
    assert "interrupted: " in done.stdout
    assert Status.NOT_RUN in statuses(project, FAULTY)
    assert not lasting.alive()


def test_a_killed_run_leaves_nothing_on_workers(project: GatedProject, lasting: Cluster) -> None:
    project.add_gate()
    with background(project, lasting, "-e", FAULTY) as process:
        project.wait_at_gate(FAULTY)
        process.kill()
    wait_for(lambda: not lasting.alive())


def test_two_runs_on_one_cluster_do_not_mix(
    project: GatedProject, lasting: Cluster, shared: Path, tmp_path: Path
) -> None:
    other = make_project(tmp_path / "other", shared)
    with background(other, lasting, "-e", FAULTY) as process:
        done = run(project, lasting, "-e", FAULTY)
        process.wait(PATIENCE)
    assert (done.returncode, process.returncode) == (0, 0), done.stdout
    assert documents(project) == documents(other) == expected(FAULTY)


def test_machine_that_fails_fast_is_left_out(project: GatedProject, cluster: Cluster) -> None:
    cluster.add(FIRST)
    broken = cluster.folder / "machines" / FIRST / "locks"
    broken.parent.mkdir(parents=True)
    broken.touch()  # where a folder must be
    done = run(project, cluster)
    assert done.returncode == 3, done.stdout
    assert f"{FIRST} gets no more environments: 2 in a row failed there" in done.stdout
    assert f"{FAULTY}: no cells were run: {broken}: cannot be written: File exists on {FIRST} (log: " in done.stdout
    assert not documents(project)
    cluster.add(SECOND)
    cluster.wait_for(SECOND)
    done = run(project, cluster, "-e", FAULTY)
    assert done.returncode == 0, done.stdout
    assert documents(project) == expected(FAULTY)


ON_A_SMALL_DISK = """\
mkdir -p "$1" && mount -t tmpfs -o size=4m none "$1" || exit 99
shift
exec "$@"
"""


def test_full_disk_of_a_machine_is_no_outcome(project: GatedProject, cluster: Cluster, tmp_path: Path) -> None:
    small = ["unshare", "-Urm", "sh", "-c", ON_A_SMALL_DISK, "sh"]
    if shutil.which("unshare") is None or subprocess.run([*small, str(tmp_path / "x"), "true"], check=False).returncode:
        pytest.skip("no file system can be mounted here")
    weights = {f"tensorflow/weights/{number}": "0" * 1_000_000 for number in range(30)}
    project.lock_file(FAULTY, build_wheel(tmp_path, "2.15.1", weights))
    cluster.add(FIRST, [*small, str(cluster.folder / "machines" / FIRST)])
    done = run(project, cluster, "-e", FAULTY)
    assert done.returncode == 3, done.stdout
    assert f"{FAULTY}: no cells were run: its disk is full (No space left on device) on {FIRST}" in done.stdout
    assert not documents(project)
    cluster.add(SECOND)
    cluster.wait_for(SECOND)
    done = run(project, cluster, "-e", FAULTY)
    assert done.returncode == 0, done.stdout
    assert documents(project) == expected(FAULTY)


def other_harness(folder: Path) -> Path:
    """Another version of the harness, to be imported from this folder."""
    shutil.copytree(Path(harness.__file__).parent, folder / "harness", ignore=shutil.ignore_patterns("__pycache__"))
    file = folder / "harness" / "__init__.py"
    file.write_text(file.read_text(encoding="utf-8").replace(harness.__version__, "0.0.1"), encoding="utf-8")
    return folder


def test_unfit_workers_get_no_environment(project: GatedProject, cluster: Cluster, tmp_path: Path) -> None:
    project.add_gate()
    (tmp_path / "no-uv").mkdir()
    (tmp_path / "no-uv" / "uv.py").write_text("def find_uv_bin(): raise FileNotFoundError\n", encoding="utf-8")
    cluster.add("old", PYTHONPATH=str(other_harness(tmp_path / "old")))
    cluster.add("no-uv", PYTHONPATH=str(tmp_path / "no-uv"))
    nowhere = str(tmp_path / "nowhere")
    without = {"PATH": "/nowhere", "PYENV_ROOT": nowhere, "UV_PYTHON_INSTALL_DIR": nowhere, "UV_OFFLINE": "1"}
    cluster.add("no-python", **without)
    for name in ("old", "no-uv", "no-python"):
        cluster.wait_for(name)
    output = io.StringIO()
    refused = ["it has harness 0.0.1 (", "it has no uv\n"]

    def open_gate() -> None:
        project.wait_at_gate(FAULTY)
        wait_for(lambda: all(text in output.getvalue() for text in refused))
        project.open_gate(FAULTY, SOUND)

    alone = run(project, cluster, "-e", FAULTY)
    assert alone.returncode == 3, alone.stdout
    assert f"{FAULTY}: no cells were run: venv: Python {PYTHON} is not on this machine" in alone.stdout
    assert not documents(project)
    cluster.add(FIRST)
    cluster.wait_for(FIRST)
    done = run(project, cluster, "-e", FAULTY, meanwhile=open_gate, output=output)
    assert done.returncode == 0, done.stdout
    assert f"and this is {own_version()}\n" in done.stdout
    assert f"{FAULTY}: begins on {FIRST}\n" in done.stdout


PRINTED = 4000  # characters in the logs of both environments, more or less: how far a run is, on a slow machine too


@pytest.fixture(scope="module")
def mortal(shared: Path) -> Iterator[Cluster]:
    """A cluster whose workers die."""
    cluster = Cluster(shared / "mortal", make_project(shared / "mortals", shared).environment())
    yield cluster
    cluster.close()


def test_killing_any_worker_at_any_moment_loses_nothing(project: GatedProject, mortal: Cluster, seed: int) -> None:
    dice = random.Random(seed)
    for name in (FIRST, SECOND):
        mortal.named(name)
    moment = dice.uniform(0, PRINTED)
    logs = project.root / ".harness" / "logs"

    def has_come() -> bool:
        printed = sum(file.stat().st_size for file in logs.glob("*.log"))
        return printed >= moment or len(documents(project)) == 2

    def kill() -> None:
        wait_for(has_come)
        mortal.kill(dice.choice([FIRST, SECOND]))

    done = run(project, mortal, meanwhile=kill)
    assert done.returncode == 0, done.stdout
    assert documents(project) == expected(FAULTY, SOUND)
    wait_for(lambda: not mortal.alive())
