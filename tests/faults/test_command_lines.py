"""Environments that a command line carries to a machine and back."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import pytest

from tests.support.fault_projects import FAULTY, SOUND, Project, build_wheel

FAR_SIDE = f"{shlex.quote(sys.executable)} -m harness.controller.engine"
WITH_FILES = f"{FAR_SIDE} {{task}} {{result}}"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path / "project")
    project.lock_file(FAULTY, build_wheel(tmp_path, "2.15.1"))
    project.lock_file(SOUND, build_wheel(tmp_path, "2.16.2"))
    project.variables |= {"HARNESS_WORKER_FOLDER": str(tmp_path / "far"), "HARNESS_MACHINE": "alpha"}
    return project


def command(line: str, *arguments: str) -> list[str]:
    here = [sys.executable, "-m", "harness", *(arguments or ("run",)), "-e", FAULTY]
    return [*here, "--engine", "shell", "--command-line", line]


def test_files_go_in_and_documents_come_back(project: Project, tmp_path: Path) -> None:
    done = project.execute(command(f"{FAR_SIDE} < {{task}} > {{result}}"))
    assert done.returncode == 0, done.stdout
    assert f"{FAULTY}: done after " in done.stdout
    document = project.root / ".harness" / "run" / f"{FAULTY}.json"
    (far,) = (tmp_path / "far" / "alpha" / "projects").iterdir()
    assert document.read_bytes() == (far / ".harness" / "run" / f"{FAULTY}.json").read_bytes()
    assert (tmp_path / "far" / "alpha" / "environments" / FAULTY).is_dir()
    assert not (project.root / ".tox").exists()
    assert f"{FAULTY}: 3 cells: 2 pass, 1 absent" in project.log(FAULTY)
    again = project.execute(command(WITH_FILES))
    assert "3 cells cached" in again.stdout
    assert not project.alive()


def test_audit_and_inventory_go_there_too(project: Project) -> None:
    done = project.execute(command(WITH_FILES))
    assert done.returncode == 0, done.stdout
    audited = project.execute(command(WITH_FILES, "audit", "--run"))
    assert audited.returncode == 0, audited.stdout
    assert audited.stdout.splitlines()[-1].endswith("2 pass, 1 absent: all agree")
    measured = project.execute(command(WITH_FILES, "inventory"))
    assert measured.returncode == 0, measured.stdout
    assert measured.stdout == f"{FAULTY}: measured on alpha\n"
    inventory = json.loads((project.root / ".harness" / "inventory" / f"{FAULTY}.json").read_text(encoding="utf-8"))
    assert "__version__" in inventory["names"]["tensorflow.keras"]


def test_command_without_result_is_no_outcome(project: Project) -> None:
    done = project.execute(command("echo no route to {environment}; false {task} {result}"))
    assert done.returncode == 3
    reason = f"it ended with exit code 1 and no result: no route to {FAULTY} on shell"
    assert f"{FAULTY}: no cells were run: {reason} (log: " in done.stdout
    assert not (project.root / ".harness" / "run" / f"{FAULTY}.json").exists()
