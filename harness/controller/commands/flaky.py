"""`harness flaky`: a selection is run several times, and what did not give the same each time is listed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from harness.contract.records import CellKey, Outcome
from harness.controller.errors import Exit
from harness.controller.files import exclusive_lock
from harness.controller.project.selection import Selection
from harness.controller.results.flaky import flaky_sentence
from harness.controller.run.batch import run_batch, split_by_ending
from harness.controller.run.preflight import preflight
from harness.controller.run.signals import signals_as_interrupt

Counts = dict[tuple[str, CellKey], Counter[Outcome]]


def flaky(root: Path | None, selection: Selection, runs: int, jobs: int | None, how: Sequence[str]) -> Exit:
    """Run all cells of a selection so many times. Exit code 1 says that there are flaky ones."""
    todo = preflight(root, selection, ["--fresh", "--retries", "0", *how])
    project = todo.project
    console = Console(highlight=False, emoji=False)
    counts: Counts = defaultdict(Counter)
    broken: list[str] = []
    with exclusive_lock(project.layout.state / "lock", f"run in {project.layout.root}"), signals_as_interrupt():
        for number in range(1, runs + 1):
            console.print(f"run {number} of {runs}")
            ran = run_batch(project, todo.environments, todo.cells, todo.arguments, jobs, console)
            if ran.interrupted:
                console.print("interrupted: nothing is known of what was not run so many times")
                return Exit.INTERRUPTED
            through, without = split_by_ending(project, ran)
            broken += [f"{what} in run {number}" for what in without]
            for name, column in through.items():
                for key, outcome in column.cells.items():
                    counts[name, key][outcome] += 1
    return _tell(counts, runs, broken, console)


def _tell(counts: Counts, runs: int, broken: Sequence[str], console: Console) -> Exit:
    differing = [(*cell, outcomes) for cell, outcomes in counts.items() if len(outcomes) > 1]
    for environment, key, outcomes in differing:
        console.print(flaky_sentence(environment, key, outcomes), markup=False, soft_wrap=True)
    for what in broken:
        console.print(what, markup=False, soft_wrap=True)
    console.print(f"{len(counts)} cells, run {runs} times: {len(differing) or 'none'} flaky")
    if broken:
        return Exit.BROKEN
    return Exit.DIFFERS if differing else Exit.AGREES
