"""What a column is asked to do: the arguments that follow `--` in `tox -e ENV -- ...`.

`--case`, `--path`, `--isolation` and `--fresh` choose and say how, the rest is pytest's. With options of pytest's every
cell is run.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.controller.project.selection import Selection
from harness.controller.worker.retries import RETRIES

DEFAULT_ISOLATION = "fork" if sys.platform == "linux" else "spawn"


@dataclass(frozen=True)
class WorkerOptions:
    """What to run: the selection within one environment, and what is left for pytest."""

    selection: Selection
    isolation: str
    fresh: bool
    retries: int
    side_by_side: int | None
    rank: int
    drawn: Path | None  # a file with the cells to run of the selection, by environment
    pytest: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether every cell is run, whatever is known of it."""
        return self.fresh or bool(self.pytest)


def parse_worker_options(arguments: Sequence[str]) -> WorkerOptions:
    """Read the arguments after `--`."""
    parser = argparse.ArgumentParser(prog="tox -e ENV --", add_help=False, allow_abbrev=False)
    parser.add_argument("--case", action="append", default=[])
    parser.add_argument("--path", action="append", default=[])
    parser.add_argument("--isolation", choices=["fork", "spawn"], default=DEFAULT_ISOLATION)
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--retries", type=int, default=RETRIES)
    parser.add_argument("--side-by-side", type=int)  # said by `harness run`, which starts several of us
    parser.add_argument("--rank", type=int, default=0)  # and who of them comes first
    parser.add_argument("--drawn", type=Path)  # said by `harness audit`
    own, rest = parser.parse_known_args(arguments)
    selection = Selection(paths=tuple(own.path), cases=tuple(own.case))
    return WorkerOptions(
        selection, own.isolation, own.fresh, own.retries, own.side_by_side, own.rank, own.drawn, tuple(rest)
    )
