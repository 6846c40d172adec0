"""`harness script`: print the script of one case under one import path."""

from __future__ import annotations

import argparse
import os
import shlex
import sys

from harness.cases.generate import script_of
from harness.controller.commands.options import named_cell
from harness.controller.environments.prerequisites import brought_programs, cells_path
from harness.controller.errors import Exit
from harness.controller.project.loader import Project


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The case and the import path."""
    parser.add_argument("case", metavar="CASE", help="the id of a case")
    parser.add_argument("-p", "--path", required=True, metavar="PATH", help="the import path")


def run(options: argparse.Namespace, project: Project) -> Exit:
    """Print the script, and on standard error the PATH of its cell where a program is not the machine's own.

    Raises UsageError for an unknown case or path.
    """
    case, path = named_cell(project, options.case, options.path)
    for program, source in brought_programs(case.requires).items():
        folder = cells_path(project.layout.state).rpartition(os.pathsep)[2]
        print(f"there is no {program} on the PATH: cells have {source}", file=sys.stderr)
        print(f'PATH="$PATH":{shlex.quote(folder)}', file=sys.stderr)
    if case.given:
        print(f"its argument is the file that it reads: {case.given}", file=sys.stderr)
    print(script_of(case, path), end="")
    return Exit.AGREES
