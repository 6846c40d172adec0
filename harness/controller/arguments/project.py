"""What the commands take that check, make and keep a project."""

from __future__ import annotations

import argparse
from pathlib import Path

from harness.controller.arguments.options import selection, selects_environments, within
from harness.controller.errors import Exit


def validate(parser: argparse.ArgumentParser) -> object:
    """`harness validate`."""

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller.commands import validate

        return validate.validate(options.root)

    return run


def init(parser: argparse.ArgumentParser) -> object:
    """`harness init`."""

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller.commands import init as founding

        return founding.init(options.root or Path.cwd())

    return run


def new(parser: argparse.ArgumentParser) -> object:
    """`harness new`."""
    parser.add_argument("kind", metavar="KIND")
    parser.add_argument("id", metavar="ID", help="lower-case words joined by hyphens")

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller.commands import common as commands
        from harness.controller.commands import new as starting

        return starting.new(commands.open_root(options.root), options.kind, options.id)

    return run


def schema(parser: argparse.ArgumentParser) -> object:
    """`harness schema`."""

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller.commands import common as commands
        from harness.controller.commands import schema

        written = schema.write_schemas(commands.open_root(options.root))
        print("\n".join(f"{name}: written" for name in written) or "unchanged")
        return Exit.AGREES

    return run


def discover(parser: argparse.ArgumentParser) -> object:
    """`harness discover`."""
    parser.add_argument("--check", action="store_true", help="write nothing, and end with 1 if there is something new")
    parser.add_argument("--pre", action="store_true", help="take pre-releases too")
    parser.add_argument(
        "--cool-down", type=within(0, 3650), default=1, metavar="DAYS", help="how old a release must be (default: 1)"
    )

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller.commands import discover as discovering

        return discovering.discover(options.root, options.check, options.pre, options.cool_down)

    return run


def lock(parser: argparse.ArgumentParser) -> object:
    """`harness lock`."""
    selects_environments(parser)

    def run(options: argparse.Namespace) -> Exit:
        from harness.controller.commands import lock

        return lock.lock(options.root, selection(options))

    return run
