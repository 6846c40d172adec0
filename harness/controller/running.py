"""`harness run`: a selection is run, and what came out is shown and compared."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from rich.console import Console

from harness.controller.concluding import conclude
from harness.controller.errors import Exit
from harness.controller.files import only_one
from harness.controller.preparing import prepare
from harness.controller.request import parse
from harness.controller.rounds import make_job, run_round
from harness.controller.selection import Selection
from harness.controller.taking import take


def run(root: Path | None, selection: Selection, jobs: int | None, how: Sequence[str]) -> Exit:
    """Run a selection, print its grid and what changed, and say by the exit code how it went.

    `how` is handed on to every environment: options of ours first, then pytest's.
    """
    todo = prepare(root, selection, how)
    project, environments = todo.project, todo.environments
    console = Console(highlight=False, emoji=False)
    with only_one(project.layout.state / "lock", f"run in {project.layout.root}"), terminated_as_interrupted():
        taken = take(project, environments, parse(todo.arguments))
        rest = [item for item in environments if item.id not in taken]
        ran = run_round(project, rest, todo.cells, todo.arguments, jobs, console)
    found = taken | ran.columns
    nothing_to_do = [make_job(project.layout, item, Exit.AGREES) for item in environments if item.id in taken]
    ended = sorted([*ran.jobs, *nothing_to_do], key=lambda job: environments.index(job.environment))
    done = [(job, found[job.environment.id]) for job in ended if job.environment.id in found]
    if ran.interrupted:
        kept = sum(column.answers() for _, column in done if column is not None)
        console.print(f"interrupted: {kept} outcomes of {len(done)} environments are kept, and not run again")
        return Exit.INTERRUPTED
    return conclude(project, selection, done, console)


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """Let what asks this process to end interrupt it, so that it ends in order."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
