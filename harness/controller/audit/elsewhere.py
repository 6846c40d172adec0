"""Auditing on other machines: `harness audit --sampled` runs what was sampled of an environment where that is."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from harness.controller.audit.name_answers import NameAnswer, answers_as_json
from harness.controller.audit.sampling import RecordedCell
from harness.controller.engine.environment_run import EnvironmentRun
from harness.controller.engine.remote import RemoteEngine
from harness.controller.engine.workload import CommandWorkload
from harness.controller.errors import HarnessError
from harness.controller.files import read_text, write_atomically
from harness.controller.project.layout import Layout
from harness.controller.project.matrix import Environment

_SAMPLE, _ANSWERS = ".harness/audit/sample.json", ".harness/audit/{}.json"
_RECORDED = ("results/{}.json", ".harness/run/{}.json", ".harness/details/{}.json")

Audited = tuple[RecordedCell, str | None]  # a cell, and what contradicts its recorded outcome
AskedAgain = tuple[NameAnswer, bool | None]  # an answer with that of plain Python, None where it took too long


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
    work = _work(["--run"] if of_run else [], _RECORDED)
    for name, answers in _audited(engine, layout, [cell.environment for cell in sample], work, limit):
        found = {(case, path): contradiction for case, path, contradiction in answers}
        yield from ((cell, found[cell.recorded.key]) for cell in cells[name])


def ask_elsewhere(
    engine: RemoteEngine, layout: Layout, sample: Sequence[NameAnswer], limit: int | None
) -> Generator[AskedAgain, None, None]:
    """Each answer with that of plain Python, once all have ended. Raises as `audit_elsewhere` does."""
    write_atomically(layout.root / _SAMPLE, answers_as_json(sample))
    for name, answers in _audited(engine, layout, [each.environment for each in sample], _work(["--names"]), limit):
        found = {(asked, form): reached for asked, form, reached in answers}
        yield from ((each, found[each.name, each.form]) for each in sample if each.environment.id == name)


def _work(options: Sequence[str], sends: Sequence[str] = ()) -> CommandWorkload:
    return CommandWorkload(("audit", "-e", "{}", "--sampled", _SAMPLE, *options), (_SAMPLE, *sends), (_ANSWERS,))


def _audited(
    engine: RemoteEngine,
    layout: Layout,
    environments: Iterable[Environment],
    work: CommandWorkload,
    limit: int | None,
) -> Iterator[tuple[str, Any]]:
    """The id of each environment with what `write_answers` or `write_asked` has left, once all have ended."""
    each = {environment.id: environment for environment in environments}
    runs = [EnvironmentRun(environment, layout.files(name)) for name, environment in each.items()]
    if engine.perform(runs, work, limit, lambda: None):
        raise KeyboardInterrupt
    for run in runs:
        name = run.environment.id
        if run.fault:
            raise HarnessError(f"{name}: not audited: {run.fault} (log: {work.log(run.files)})")
        yield name, json.loads(read_text(layout.root / _ANSWERS.format(name)))


def write_answers(layout: Layout, environment: str, audited: Iterable[Audited]) -> None:
    """Leave what contradicts the cells of an environment for the machine that asked."""
    answers = [(*cell.recorded.key, contradiction) for cell, contradiction in audited]
    write_atomically(layout.root / _ANSWERS.format(environment), json.dumps(answers))


def write_asked(layout: Layout, environment: str, asked: Iterable[AskedAgain]) -> None:
    """Leave the answers of plain Python in an environment for the machine that asked."""
    answers = [(answer.name, answer.form, reached) for answer, reached in asked]
    write_atomically(layout.root / _ANSWERS.format(environment), json.dumps(answers))


def sampled_cells(cells: Sequence[RecordedCell], file: Path) -> list[RecordedCell]:
    """Those of the cells that another machine has sampled. Raises HarnessError where one is not among them."""
    wanted = {(name, case, path) for name, keys in json.loads(read_text(file)).items() for case, path in keys}
    names = {cell.environment.id for cell in cells}
    found = [cell for cell in cells if (cell.environment.id, *cell.recorded.key) in wanted]
    missing = {key for key in wanted if key[0] in names} - {(cell.environment.id, *cell.recorded.key) for cell in found}
    if missing:
        raise HarnessError("{} {}[{}]: this machine lacks what its case requires".format(*min(missing)))
    return found
