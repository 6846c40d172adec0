"""`harness run`: run a selection, print its grid, and compare it with the baseline."""

from __future__ import annotations

from argparse import Namespace

from harness.controller.commands.engines import add_engine, engine_of
from harness.controller.commands.options import add_run_options, add_strict, integer, selection_of, worker_options
from harness.controller.commands.parser import CommandParser
from harness.controller.console import make_console
from harness.controller.errors import Exit
from harness.controller.project.loader import Project
from harness.controller.project.state import run_lock
from harness.controller.run.batch import run_batch, unresolvable
from harness.controller.run.preflight import preflight
from harness.controller.run.signals import signals_as_interrupt
from harness.controller.run.summary import print_summary
from harness.controller.run.up_to_date import up_to_date


def add_arguments(parser: CommandParser) -> None:
    """A selection, how it is run, and after `--` pytest's arguments."""
    add_run_options(parser)
    add_engine(parser)
    parser.add_argument("--sandbox", action="store_true", help="without a network or write access, by bubblewrap")
    parser.add_argument("--fresh", action="store_true", help="run all cells, up to date or not")
    parser.add_argument(
        "--retries",
        type=integer(0),
        metavar="N",
        help="how often to run a cell that differs from the baseline again (default: 2)",
    )
    add_strict(parser)
    parser.passes_on = "pytest"
    parser.usage = "harness run [options] [-- PYTEST ARGUMENTS]"
    parser.epilog = "pytest's arguments follow --: harness run -e tf215 -- -k plot_model -x"


def run(options: Namespace, project: Project) -> Exit:
    """Run the selection. The exit code is that of its worst environment."""
    console = make_console()
    engine = engine_of(options, project, console)
    given = worker_options(options, fresh=options.fresh, retries=options.retries)
    request = preflight(project, selection_of(options), given, here=engine is None)
    environments = request.environments
    with run_lock(project.layout), signals_as_interrupt():
        failed = unresolvable(request)
        unchanged = up_to_date(request.without(failed))
        batch = run_batch(request.without(failed, unchanged), options.jobs, console, engine)

    results = sorted([*failed, *unchanged, *batch.results], key=lambda result: environments.index(result.environment))
    if batch.interrupted:
        kept = sum(result.column.answers() for result in results if result.column is not None)
        console.print(f"interrupted: {kept} outcomes of {len(results)} environments are kept, and not run again")
        return Exit.INTERRUPTED
    return print_summary(request, results, console)
