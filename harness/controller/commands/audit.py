"""`harness audit`: compare recorded outcomes with plain Python, or the two isolations with each other."""

from __future__ import annotations

import argparse
from pathlib import Path

from harness.controller.audit.isolations import audit_isolations
from harness.controller.audit.names import audit_names
from harness.controller.audit.sampling import SampleRequest, any_seed
from harness.controller.audit.scripts import audit_scripts
from harness.controller.commands.engines import add_engine, engine_of
from harness.controller.commands.options import add_selection, integer, selection_of
from harness.controller.console import make_console
from harness.controller.errors import Exit
from harness.controller.project.loader import Project


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A selection, and the sample of it."""
    add_selection(parser)
    add_engine(parser)
    compared = parser.add_mutually_exclusive_group()
    compared.add_argument("--run", action="store_true", help="the last run instead of the accepted results")
    compared.add_argument("--names", action="store_true", help="answers of `harness api` instead of outcomes")
    compared.add_argument("--isolations", action="store_true", help="run cells of a selection in both isolations")
    parser.add_argument("--sample", type=integer(1), default=300, metavar="N", help="number of cells (default: 300)")
    parser.add_argument("--sampled", type=Path, help=argparse.SUPPRESS)  # from the machine that sampled
    parser.add_argument("--seed", type=int, metavar="S", help="seed of the sample, as an earlier audit printed it")
    parser.add_argument("-j", "--jobs", type=integer(1), metavar="N", help="scripts at a time (default: cores)")


def run(options: argparse.Namespace, project: Project) -> Exit:
    """Draw a sample and print each disagreement."""
    selection = selection_of(options)
    engine = engine_of(options, project, make_console())
    seed = any_seed() if options.seed is None else options.seed
    request = SampleRequest(options.sample, seed, options.jobs, engine, options.sampled)
    if options.names:
        return audit_names(project, selection, request)
    if options.isolations:
        return audit_isolations(project, selection, request)
    return audit_scripts(project, selection, options.run, request)
