"""The `harness` command: one place that parses arguments, and one that turns user errors into a sentence."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import harness
from harness.controller.arguments import COMMANDS
from harness.controller.errors import Exit, HarnessError
from harness.controller.text import strip_control

_EPILOG = """\
exit codes: 0 agrees with the baseline, 1 differs from it, 2 usage or configuration,
3 an environment or the harness failed, 130 interrupted"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = parse_arguments(sys.argv[1:] if arguments is None else list(arguments))
    try:
        return int(options.command(options))
    except HarnessError as error:
        print(strip_control(str(error)), file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted: what was finished is kept", file=sys.stderr)
        return Exit.INTERRUPTED
    except (BrokenPipeError, SystemExit) as end:  # rich makes a SystemExit of it
        if not isinstance(end.__context__ if isinstance(end, SystemExit) else end, BrokenPipeError):
            raise
        # Whoever read the output has gone, which is their right; but a run that was cut off agrees with nothing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # takes what is flushed at the end
        return Exit.BROKEN if options.name in ("run", "flaky", "audit") else Exit.AGREES
    except Exception:  # a fault of ours, which Python would end with the code that says that outcomes differ
        traceback.print_exc()
        return Exit.BROKEN


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    """The options of a command. For argparse a word before `--` is as good as one after it: not so for `run`."""
    parser = _parser()
    if arguments[:1] != ["run"]:
        return parser.parse_args(arguments)
    end = arguments.index("--") if "--" in arguments else len(arguments)
    options, unknown = parser.parse_known_args(arguments[:end])
    options.unknown, options.pytest = unknown, arguments[end + 1 :]
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="harness",
        description="Which Keras import path works in which TensorFlow release, by running it.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"harness {harness.__version__}")
    commands = parser.add_subparsers(title="commands", dest="name", metavar="COMMAND", required=True)
    for name, (add, description) in COMMANDS.items():
        command = commands.add_parser(name, help=description, description=description, allow_abbrev=False)
        command.add_argument("--root", type=Path, metavar="DIR", help="the folder that holds matrix.yaml")
        command.set_defaults(command=add(command))
    return parser
