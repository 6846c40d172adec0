"""What the benchmarks share: a copy of this project to work in, commands that are measured, and the table's lines."""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from harness.controller.errors import Exit, HarnessError
from harness.controller.project.layout import Layout
from harness.controller.project.loader import Project, load_project
from harness.controller.project.matrix import Environment
from harness.controller.project.selection import Selection
from harness.controller.results.documents import read_details
from harness.controller.run.signals import signals_as_interrupt

ROOT = Path(__file__).parents[1]
CORES = len(os.sched_getaffinity(0))
MEMORY = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")

_FILES = ("matrix.yaml", "tox.ini", "toxfile.py")
_FOLDERS = ("cases", "locks", "results")


@dataclass(frozen=True)
class Measured:
    """What a command took: seconds by the clock, what it and all below it computed, the peak memory in bytes of the
    largest process among them, and how it ended."""

    seconds: float
    computing: float
    peak: int
    code: int
    output: str


def measure(command: Sequence[str], folder: Path, variables: Mapping[str, str] | None = None) -> Measured:
    """Run a command in a folder, and have the kernel tell what it took."""
    with tempfile.TemporaryFile() as output:
        began = time.monotonic()
        process = subprocess.Popen(
            list(command),
            cwd=folder,
            env={**os.environ, **(variables or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        with ending(process):
            _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    computing = usage.ru_utime + usage.ru_stime
    return Measured(seconds, computing, usage.ru_maxrss * 1024, process.returncode, text)


@contextmanager
def ending(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """See to its end where waiting for it is interrupted, before the folder that it works in is removed."""
    try:
        yield
    except BaseException:
        process.send_signal(signal.SIGINT)
        process.wait()
        raise


def expect(measured: Measured, *codes: int) -> Measured:
    """What was measured, if the command ended with one of these exit codes: else it measured something else."""
    if measured.code not in codes:
        raise SystemExit(f"{measured.output}\na command ended with exit code {measured.code}: nothing was measured")
    return measured


class Workbench:
    """The folder of a project, in which commands of the harness are measured."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def load(self) -> Project:
        return load_project(self.root)

    def install(self, environment: str) -> Measured:
        """Make an environment anew, and run nothing in it."""
        shutil.rmtree(self.root / ".tox" / environment, ignore_errors=True)
        command = ["run", "--workdir", str(self.root / ".tox"), "-e", environment, "--notest"]
        return expect(measure([sys.executable, "-m", "tox", *command], self.root), 0)

    def run(self, *arguments: str, variables: Mapping[str, str] | None = None) -> Measured:
        """`harness run` with arguments, of all cases unless they name some.

        It may differ from the baseline, of which the benchmark is no judge.
        """
        cases = [] if "-k" in arguments else ["--cases", "all"]
        return expect(measure([sys.executable, "-m", "harness", "run", *arguments, *cases], self.root, variables), 0, 1)

    def cells(self, environments: Iterable[str]) -> list[tuple[str, dict[str, Any]]]:
        """The cells of the last run, each by its case's id, with what varies: its own seconds, when it ended."""
        files = [Layout(self.root).files(name).details for name in environments]
        return [(cell.partition("[")[0], details) for file in files for cell, details in read_details(file).items()]


# Measures some environments with the arguments that select the cases, so many side by side, and prints the line.
Measure = Callable[[Workbench, Sequence[str], Sequence[str], int], None]


@contextmanager
def copied(root: Path = ROOT) -> Iterator[Workbench]:
    """A copy of the project in a temporary folder, removed at the end. Where that is on another disk than uv's cache,
    uv copies what it would link: TMPDIR says where."""
    with tempfile.TemporaryDirectory(prefix="benchmark-", ignore_cleanup_errors=True) as folder:
        for name in _FILES:
            shutil.copy(root / name, folder)
        for name in _FOLDERS:
            shutil.copytree(root / name, Path(folder, name))
        yield Workbench(Path(folder))


def make_parser(text: str | None) -> argparse.ArgumentParser:
    """A parser with the selection, as `harness` has it, and how often to measure."""
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-e", "--env", action="append", default=[], metavar="PATTERN")
    parser.add_argument("-g", "--group", action="append", default=[], metavar="NAME")
    parser.add_argument("-k", "--case", action="append", default=[], metavar="PATTERN")
    parser.add_argument("-j", "--jobs", type=int, default=CORES, help=f"environments side by side (default: {CORES})")
    parser.add_argument("--repeats", type=int, default=3, help="the median of so many is shown (default: 3)")
    return parser


def make_parser_of_both(text: str | None) -> argparse.ArgumentParser:
    """The parser of what `alone_and_together` measures."""
    parser = make_parser(text)
    parser.add_argument("--together", action="store_true", help="only all environments side by side, none alone")
    return parser


def select(options: argparse.Namespace, project: Project) -> tuple[list[Environment], list[str]]:
    """The selected environments, and the arguments that select the cases."""
    selection = Selection(environments=tuple(options.env), groups=tuple(options.group))
    environments = selection.choose_environments(project.matrix, project.matrix.default)
    return environments, flags("-k", options.case)


def flags(name: str, values: Iterable[str]) -> list[str]:
    """An option once for each value."""
    return [part for value in values for part in (name, value)]


def alone_and_together(options: argparse.Namespace, titles: Sequence[str], measure: Measure) -> int:
    """Print the table in which each environment is measured alone, and then all of them side by side."""
    say(machine())
    with copied() as bench:
        environments, cases = select(options, bench.load())
        names = [environment.id for environment in environments]
        for name in names:
            bench.install(name)
        say(head(*titles))
        for name in () if options.together and len(names) > 1 else names:
            measure(bench, [name], cases, 1)
        if len(names) > 1:
            measure(bench, names, cases, min(options.jobs, len(names)))
    return 0


def call(main: Callable[[], int]) -> NoReturn:
    """End with what a benchmark returns, or with the sentence that says why it could not begin."""
    try:
        with signals_as_interrupt():
            raise SystemExit(main())
    except HarnessError as error:
        print(error, file=sys.stderr)
        raise SystemExit(int(error.exit_code)) from None
    except KeyboardInterrupt:
        raise SystemExit(int(Exit.INTERRUPTED)) from None


def say(line: str) -> None:
    """Print a line at once, as it may be long until the next."""
    print(line, flush=True)


def machine() -> str:
    """Where and when this was measured."""
    load = f"load {os.getloadavg()[0]:.1f} at the start"
    today = datetime.datetime.now(datetime.timezone.utc).date()
    return f"{CORES} cores, {MEMORY / 1e9:.0f} GB, {platform.system()} {platform.machine()}, {load}, {today}"


def head(*titles: str) -> str:
    """The first two lines of a table."""
    return f"{row(*titles)}\n{'|---' * len(titles)}|"


def row(*cells: object) -> str:
    """A line of a table."""
    return f"| {' | '.join(map(str, cells))} |"
