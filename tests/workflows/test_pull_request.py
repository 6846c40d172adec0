"""What check.yml runs for a change: its plan's job, rehearsed with the commits that it would see."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.hosted_service import Service
from tests.support.workflow_expressions import holds

pytestmark = pytest.mark.releases  # its jobs install the harness from the network


@pytest.fixture
def check(repository: Path, commit: Callable[[], None], service: Callable[[str], Service]) -> Service:
    commit()
    return service("check.yml")


def change(repository: Path, commit: Callable[[], None], *names: str) -> None:
    for name in names:
        with (repository / name).open("a", encoding="utf-8") as file:
            file.write("\n# changed\n")
    commit()


def runs_cells(check: Service) -> bool:
    return holds(check.workflow["jobs"]["cells"]["if"], {"needs": check.needs("cells")}, {"success": lambda: True})


def test_changed_case_runs_in_quick_group(check: Service, repository: Path, commit: Callable[[], None]) -> None:
    change(repository, commit, "cases/symbol/adam-import.yaml", "README.md")
    assert check.run("plan").result == "success", check.results["plan"].printed
    assert runs_cells(check)
    names = ["tf25", "tf26", "tf215", "tf216", "tf221"]
    assert [job["arguments"] for job in check.matrix("cells")] == [f"-e {name} -k adam-import" for name in names]

    change(repository, commit, "harness/runner/cell.py")
    assert check.run("plan").result == "success"
    assert [job["arguments"] for job in check.matrix("cells")] == [f"-e {name} --cases all" for name in names]

    change(repository, commit, "docs/nightly.md")
    assert check.run("plan").result == "success"
    assert not runs_cells(check)
