"""`harness try`: the outcome of a line or a file of Python in every environment that exists."""

from __future__ import annotations

import argparse
import json
import os
import sys
from contextlib import closing
from pathlib import Path

from harness.contract.statuses import Status
from harness.controller.audit.tried import installed_environments, outcomes_as_ranges, try_code
from harness.controller.commands.openers import open_layout
from harness.controller.commands.options import add_environments, integer, selection_of
from harness.controller.errors import Exit
from harness.controller.files import read_text
from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_matrix
from harness.controller.run.signals import signals_as_interrupt

OPENER = open_layout


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The code, and where it runs."""
    parser.add_argument("code", metavar="CODE", help="Python, the name of a file, or - for standard input")
    add_environments(parser)
    parser.add_argument("-j", "--jobs", type=integer(1), metavar="N", help="environments at a time (default: cores)")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace, layout: Layout) -> Exit:
    """Print the outcomes by ranges of releases. The exit code is 1 if one of them is no pass."""
    matrix = load_matrix(layout.root)
    chosen = bool(options.env or options.group)
    wanted = selection_of(options).choose_environments(matrix) if chosen else matrix.environments.values()
    environments = installed_environments(layout, wanted, must_exist=chosen)
    jobs = options.jobs or len(os.sched_getaffinity(0))
    with signals_as_interrupt(), closing(try_code(layout, matrix, environments, _code(options.code), jobs)) as ending:
        outcomes = {environment.id: outcome for environment, outcome in ending}
    if options.json:
        rows = [
            {"environment": item.id, "status": one.status.value, "error": one.error, "message": one.message}
            for item in environments
            for one in [outcomes[item.id]]
        ]
        print(json.dumps({"outcomes": rows}, indent=1))
    else:
        print(outcomes_as_ranges(matrix, outcomes), end="")
    return Exit.AGREES if all(one.status is Status.PASS for one in outcomes.values()) else Exit.DIFFERS


def _code(given: str) -> str:
    if given == "-":
        return sys.stdin.read()
    is_file = "\n" not in given and given.endswith(".py") and Path(given).is_file()
    return read_text(Path(given)) if is_file else given + "\n"
