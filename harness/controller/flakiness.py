"""`harness flaky`: a selection is run several times, and what did not give the same each time is listed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from harness.contract.records import CellKey, Outcome
from harness.controller.attempts import flaky_in_words
from harness.controller.errors import Exit
from harness.controller.files import only_one
from harness.controller.preparing import prepare
from harness.controller.rounds import answers, run_round
from harness.controller.running import terminated_as_interrupted
from harness.controller.selection import Selection

Counts = dict[tuple[str, CellKey], Counter[Outcome]]


def flaky(root: Path | None, selection: Selection, runs: int, jobs: int | None, how: Sequence[str]) -> Exit:
    """Run all cells of a selection so many times. Exit code 1 says that there are flaky ones."""
    todo = prepare(root, selection, ["--fresh", "--retries", "0", *how])
    project = todo.project
    console = Console(highlight=False, emoji=False)
    counts: Counts = defaultdict(Counter)
    broken: list[str] = []
    with only_one(project.layout.state / "lock", f"run in {project.layout.root}"), terminated_as_interrupted():
        for number in range(1, runs + 1):
            console.print(f"run {number} of {runs}")
            ran = run_round(project, todo.environments, todo.cells, todo.arguments, jobs, console)
            if ran.interrupted:
                console.print("interrupted: nothing is known of what was not run so many times")
                return Exit.INTERRUPTED
            through, without = answers(project, ran)
            broken += [f"{what} in run {number}" for what in without]
            for name, column in through.items():
                for key, outcome in column.cells.items():
                    counts[name, key][outcome] += 1
    return _tell(counts, runs, broken, console)


def _tell(counts: Counts, runs: int, broken: Sequence[str], console: Console) -> Exit:
    differing = [(*cell, outcomes) for cell, outcomes in counts.items() if len(outcomes) > 1]
    for environment, key, outcomes in differing:
        console.print(flaky_in_words(environment, key, outcomes), markup=False, soft_wrap=True)
    for what in broken:
        console.print(what, markup=False, soft_wrap=True)
    console.print(f"{len(counts)} cells, run {runs} times: {len(differing) or 'none'} flaky")
    if broken:
        return Exit.BROKEN
    return Exit.DIFFERS if differing else Exit.AGREES
