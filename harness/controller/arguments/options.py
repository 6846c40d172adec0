"""Options that several commands take, and what is made of them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.controller.project.selection import Selection


def selects_environments(parser: argparse.ArgumentParser) -> None:
    """`-e` and `-g`."""
    parser.add_argument("-e", "--env", action="append", default=[], metavar="PATTERN", help="environments (repeatable)")
    parser.add_argument("-g", "--group", action="append", default=[], metavar="NAME", help="a group of the matrix")


def selects(parser: argparse.ArgumentParser) -> None:
    """A selection of cells: `-e`, `-g`, `-p` and `-k`."""
    selects_environments(parser)
    parser.add_argument(
        "-p", "--path", action="append", default=[], metavar="PATTERN", help="import paths (repeatable)"
    )
    parser.add_argument("-k", "--case", action="append", default=[], metavar="PATTERN", help="cases (repeatable)")


def runs_cells(parser: argparse.ArgumentParser) -> None:
    """A selection, and how its cells are run."""
    selects(parser)
    parser.add_argument(
        "-j",
        "--jobs",
        type=within(1),
        metavar="N",
        help="environments side by side (default: cores, or fewer by memory)",
    )
    parser.add_argument("--isolation", choices=["fork", "spawn"], help="default: fork on Linux, spawn elsewhere")


def isolation(options: argparse.Namespace) -> list[str]:
    """What a column is told of the isolation."""
    return ["--isolation", options.isolation] if options.isolation else []  # else the column knows


def selection(options: argparse.Namespace) -> Selection:
    """The selection that was given."""
    from harness.controller.project.selection import (
        Selection,  # late, as every command's own: `--help` needs none of them
    )

    cells = [tuple(getattr(options, name, ())) for name in ("path", "case")]
    return Selection(tuple(options.env), tuple(options.group), *cells)


def within(least: int, most: int = sys.maxsize) -> Callable[[str], int]:
    """What reads a number that is not below `least` nor above `most`."""
    bounds = f"at least {least}" + (f" and at most {most}" if most < sys.maxsize else "")

    def number(text: str) -> int:
        value = int(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"must be {bounds}")
        return value

    return number
