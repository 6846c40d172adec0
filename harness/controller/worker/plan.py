"""The plan of one environment's cells: which they are, and the script of each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from harness.cases.case import NEEDED_AT, PREREQUISITES, Case
from harness.cases.generate import digest_of, script_of
from harness.contract.plan import PathSpec, Plan, PlannedCell
from harness.contract.records import CellKey
from harness.contract.statuses import Stage
from harness.controller.environments.prerequisites import brought_programs
from harness.controller.files import read_text
from harness.controller.project.cells import paths_of, run_scope, selected_keys
from harness.controller.project.loader import Project
from harness.controller.project.matrix import Environment
from harness.controller.results.documents import Column
from harness.controller.worker.options import WorkerOptions

Scope = list[tuple[Case, list[PathSpec]]]  # cases with the import paths under which they run


def cells_in_scope(project: Project, environment: Environment, options: WorkerOptions) -> Scope:
    """The cells that the options select in the environment. Raises UsageError if there are none."""
    cases, paths = run_scope(environment, project.matrix, project.cases, options.selection)
    selected_keys(cases, paths)  # refuses a selection without a cell
    sample = None if options.sample is None else _sample(options.sample, environment)

    scope: Scope = []
    for case in cases:
        ids = paths_of(case, paths)
        specs = [spec for spec in paths if spec.id in ids and (sample is None or (case.id, spec.id) in sample)]
        if specs:
            scope.append((case, specs))
    return scope


def _sample(file: Path, environment: Environment) -> set[CellKey]:
    """The cells that were sampled for the environment."""
    return {(case, path) for case, path in json.loads(read_text(file))[environment.id]}


def planned_cells(scope: Iterable[tuple[Case, Sequence[PathSpec]]]) -> list[PlannedCell]:
    """The cells with their scripts, which are the same in every environment of one scope."""
    return [_planned(case, spec) for case, specs in scope for spec in specs]


def _planned(case: Case, spec: PathSpec) -> PlannedCell:
    script = script_of(case, spec)
    return PlannedCell(
        case=case.id,
        path=spec.id,
        file=case.file,
        kind=case.kind,
        script=script,
        digest=digest_of(script),
        requires={name: PREREQUISITES[name] for name in case.requires},
        programs=brought_programs(case.requires),
        needed_at=_needed_at(case),
        packages=list(case.packages),
        given=case.given,
        timeout=case.timeout,
        skip=case.skip,
    )


def _needed_at(case: Case) -> str:
    """The first stage that needs one of the case's programs; empty without any, or where it needs packages before."""
    stages = [NEEDED_AT[name] for name in case.requires]
    return min(stages, key=list(Stage).index).value if stages and not case.packages else ""


def make_plan(
    project: Project,
    environment: Environment,
    options: WorkerOptions,
    cells: Sequence[PlannedCell],
    baseline: Column | None,
) -> Plan:
    """The plan that runs these cells in the environment."""
    matrix = project.matrix
    used = {cell.path for cell in cells}
    return Plan(
        environment=environment.id,
        root=str(project.layout.root),
        stream=str(project.layout.files(environment.id).stream),
        isolation=options.isolation,
        sandbox=options.sandbox,
        timeout=matrix.timeout,
        output_limit=matrix.output_limit,
        memory_limit=matrix.memory_limit,
        paths=[spec for name, spec in matrix.paths.items() if name in used],
        cells=list(cells),
        expected=dict(baseline.cells) if baseline else {},
        preload=list(matrix.subject.preload),
        loads=list(matrix.subject.loads),
        folders=list(matrix.subject.folders),
        hooks=project.language.fork_hooks if options.hooks else [],
    )
