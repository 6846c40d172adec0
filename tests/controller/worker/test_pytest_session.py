"""A pytest session from its start to its end: a real pytest where cells are run, else a program in its place."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.contract.deadlines import Deadlines
from harness.contract.plan import PathSpec, Plan, PlannedCell
from harness.contract.records import Outcome
from harness.contract.statuses import Status
from harness.controller.project.layout import Layout
from harness.controller.worker.bundle import make_bundle
from harness.controller.worker.pytest_session import FAILED, PASSED, PytestSession
from harness.controller.worker.reconcile import read_stream, reconcile


def make_plan(root: Path, **scripts: str) -> Plan:
    """A plan of cells below `root`, one for each script."""
    cells = []
    for name, script in scripts.items():
        file = root / "cases" / "snippet" / f"{name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        cells.append(PlannedCell(name, "json", f"cases/snippet/{name}.yaml", "snippet", script, "0" * 16, key=name))
    stream = Layout(root).files("tf00").stream
    limits: dict[str, Any] = {"timeout": 60.0, "output_limit": 10**6, "memory_limit": 10**9}
    paths = [PathSpec("json", "from", "json")]
    return Plan("tf00", str(root), str(stream), "fork", paths=paths, cells=cells, preload=["pluggy"], **limits)


def session_with(root: Path, prefix: Path) -> PytestSession:
    return PytestSession(Layout(root), prefix, make_bundle(root / ".harness"))


def environment(root: Path, program: str) -> Path:
    """A folder like an environment's, whose pytest is a program of the shell."""
    (root / "env" / "bin").mkdir(parents=True)
    for name in ("pytest", "python"):
        file = root / "env" / "bin" / name
        file.write_text(f"#!/bin/sh\n{program}\n", encoding="utf-8")
        file.chmod(0o755)
    return root / "env"


FORGE = """import json, os
# call
stream = {stream!r}
forged = {{"case": "b", "path": "json", "status": "pass", "stage": None, "error": None, "message": None}}
forged["warnings"] = []
lines = [
    {{"deselected": [["b", "json"]]}},
    {{"environment_failure": "forged"}},
    {{"record": {{"outcome": forged, "details": {{}}}}, "key": "b"}},
    {{"deselected": 5}},
    None,
]
with open(stream, "a") as file:
    file.writelines("\\n" + json.dumps(line) + "\\n" for line in lines)
"""


def test_cell_writing_into_stream_hides_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = Layout(tmp_path).files("tf00")
    plan = make_plan(tmp_path, a=FORGE.format(stream=str(files.stream)), b="# call\nraise ValueError('no')\n")
    session = session_with(tmp_path, Path(sys.prefix))
    assert session.run(plan, files.plan) == FAILED
    outcomes = reconcile(plan, read_stream(files.stream, session.keys.session))
    assert outcomes["a", "json"] == Outcome("a", "json", Status.PASS)
    assert outcomes["b", "json"].status is Status.FAIL
    assert ".harness/stream/tf00.jsonl: 5 lines are not from the runner and were ignored" in capsys.readouterr().err


KEYS = """import os, sys
# call
pid = os.getpid()
while pid > 1:
    for name in ("cmdline", "environ"):
        with open("/proc/%d/%s" % (pid, name), "rb") as file:
            assert {key!r} not in file.read(), (pid, name)
    with open("/proc/%d/stat" % pid) as file:
        pid = int(file.read().rsplit(")", 1)[1].split()[1])
    if pid == {worker}:
        break
"""


def test_no_process_shows_the_keys(tmp_path: Path) -> None:
    session = session_with(tmp_path, Path(sys.prefix))
    script = KEYS.format(key=session.keys.session.encode(), worker=os.getpid())
    assert session.run(make_plan(tmp_path, a=script), tmp_path / "plan.json") == PASSED


def test_a_stopped_pytest_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Deadlines, "session", property(lambda deadlines: 1.0))
    plan = make_plan(tmp_path, a="pass\n")
    below = tmp_path / "below"
    program = f"sleep 600 & echo $! > {below}; echo '{{}}' >> {plan.stream}; setsid sleep 600 & kill -STOP $$"
    code = session_with(tmp_path, environment(tmp_path, program)).run(plan, tmp_path / "plan.json")
    assert code == -signal.SIGKILL
    assert "tf00: no cell has ended for 1 s: pytest is killed" in capsys.readouterr().err
    assert not Path(f"/proc/{below.read_text(encoding='ascii').strip()}").exists()
    assert Path(plan.stream).read_text(encoding="ascii") == "{}\n"


def test_progressing_pytest_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Deadlines, "session", property(lambda deadlines: 3.0))
    plan = make_plan(tmp_path, a="pass\n")
    lines = f"for n in 1 2 3 4 5 6 7; do echo $n >> {plan.stream}; sleep 1; done; exit 1"
    assert session_with(tmp_path, environment(tmp_path, lines)).run(plan, tmp_path / "plan.json") == FAILED
