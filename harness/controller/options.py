"""The options that several commands share, and how their values are read."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.controller.selection import Selection


def selects_environments(parser: argparse.ArgumentParser) -> None:
    """Take `-e` and `-g`."""
    parser.add_argument("-e", "--env", action="append", default=[], metavar="PATTERN", help="environments (repeatable)")
    parser.add_argument("-g", "--group", action="append", default=[], metavar="NAME", help="a group of the matrix")


def selects(parser: argparse.ArgumentParser) -> None:
    """Take all that selects."""
    selects_environments(parser)
    parser.add_argument(
        "-p", "--path", action="append", default=[], metavar="PATTERN", help="import paths (repeatable)"
    )
    parser.add_argument("-k", "--case", action="append", default=[], metavar="PATTERN", help="cases (repeatable)")


def selection(options: argparse.Namespace) -> Selection:
    """What was selected."""
    from harness.controller.selection import Selection  # late, as every command's own: `--help` needs none of them

    cells = [tuple(getattr(options, name, ())) for name in ("path", "case")]
    return Selection(tuple(options.env), tuple(options.group), *cells)


def positive(text: str) -> int:
    """A number from 1 on."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def days(text: str) -> int:
    """A number of days, up to ten years."""
    value = int(text)
    if not 0 <= value <= 3650:
        raise argparse.ArgumentTypeError("must be 0 to 3650")
    return value
