"""The harness against the naive way, tox with virtualenv and pip and a fresh interpreter for each cell, and against
pytest-forked: the same locks, the same scripts, the same machine, and every outcome compared.

    python3 bootstrap.py python benchmarks/against_naive.py -e tf215 --cells 60
    python3 bootstrap.py python benchmarks/against_naive.py -e tf215 --cells 2000 --without-fresh
    python3 bootstrap.py python benchmarks/against_naive.py --cold --cells 60

The cells are those of cases drawn at random (`--seed`), under all their import paths; `-k` draws from some cases only.
Environments are made in a temporary folder (TMPDIR says where), one after the other, and removed. With `--cold` the
whole selection is taken from empty caches of uv and pip to its outcomes, with as many environments side by side.
`--without-fresh` leaves out the fresh interpreters, which take more than an hour an environment with the whole library.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.measuring import Measured, Workbench, call, copied, flags, head, machine, make_parser, row, say
from benchmarks.naive import Naive
from harness.cases.case import PREREQUISITES, Case
from harness.contract.plan import PathSpec
from harness.contract.records import CellKey, Outcome
from harness.controller.project.cells import paths_of
from harness.controller.project.loader import Project
from harness.controller.project.matrix import Environment
from harness.controller.project.selection import Selection
from harness.controller.results.documents import read_column

HARNESS = "harness"
NAIVE = "fresh interpreters"
_SHOWN = 20  # differences of a way that are shown


@dataclass
class Figures:
    """Seconds of one way in one environment, once for each repeat, and what it gave otherwise than the harness."""

    install: list[float] = field(default_factory=list)
    run: list[float] = field(default_factory=list)
    rerun: list[float] = field(default_factory=list)
    differing: set[str] = field(default_factory=set)


def draw(project: Project, selection: Selection, size: int, seed: int) -> list[tuple[Case, PathSpec]]:
    """The cells of cases drawn at random until there are `size` of them, in the harness's order.

    Without those that no script can show here: what is switched off, or lacks a prerequisite.
    """
    cases = [case for case in selection.choose_cases(project.cases, project.matrix) if not case.skip and _can_run(case)]
    paths = project.matrix.paths
    drawn: dict[str, list[str]] = {}
    for case in random.Random(seed).sample(cases, len(cases)):
        if sum(map(len, drawn.values())) >= size:
            break
        drawn[case.id] = paths_of(case, paths.values())
    return [(case, paths[path]) for case in cases for path in drawn.get(case.id, ())]


def _can_run(case: Case) -> bool:
    return not case.packages and all(shutil.which(PREREQUISITES[name]) for name in case.requires)


class Comparison:
    """One selection of cells, run each way."""

    def __init__(
        self,
        bench: Workbench,
        environments: Sequence[Environment],
        cells: Sequence[tuple[Case, PathSpec]],
        left_out: Sequence[str] = (),
    ) -> None:
        self.bench = bench
        self.left_out = left_out
        self.names = [environment.id for environment in environments]
        self.naive = Naive(bench, environments, cells)
        self.cases = flags("-k", dict.fromkeys(case.id for case, _ in cells))
        self.cells = len(cells)

    def harness(self, *arguments: str, variables: Mapping[str, str] | None = None) -> Measured:
        return self.bench.run(*self.cases, *arguments, variables=variables)

    def outcomes(self, name: str) -> dict[CellKey, Outcome]:
        """What the harness's last run gave."""
        return read_column(self.bench.load().layout.run / f"{name}.json").cells

    def ways(self, name: str) -> dict[str, Callable[[], Measured]]:
        """How to run all cells of an environment that is there, each way that is not left out."""
        ways = {
            HARNESS: partial(self.harness, "-e", name, "-j", "1", "--fresh"),
            NAIVE: partial(self.naive.fresh, [name]),
            "pytest-forked, TensorFlow imported": partial(self.naive.forked, name, []),
            "pytest-forked, all paths imported": partial(self.naive.forked, name, self.naive.paths),
        }
        return {way: run for way, run in ways.items() if way not in self.left_out}

    def warm(self, name: str, repeats: int) -> dict[str, Figures]:
        """Each way in turn, so that what else the machine does falls on all of them; caches are filled first."""
        found: dict[str, Figures] = defaultdict(Figures)
        for number in range(-1, repeats):
            made = {HARNESS: self.bench.install(name), NAIVE: self.naive.install(name)}
            if number >= 0:
                for way, measured in made.items():
                    found[way].install.append(measured.seconds)
        self.naive.add_forked(name)
        for _ in range(repeats):
            for way, run in self.ways(name).items():
                found[way].run.append(run().seconds)
                if way != HARNESS:
                    found[way].differing.update(self.naive.differences(name, self.outcomes(name)))
            found[HARNESS].rerun.append(self.harness("-e", name).seconds)
        self.naive.remove(name)
        return found

    def cold(self, jobs: int) -> tuple[dict[str, float], list[str]]:
        """Seconds of each way from empty caches to all outcomes of all environments, and what differs."""
        with tempfile.TemporaryDirectory(dir=self.bench.root) as caches:
            variables = {"UV_CACHE_DIR": f"{caches}/uv", "PIP_CACHE_DIR": f"{caches}/pip"}
            ours = self.harness(*flags("-e", self.names), "-j", str(jobs), variables=variables)
            naive = self.naive.fresh(self.names, jobs, variables)
        differing = [
            f"{name} {difference}"
            for name in self.names
            for difference in self.naive.differences(name, self.outcomes(name))
        ]
        return {HARNESS: ours.seconds, NAIVE: naive.seconds}, differing


