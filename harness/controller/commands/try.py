"""`harness try`: the outcome of a line or a file of Python in every environment that exists, or in a selection."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from harness.contract.records import Outcome
from harness.contract.statuses import Status
from harness.controller.api.lookup import Api
from harness.controller.api.stored import StoredDocuments
from harness.controller.audit.tried import outcomes_as_ranges, try_code
from harness.controller.audit.tried_case import case_body
from harness.controller.commands.case_files import NewCase
from harness.controller.commands.openers import open_layout
from harness.controller.commands.options import add_environments, integer, selection_of
from harness.controller.environments.installed import missing_environments
from harness.controller.environments.making import make_side_by_side
from harness.controller.errors import Exit, HarnessError, UsageError
from harness.controller.files import read_text
from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_matrix, read_language
from harness.controller.project.matrix import Environment, Matrix
from harness.controller.project.state import run_lock
from harness.controller.run.signals import signals_as_interrupt

OPENER = open_layout


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The code, where it runs, and what becomes of it."""
    parser.add_argument("code", metavar="CODE", help="Python, the name of a file, or - for standard input")
    add_environments(parser)
    parser.add_argument("-j", "--jobs", type=integer(1), metavar="N", help="environments at a time (default: cores)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--save", metavar="KIND/ID", help="make it a case, of kind snippet or symbol")
    parser.add_argument("-p", "--path", dest="about", metavar="PATH", help="of the saved case: its import path")


def run(options: argparse.Namespace, layout: Layout) -> Exit:
    """Print the outcomes by ranges of releases.

    The exit code is 1 if one of them is no pass, 3 if an environment cannot be made.
    """
    matrix = load_matrix(layout.root)
    code = _code(options.code)
    case = _case(options, layout, matrix, code)
    jobs = options.jobs or len(os.sched_getaffinity(0))
    with signals_as_interrupt():
        environments, failed = _environments(options, layout, matrix, jobs)
        with closing(try_code(layout, matrix, environments, code, jobs)) as ending:
            outcomes = {environment.id: outcome for environment, outcome in ending}
    print(_as_json(environments, outcomes, failed) if options.json else outcomes_as_ranges(matrix, outcomes), end="")
    for sentence in failed.values():
        _say(sentence)
    if case is not None:
        case.write(layout.root, read_language(layout.root))
        _say(f"{case.file}: written; `harness run -k {case.id}` runs it under every import path")
    if failed:
        return Exit.BROKEN
    return Exit.AGREES if all(one.status is Status.PASS for one in outcomes.values()) else Exit.DIFFERS


def _code(given: str) -> str:
    """The code that was given. Raises UsageError for a file that does not exist, and for none."""
    is_name = given.endswith(".py") and "\n" not in given
    is_file = is_name and Path(given).is_file()
    if is_name and not is_file and " " not in given:
        raise UsageError(f"{given}: no such file")
    code = sys.stdin.read() if given == "-" else read_text(Path(given)) if is_file else given + "\n"
    if not code.strip():
        raise UsageError("harness try: no code was given")
    return code


def _case(options: argparse.Namespace, layout: Layout, matrix: Matrix, code: str) -> NewCase | None:
    """The case to save, without a fault. Raises UsageError before anything runs."""
    if options.save is None:
        if options.about is not None:
            raise UsageError("-p goes with --save: the code itself says what it imports")
        return None
    kind, slash, name = options.save.partition("/")
    if not slash:
        raise UsageError(f"--save {options.save}: write it as KIND/ID, such as snippet/adam-with-lr")
    case = NewCase(kind, name, case_body(code, kind, matrix, Api(StoredDocuments(layout.results)), options.about))
    case.check(layout.root, read_language(layout.root))
    return case


def _environments(
    options: argparse.Namespace, layout: Layout, matrix: Matrix, jobs: int
) -> tuple[list[Environment], dict[str, str]]:
    """The environments to try, and sentences on those that cannot be made.

    Of a selection those that are missing are made; without one all that exist are meant. Raises HarnessError for none.
    """
    chosen = bool(options.env or options.group)
    wanted = selection_of(options).choose_environments(matrix) if chosen else list(matrix.environments.values())
    missing = missing_environments(layout, (item.id for item in wanted))
    failed: dict[str, str] = {}
    if missing and chosen:
        with run_lock(layout):
            failed = make_side_by_side(layout, missing, jobs, _say)
    elif len(missing) == len(wanted):
        raise HarnessError("no environment exists here: name some, such as `-g quick`, and they are made")
    left = failed if chosen else missing
    return [item for item in wanted if item.id not in left], failed


def _as_json(environments: list[Environment], outcomes: Mapping[str, Outcome], failed: Mapping[str, str]) -> str:
    found = [(item.id, outcomes[item.id]) for item in environments]
    rows = [
        {"environment": name, "status": one.status.value, "error": one.error, "message": one.message}
        for name, one in found
    ]
    rows += [
        {"environment": name, "status": Status.ENV_FAIL.value, "error": None, "message": sentence}
        for name, sentence in failed.items()
    ]
    return json.dumps({"outcomes": rows}, indent=1) + "\n"


def _say(sentence: str) -> None:
    """What is no answer goes to standard error."""
    print(sentence, file=sys.stderr, flush=True)
