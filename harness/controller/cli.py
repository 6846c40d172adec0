"""The `harness` command: parses the arguments, opens the project, calls the command, and reports its errors."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import harness
from harness.controller.commands import COMMANDS
from harness.controller.commands.parser import CommandParser
from harness.controller.errors import Exit, HarnessError, UsageError
from harness.controller.text import strip_control

_EPILOG = """\
`harness COMMAND --help` describes a command.

exit codes: 0 agrees with the baseline, 1 differs from it, 2 usage or configuration,
3 an environment or the harness failed, 130 interrupted"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = argparse.Namespace(name=None)
    try:
        options = parse_arguments(sys.argv[1:] if arguments is None else list(arguments))
        return int(_run(options))
    except HarnessError as error:
        print(strip_control(str(error)), file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted: finished outcomes are kept", file=sys.stderr)
        return Exit.INTERRUPTED
    except (BrokenPipeError, SystemExit) as end:  # rich makes a SystemExit of it
        if not isinstance(end.__context__ if isinstance(end, SystemExit) else end, BrokenPipeError):
            raise
        # Whoever read the output has gone, which is their right; but a run that was cut off agrees with nothing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # takes what is flushed at the end
        return Exit.BROKEN if options.name in ("run", "flaky", "audit") else Exit.AGREES
    except Exception:  # a bug, which Python would end with the exit code for outcomes that differ
        traceback.print_exc()
        return Exit.BROKEN


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    """The options of a command; `command` is its module. Raises UsageError."""
    parser = _parser()
    options, unexpected = parser.parse_known_args(arguments)
    if options.name is None:
        parser.error("no command given; `harness --help` lists them")
    if unexpected:
        raise _unexpected(options, unexpected[0])
    return options


def _run(options: argparse.Namespace) -> Exit:
    from harness.controller.commands.openers import open_project  # late: `--help` opens nothing

    opener = getattr(options.command, "OPENER", open_project)
    ended: Exit = options.command.run(options, opener(options.root))
    return ended


def _parser() -> CommandParser:
    parser = CommandParser(
        prog="harness",
        description="Which Keras import path works in which TensorFlow release, by running it.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("-V", "--version", action="version", version=f"harness {harness.__version__}")
    _add_root(parser, default=None)
    commands = parser.add_subparsers(title="commands", dest="name", metavar="COMMAND", parser_class=CommandParser)
    for name, summary in COMMANDS.items():
        description = f"{summary[0].upper()}{summary[1:]}."
        command = commands.add_parser(
            name, help=summary, description=description, module=f"harness.controller.commands.{name}"
        )
        _add_root(command, default=argparse.SUPPRESS)  # so that it leaves alone what was given before the command
    return parser


def _add_root(parser: CommandParser, default: object) -> None:
    parser.add_argument(
        "--root", type=Path, metavar="DIR", default=default, help="the project's folder (default: the nearest one up)"
    )


def _unexpected(options: argparse.Namespace, word: str) -> UsageError:
    """The error for a word that no option takes, with the option that would."""
    message = f"harness {options.name}: unexpected argument {word!r}"
    if "pytest" in options:
        message += " (pass pytest arguments after --)"
    if "case" in options and "path" in options and "env" in options:
        message += _suggest_option(options.root, word)
    return UsageError(message)


def _suggest_option(root: Path | None, word: str) -> str:
    from harness.controller.commands.openers import open_project

    project = open_project(root)
    names = {
        "-e": project.matrix.everything,
        "-g": project.matrix.groups,
        "-p": project.matrix.paths,
        "-k": [case.id for case in project.cases],
    }
    fitting = [option for option, known in names.items() if word in known]
    return f"; did you mean {fitting[0]} {shlex.quote(word)}?" if fitting else ""
