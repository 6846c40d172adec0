"""What a run costs beside the cells themselves, one environment alone and all side by side.

    python3 bootstrap.py python benchmarks/overhead.py -g quick

The time by the clock, times the cores, over the sum of what the cells' processes computed themselves. All cells are run
(`--fresh`) in environments that are there.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from benchmarks.measuring import CORES, Workbench, alone_and_together, call, flags, make_parser_of_both, row, say


def measure_run(bench: Workbench, names: Sequence[str], cases: Sequence[str], jobs: int, repeats: int) -> str:
    """The table's line of some environments: the medians of its repeats."""
    found = []
    for _ in range(repeats):
        run = bench.run(*flags("-e", names), *cases, "--fresh", "-j", str(jobs))
        own = sum(details["cpu_seconds"] for _, details in bench.cells(names))
        found.append((run.seconds, own, run.computing, run.seconds * jobs / own, run.seconds * CORES / own))
    seconds, own, computing, busy, ratio = (median(each) for each in zip(*found, strict=True))
    return row(" ".join(names), jobs, *(f"{value:.0f}" for value in (seconds, own, computing)), *_rounded(busy, ratio))


def _rounded(*ratios: float) -> list[str]:
    return [f"{ratio:.2f}" for ratio in ratios]


def main() -> int:
    """Print a line for each environment alone, and for all of them side by side."""
    options = make_parser_of_both(__doc__).parse_args()
    titles = ["environments", "side by side", "by the clock, s", "the cells' own, s", "computing, s"]
    titles += ["clock × side by side ÷ own", "clock × cores ÷ own"]

    def measure(bench: Workbench, names: Sequence[str], cases: Sequence[str], jobs: int) -> None:
        say(measure_run(bench, names, cases, jobs, options.repeats))

    return alone_and_together(options, titles, measure)


if __name__ == "__main__":
    call(main)
