from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from harness.contract.records import Outcome, Record
from harness.contract.statuses import Stage, Status
from harness.controller.engine.environment_run import EnvironmentRun
from harness.controller.engine.local import LocalEngine
from harness.controller.environments.fingerprint import content, fingerprint
from harness.controller.environments.interpreters import find_interpreter
from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_project
from harness.controller.project.state import claim_state
from harness.controller.results.documents import EnvironmentFacts
from harness.controller.worker import outcome_cache as reuse
from harness.controller.worker.column import record, stamp
from harness.controller.worker.inspection import Inspection
from harness.controller.worker.options import WorkerOptions
from harness.controller.worker.plan import cells_in_scope, make_plan, planned_cells
from harness.controller.worker.reconcile import Recorded
from tests.support.tiny_project import TinyProject
from tests.support.tiny_tensorflow import fill_environment

NOTE = {"PythonRun": {"deps": {"options": [], "requirements": ["x==1 --hash sha256:1 --hash sha256:2", "y==2"]}}}
LOCK = "# made up\nx==1 \\\n    --hash=sha256:1 \\\n    --hash=sha256:2\n    # via y\ny==2\n"


@pytest.fixture
def prefix(project: TinyProject, empty_lock: None) -> Path:
    """The environment tf215 as tox would have made it from its lock."""
    (project.root / "locks" / "tf215.txt").write_text(LOCK, encoding="utf-8")
    prefix = project.root / ".tox" / "tf215"
    python = find_interpreter(f"{sys.version_info.major}.{sys.version_info.minor}")
    subprocess.run([str(python), "-m", "venv", "--without-pip", str(prefix)], check=True)
    fill_environment(prefix)
    (prefix / ".tox-info.json").write_text(json.dumps(NOTE), encoding="utf-8")
    return prefix


@pytest.fixture
def has_run(project: TinyProject, prefix: Path) -> Path:
    """What a run of tf215 leaves, in which all cells but one passed. Gives the environment's packages' folder."""
    loaded = load_project(project.root)
    environment = loaded.matrix.environments["tf215"]
    facts = EnvironmentFacts("tf215", "2.15.1", "3.11", "tensorflow-cpu", packages={"tensorflow-cpu": "2.15.1"})
    options, files = WorkerOptions(), loaded.layout.files("tf215")
    claim_state(loaded.layout)
    scope = cells_in_scope(loaded, environment, options)
    inspection = Inspection(fingerprint(prefix), content(prefix), facts)
    plan = make_plan(loaded, environment, options, planned_cells(scope), None)
    plan = reuse.with_keys(plan, environment, facts, inspection.content)
    outcomes = [Outcome(*key, status=Status.PASS) for key in plan.all_cells()]
    outcomes[-1] = replace(outcomes[-1], status=Status.ABSENT, stage=Stage.PATH, message="not there")
    keys = {cell.id: cell.key for cell in plan.cells}
    recorded = Recorded({outcome.key: Record(outcome, 1.5) for outcome in outcomes}, keys)
    reuse.write_cache(files.cache, reuse.update_cache({}, recorded))
    column = record(files, plan, facts, recorded)
    key = reuse.environment_key(reuse.scope_key(loaded, scope, options), environment, facts, inspection.content)
    stamp(files, plan, inspection, key, column, recorded.records.values())
    (packages,) = prefix.glob("lib/python3.*/site-packages")
    return packages


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The environments that tox is started for, which is interrupted at once."""
    names: list[str] = []

    def run(engine: LocalEngine, layout: Layout, runs: Sequence[EnvironmentRun], *rest: object) -> bool:
        names.extend(run.environment.id for run in runs)
        return True

    monkeypatch.setattr(LocalEngine, "run", run)
    return names