def compare_warm(comparison: Comparison, repeats: int, keep_free: float) -> bool:
    """Print the tables of the warm comparison. True where all ways gave the same."""
    titles = ("environment", "way", "install", "run", "a cell", "rerun", "run ÷ harness's", "differing cells")
    say(head(*titles))
    ratios: dict[str, list[float]] = defaultdict(list)
    differing: dict[str, set[str]] = {}
    for name in comparison.names:
        check_disk(comparison.bench.root, keep_free)
        figures = comparison.warm(name, repeats)
        ours = median(figures[HARNESS].run)
        for way, found in figures.items():
            if way in comparison.left_out:
                continue
            run = median(found.run)
            install = f"{median(found.install):.1f}" if found.install else ""
            rerun = median(found.rerun or found.run)  # without a memory a rerun is a run
            ratios[way].append(median(one / base for one, base in zip(found.run, figures[HARNESS].run, strict=True)))
            seconds = (install, f"{run:.1f}", f"{run / comparison.cells:.2f}", f"{rerun:.1f}")
            say(row(name, way, *seconds, f"{run / ours:.1f}", len(found.differing)))
            differing[f"{name}, {way}"] = found.differing
    say("")
    for way, each in ratios.items():
        if way != HARNESS:
            say(f"{way}: {median(each):.1f} times the harness's run, in the median of {len(each)} environments")
    return not report(differing)


def compare_cold(comparison: Comparison, jobs: int) -> bool:
    """Print the table of the cold comparison. True where both ways gave the same."""
    seconds, differing = comparison.cold(jobs)
    say(head("way", "from empty caches to the outcomes", "÷ harness's"))
    for way, took in seconds.items():
        say(row(way, f"{took:.0f}", f"{took / seconds[HARNESS]:.1f}"))
    return not report({NAIVE: set(differing)})


def report(differing: Mapping[str, set[str]]) -> bool:
    """Print which cells ended otherwise than by the harness. True where there are any."""
    for way, cells in differing.items():
        if cells:
            say(f"\n{way}: {len(cells)} cells differ from the harness:")
            say("\n".join(f"  {cell}" for cell in sorted(cells)[:_SHOWN]))
    return any(differing.values())


def check_disk(folder: Path, keep_free: float) -> None:
    """Stop before an installation where the disk is nearly full."""
    free = shutil.disk_usage(folder).free / 1e9
    if free < keep_free:
        raise SystemExit(f"{free:.0f} GB are free on the disk of {folder}, and --keep-free says {keep_free:g}")


def _options() -> argparse.Namespace:
    parser = make_parser(__doc__)
    parser.add_argument("--cells", type=int, default=100, help="how many to draw at least (default: 100)")
    parser.add_argument("--seed", type=int, default=1, help="another draws other cases (default: 1)")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--cold", action="store_true", help="from empty caches, once, all environments together")
    kind.add_argument("--without-fresh", action="store_true", help="leave out the fresh interpreters")
    parser.add_argument("--keep-free", type=float, default=25, metavar="GB", help="of the disk (default: 25)")
    return parser.parse_args()


def main() -> int:
    """Measure and print. 1 where a way gave other outcomes than the harness."""
    options = _options()
    say(machine())
    with copied() as bench:
        project = bench.load()
        selection = Selection(tuple(options.env), tuple(options.group), (), tuple(options.case))
        environments = selection.choose_environments(project.matrix, project.matrix.default)
        cells = draw(project, selection, options.cells, options.seed)
        check_disk(bench.root, options.keep_free)
        comparison = Comparison(bench, environments, cells, [NAIVE] if options.without_fresh else [])
        cases = len({case.id for case, _ in cells})
        say(f"{len(cells)} cells of {cases} cases, drawn with the seed {options.seed}\n")
        if options.cold:
            same = compare_cold(comparison, options.jobs)
        else:
            same = compare_warm(comparison, options.repeats, options.keep_free)
    return int(not same)


if __name__ == "__main__":
    call(main)
