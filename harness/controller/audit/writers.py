"""The scripts that write the files of cases, run once each by plain Python of their environment."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from harness.cases.case import Case
from harness.cases.generate import writing_of
from harness.controller.audit.script_process import ScriptProcess, ScriptResult
from harness.controller.audit.traceback_match import as_outcome, read_traceback
from harness.controller.environments.prerequisites import cells_path
from harness.controller.project.layout import Layout
from harness.controller.project.matrix import Matrix
from harness.controller.project.written import WRITTEN, WrittenFile, content_digest, files_in

_POLL = 0.05  # seconds
_IMPORTING = 120.0  # seconds in addition to the limit of a cell, as imports do not count


def write_files(
    layout: Layout, matrix: Matrix, cases: Iterable[Case], wanted: Iterable[WrittenFile]
) -> Iterator[WrittenFile]:
    """Each of the wanted entries with its file, which is below the root then, or with the error of its script."""
    by_id = {case.id: case for case in cases}
    for entry in wanted:
        yield _written(layout, matrix, by_id[entry.case], entry)


def _written(layout: Layout, matrix: Matrix, case: Case, entry: WrittenFile) -> WrittenFile:
    writing = writing_of(case)
    assert writing, "only cases that read files are written"
    environment = matrix.environments[entry.writer]
    prefix, path = layout.environments / environment.id, cells_path(layout.state)
    seconds = (case.timeout or matrix.timeout) + _IMPORTING
    process = ScriptProcess(environment, prefix, path, case.id, writing.script, seconds, matrix.output_limit)
    try:
        ended = _end_of(process)
        found = process.file.parent / entry.name
        if ended.code == 0 and ended.killed is None and found.exists():
            return _keep(found, layout.root, entry)
        return replace(entry, error=_reason(ended, process, writing.script, entry))
    finally:
        process.close()


def _end_of(process: ScriptProcess) -> ScriptResult:
    while (ended := process.poll()) is None:
        time.sleep(_POLL)
    return ended


def _reason(ended: ScriptResult, process: ScriptProcess, script: str, entry: WrittenFile) -> str:
    if ended.killed:
        return f"stopped: {ended.killed}"
    if ended.code == 0:
        return f"wrote no {entry.name}"
    outcome = as_outcome((entry.case, ""), ended, read_traceback(ended.errors, str(process.file), script))
    return ": ".join(filter(None, [outcome.error, outcome.message])) or f"exit code {ended.code}"


def _keep(found: Path, root: Path, entry: WrittenFile) -> WrittenFile:
    """Copy what was written to the folder of its digest."""
    kept = replace(entry, digest=content_digest(found), bytes=sum(file.stat().st_size for file in files_in(found)))
    folder = root / WRITTEN / kept.digest
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if found.is_dir():
        shutil.copytree(found, folder / found.name)
    else:
        shutil.copyfile(found, folder / found.name)
    return kept
