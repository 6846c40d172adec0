"""Options of a worker: what follows `--` in `tox -e ENV -- ...`.

They are parsed once, where a process begins, and written once, where another one is started.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from harness.cases.case import FOLDER
from harness.controller.errors import UsageError
from harness.controller.project.matrix_checks import ALL_CASES
from harness.controller.project.selection import Selection
from harness.controller.worker.retries import RETRIES

DEFAULT_ISOLATION = "fork" if sys.platform == "linux" else "spawn"
_PRINTING = {  # the options with which pytest prints something and runs nothing
    *("-h", "--help", "-V", "--version", "--markers", "--fixtures", "--funcargs", "--fixtures-per-test"),
    *("--co", "--collect-only", "--cache-show", "--setup-only", "--setup-plan"),
}


@dataclass(frozen=True)
class WorkerOptions:
    """Cells to run in one environment, and how.

    `sandbox` runs them in bubblewrap. `hooks` lets hooks of plugins take part around forks: they save time and change
    no outcome. `fresh` runs cells whose outcome is cached too, and so do options of pytest's. With `strict` a cell that
    could not be tried on this machine differs from the baseline. `side_by_side` is the number of environments whose
    cells may run at the same time (None: no limit), `rank` this one's place in line. `sample` is a file that restricts
    the cells by environment.
    """

    cases: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    isolation: str = DEFAULT_ISOLATION
    sandbox: bool = False
    hooks: bool = True
    fresh: bool = False
    retries: int = RETRIES
    strict: bool = False
    side_by_side: int | None = None
    rank: int = 0
    sample: Path | None = None
    pytest: tuple[str, ...] = ()

    @property
    def selection(self) -> Selection:
        """The cells to run. Where pytest's own options select, they do so among all cases, not in the default set."""
        selection = Selection(paths=self.paths, cases=self.cases, sets=self.sets)
        if not selection.names_cases and any(map(_selects, self.pytest)):
            return replace(selection, sets=(ALL_CASES,))
        return selection

    @property
    def runs_everything(self) -> bool:
        """Whether every cell is run, cached or not."""
        return self.fresh or bool(self.pytest)

    @property
    def only_prints(self) -> bool:
        """Whether pytest is asked to print something, and to run nothing."""
        return any(word.partition("=")[0] in _PRINTING for word in self.pytest)

    def to_argv(self) -> list[str]:
        """The arguments from which `from_argv` makes the same options."""
        argv = [word for case in self.cases for word in ("--case", case)]
        argv += [word for path in self.paths for word in ("--path", path)]
        argv += [word for name in self.sets for word in ("--cases", name)]
        argv += ["--isolation", self.isolation, "--retries", str(self.retries)]
        if self.sandbox:
            argv.append("--sandbox")
        if not self.hooks:
            argv.append("--no-hooks")
        if self.fresh:
            argv.append("--fresh")
        if self.strict:
            argv.append("--strict")
        if self.side_by_side is not None:
            argv += ["--side-by-side", str(self.side_by_side), "--rank", str(self.rank)]
        if self.sample is not None:
            argv += ["--sample", str(self.sample)]
        return [*argv, *self.pytest]

    @classmethod
    def from_argv(cls, argv: Sequence[str]) -> WorkerOptions:
        """Parse our own options; all others are pytest's. Raises UsageError."""
        own, rest = _parser().parse_known_args(argv)
        values = {**vars(own), "cases": tuple(own.cases), "paths": tuple(own.paths), "sets": tuple(own.sets)}
        return cls(**values, pytest=tuple(rest))


def _selects(word: str) -> bool:
    """Whether one of pytest's arguments chooses cells: `-k EXPRESSION`, or a file or a node id of a case."""
    return word.startswith(("-k", f"{FOLDER}/"))


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(message)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="tox -e ENV --", add_help=False, allow_abbrev=False)
    parser.add_argument("--case", dest="cases", action="append", default=[])
    parser.add_argument("--path", dest="paths", action="append", default=[])
    parser.add_argument("--cases", dest="sets", action="append", default=[])
    parser.add_argument("--isolation", choices=["fork", "spawn"], default=DEFAULT_ISOLATION)
    parser.add_argument("--sandbox", action="store_true")
    parser.add_argument("--no-hooks", dest="hooks", action="store_false")
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--strict", action="store_true")
    parser.add_argument("--retries", type=_count, default=RETRIES)
    # Options that only the harness itself gives: `run`, which starts several workers, and `audit --isolations`.
    parser.add_argument("--side-by-side", type=int)
    parser.add_argument("--rank", type=int, default=0)
    parser.add_argument("--sample", type=Path)
    return parser


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("must be at least 0")
    return number
