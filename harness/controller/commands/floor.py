"""`harness floor`: the lowest release in which chosen cases, or the lines of a code base, all work."""

from __future__ import annotations

import argparse
import sys
from fnmatch import fnmatchcase
from pathlib import Path

from harness.controller.api.environments import Mask, in_words
from harness.controller.commands.openers import open_measured
from harness.controller.errors import Exit, UsageError
from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_matrix
from harness.controller.scan.answers import ApiAnswers
from harness.controller.scan.case_answers import OUTCOMES, read_outcomes
from harness.controller.scan.scan import ScanRequest, scan

OPENER = open_measured


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Code, cases, or both."""
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="files and folders of code")
    parser.add_argument("-k", "--case", action="append", default=[], metavar="PATTERN", help="cases that must pass")
    parser.add_argument("-p", "--path", default="*", metavar="PATTERN", help="under these import paths (default: all)")


def run(options: argparse.Namespace, layout: Layout) -> Exit:
    """Print the release, and all in which everything works.

    The exit code is 1 if none is one, 3 if a file cannot be read.
    """
    if not options.paths and not options.case:
        raise UsageError("harness floor: name code by PATH, cases by -k, or both")
    answers = ApiAnswers(layout.results, load_matrix(layout.root))
    works = sum(answers.environments.bits.values())
    unreadable: dict[str, str] = {}
    if options.paths:
        report = scan(layout, ScanRequest(tuple(options.paths), ">=0"))
        works, unreadable = works & report.working, report.unreadable
    if options.case:
        works &= _passing(layout, answers, options.case, options.path)
    ranges = answers.environments.ranges(works)
    for file, reason in unreadable.items():
        print(f"{file}: cannot be read: {reason}", file=sys.stderr)
    if unreadable:
        return Exit.BROKEN  # of the other files alone it would be no answer
    if not ranges:
        print("no measured release")
        return Exit.DIFFERS
    print(f"{ranges[0][0]} (all works {in_words(ranges, answers.environments.newest)})")
    return Exit.AGREES


def _passing(layout: Layout, answers: ApiAnswers, cases: list[str], path: str) -> Mask:
    """The environments in which all chosen cells pass. Raises UsageError if no cell is chosen."""
    file = layout.results / OUTCOMES
    if not file.exists():
        raise UsageError("no outcomes of cases are here: run `harness collect` in the project's folder")
    passing, chosen = sum(answers.environments.bits.values()), False
    for (case, under), shown in read_outcomes(file, None, answers.environments).items():
        if fnmatchcase(under, path) and any(fnmatchcase(case, pattern) for pattern in cases):
            passing, chosen = passing & shown.works, True
    if not chosen:
        raise UsageError(f"no outcome of {', '.join(cases)} under {path}")
    return passing
