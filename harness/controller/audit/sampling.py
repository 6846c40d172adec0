"""The recorded outcomes that a script can show, and a sample of them in which every status occurs."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.cases.case import Case
from harness.contract.plan import PathSpec
from harness.contract.records import Outcome
from harness.contract.statuses import Status
from harness.controller.engine.remote import RemoteEngine
from harness.controller.environments.prerequisites import program_for
from harness.controller.project.cells import cell_keys
from harness.controller.project.loader import Project
from harness.controller.project.matrix import Environment
from harness.controller.project.selection import Selection
from harness.controller.results.documents import Column

_FEW = 5  # cells of each status that are sampled before chance decides


@dataclass(frozen=True)
class SampleRequest:
    """How much is audited, and where.

    By an engine other machines are asked. `sampled` is the sample of such a machine, which gets the answers. Without
    `jobs` there are as many scripts at a time as cores.
    """

    size: int
    seed: int
    jobs: int | None = None
    engine: RemoteEngine | None = None
    sampled: Path | None = None

    @property
    def jobs_here(self) -> int:
        """Scripts at a time on this machine."""
        return self.jobs or len(os.sched_getaffinity(0))


@dataclass(frozen=True)
class RecordedCell:
    """A cell with the outcome that is recorded for it."""

    environment: Environment
    case: Case
    path: PathSpec
    recorded: Outcome

    def __str__(self) -> str:
        return f"{self.environment.id} {self.case.id}[{self.path.id}]"


def any_seed() -> int:
    """A random seed. It is printed, so that the same sample can be audited again."""
    return random.SystemRandom().randrange(10**6)


def draw_sample(cells: Sequence[RecordedCell], size: int, seed: int) -> list[RecordedCell]:
    """A sample in the cells' order, the same for the same cells and seed.

    Five cells of every status that occurs come first, or as many as there are, or as fit into `size` if each
    status gets the same, but never none. The rest comes from all other cells, whatever its status, so that each
    has its share.
    """
    chance = random.Random(seed)
    strata = [[n for n, cell in enumerate(cells) if cell.recorded.status is status] for status in Status]
    strata = [members for members in strata if members]
    few = max(1, min(_FEW, size // len(strata)))
    chosen = {n for members in strata for n in chance.sample(members, min(few, len(members)))}
    rest = [n for n in range(len(cells)) if n not in chosen]
    chosen.update(chance.sample(rest, max(0, min(size - len(chosen), len(rest)))))
    return [cells[n] for n in sorted(chosen)]


def recorded_cells(
    project: Project, selection: Selection, columns: Mapping[str, Column]
) -> tuple[list[RecordedCell], Counter[Status]]:
    """The cells whose outcome a script can show, and how many others there are, by status."""
    cases = {case.id: case for case in selection.choose_cases(project.cases, project.matrix)}
    keys = cell_keys(list(cases.values()), selection.choose_paths(project.matrix))
    paths, environments = project.matrix.paths, project.matrix.everything
    found, left_out = [], Counter[Status]()
    for name, column in columns.items():
        for key in keys:
            if key not in column.cells:
                continue
            cell = RecordedCell(environments[name], cases[key[0]], paths[key[1]], column.cells[key])
            status = Status.UNMET if _lacks(cell.case) else cell.recorded.status
            if status.counts:
                found.append(cell)
            else:
                left_out[status] += 1
    return found, left_out


def _lacks(case: Case) -> bool:
    """Whether this machine lacks a requirement of the case: its script cannot show anything here."""
    return any(program_for(name) is None for name in case.requires)
