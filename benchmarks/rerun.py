"""What a second run takes: with nothing changed, and with one case changed.

    python3 bootstrap.py python benchmarks/rerun.py -g quick
    python3 bootstrap.py python benchmarks/rerun.py -g all --here

All cells of the selection are run once before, which is not measured: in a temporary copy of this project, or, with
`--here`, in the project itself, where what earlier runs left is taken. A case is changed in its time limit, which its
cells depend on and their outcomes do not: the one in the middle by the time that its cells took, and the one that took
longest. With `--here` its file is written back at the end, and its cells are run once more.
"""

from __future__ import annotations

import datetime
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from statistics import median

from benchmarks.measuring import ROOT, Workbench, call, copied, flags, head, machine, make_parser, row, say, select


class Rerun:
    """A selection of which every outcome is known."""

    def __init__(self, bench: Workbench, names: Sequence[str], cases: Sequence[str], jobs: int) -> None:
        self.bench = bench
        self.names = names
        self.arguments = [*flags("-e", names), *cases, "-j", str(jobs)]

    def run(self) -> tuple[float, int]:
        """Run again: the seconds by the clock, and how many cells were run."""
        time.sleep(1)  # as cells are dated by the second
        began = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0).isoformat()
        seconds = self.bench.run(*self.arguments).seconds
        return seconds, sum(details["at"] >= began for _, details in self.bench.cells(self.names))

    def by_time(self) -> list[tuple[str, float]]:
        """The cases that can be changed, with what their cells took in all environments, the quickest first."""
        seconds: dict[str, float] = defaultdict(float)
        for case, details in self.bench.cells(self.names):
            seconds[case] += details["seconds"]
        limited = {case.id for case in self.bench.load().cases if case.timeout is not None or case.skip}
        return sorted(((case, took) for case, took in seconds.items() if case not in limited), key=lambda item: item[1])

    def file(self, case: str) -> Path:
        """Where a case stands."""
        return self.bench.root / next(found.file for found in self.bench.load().cases if found.id == case)


@contextmanager
def kept(file: Path) -> Iterator[str]:
    """The text of a file, which it has again at the end."""
    text = file.read_text(encoding="utf-8")
    try:
        yield text
    finally:
        file.write_text(text, encoding="utf-8")


def measure_change(rerun: Rerun, case: str, own: float, repeats: int) -> str:
    """The table's line of a run with one case changed, which each repeat changes anew."""
    file = rerun.file(case)
    found = []
    with kept(file) as text:
        for number in range(repeats):
            file.write_text(f"{text}\ntimeout: {200 + number}\n", encoding="utf-8")
            found.append(rerun.run())
    return _row(f"`{case}` changed, whose cells took {own:.1f} s", found)


def _row(what: str, found: Sequence[tuple[float, int]]) -> str:
    counts = sorted({cells for _, cells in found})
    return row(what, f"{median(seconds for seconds, _ in found):.1f}", " or ".join(map(str, counts)))


def main() -> int:
    """Run all cells, then measure, and print the table."""
    parser = make_parser(__doc__)
    parser.add_argument("--here", action="store_true", help="in this project instead of in a copy of it")
    options = parser.parse_args()
    say(machine())
    with nullcontext(Workbench(ROOT)) if options.here else copied() as bench:
        environments, cases = select(options, bench.load())
        rerun = Rerun(bench, [environment.id for environment in environments], cases, options.jobs)
        rerun.run()
        total = len(bench.cells(rerun.names))
        say(f"{total} cells in {len(rerun.names)} environments\n")
        say(head("a run again", "by the clock, s", "cells run"))
        say(_row("nothing changed", [rerun.run() for _ in range(options.repeats)]))
        by_time = rerun.by_time()
        for case, own in (by_time[len(by_time) // 2], by_time[-1]):
            say(measure_change(rerun, case, own, options.repeats))
            rerun.run()
    return 0


if __name__ == "__main__":
    call(main)
