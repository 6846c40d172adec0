"""Measuring environments on other machines: each by `harness inventory`, asked for all names that any has."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from harness.controller.api.local import read_inventory
from harness.controller.engine.environment_run import EnvironmentRun
from harness.controller.engine.remote import RemoteEngine
from harness.controller.engine.workload import CommandWorkload
from harness.controller.errors import Exit
from harness.controller.inventory.asked import known_names, merged_names, note_names
from harness.controller.project.layout import Layout
from harness.controller.project.matrix import Environment

_MOST_ROUNDS = 6
_WANTED = ".harness/inventory/names.list"
_RETURNED = ".harness/inventory/{}.json"


def measure_elsewhere(
    engine: RemoteEngine,
    layout: Layout,
    environments: Sequence[Environment],
    limit: int | None,
    fresh: bool,
    report: Callable[[str], None],
) -> list[str]:
    """Measure environments by an engine. Returns the sentences on those that could not be measured.

    What one round finds is asked of all in the next one, until a round finds nothing. Each machine knows what it has
    measured before.

    Raises KeyboardInterrupt where it was interrupted.
    """
    failed: dict[str, str] = {}
    for number in range(_MOST_ROUNDS):
        wanted = known_names(layout)
        note_names(layout, wanted)
        runs = [EnvironmentRun(item, layout.files(item.id)) for item in environments if item.id not in failed]
        options = ("--fresh",) if fresh and not number else ()
        work = CommandWorkload(("inventory", "-e", "{}", "-j", "1", *options), (_WANTED,), (_RETURNED,))
        if engine.perform(runs, work, limit, lambda: None):
            raise KeyboardInterrupt
        for run in runs:
            name = run.environment.id
            if run.code != Exit.AGREES:
                failed[name] = (
                    f"{name}: not measured: {run.fault or f'exit code {run.code}'} (log: {work.log(run.files)})"
                )
            elif not number:
                report(f"{name}: measured on {run.host}")
        measured = [run for run in runs if run.environment.id not in failed and run.environment.lane is None]
        everything = merged_names([wanted, *(read_inventory(run.files.inventory).found() for run in measured)])
        if everything == wanted:
            return [failed[item.id] for item in environments if item.id in failed]
        note_names(layout, everything)
    return [*failed.values(), f"not finished: environments still have new names after {_MOST_ROUNDS} rounds"]
