"""Options that several commands have, and what is made of them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace

from harness.cases.case import Case
from harness.cases.document.suggestions import suggest
from harness.contract.plan import PathSpec
from harness.controller.errors import UsageError
from harness.controller.project.loader import Project
from harness.controller.project.selection import Selection
from harness.controller.worker.options import WorkerOptions


def add_environments(parser: argparse.ArgumentParser) -> None:
    """`-e` and `-g`."""
    parser.add_argument("-e", "--env", action="append", default=[], metavar="PATTERN", help="environments (repeatable)")
    parser.add_argument(
        "-g", "--group", action="append", default=[], metavar="NAME", help="a group of matrix.yaml (repeatable)"
    )


def add_selection(parser: argparse.ArgumentParser) -> None:
    """`-e`, `-g`, `-p`, `-k` and `--cases`."""
    add_environments(parser)
    parser.add_argument(
        "-p", "--path", action="append", default=[], metavar="PATTERN", help="import paths (repeatable)"
    )
    parser.add_argument("-k", "--case", action="append", default=[], metavar="PATTERN", help="cases (repeatable)")
    parser.add_argument(
        "--cases",
        dest="set",
        action="append",
        default=[],
        metavar="SET",
        help="a set of matrix.yaml, or all (repeatable)",
    )


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """A selection, and how its cells are run."""
    add_selection(parser)
    parser.add_argument(
        "-j",
        "--jobs",
        type=integer(1),
        metavar="N",
        help="environments at a time (default: 3 for 2 cores, fewer if memory is short)",
    )
    parser.add_argument("--isolation", choices=["fork", "spawn"], help="default: fork on Linux, spawn elsewhere")


def add_strict(parser: argparse.ArgumentParser) -> None:
    """`--strict`."""
    parser.add_argument(
        "--strict", action="store_true", help="cells that could not be tried here, for want of a program, differ"
    )


def worker_options(options: argparse.Namespace, fresh: bool, retries: int | None) -> WorkerOptions:
    """The workers' options: those of the command, and those after `--`, which are mostly pytest's."""
    given = WorkerOptions.from_argv(getattr(options, "pytest", ()))
    return replace(
        given,
        sandbox=getattr(options, "sandbox", False) or given.sandbox,
        isolation=options.isolation or given.isolation,
        fresh=fresh or given.fresh,
        strict=getattr(options, "strict", False) or given.strict,
        retries=given.retries if retries is None else retries,
    )


def selection_of(options: argparse.Namespace) -> Selection:
    """The selection that the options make."""
    return Selection(
        environments=tuple(options.env),
        groups=tuple(options.group),
        paths=tuple(getattr(options, "path", ())),
        cases=tuple(getattr(options, "case", ())),
        sets=tuple(getattr(options, "set", ())),
    )


def named_cell(project: Project, case: str, path: str) -> tuple[Case, PathSpec]:
    """The case and the import path of these names. Raises UsageError with the nearest name."""
    cases, paths = {item.id: item for item in project.cases}, project.matrix.paths
    if case not in cases:
        raise UsageError(f"unknown case {case!r}{suggest(case, cases)}")
    if path not in paths:
        raise UsageError(f"unknown import path {path!r}{suggest(path, paths)}")
    return cases[case], paths[path]


def integer(least: int, most: int = sys.maxsize) -> Callable[[str], int]:
    """The `type` of an option with an integer between the two."""
    bounds = f"at least {least}" + (f" and at most {most}" if most < sys.maxsize else "")

    def number(text: str) -> int:
        value = int(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"must be {bounds}")
        return value

    return number
