"""`harness flaky`: run a selection several times, and list the cells with more than one outcome."""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Sequence

from rich.console import Console

from harness.contract.records import CellKey, Outcome
from harness.controller.commands.engines import add_engine, engine_of
from harness.controller.commands.options import add_run_options, integer, selection_of, worker_options
from harness.controller.console import make_console
from harness.controller.errors import Exit
from harness.controller.project.loader import Project
from harness.controller.project.state import run_lock
from harness.controller.results.flaky import flaky_sentence
from harness.controller.run.batch import run_batch, split_by_ending
from harness.controller.run.preflight import preflight
from harness.controller.run.signals import signals_as_interrupt

Counts = dict[tuple[str, CellKey], Counter[Outcome]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A selection, and how often it is run."""
    add_run_options(parser)
    add_engine(parser)
    parser.add_argument(
        "--runs", type=integer(2), default=3, metavar="N", help="number of runs of each cell (default: 3)"
    )


def run(options: argparse.Namespace, project: Project) -> Exit:
    """Run all cells of the selection several times. The exit code is 1 if some are flaky."""
    runs = options.runs
    console = make_console()
    engine = engine_of(options, project, console)
    given = worker_options(options, fresh=True, retries=0)
    request = preflight(project, selection_of(options), given, here=engine is None)
    counts: Counts = defaultdict(Counter)
    broken: list[str] = []
    with run_lock(project.layout), signals_as_interrupt():
        for number in range(1, runs + 1):
            console.print(f"run {number} of {runs}")
            ran = run_batch(request, options.jobs, console, engine)
            if ran.interrupted:
                console.print(f"interrupted: cells that were not run {runs} times are not counted")
                return Exit.INTERRUPTED
            through, without = split_by_ending(project, ran)
            broken += [f"{what} in run {number}" for what in without]
            for name, column in through.items():
                for key, outcome in column.cells.items():
                    counts[name, key][outcome] += 1
    return _print_flaky(counts, runs, broken, console)


def _print_flaky(counts: Counts, runs: int, broken: Sequence[str], console: Console) -> Exit:
    differing = [(*cell, outcomes) for cell, outcomes in counts.items() if len(outcomes) > 1]
    for environment, key, outcomes in differing:
        console.print(flaky_sentence(environment, key, outcomes), markup=False, soft_wrap=True)
    for what in broken:
        console.print(what, markup=False, soft_wrap=True)
    console.print(f"{len(counts)} cells, run {runs} times: {len(differing) or 'none'} flaky")
    if broken:
        return Exit.BROKEN
    return Exit.DIFFERS if differing else Exit.AGREES
