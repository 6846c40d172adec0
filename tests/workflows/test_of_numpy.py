"""A night of somebody else's: the project that `harness init --package numpy` makes, with the workflows of the docs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.contract.statuses import Status
from harness.controller.cli import main
from harness.controller.results.documents import read_column
from tests.support import ROOT
from tests.support.hosted_service import Service

pytestmark = pytest.mark.releases

WORKFLOWS = Path(".github", "workflows")
GIT = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The repository of the project, with one release."""
    folder = tmp_path / "mine" / "numbers"
    assert main(["init", "--package", "numpy", "--releases", "1", str(folder)]) == 0
    (tmp_path / "mine" / "keras-import-matrix").symlink_to(ROOT)
    page = (ROOT / "docs" / "your-own-grid.md").read_text(encoding="utf-8")
    (commands,) = re.findall(r"^    mkdir -p \.github/workflows\n(?:    .*\n)+", page, re.MULTILINE)
    subprocess.run(["bash", "-ec", commands], cwd=folder, check=True)
    for words in (["init", "-q", "-b", "main"], ["add", "--all"], ["commit", "-qm", "x"]):
        subprocess.run([*GIT, *words], cwd=folder, check=True)
    return folder


@pytest.fixture
def night(tmp_path: Path, machine: Path, repository: Path, programs: Path, project: Path) -> Service:
    action = machine / "work"  # where the other nights have left a .venv, which is a minute's work
    shutil.copytree(repository, action, dirs_exist_ok=True)
    read = yaml.safe_load((project / WORKFLOWS / "nightly.yml").read_text(encoding="utf-8"))
    return Service(project, tmp_path / "service", programs, read, action=action)


def test_first_night_of_numpy_proposes_its_baseline(
    night: Service, project: Path, told: Callable[[], list[dict[str, Any]]]
) -> None:
    assert night.run("plan").result == "success", night.results["plan"].printed
    (job,) = night.matrix("run")
    assert night.run("run", job).result == "success", night.parts["run", job["name"]].printed
    collected = night.run("collect")
    assert (collected.result, collected.outputs["code"]) == ("success", "0"), collected.printed
    assert night.run("publish").result == "success"
    assert night.pages is not None
    assert {cell["status"] for cell in json.loads((night.pages / "grid.json").read_text())["cells"]} == {"pass"}
    assert not re.search("tensorflow|keras(?!-import-matrix)", collected.summary, re.IGNORECASE)

    assert night.run("tell").result == "success", night.results["tell"].printed
    assert [" ".join(call["words"][:2]) for call in told()] == ["issue list", "pr list", "auth setup-git", "pr create"]
    subprocess.run(["git", "switch", "-q", "nightly-baseline"], cwd=project, check=True)
    column = read_column(project / "results" / f"{job['name']}.json")
    assert [cell.status for cell in column.cells.values()] == [Status.PASS] * 2
    assert (project / "results" / "api" / "numpy.json").exists()
