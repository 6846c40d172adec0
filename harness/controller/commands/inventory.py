"""`harness inventory`: measure every name of the import paths in the environments of a selection."""

from __future__ import annotations

import argparse
import os

from harness.controller.commands.engines import add_engine, engine_of
from harness.controller.commands.options import add_environments, integer, selection_of
from harness.controller.console import make_console
from harness.controller.errors import Exit
from harness.controller.inventory.batch import measure_environments
from harness.controller.inventory.elsewhere import measure_elsewhere
from harness.controller.project.loader import Project
from harness.controller.project.state import claim_state, run_lock
from harness.controller.run.signals import signals_as_interrupt


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Environments, and how they are measured."""
    add_environments(parser)
    add_engine(parser)
    parser.add_argument(
        "-j", "--jobs", type=integer(1), metavar="N", help="environments at a time (default: the number of cores)"
    )
    parser.add_argument("--fresh", action="store_true", help="measure all names again, up to date or not")


def run(options: argparse.Namespace, project: Project) -> Exit:
    """Measure what is not up to date, into `.harness/inventory/`; `harness accept` brings it into results/api/."""
    engine = engine_of(options, project, make_console())
    layout = project.layout
    environments = selection_of(options).choose_environments(project.matrix, project.matrix.default)
    jobs = options.jobs or len(os.sched_getaffinity(0))
    claim_state(layout)
    measured: list[str] = []

    def report(line: str) -> None:
        measured.append(line.partition(":")[0])
        print(line, flush=True)

    with run_lock(layout), signals_as_interrupt():
        if engine is None:
            failed = measure_environments(project, environments, jobs, options.fresh, report)
        else:
            failed = measure_elsewhere(engine, layout, environments, options.jobs, options.fresh, report)
    for sentence in failed:
        print(sentence)
    unchanged = len(environments) - len(failed) - len(set(measured))
    if unchanged:
        print(f"{unchanged} of {len(environments)} environments are up to date (--fresh measures them again)")
    return Exit.BROKEN if failed else Exit.AGREES
