"""The plan of one environment's cells."""

from __future__ import annotations

import json
from pathlib import Path

from harness.contract.plan import Plan
from harness.controller.files import read_text
from harness.controller.project.cells import cells_by_file, scope_of
from harness.controller.project.loader import Project
from harness.controller.project.matrix import Environment
from harness.controller.results.documents import Column
from harness.controller.worker.options import WorkerOptions
from harness.controller.worker.retries import restrict_to


def _only_drawn(plan: Plan, drawn: Path) -> Plan:
    """The plan with the cells that were drawn for its environment."""
    return restrict_to(plan, {(case, path) for case, path in json.loads(read_text(drawn))[plan.environment]})


def make_plan(project: Project, environment: Environment, request: WorkerOptions, baseline: Column | None) -> Plan:
    """The plan of one environment's cells."""
    cases, paths = scope_of(
        environment,
        project.matrix,
        request.selection.choose_cases(project.cases),
        request.selection.choose_paths(project.matrix),
    )
    plan = Plan(
        environment=environment.id,
        root=str(project.layout.root),
        stream=str(project.layout.run_file("stream", environment.id, ".jsonl")),
        isolation=request.isolation,
        timeout=project.matrix.timeout,
        output_limit=project.matrix.output_limit,
        memory_limit=project.matrix.memory_limit,
        paths=paths,
        cells=cells_by_file(cases, paths),
        expected=dict(baseline.cells) if baseline else {},
    )
    return _only_drawn(plan, request.drawn) if request.drawn else plan
