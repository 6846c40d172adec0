"""Taking outcomes from earlier runs, where everything that they depend on is unchanged.

A cell's key is a digest of all that: what is installed, the import path, the script, the limits, what the case requires
of the machine, the variables that reach it, and the code that runs it. It ends with the digest of the script alone,
which a record has too, so that one is told from what a file said when it was edited under way. What timed out, crashed
or was flaky is no answer, and always tried again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import harness
from harness.cases.case import PREREQUISITES, Case
from harness.cases.generate import digest_of, script_of
from harness.contract.plan import PathSpec, Plan
from harness.contract.records import CellKey, Record
from harness.contract.statuses import Status
from harness.controller.digests import BUNDLED, RUNS_CELLS, code_digest
from harness.controller.environments.variables import PASS_ENV, SET_ENV, cache_relevant_env
from harness.controller.errors import HarnessError
from harness.controller.files import read_text, write_atomically
from harness.controller.project.cells import paths_of
from harness.controller.project.matrix import Environment
from harness.controller.results.documents import EnvironmentFacts
from harness.controller.results.flaky import is_flaky
from harness.controller.worker.reconcile import Recorded

_ANSWERS = (Status.PASS, Status.FAIL, Status.ABSENT, Status.UNMET, Status.SKIP)


@dataclass(frozen=True)
class CachedOutcome:
    """A record, and the key of the cell when it was made."""

    key: str
    record: Record


class CellText(NamedTuple):
    """What a cell depends on by itself, and the digest of its script."""

    whole: bytes
    script: str


def cell_texts(cases: Sequence[Case], plan: Plan) -> dict[CellKey, CellText]:
    """What each cell of the plan depends on by itself, in every environment; its script takes the longest."""
    chosen = [case for case in cases if case.file in plan.cells]
    return {(case.id, path): _text(case, spec) for case in chosen for path, spec in _paths(case, plan)}


def outcome_keys(
    texts: Mapping[CellKey, CellText], plan: Plan, environment: Environment, facts: EnvironmentFacts, content: str
) -> dict[CellKey, str]:
    """The key of every cell, in an environment with these facts and this content."""
    limits = [plan.isolation, plan.timeout, plan.output_limit, plan.memory_limit]
    common = [code_digest(Path(harness.__file__).parent, RUNS_CELLS), *_installed(environment, facts, content), limits]
    start = hashlib.sha256(json.dumps(common).encode())
    return {cell: _key(start, text) for cell, text in texts.items()}


def _installed(environment: Environment, facts: EnvironmentFacts, content: str) -> list[object]:
    return [dict(sorted(facts.packages.items())), content, SET_ENV, PASS_ENV, cache_relevant_env(), environment.set_env]


def shared_key(cases: Sequence[Case], plan: Plan) -> str:
    """All that the cells of a plan depend on in every environment. No script is written for it, so that it is quick:
    it stands for the cells' content and for the code that would write them."""
    chosen = [case for case in cases if case.file in plan.cells]
    contents = [(case.id, case.kind, case.body, case.timeout, case.skip, _programs(case)) for case in chosen]
    limits = [plan.isolation, plan.timeout, plan.output_limit, plan.memory_limit]
    code = [code_digest(Path(harness.__file__).parent, BUNDLED), sys.version]
    return hashlib.sha256(repr([code, limits, plan.paths, plan.cells, contents]).encode()).hexdigest()


def environment_key(shared: str, environment: Environment, facts: EnvironmentFacts, content: str) -> str:
    """All that the document of an environment depends on: where it is what it was, so is the document."""
    text = repr([shared, facts, *_installed(environment, facts, content)])
    return hashlib.sha256(text.encode()).hexdigest()


def _paths(case: Case, plan: Plan) -> list[tuple[str, PathSpec]]:
    specs = {spec.id: spec for spec in plan.paths}
    return [(name, specs[name]) for name in paths_of(case, plan.paths)]


def _text(case: Case, path: PathSpec) -> CellText:
    script = script_of(case, path)
    own = [case.id, path.id, path.form, script, case.timeout, case.skip, _programs(case)]
    return CellText(json.dumps(own).encode(), digest_of(script))


def _key(start: hashlib._Hash, text: CellText) -> str:
    key = start.copy()
    key.update(text.whole)
    return key.hexdigest()[:32] + text.script


def _programs(case: Case) -> list[tuple[str, int, int, int] | None]:
    return [_program(PREREQUISITES[name]) for name in case.requires]


def _program(name: str) -> tuple[str, int, int, int] | None:
    """Which program answers to the name, its size, when it was written and when it came to be there."""
    found = shutil.which(name)
    if found is None:
        return None
    there = os.stat(found)
    return os.path.realpath(found), there.st_size, there.st_mtime_ns, there.st_ctime_ns


def read_cache(file: Path) -> dict[CellKey, CachedOutcome]:
    """What earlier runs left, but for what another version of the harness did. Raises HarnessError for a file that is
    no such thing."""
    if not file.exists():
        return {}
    try:
        kept = [entry for entry in map(_read_entry, json.loads(read_text(file))) if entry is not None]
    except (TypeError, ValueError) as error:
        raise HarnessError(f"{file}: not what a run leaves ({type(error).__name__}): delete it") from None
    return {entry.record.outcome.key: entry for entry in kept}


def _read_entry(entry: dict[str, Any]) -> CachedOutcome | None:
    try:
        return CachedOutcome(entry["key"], Record.from_json(entry["record"]))
    except (KeyError, TypeError, ValueError):
        return None


def is_answer(record: Record) -> bool:
    """Whether a cell would say the same if it were run once more."""
    return record.outcome.status in _ANSWERS and not is_flaky(record)


def valid_records(kept: Mapping[CellKey, CachedOutcome], keys: Mapping[CellKey, str]) -> dict[CellKey, Record]:
    """The records of those cells whose key is what it was."""
    return {cell: kept[cell].record for cell, key in keys.items() if cell in kept and kept[cell].key == key}


def update_cache(kept: Mapping[CellKey, CachedOutcome], recorded: Recorded) -> dict[CellKey, CachedOutcome]:
    """What earlier runs left, and the answers of a newer one, or of one that was killed. What gave no answer in
    the newer one, or was flaky, is not known any more; nothing is where TensorFlow could not be imported.
    """
    if recorded.environment_failure is not None:
        return {}
    answers = {
        cell: CachedOutcome(recorded.keys[cell], record)
        for cell, record in recorded.records.items()
        if is_answer(record) and cell in recorded.keys and recorded.keys[cell].endswith(record.script)
    }
    older = {cell: entry for cell, entry in kept.items() if is_answer(recorded.records.get(cell, entry.record))}
    return {**older, **answers}


def write_cache(file: Path, kept: Mapping[CellKey, CachedOutcome]) -> None:
    """Write what `read_kept` reads."""
    entries = [{"key": kept[cell].key, "record": kept[cell].record.to_json()} for cell in sorted(kept)]
    write_atomically(file, json.dumps(entries) + "\n")
