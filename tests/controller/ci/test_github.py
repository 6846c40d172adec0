"""`tell` and `propose` with a `gh` that keeps what it is asked, and a real git repository to push to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.controller.cli import main
from tests.support.tiny_project import TinyProject

GH = f"""\
#!{sys.executable}
import json, pathlib, sys
folder, words = pathlib.Path(__file__).parent, sys.argv[1:]
if (folder / "fails").exists():
    sys.exit("no such repository")
with open(folder / "calls", "a", encoding="utf-8") as file:
    file.write(json.dumps(words) + "\\n")
if words[1] == "list":
    print((folder / "open").read_text(encoding="utf-8"))
"""
OPEN = {"number": 12, "body": "a report\r\n"}


@pytest.fixture
def gh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "gh"
    folder.mkdir()
    (folder / "gh").write_text(GH, encoding="utf-8")
    (folder / "gh").chmod(0o755)
    (folder / "open").write_text("[]", encoding="utf-8")
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


@pytest.fixture
def report(tmp_path: Path) -> str:
    file = tmp_path / "report.md"
    file.write_text("a report\n", encoding="utf-8")
    return str(file)


def is_open(gh: Path, *items: dict[str, Any]) -> None:
    (gh / "open").write_text(json.dumps(items), encoding="utf-8")


def calls(gh: Path) -> list[list[str]]:
    return [json.loads(line) for line in (gh / "calls").read_text(encoding="utf-8").splitlines()]


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def test_the_first_report_opens_an_issue(gh: Path, report: str) -> None:
    assert main(["tell", report, "--title", "it differs"]) == 0
    assert [call[:2] for call in calls(gh)] == [["issue", "list"], ["label", "create"], ["issue", "create"]]
    assert calls(gh)[-1][2:] == ["--title", "it differs", "--label", "nightly", "--body-file", report]


def test_later_report_updates_the_oldest_open_issue(gh: Path, report: str) -> None:
    is_open(gh, {"number": 40, "body": "a report"}, OPEN | {"body": "another"})
    assert main(["tell", report, "--title", "it differs"]) == 0
    assert [call[:3] for call in calls(gh)[1:]] == [["issue", "edit", "12"], ["issue", "comment", "12"]]


def test_the_same_report_disturbs_nobody(gh: Path, report: str) -> None:
    is_open(gh, OPEN)
    assert main(["tell", report, "--title", "it differs"]) == 0
    assert [call[:2] for call in calls(gh)] == [["issue", "list"]]


def test_done_closes_the_open_issue(gh: Path, report: str) -> None:
    assert main(["tell", report, "--title", "it differs", "--done"]) == 0
    is_open(gh, OPEN)
    assert main(["tell", report, "--title", "it differs", "--done"]) == 0
    assert [call[:3] for call in calls(gh) if call[1] != "list"] == [["issue", "close", "12"]]


def test_gh_failure_is_reported_in_one_sentence(gh: Path, report: str, capsys: pytest.CaptureFixture[str]) -> None:
    (gh / "fails").touch()
    assert main(["tell", report, "--title", "x"]) == 3
    assert capsys.readouterr().err == "gh issue list exited with code 1: no such repository\n"


@pytest.fixture
def clone(project: TinyProject, tmp_path: Path) -> Path:
    """A clone of the project's repository, whose project is a folder in it."""
    project.commit()
    git(project.root.parent, "branch", "-M", "main")
    git(tmp_path, "clone", "--quiet", project.root.parent.as_uri(), str(tmp_path / "clone"))
    return tmp_path / "clone" / project.root.name


def propose(clone: Path, report: str) -> int:
    return main(["propose", "changes", report, "--title", "new results", "--root", str(clone)])


def test_changes_open_a_pull_request_from_branch(gh: Path, report: str, project: TinyProject, clone: Path) -> None:
    (clone / "results").mkdir()
    (clone / "results" / "history.csv").write_text("new\n", encoding="utf-8")
    assert propose(clone, report) == 0
    assert [call[:2] for call in calls(gh)] == [["pr", "list"], ["auth", "setup-git"], ["pr", "create"]]
    assert (
        git(project.root.parent, "log", "--format=%s by %an", "main..changes") == "new results by github-actions[bot]"
    )
    assert git(project.root.parent, "show", f"changes:{project.root.name}/results/history.csv") == "new"


def test_open_pull_request_receives_new_changes(gh: Path, report: str, project: TinyProject, clone: Path) -> None:
    for text in ("one", "two"):
        git(clone, "switch", "--quiet", "main")
        (clone / "new.txt").write_text(text, encoding="utf-8")
        is_open(gh, *([OPEN] if text == "two" else []))
        assert propose(clone, report) == 0
    assert calls(gh)[-1] == ["pr", "edit", "12", "--title", "new results", "--body-file", report]
    assert git(project.root.parent, "show", f"changes:{project.root.name}/new.txt") == "two"
    assert git(project.root.parent, "rev-list", "--count", "main..changes") == "1"


def test_pull_request_from_a_fork_is_ignored(gh: Path, report: str, project: TinyProject, clone: Path) -> None:
    is_open(gh, {"number": 3, "isCrossRepository": True})
    (clone / "matrix.yaml").write_text("# changed\n", encoding="utf-8")
    assert propose(clone, report) == 0
    assert [words[:2] for words in calls(gh)] == [["pr", "list"], ["auth", "setup-git"], ["pr", "create"]]


def test_without_changes_the_pull_request_is_closed(gh: Path, report: str, clone: Path) -> None:
    assert propose(clone, report) == 0
    is_open(gh, OPEN)
    assert propose(clone, report) == 0
    assert [call[:3] for call in calls(gh) if call[1] != "list"] == [["pr", "close", "12"]]
