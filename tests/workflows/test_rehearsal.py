"""A night, rehearsed: nightly.yml's jobs in order, with real releases, machines that go away, and late results."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.cli import main
from harness.controller.results.documents import Column, read_column, write_column
from tests.support import ROOT
from tests.support.hosted_service import Service

pytestmark = pytest.mark.releases

CASES = ["adam-import", "custom-layer-in-tf-keras"]
PATHS = ["tensorflow.keras", "tf.keras"]  # the names below one root are few
TWICE, LATE, LOST = "tf215", "tf221", "tf221-legacy"
WRONG = ("adam-import", "tf.keras")  # of TWICE: what the baseline holds of it is not so


def of_cases(column: Column) -> Column:
    chosen = {key: cell for key, cell in column.cells.items() if key[0] in CASES and key[1] in PATHS}
    return Column(column.environment, chosen)


def accepted(name: str) -> Column:
    """What a run of everything on one machine gave."""
    return of_cases(read_column(ROOT / "results" / f"{name}.json"))


@pytest.fixture
def small(repository: Path, commit: Callable[[], None]) -> Path:
    """The repository with a few cases, paths and environments, and one cell that its baseline has otherwise."""
    for file in (repository / "cases").rglob("*.yaml"):
        if file.stem in CASES:
            file.write_text(of_paths(file.read_text(encoding="utf-8")), encoding="utf-8")
        else:
            file.unlink()
    matrix = yaml.safe_load((repository / "matrix.yaml").read_text(encoding="utf-8"))
    names = [TWICE, LATE, LOST]
    for part in ("environments", "variants"):
        matrix[part] = {name: entry for name, entry in matrix[part].items() if name in names}
    matrix["paths"] = {path: matrix["paths"][path] for path in PATHS}
    # Lanes would resolve what there is today; a night names their groups.
    of_lanes = {name: [TWICE] for name in matrix.pop("lanes")}
    del matrix["sets"], matrix["default_set"], matrix["writers"]  # which name other cases and environments
    matrix["groups"] = {
        "quick": [TWICE],
        "all": {"release": ">=1"},
        **of_lanes,
        "nightly": [LATE],
    }
    (repository / "matrix.yaml").write_text(yaml.safe_dump(matrix), encoding="utf-8")
    for file in (*(repository / "results").glob("tf*.json"), *(repository / "results" / "api").glob("*.json")):
        if file.stem not in PATHS:
            file.unlink()
    for name in names:
        write_column(repository / "results" / f"{name}.json", accepted(name))
    wrong = Outcome(*WRONG, Status.FAIL, Stage.IMPORT, "ImportError", "it was so")
    write_column(repository / "results" / f"{TWICE}.json", replace_cell(accepted(TWICE), wrong))
    assert main(["collect", "--root", str(repository)]) == 0
    shutil.rmtree(repository / ".harness")
    commit()
    return repository


def of_paths(text: str) -> str:
    """A case without its explanations for other paths."""
    case = yaml.safe_load(text)
    known = [entry for entry in case.pop("known") if entry["path"] in ("*", *PATHS)]
    return yaml.safe_dump(case | ({"known": known} if known else {}))


def replace_cell(column: Column, outcome: Outcome) -> Column:
    return replace(column, cells=column.cells | {outcome.key: outcome})


def has_begun(workspace: Path) -> bool:
    """Whether the environment is being made."""
    return any((workspace / ".harness" / "logs").glob("*.log"))


def measured(workspace: Path) -> set[str]:
    """The environments whose names the night has."""
    return {file.stem for file in (workspace / ".harness" / "inventory").glob("*.json")}


def documents(folder: Path) -> dict[str, Column]:
    return {file.stem: read_column(file) for file in folder.glob("tf*.json")}


def test_night_handles_lost_repeated_and_late_shards(
    small: Path, service: Callable[[str], Service], told: Callable[[], list[dict[str, Any]]]
) -> None:
    night = service("nightly.yml")
    assert night.run("plan").result == "success", night.results["plan"].printed
    jobs = {job["name"]: job for job in night.matrix("run")}
    assert list(jobs) == [TWICE, LATE, LOST]

    assert night.run("run", jobs[LOST], gone=has_begun).result == "failure"
    assert f"shard-{LOST}" not in night.artifacts
    first = night.run("run", jobs[TWICE])
    assert "exit code 1" in first.printed, "its baseline holds another outcome, which its job says"
    night.artifacts["shard-again"] = night.artifacts[f"shard-{TWICE}"]

    early = night.run("collect")
    assert (early.result, early.outputs["code"]) == ("success", "3"), early.printed
    assert f"| {LATE} | no outcomes received |" in early.summary

    night.attempt += 1
    assert night.run("run", jobs[LATE]).result == "success", night.parts["run", LATE].printed
    collected = night.run("collect")
    assert (collected.result, collected.outputs["code"]) == ("success", "3"), collected.printed
    shows_the_night(collected.summary)
    run = documents(night.workspace / ".harness" / "run")
    assert measured(night.workspace) == {TWICE, LATE}
    assert run[TWICE] == accepted(TWICE)
    assert run[LATE] == accepted(LATE)
    assert {cell.status for cell in run[LOST].cells.values()} == {Status.NOT_RUN}
    assert run[LOST].cells.keys() == accepted(LOST).cells.keys()

    assert night.run("publish").result == "success"
    assert night.pages is not None
    shows_the_grid(night.pages, run)

    assert night.run("tell").result == "failure", "its last step ends as the run did"
    assert "exit code 3 of: exit" in night.results["tell"].printed
    tells(told(), collected.summary)
    proposed = of_branch(small, "nightly-baseline")
    assert proposed == {TWICE: accepted(TWICE), LATE: accepted(LATE), LOST: accepted(LOST)}


def shows_the_night(summary: str) -> None:
    assert f"| {LOST} | no outcomes received |" in summary
    assert f"| {LATE} |" not in summary.partition("## Changes")[0]
    assert "1 fixed" in summary
    assert "fail at import (ImportError: it was so)" in summary
    assert "## The grid" in summary
    assert "## Names\n\nno difference\n" in summary
    assert "`tensorflow.keras`" in summary


def shows_the_grid(site: Path, run: dict[str, Column]) -> None:
    published = json.loads((site / "grid.json").read_text(encoding="utf-8"))
    cells = {
        (name, cell["case"], cell["path"]): cell["status"]
        for cell in published["cells"]
        for name in cell["environments"]
    }
    assert cells == {
        (name, *key): cell.status.value for name, column in run.items() for key, cell in column.cells.items()
    }
    assert "2.21" in (site / "index.html").read_text(encoding="utf-8")


def tells(calls: list[dict[str, Any]], summary: str) -> None:
    words = [" ".join(call["words"][:2]) for call in calls]
    assert words == ["issue list", "label create", "issue create", "pr list", "auth setup-git", "pr create"]
    assert [call["body"] for call in calls if call["body"]] == [summary, summary]


def of_branch(repository: Path, branch: str) -> dict[str, Column]:
    subprocess.run(["git", "switch", "--quiet", branch], cwd=repository, check=True)
    return documents(repository / "results")
