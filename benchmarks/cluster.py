"""What the engine for clusters costs: made-up environments of one second each, on worker processes of Dask.

    python3 bootstrap.py python benchmarks/cluster.py [--environments 600] [--workers 2]

In place of tox a worker starts a sleep that leaves a document. All else is as in a run: the project's archive, a task
for each environment, the files of its result.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.measuring import call, row, say
from harness.contract.records import Outcome
from harness.contract.statuses import Status
from harness.controller.engine.dask_clusters import client_of_local_workers
from harness.controller.engine.dask_transport import DaskTransport
from harness.controller.engine.environment_run import EnvironmentRun
from harness.controller.engine.remote import RemoteEngine
from harness.controller.project.layout import Layout
from harness.controller.project.loader import Project, load_project
from harness.controller.results.documents import Column, document_text, facts_of
from harness.controller.worker.options import WorkerOptions

_SECONDS = 1.0


def make_up(document: str) -> None:
    """Let this worker start a sleep in place of tox."""
    from harness.controller.engine import site

    def sleep(layout: Layout, environment: str, options: WorkerOptions) -> list[str]:
        done = layout.files(environment).document
        done.parent.mkdir(parents=True, exist_ok=True)
        return ["sh", "-c", 'sleep "$0"; printf %s "$1" > "$2"', str(_SECONDS), document, str(done)]

    vars(site)["tox_command"] = sleep


def resident() -> int:
    """Bytes of memory of this process."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def made_up_runs(project: Project, number: int) -> tuple[list[EnvironmentRun], str]:
    """Runs of environments that do not exist, and the document that each leaves."""
    environment = next(iter(project.matrix.environments.values()))
    cells = [Outcome(f"case-{n}", "tensorflow.keras", Status.PASS) for n in range(500)]
    document = document_text(Column(facts_of(environment), {cell.key: cell for cell in cells}))
    copies = [replace(environment, id=f"{environment.id}-{n}") for n in range(number)]
    return [EnvironmentRun(copy, project.layout.files(copy.id)) for copy in copies], document


def main() -> int:
    """Print the overhead of an environment, and the client's memory after each sixth of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--environments", type=int, default=600)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = load_project(Path.cwd())
        project = replace(project, layout=Layout(_copied(project.layout.root, Path(folder) / "project")))
        runs, document = made_up_runs(project, options.environments)
        sizes: list[int] = []
        began: list[float] = []

        @contextmanager
        def open_client() -> Iterator[Any]:
            with client_of_local_workers(options.workers, Path(folder) / "workers") as client:
                client.run(make_up, document)
                began.append(time.monotonic())
                yield client

        def watch() -> None:
            done = sum(run.code is not None for run in runs)
            if done >= len(sizes) * len(runs) / 6:
                sizes.append(resident())

        RemoteEngine(project, DaskTransport(open_client), say).run(project.layout, runs, WorkerOptions(), None, watch)
        seconds = time.monotonic() - began[0]
        _report(runs, seconds, options.workers, [*sizes, resident()])
    return 0 if all(run.code == 0 for run in runs) else 1


def _copied(root: Path, target: Path) -> Path:
    target.mkdir()
    for name in ("matrix.yaml", "tox.ini", "toxfile.py", "cases", "locks"):
        (target / name).symlink_to(root / name)
    return target


def _report(runs: Sequence[EnvironmentRun], seconds: float, workers: int, sizes: Sequence[int]) -> None:
    ideal = len(runs) * _SECONDS / workers
    overhead = (seconds - ideal) / (len(runs) / workers) * 1000
    say(row("environments", "workers", "by the clock, s", "overhead of each, ms", "client's memory, MB"))
    memory = " ".join(f"{size / 1e6:.0f}" for size in sizes)
    say(row(len(runs), workers, f"{seconds:.1f}", f"{overhead:.0f}", memory))


if __name__ == "__main__":
    call(main)
