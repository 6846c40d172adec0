"""`harness script`: print the script of one case under one import path."""

from __future__ import annotations

import argparse

from harness.cases.document.suggestions import suggest
from harness.cases.generate import script_of
from harness.controller.errors import Exit, UsageError
from harness.controller.project.loader import Project


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The case and the import path."""
    parser.add_argument("case", metavar="CASE", help="the id of a case")
    parser.add_argument("-p", "--path", required=True, metavar="PATH", help="the import path")


def run(options: argparse.Namespace, project: Project) -> Exit:
    """Print the script. Raises UsageError for an unknown case or path."""
    cases, paths = {case.id: case for case in project.cases}, project.matrix.paths
    if options.case not in cases:
        raise UsageError(f"unknown case {options.case!r}{suggest(options.case, cases)}")
    if options.path not in paths:
        raise UsageError(f"unknown import path {options.path!r}{suggest(options.path, paths)}")
    print(script_of(cases[options.case], paths[options.path]), end="")
    return Exit.AGREES
