"""Auditing on other machines: `harness audit --sampled` runs the sampled scripts of an environment where it is."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path

from harness.contract.records import CellKey
from harness.controller.audit.sampling import RecordedCell
from harness.controller.engine.environment_run import EnvironmentRun
from harness.controller.engine.remote import RemoteEngine
from harness.controller.engine.workload import CommandWorkload
from harness.controller.errors import HarnessError
from harness.controller.files import read_text, write_atomically
from harness.controller.project.layout import Layout

_SAMPLE, _ANSWERS = ".harness/audit/sample.json", ".harness/audit/{}.json"
_RECORDED = ("results/{}.json", ".harness/run/{}.json", ".harness/details/{}.json")

Audited = tuple[RecordedCell, str | None]  # a cell, and what contradicts its recorded outcome


def audit_elsewhere(
    engine: RemoteEngine, layout: Layout, sample: Sequence[RecordedCell], of_run: bool, limit: int | None
) -> Generator[Audited, None, None]:
    """Each cell with what contradicts its recorded outcome, once all have ended.

    Raises HarnessError where an environment could not be audited, KeyboardInterrupt where it was interrupted.
    """
    cells: dict[str, list[RecordedCell]] = defaultdict(list)
    for cell in sample:
        cells[cell.environment.id].append(cell)
    keys = {name: [cell.recorded.key for cell in listed] for name, listed in cells.items()}
    write_atomically(layout.root / _SAMPLE, json.dumps(keys))
    runs = [EnvironmentRun(listed[0].environment, layout.files(name)) for name, listed in cells.items()]
    options = ["--sampled", _SAMPLE, *(["--run"] if of_run else [])]
    work = CommandWorkload(("audit", *options), (_SAMPLE, *_RECORDED), (_ANSWERS,))
    if engine.perform(runs, work, limit, lambda: None):
        raise KeyboardInterrupt
    for run in runs:
        name = run.environment.id
        if run.fault:
            raise HarnessError(f"{name}: not audited: {run.fault} (log: {work.log(run.files)})")
        answers = read_answers(layout, name)
        yield from ((cell, answers[cell.recorded.key]) for cell in cells[name])


def write_answers(layout: Layout, environment: str, audited: Iterable[Audited]) -> None:
    """Leave the answers for the machine that asked."""
    answers = [(*cell.recorded.key, contradiction) for cell, contradiction in audited]
    write_atomically(layout.root / _ANSWERS.format(environment), json.dumps(answers))


def read_answers(layout: Layout, environment: str) -> dict[CellKey, str | None]:
    """What `write_answers` left."""
    answers = json.loads(read_text(layout.root / _ANSWERS.format(environment)))
    return {(case, path): contradiction for case, path, contradiction in answers}


def sampled_cells(cells: Sequence[RecordedCell], file: Path) -> list[RecordedCell]:
    """Those of the cells that another machine has sampled. Raises HarnessError where one is not among them."""
    wanted = {(name, case, path) for name, keys in json.loads(read_text(file)).items() for case, path in keys}
    names = {cell.environment.id for cell in cells}
    found = [cell for cell in cells if (cell.environment.id, *cell.recorded.key) in wanted]
    missing = {key for key in wanted if key[0] in names} - {(cell.environment.id, *cell.recorded.key) for cell in found}
    if missing:
        raise HarnessError("{} {}[{}]: this machine lacks what its case requires".format(*min(missing)))
    return found
