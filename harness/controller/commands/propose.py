"""`harness propose`: the changes in the work tree as the one open GitHub pull request."""

from __future__ import annotations

import argparse
from pathlib import Path

from harness.controller.ci.github import update_pull_request
from harness.controller.commands.openers import open_layout
from harness.controller.errors import Exit
from harness.controller.project.layout import Layout

OPENER = open_layout


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The branch, the report, and the pull request's title."""
    parser.add_argument("branch", metavar="BRANCH", help="a branch for these changes alone, which is overwritten")
    parser.add_argument("report", type=Path, metavar="FILE", help="the pull request's text, in Markdown")
    parser.add_argument("--title", required=True, help="the title of the pull request and of its commit")


def run(options: argparse.Namespace, layout: Layout) -> Exit:
    """Open, update or close the pull request."""
    return update_pull_request(layout.root, options.branch, options.report, options.title)
