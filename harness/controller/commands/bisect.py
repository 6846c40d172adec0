"""`harness bisect`: the package and the version that change the outcome of a case, or of an import."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

from rich.console import Console

from harness.cases.generate import script_of
from harness.controller.bisect.bisection import bisect
from harness.controller.bisect.elsewhere import place_of, take_step
from harness.controller.bisect.ends import read_ends
from harness.controller.bisect.finding_text import finding_as_json, finding_lines
from harness.controller.bisect.probe import Prober
from harness.controller.bisect.probe_question import ProbeQuestion
from harness.controller.commands.engines import add_engine, engine_of
from harness.controller.commands.options import named_cell
from harness.controller.console import make_console
from harness.controller.errors import Exit, UsageError
from harness.controller.project.loader import Project
from harness.controller.project.state import bisect_lock
from harness.controller.run.signals import signals_as_interrupt
from harness.controller.text import strip_control


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The question and its two ends."""
    end = "an environment, one of a lane such as tf210-today, a requirements file, or requirements in quotes"
    parser.add_argument("case", metavar="CASE", nargs="?", help="the id of a case (default: the import alone)")
    parser.add_argument("-p", "--path", metavar="PATH", help="the import path")
    parser.add_argument("--good", required=True, metavar="END", help=f"where the outcome is right: {end}")
    parser.add_argument("--bad", required=True, metavar="END", help="where it is not")
    parser.add_argument("--python", metavar="3.N", help="the Python, if neither end is an environment")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--step", type=Path, help=argparse.SUPPRESS)  # from the machine that searches
    add_engine(parser)


def run(options: argparse.Namespace, project: Project) -> Exit:
    """Print what was found. The exit code is 1 if the ends do not differ, or the outcome changes from run to run."""
    if options.python and not re.fullmatch(r"3\.\d+", options.python):
        raise UsageError(f"--python must be a version such as 3.10, not {options.python!r}")
    if options.step:
        take_step(project, project.matrix.everything[options.good], options.step)
        return Exit.AGREES
    question = _question(project, options.case, options.path)
    console = Console(stderr=True) if options.json else make_console()
    engine = engine_of(options, project, console)

    def watch(line: str) -> None:
        if not options.json:
            console.print(strip_control(f"  {line}"), style="dim", markup=False, soft_wrap=True)

    with bisect_lock(project.layout), signals_as_interrupt():
        good, bad = read_ends(project.layout, project.matrix, options.good, options.bad, options.python)
        place = place_of(engine, project, good.environment, [good.packages.python, bad.packages.python])
        with Prober(project.layout, good.environment, place, watch) as prober:
            finding = bisect(prober, question, good, bad, project.matrix.resolve)
    if options.json:
        json.dump(finding_as_json(finding), sys.stdout, indent=1)
        print()
    else:
        for line in finding_lines(finding):
            console.print(line, markup=False, soft_wrap=True)
    has_answer = not finding.flaky and (finding.culprits or finding.python)
    return Exit.AGREES if has_answer else Exit.DIFFERS


def _question(project: Project, case_id: str | None, path: str | None) -> ProbeQuestion:
    """The script of the cell; without a case that of the import.

    Raises UsageError for an unknown case or path, and for a case that reads a file.
    """
    if case_id is None:
        name = project.matrix.full_name(path) if path else project.matrix.subject.package
        return ProbeQuestion("", name, f"import {name}\n", project.matrix.timeout)
    if path is None:
        raise UsageError("a case needs its import path: -p PATH")
    case, spec = named_cell(project, case_id, path)
    if case.given:
        raise UsageError(f"{case.id} reads {case.given}: bisect runs scripts without a file")
    return ProbeQuestion(case.id, path, script_of(case, spec), case.timeout or project.matrix.timeout, case.requires)
