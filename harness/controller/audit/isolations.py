"""`harness audit --isolations`: run a sample of cells in forks and in fresh interpreters, and compare the outcomes."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from harness.contract.records import CellKey
from harness.controller.audit.sampling import SampleRequest
from harness.controller.console import make_console
from harness.controller.engine.protocol import Engine
from harness.controller.errors import Exit
from harness.controller.files import write_atomically
from harness.controller.project.loader import Project
from harness.controller.project.selection import Selection
from harness.controller.project.state import run_lock
from harness.controller.results.compare import Change, both_sides
from harness.controller.results.documents import Column
from harness.controller.run.batch import run_batch, split_by_ending
from harness.controller.run.preflight import RunRequest, preflight
from harness.controller.run.signals import signals_as_interrupt
from harness.controller.text import one_line
from harness.controller.worker.options import WorkerOptions

COMPARED_ISOLATIONS = ("spawn", "fork")  # the last one is left as the last run
CellSample = dict[str, list[CellKey]]  # by environment


def audit_isolations(project: Project, selection: Selection, wanted: SampleRequest) -> Exit:
    """Run a sample of a selection in both isolations, and print where these differ, warnings included.

    Raises UsageError or HarnessError if the selection cannot be run.
    """
    request = preflight(project, selection, WorkerOptions(fresh=True, retries=0), here=wanted.engine is None)
    sample = sample_cells(request.cells, wanted.size, wanted.seed)
    console = make_console()
    title = f"{sum(map(len, sample.values()))} cells sampled (seed {wanted.seed})"
    console.print(f"{title} of {sum(map(len, request.cells.values()))}")
    ran: dict[str, dict[str, Column]] = {}
    broken: list[str] = []
    state = request.project.layout.state
    with run_lock(project.layout), signals_as_interrupt():
        write_atomically(state / "sample.json", json.dumps(sample))
        for isolation in COMPARED_ISOLATIONS:
            console.print(f"isolation: {isolation}")
            found = _run(request, sample, state / "sample.json", isolation, wanted.jobs, console, wanted.engine)
            if found is None:
                console.print("interrupted: cells that were not run in both isolations are not compared")
                return Exit.INTERRUPTED
            ran[isolation], without = found
            broken += [f"{what} ({isolation})" for what in without]
        (state / "sample.json").unlink()
    differing = list(isolation_differences(ran))
    for line in [*differing, *broken]:
        console.print(line, markup=False, soft_wrap=True)
    compared = sum(outcome.status.counts for name in _in_both(ran) for outcome in ran["fork"][name].cells.values())
    console.print(f"{title}, {compared} run in both isolations: {len(differing) or 'none'} differ")
    if broken:
        return Exit.BROKEN
    return Exit.DIFFERS if differing else Exit.AGREES


def sample_cells(cells: Mapping[str, Sequence[CellKey]], size: int, seed: int) -> CellSample:
    """Some of the cells, or all where there are no more; the same for the same cells and seed."""
    everything = [(name, key) for name, keys in cells.items() for key in keys]
    chosen = set(random.Random(seed).sample(everything, min(size, len(everything))))
    sample = {name: [key for key in keys if (name, key) in chosen] for name, keys in cells.items()}
    return {name: keys for name, keys in sample.items() if keys}


def _run(
    request: RunRequest,
    sample: CellSample,
    file: Path,
    isolation: str,
    jobs: int | None,
    console: Console,
    engine: Engine | None,
) -> tuple[dict[str, Column], list[str]] | None:
    """The columns of one isolation, and a sentence for each environment without one. None if interrupted."""
    environments = [item for item in request.environments if item.id in sample]
    options = replace(request.options, sample=file, isolation=isolation)
    request = replace(request, environments=environments, cells=sample, options=options)
    batch = run_batch(request, jobs, console, engine)
    return None if batch.interrupted else split_by_ending(request.project, batch)


def isolation_differences(ran: Mapping[str, Mapping[str, Column]]) -> Iterator[str]:
    """The cells whose outcomes differ between the isolations, in words."""
    spawn, fork = (ran[isolation] for isolation in COMPARED_ISOLATIONS)
    for name in _in_both(ran):
        for key, before in fork[name].cells.items():
            after = spawn[name].cells.get(key)
            if after != before:
                sides = both_sides(Change("changed", name, key, before, after))
                yield one_line("{} {}[{}]: fork {}, spawn {}".format(name, *key, *sides))


def _in_both(ran: Mapping[str, Mapping[str, Column]]) -> list[str]:
    return [name for name in ran["fork"] if name in ran["spawn"]]
