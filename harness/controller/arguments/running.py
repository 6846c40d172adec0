"""What the commands that run cells take."""

from __future__ import annotations

import argparse

from harness.controller.arguments.options import isolation, runs_cells, selection, selects, within
from harness.controller.errors import Exit


def plan(parser: argparse.ArgumentParser) -> object:
    """`harness plan`."""
    selects(parser)
    forms = ["table", "json", "github", "pythons"]
    parser.add_argument("--format", choices=forms, default="table", help="default: table")
    parser.add_argument("--jobs", type=within(1, 256), metavar="N", help="of github: at most so many (default: 255)")
    parser.add_argument("--since", metavar="REV", help="only what may have changed since that revision of git")

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller.commands import plan as listing

        return listing.plan(options.root, selection(options), options.format, options.jobs, options.since)

    return run


def run(parser: argparse.ArgumentParser) -> object:
    """`harness run`."""
    runs_cells(parser)
    parser.add_argument("--fresh", action="store_true", help="run all cells, also where nothing has changed since")
    parser.add_argument(
        "--retries",
        type=within(0),
        metavar="N",
        help="how often a cell is run again before a change is told (default: 2)",
    )
    parser.epilog = "What follows -- goes to pytest: harness run -e tf215 -- -k plot_model -x"

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller.commands import common as commands
        from harness.controller.commands import run as running

        if options.unknown:
            raise commands.misplaced(options.root, options.unknown[0])
        how = isolation(options)
        how += ["--fresh"] if options.fresh else []
        how += ["--retries", str(options.retries)] if options.retries is not None else []
        how += options.pytest
        return running.run(options.root, selection(options), options.jobs, how)

    return run


def flaky(parser: argparse.ArgumentParser) -> object:
    """`harness flaky`."""
    runs_cells(parser)
    parser.add_argument(
        "--runs", type=within(2), default=3, metavar="N", help="how often each cell is run (default: 3)"
    )

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller.commands import flaky as flakiness

        return flakiness.flaky(options.root, selection(options), options.runs, options.jobs, isolation(options))

    return run


def audit(parser: argparse.ArgumentParser) -> object:
    """`harness audit`."""
    selects(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--run", action="store_true", help="the last run instead of the accepted results")
    what.add_argument("--isolations", action="store_true", help="run cells of a selection in both isolations instead")
    parser.add_argument("--sample", type=within(1), default=300, metavar="N", help="how many cells (default: 300)")
    parser.add_argument("--seed", type=int, metavar="S", help="draw the cells of an earlier audit, which printed it")
    parser.add_argument("-j", "--jobs", type=within(1), metavar="N", help="scripts side by side (default: cores)")

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller.audit import isolations
        from harness.controller.audit import scripts as auditing

        drawn = (options.sample, options.seed, options.jobs)
        if options.isolations:
            return isolations.audit_isolations(options.root, selection(options), *drawn)
        return auditing.audit(options.root, selection(options), options.run, *drawn)

    return run


def script(parser: argparse.ArgumentParser) -> object:
    """`harness script`."""
    parser.add_argument("case", metavar="CASE")
    parser.add_argument("-p", "--path", required=True, metavar="PATH", help="the import path")

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller.commands import script

        return script.script(options.root, options.case, options.path)

    return run
