"""`harness run`: run a selection, print its grid, and compare it with the baseline."""

from __future__ import annotations

from argparse import Namespace

from harness.controller.commands.options import add_run_options, integer, isolation_arguments, selection_of
from harness.controller.commands.parser import CommandParser
from harness.controller.console import make_console
from harness.controller.errors import Exit
from harness.controller.files import exclusive_lock
from harness.controller.project.loader import Project
from harness.controller.run.batch import make_environment_run, run_batch, unresolvable
from harness.controller.run.preflight import preflight
from harness.controller.run.signals import signals_as_interrupt
from harness.controller.run.summary import print_summary
from harness.controller.run.up_to_date import up_to_date_columns
from harness.controller.worker.options import parse_worker_options


def add_arguments(parser: CommandParser) -> None:
    """A selection, how it is run, and after `--` pytest's arguments."""
    add_run_options(parser)
    parser.add_argument("--fresh", action="store_true", help="run all cells, up to date or not")
    parser.add_argument(
        "--retries",
        type=integer(0),
        metavar="N",
        help="how often to run a cell that differs from the baseline again (default: 2)",
    )
    parser.passes_on = "pytest"
    parser.usage = "harness run [options] [-- PYTEST ARGUMENTS]"
    parser.epilog = "pytest's arguments follow --: harness run -e tf215 -- -k plot_model -x"


def run(options: Namespace, project: Project) -> Exit:
    """Run the selection. The exit code is that of its worst environment."""
    selection = selection_of(options)
    todo = preflight(project, selection, _worker_arguments(options))
    environments = todo.environments
    console = make_console()
    with exclusive_lock(project.layout.state / "lock", f"run in {project.layout.root}"), signals_as_interrupt():
        failed = unresolvable(project, environments, todo.cells)
        resolved = [item for item in environments if item.id not in failed.columns]
        up_to_date = up_to_date_columns(project, resolved, parse_worker_options(todo.arguments))
        rest = [item for item in resolved if item.id not in up_to_date]
        ran = run_batch(project, rest, todo.cells, todo.arguments, options.jobs, console)

    columns = failed.columns | up_to_date | ran.columns
    skipped = [
        make_environment_run(project.layout, item, Exit.AGREES) for item in environments if item.id in up_to_date
    ]
    ended = sorted([*failed.jobs, *ran.jobs, *skipped], key=lambda job: environments.index(job.environment))
    done = [(job, columns[job.environment.id]) for job in ended if job.environment.id in columns]
    if ran.interrupted:
        kept = sum(column.answers() for _, column in done if column is not None)
        console.print(f"interrupted: {kept} outcomes of {len(done)} environments are kept and will not be run again")
        return Exit.INTERRUPTED
    return print_summary(project, selection, done, console)


def _worker_arguments(options: Namespace) -> list[str]:
    arguments = isolation_arguments(options)
    if options.fresh:
        arguments.append("--fresh")
    if options.retries is not None:
        arguments += ["--retries", str(options.retries)]
    return [*arguments, *options.pytest]
