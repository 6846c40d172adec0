"""What the hooks around forks save: the cells of import paths with them and without, and how many outcomes differ.

    python3 bootstrap.py python benchmarks/hooks.py -e tf25 -p keras

The seconds are those that the cells' processes computed. All cells are run, none is retried.
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.measuring import Workbench, call, copied, flags, head, machine, make_parser, row, say, select
from harness.controller.project.layout import Layout
from harness.controller.results.documents import Column, read_column, read_details

TITLES = ["environment", "cells", "without, s", "with, s", "ratio", "slowest cell without, s", "with, s", "differing"]


def measure_hooks(bench: Workbench, environment: str, selected: Sequence[str]) -> str:
    """The table's line of an environment."""
    without, before = _run(bench, environment, selected, "--", "--no-hooks")
    with_hooks, after = _run(bench, environment, selected)
    own, fewer = sum(without.values()), sum(with_hooks.values())
    slowest = max(without, key=lambda cell: without[cell])
    differing = sum(outcome != before.cells[cell] for cell, outcome in after.cells.items())
    seconds = (f"{own:.0f}", f"{fewer:.0f}", f"{own / fewer:.1f}")
    return row(environment, len(without), *seconds, f"{without[slowest]:.1f}", f"{with_hooks[slowest]:.1f}", differing)


def _run(bench: Workbench, environment: str, selected: Sequence[str], *rest: str) -> tuple[dict[str, float], Column]:
    """The seconds that each cell computed, and all outcomes."""
    bench.run("-e", environment, *selected, "--fresh", "--retries", "0", *rest)
    files = Layout(bench.root).files(environment)
    seconds = {cell: details["cpu_seconds"] for cell, details in read_details(files.details).items()}
    return seconds, read_column(files.document)


def main() -> int:
    """Print a line for each environment."""
    parser = make_parser(__doc__)
    parser.add_argument("-p", "--path", action="append", default=[], metavar="PATTERN")
    options = parser.parse_args()
    say(machine())
    with copied() as bench:
        environments, cases = select(options, bench.load())
        for environment in environments:
            bench.install(environment.id)
        say(head(*TITLES))
        for environment in environments:
            say(measure_hooks(bench, environment.id, [*flags("-p", options.path), *cases]))
    return 0


if __name__ == "__main__":
    call(main)
