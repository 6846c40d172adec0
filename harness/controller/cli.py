"""The `harness` command: parses the arguments, opens the project, calls the command, and reports its errors."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import traceback
from collections.abc import Collection, Sequence
from pathlib import Path

import harness
from harness.controller.commands import COMMANDS
from harness.controller.commands.parser import CommandParser
from harness.controller.errors import Exit, HarnessError, UsageError
from harness.controller.text import strip_control

_STDOUT = 1  # the descriptor
_EPILOG = """\
`harness COMMAND --help` describes a command.

exit codes: 0 agrees with the baseline, 1 differs from it, 2 usage or configuration,
3 an environment or the harness failed, 130 interrupted"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    if "_ARGCOMPLETE" in os.environ:  # set by a shell that wants to complete a command line
        from harness.controller.commands.completion import complete

        complete(_parser(load=os.environ.get("COMP_LINE", "").split()))
    options = argparse.Namespace(name=None)
    try:
        return _run(sys.argv[1:] if arguments is None else list(arguments), options)
    except (BrokenPipeError, SystemExit) as end:  # rich makes a SystemExit of it
        if not isinstance(end.__context__ if isinstance(end, SystemExit) else end, BrokenPipeError):
            raise
        # Whoever read the output has gone, which is their right; but a run that was cut off agrees with nothing.
        _discard_output()
        return Exit.BROKEN if options.name in ("run", "flaky", "audit") else Exit.AGREES
    except Exception as error:
        if isinstance(error, OSError) and _output_fails():
            _discard_output()
            print(f"standard output cannot be written: {error.strerror}", file=sys.stderr)
        else:  # a bug, which Python would end with the exit code for outcomes that differ
            traceback.print_exc()
        return Exit.BROKEN


def _run(arguments: list[str], options: argparse.Namespace) -> int:
    """Parse the arguments into `options`, run the command, and print the errors that are for users."""
    try:
        vars(options).update(vars(parse_arguments(arguments)))
        return int(_dispatch(options))
    except HarnessError as error:
        print(strip_control(str(error)), file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted: finished outcomes are kept", file=sys.stderr)
        return Exit.INTERRUPTED
    finally:
        if sys.stdout is not None:  # as it is where standard output is closed
            sys.stdout.flush()  # now, while an error can still be reported


def _output_fails() -> bool:
    """Whether standard output can no longer be written: an OSError is then not a bug."""
    try:
        os.write(_STDOUT, b"\n")
    except OSError:
        return True
    return False


def _discard_output() -> None:
    """Let what Python flushes when it exits go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), _STDOUT)


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    """The options of a command; `command` is its module. Raises UsageError."""
    parser = _parser()
    options, unexpected = parser.parse_known_args(arguments)
    if options.name is None:
        parser.error("no command given; `harness --help` lists them")
    if unexpected:
        raise _unexpected(options, unexpected[0])
    return options


def _dispatch(options: argparse.Namespace) -> Exit:
    from harness.controller.commands.openers import open_project  # late: `--help` opens nothing
    from harness.controller.project.selection import UnknownCase

    opened = getattr(options.command, "OPENER", open_project)(options.root)
    try:
        ended: Exit = options.command.run(options, opened)
    except UnknownCase as error:
        from harness.controller.commands.case_search import case_hint

        raise UsageError(f"{error}{case_hint(opened, error.pattern)}") from None
    return ended


def _parser(load: Collection[str] = ()) -> CommandParser:
    """The parser of all commands. A command is imported when it is called, or now if it is in `load`."""
    parser = CommandParser(
        prog="harness",
        description="Which import path of a package works in which of its releases, by running it.",
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
        if name in load:
            command.load()
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
        "--cases": project.matrix.sets,
    }
    fitting = [option for option, known in names.items() if word in known]
    return f"; did you mean {fitting[0]} {shlex.quote(word)}?" if fitting else ""
