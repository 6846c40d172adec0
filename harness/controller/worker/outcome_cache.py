"""The outcome cache: outcomes of earlier runs that are still valid, as everything that they depend on is unchanged.

The key of a cell is a digest of all that: the installed packages, the import path, the script, the limits, what the
case requires of the machine, the variables that reach it, and the code that runs it. What timed out, crashed or was
flaky is no answer, and is always run again.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import harness
from harness.contract.plan import Plan, PlannedCell
from harness.contract.records import CellKey, Record
from harness.contract.statuses import Status
from harness.controller.digests import BUNDLED, WRITES_SCRIPTS, code_digest, runs_cells
from harness.controller.environments.prerequisites import program_identities
from harness.controller.environments.variables import PASS_ENV, cache_relevant_env, fixed_env
from harness.controller.errors import HarnessError
from harness.controller.files import read_text, write_atomically
from harness.controller.project.loader import Project
from harness.controller.project.matrix import Environment
from harness.controller.results.documents import EnvironmentFacts
from harness.controller.results.flaky import is_flaky
from harness.controller.worker.options import WorkerOptions
from harness.controller.worker.plan import Scope
from harness.controller.worker.reconcile import Recorded

_ANSWERS = (Status.PASS, Status.FAIL, Status.ABSENT, Status.UNMET, Status.SKIP)


@dataclass(frozen=True)
class CachedOutcome:
    """A record, and the key of the cell when it was made."""

    key: str
    record: Record


def with_keys(plan: Plan, environment: Environment, facts: EnvironmentFacts, content: str) -> Plan:
    """The plan with the key of every cell, in an environment with these facts and this content."""
    limits = [plan.isolation, plan.hooks, plan.sandbox, plan.timeout, plan.output_limit, plan.memory_limit]
    code = code_digest(Path(harness.__file__).parent, BUNDLED, runs_cells)
    common = [code, *_installed(environment, facts, content), limits]
    start = hashlib.sha256(json.dumps(common).encode())
    forms = {spec.id: spec.form for spec in plan.paths}
    programs = program_identities()

    def key(cell: PlannedCell) -> str:
        own = [cell.case, cell.path, forms[cell.path], cell.digest, cell.timeout, cell.skip, cell.needed_at, cell.given]
        total = start.copy()
        total.update(json.dumps([*own, cell.packages, list(map(programs.get, cell.requires))]).encode())
        return total.hexdigest()[:32]

    return replace(plan, cells=[replace(cell, key=key(cell)) for cell in plan.cells])


def _installed(environment: Environment, facts: EnvironmentFacts, content: str) -> list[object]:
    packages = dict(sorted(facts.packages.items()))
    return [packages, content, fixed_env(environment), PASS_ENV, cache_relevant_env()]


def scope_key(project: Project, scope: Scope, options: WorkerOptions) -> str:
    """A digest of all that the cells of a scope depend on in every environment.

    No script is written for it, so that it is quick: the cases' content and the code that would write their scripts
    stand for them.
    """
    matrix = project.matrix
    limits = [
        options.isolation,
        options.hooks,
        options.sandbox,
        matrix.timeout,
        matrix.output_limit,
        matrix.memory_limit,
    ]
    programs = program_identities()
    contents = [
        (
            case.id,
            case.file,
            case.kind,
            case.body,
            case.timeout,
            case.skip,
            paths,
            list(map(programs.get, case.requires)),
            case.packages,
            case.given,
        )
        for case, paths in scope
    ]
    ours = code_digest(Path(harness.__file__).parent, (*BUNDLED, *WRITES_SCRIPTS), runs_cells)
    code = [ours, project.language.identity, sys.version]
    return hashlib.sha256(repr([code, limits, contents]).encode()).hexdigest()


def environment_key(of_scope: str, environment: Environment, facts: EnvironmentFacts, content: str) -> str:
    """A digest of all that the document of an environment depends on: where it is the same, so is the document."""
    text = repr([of_scope, facts, *_installed(environment, facts, content)])
    return hashlib.sha256(text.encode()).hexdigest()


def read_cache(file: Path) -> dict[CellKey, CachedOutcome]:
    """The cached outcomes, without those of another version's form.

    Raises HarnessError for a file that is not a cache.
    """
    if not file.exists():
        return {}
    try:
        entries = json.loads(read_text(file))
        if not isinstance(entries, list):
            raise TypeError
        cached = [entry for entry in map(_read_entry, entries) if entry is not None]
    except (TypeError, ValueError, RecursionError) as error:
        raise HarnessError(f"{file}: not written by a run ({type(error).__name__}): delete it") from None
    return {entry.record.outcome.key: entry for entry in cached}


def _read_entry(entry: dict[str, Any]) -> CachedOutcome | None:
    try:
        record = Record.from_json(entry["record"])
        return CachedOutcome(entry["key"], record) if isinstance(entry["key"], str) else None
    except (KeyError, TypeError, ValueError):
        return None


def is_answer(record: Record) -> bool:
    """Whether a cell would give the same if it were run once more."""
    return record.outcome.status in _ANSWERS and not is_flaky(record)


def valid_records(cache: Mapping[CellKey, CachedOutcome], plan: Plan) -> dict[CellKey, Record]:
    """The records of the plan's cells whose key has not changed."""
    return {
        cell.id: cache[cell.id].record for cell in plan.cells if cell.id in cache and cache[cell.id].key == cell.key
    }


def update_cache(cache: Mapping[CellKey, CachedOutcome], recorded: Recorded) -> dict[CellKey, CachedOutcome]:
    """The cache with the answers of a run, also of one that was killed.

    A cell that gave no answer in that run, or was flaky, leaves the cache. The cache is empty after a run that could
    not import the subject.
    """
    if recorded.environment_failure is not None:
        return {}
    answers = {
        cell: CachedOutcome(recorded.keys[cell], record)
        for cell, record in recorded.records.items()
        if is_answer(record) and cell in recorded.keys
    }
    older = {cell: entry for cell, entry in cache.items() if is_answer(recorded.records.get(cell, entry.record))}
    return {**older, **answers}


def write_cache(file: Path, cache: Mapping[CellKey, CachedOutcome]) -> None:
    """Write what `read_cache` reads."""
    entries = [{"key": cache[cell].key, "record": cache[cell].record.to_json()} for cell in sorted(cache)]
    write_atomically(file, json.dumps(entries) + "\n")
