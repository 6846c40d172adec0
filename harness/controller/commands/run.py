"""`harness run`: a selection is run, and what came out is shown and compared."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from harness.controller.errors import Exit
from harness.controller.files import exclusive_lock
from harness.controller.project.selection import Selection
from harness.controller.run.batch import make_environment_run, run_batch
from harness.controller.run.preflight import preflight
from harness.controller.run.signals import signals_as_interrupt
from harness.controller.run.summary import print_summary
from harness.controller.run.up_to_date import up_to_date_columns
from harness.controller.worker.options import parse_worker_options


def run(root: Path | None, selection: Selection, jobs: int | None, how: Sequence[str]) -> Exit:
    """Run a selection, print its grid and what changed, and say by the exit code how it went.

    `how` is handed on to every environment: options of ours first, then pytest's.
    """
    todo = preflight(root, selection, how)
    project, environments = todo.project, todo.environments
    console = Console(highlight=False, emoji=False)
    with exclusive_lock(project.layout.state / "lock", f"run in {project.layout.root}"), signals_as_interrupt():
        taken = up_to_date_columns(project, environments, parse_worker_options(todo.arguments))
        rest = [item for item in environments if item.id not in taken]
        ran = run_batch(project, rest, todo.cells, todo.arguments, jobs, console)
    found = taken | ran.columns
    nothing_to_do = [
        make_environment_run(project.layout, item, Exit.AGREES) for item in environments if item.id in taken
    ]
    ended = sorted([*ran.jobs, *nothing_to_do], key=lambda job: environments.index(job.environment))
    done = [(job, found[job.environment.id]) for job in ended if job.environment.id in found]
    if ran.interrupted:
        kept = sum(column.answers() for _, column in done if column is not None)
        console.print(f"interrupted: {kept} outcomes of {len(done)} environments are kept, and not run again")
        return Exit.INTERRUPTED
    return print_summary(project, selection, done, console)
