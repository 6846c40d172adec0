from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from harness.contract.records import Outcome, Record
from harness.contract.statuses import Stage, Status
from harness.controller.environments.fingerprint import content, fingerprint
from harness.controller.environments.interpreters import find_interpreter
from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_project
from harness.controller.results.documents import EnvironmentFacts
from harness.controller.run import batch as rounds
from harness.controller.run.scheduler import EnvironmentRun
from harness.controller.worker import outcome_cache as reuse
from harness.controller.worker.main import finish
from harness.controller.worker.options import parse_worker_options
from harness.controller.worker.plan import make_plan
from harness.controller.worker.reconcile import Recorded
from harness.controller.worker.stamp import write_stamp

NOTE = {"PythonRun": {"deps": {"options": [], "requirements": ["x==1 --hash sha256:1 --hash sha256:2", "y==2"]}}}
LOCK = "# made up\nx==1 \\\n    --hash=sha256:1 \\\n    --hash=sha256:2\n    # via y\ny==2\n"


@pytest.fixture
def prefix(project: Path, empty_lock: None, fill: Callable[[Path], None]) -> Path:
    """The environment tf215 as tox would have made it from its lock."""
    (project / "locks" / "tf215.txt").write_text(LOCK, encoding="utf-8")
    prefix = project / ".tox" / "tf215"
    python = find_interpreter(f"{sys.version_info.major}.{sys.version_info.minor}")
    subprocess.run([str(python), "-m", "venv", "--without-pip", str(prefix)], check=True)
    fill(prefix)
    (prefix / ".tox-info.json").write_text(json.dumps(NOTE), encoding="utf-8")
    return prefix


@pytest.fixture
def has_run(project: Path, prefix: Path) -> Path:
    """What a run of tf215 leaves, in which all cells but one passed. Gives the environment's packages' folder."""
    loaded = load_project(project)
    environment = loaded.matrix.environments["tf215"]
    facts = EnvironmentFacts("tf215", "2.15.1", "3.11", "tensorflow-cpu", packages={"tensorflow-cpu": "2.15.1"})
    plan = make_plan(loaded, environment, parse_worker_options([]), None)
    outcomes = [Outcome(*key, status=Status.PASS) for key in plan.all_cells()]
    outcomes[-1] = replace(outcomes[-1], status=Status.ABSENT, stage=Stage.PATH, message="not there")
    keys = reuse.outcome_keys(reuse.cell_texts(loaded.cases, plan), plan, environment, facts, content(prefix))
    recorded = Recorded({outcome.key: Record(outcome, 1.5) for outcome in outcomes}, keys)
    reuse.write_cache(loaded.layout.run_file("kept", "tf215", ".json"), reuse.update_cache({}, recorded))
    column = finish(loaded.layout, plan, facts, recorded)
    basis = reuse.environment_key(reuse.shared_key(loaded.cases, plan), environment, facts, content(prefix))
    write_stamp(loaded.layout, (fingerprint(prefix), content(prefix)), basis, plan, column, recorded)
    (packages,) = prefix.glob("lib/python3.*/site-packages")
    return packages


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The environments that tox is started for, which is interrupted at once."""
    names: list[str] = []

    def work(layout: Layout, todo: Sequence[EnvironmentRun], *rest: object) -> bool:
        names.extend(job.environment.id for job in todo)
        return True

    monkeypatch.setattr(rounds, "work", work)
    return names
