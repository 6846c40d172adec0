"""Measuring several environments, and asking each for what only another one has."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from harness.controller.api.local import LocalInventory
from harness.controller.environments.children import Children
from harness.controller.environments.making import make_with_tox
from harness.controller.environments.on_cores import map_on_cores
from harness.controller.errors import HarnessError
from harness.controller.inventory.asked import NamesByModule, known_names, merged_names, names_digest, note_names
from harness.controller.inventory.measure import Measurement, is_up_to_date, seconds_since
from harness.controller.project.layout import Layout
from harness.controller.project.loader import Project
from harness.controller.project.matrix import Environment
from harness.controller.worker.bundle import make_bundle

PrintLine = Callable[[str], None]
_MOST_ROUNDS = 6


def measure_environments(
    project: Project, environments: Sequence[Environment], side_by_side: int, fresh: bool, report: PrintLine
) -> list[str]:
    """Measure what is not up to date. Returns the sentences on those environments that could not be measured.

    What one round finds is asked of all others in the next one, until a round finds nothing.
    """
    layout = project.layout
    bundle = make_bundle(layout.state)
    children = Children()
    hooks = project.language.unwrap_hooks
    measurements = [Measurement(layout, project.matrix, item, hooks, bundle, children) for item in environments]
    if fresh:
        for item in measurements:
            layout.files(item.environment.id).inventory.unlink(missing_ok=True)
            layout.files(item.environment.id).inventory_stamp.unlink(missing_ok=True)
    failed: dict[str, str] = {}
    for _ in range(_MOST_ROUNDS):
        waiting = _waiting(project, measurements, failed)
        if not waiting:
            break
        failed |= _round(layout, waiting, side_by_side, report, children)
    else:
        for item in _waiting(project, measurements, failed):
            name = item.environment.id
            failed[name] = f"{name}: not finished: other environments still have new names after {_MOST_ROUNDS} rounds"
    return [failed[item.id] for item in environments if item.id in failed]


def _waiting(project: Project, measurements: Sequence[Measurement], failed: Mapping[str, str]) -> list[Measurement]:
    """Those that could be measured so far and are not up to date."""
    left = [item for item in measurements if item.environment.id not in failed]
    layout = project.layout
    look = partial(is_up_to_date, layout, project.matrix, project.language.unwrap_hooks, names_digest(layout))
    found = map_on_cores(look, [item.environment for item in left])
    return [item for item, is_right in zip(left, found, strict=True) if not is_right]


def _round(
    layout: Layout, waiting: Sequence[Measurement], side_by_side: int, report: PrintLine, children: Children
) -> dict[str, str]:
    """Measure each with the names that are known now, and note the names that were found."""
    wanted = known_names(layout)
    failed: dict[str, str] = {}
    found: list[NamesByModule] = [wanted]
    done: list[tuple[Measurement, str]] = []

    def measure(item: Measurement) -> None:
        began = time.monotonic()
        try:
            make_with_tox(layout, item.environment.id, layout.files(item.environment.id).inventory_log, children)
            key = item.key()
            inventory, is_asked = item.measure(wanted)
        except HarnessError as error:
            failed[item.environment.id] = str(error)
            return
        if item.environment.lane is None:  # what only a lane has, the accepted environments are not asked for
            found.append(inventory.found())
        done.append((item, key))
        if is_asked:
            report(f"{item.environment.id}: {_size(inventory)}, {seconds_since(began)}")

    children.side_by_side(measure, waiting, side_by_side)
    everything = merged_names(found)
    if everything != wanted:
        note_names(layout, everything)
    else:
        digest = names_digest(layout)
        for item, key in done:
            item.stamp(key, digest)
    return failed


def _size(inventory: LocalInventory) -> str:
    names = inventory.found()
    return f"{sum(map(len, names.values()))} names in {len(names)} modules"
