"""`harness tell`: a report as the one open GitHub issue."""

from __future__ import annotations

import argparse
from pathlib import Path

from harness.controller.ci.github import update_issue
from harness.controller.commands.openers import open_folder
from harness.controller.errors import Exit

OPENER = open_folder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The report, and the issue's title."""
    parser.add_argument("report", type=Path, metavar="FILE", help="the issue's text, in Markdown")
    parser.add_argument("--title", required=True, help="the issue's title")
    parser.add_argument("--done", action="store_true", help="close the issue: nothing is left to report")


def run(options: argparse.Namespace, folder: Path) -> Exit:
    """Open, update or close the issue."""
    return update_issue(options.report, options.title, options.done)
