from __future__ import annotations

import pytest

from harness.contract.records import Outcome
from harness.contract.statuses import Status
from harness.controller.errors import Exit, HarnessError, UsageError
from harness.controller.project.layout import Layout
from harness.controller.results.sources import read_source
from tests.support.tiny_project import TinyProject, make_column

PASSED, FAILED, CRASHED = (Outcome("dense", "keras", status) for status in (Status.PASS, Status.FAIL, Status.CRASH))


def test_columns_come_from_results_run_or_folder(project: TinyProject, monkeypatch: pytest.MonkeyPatch) -> None:
    places = {"results": "results", "run": ".harness/run", str(project.root / "kept"): "kept", "../kept": "kept"}
    monkeypatch.chdir(project.root / "cases")
    for outcome, folder in zip((PASSED, FAILED, CRASHED), ("results", ".harness/run", "kept"), strict=True):
        project.keep(folder, make_column(outcome))
        (project.root / folder / "grid.json").write_text("{}", encoding="utf-8")
    found = {name: read_source(Layout(project.root), name)["tf215"].cells[PASSED.key].status for name in places}
    assert found == dict(zip(places, (Status.PASS, Status.FAIL, Status.CRASH, Status.CRASH), strict=True))


def test_all_folder_columns_come_whole_and_sorted(
    project: TinyProject,
) -> None:
    columns = {name: make_column(PASSED, id=name, packages={"numpy": "1.26.4"}) for name in ("tf9", "tf216", "tf115")}
    for each in columns.values():
        project.keep("kept", each)
    found = read_source(Layout(project.root), str(project.root / "kept"))
    assert list(found) == ["tf115", "tf216", "tf9"]
    assert found == columns


def test_git_revision_keeps_results_as_committed(project: TinyProject) -> None:
    layout = Layout(project.root)
    for outcome in (PASSED, FAILED):
        project.keep("results", make_column(outcome))
        (project.root / "results" / "grid.json").write_text("{}", encoding="utf-8")
        (project.root / "results" / "history.csv").write_text(outcome.status.value, encoding="utf-8")
        revision = project.commit()
    project.keep("results", make_column(CRASHED))
    assert read_source(layout, "HEAD~1") == {"tf215": make_column(PASSED)}
    assert read_source(layout, "HEAD") == read_source(layout, revision[:10]) == {"tf215": make_column(FAILED)}
    assert read_source(layout, "results") == {"tf215": make_column(CRASHED)}


def test_a_revision_keeps_text_of_any_language(project: TinyProject) -> None:
    outcome = Outcome("dense", "keras", Status.FAIL, message="“3 ≠ 4” été\u2028形\r\n✗")
    project.keep("results", make_column(outcome))
    assert read_source(Layout(project.root), project.commit()) == {"tf215": make_column(outcome)}


@pytest.mark.parametrize("name", ["HEAD~9", "reslts", "matrix.yaml", "--help"])
def test_unknown_name_is_refused_with_possible_sources(project: TinyProject, name: str) -> None:
    project.keep("results", make_column(PASSED))
    project.commit()
    with pytest.raises(UsageError) as refused:
        read_source(Layout(project.root), name)
    assert str(refused.value) == f"{name!r} is neither results, run, a folder nor a git revision that has results/"


def test_revision_needs_a_repository_and_git(project: TinyProject, monkeypatch: pytest.MonkeyPatch) -> None:
    project.keep("results", make_column(PASSED))
    for path in (None, str(project.root)):
        if path:
            monkeypatch.setenv("PATH", path)
        with pytest.raises(UsageError, match=r"^'HEAD' is neither results, run, a folder nor a git revision"):
            read_source(Layout(project.root), "HEAD")


def test_a_revision_without_results_is_refused(project: TinyProject) -> None:
    project.commit()
    with pytest.raises(UsageError, match=r"^'HEAD' is neither .* nor a git revision that has results/$"):
        read_source(Layout(project.root), "HEAD")
    (project.root / "results").mkdir()
    (project.root / "results" / "grid.json").write_text("{}", encoding="utf-8")
    project.commit()
    with pytest.raises(UsageError, match=r"^no result document in HEAD$"):
        read_source(Layout(project.root), "HEAD")


@pytest.mark.parametrize(("name", "folder"), [("results", "results"), ("run", ".harness/run"), ("kept", "kept")])
def test_a_folder_without_a_document_is_refused(
    project: TinyProject, monkeypatch: pytest.MonkeyPatch, name: str, folder: str
) -> None:
    monkeypatch.chdir(project.root)
    (project.root / folder).mkdir(parents=True)
    (project.root / folder / "grid.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match=rf"^no result document in (/.*/)?{folder}$"):
        read_source(Layout(project.root), name)
    if name != "kept":
        (project.root / folder / "grid.json").unlink()
        (project.root / folder).rmdir()
        with pytest.raises(UsageError, match=rf"^no result document in /.*/{folder}$"):
            read_source(Layout(project.root), name)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "cannot be read: Expecting value"),
        (b'{"schema": 1,\n "envir', "cannot be read: Unterminated string"),
        ('{"schema": 1, "é": 0}'.encode("latin-1"), "cannot be read: 'utf-8' codec can't decode byte"),
        (b'{"schema": 7}', "has schema 7, and this harness reads schema 1"),
        (b'{"schema": 1, "cells": []}', "not a result document: missing key 'environment'"),
    ],
)
@pytest.mark.parametrize("where", ["HEAD", "folder"])
def test_broken_document_is_reported_with_its_source(
    project: TinyProject, content: bytes, said: str, where: str
) -> None:
    project.keep("results", make_column(PASSED, id="tf115"))
    project.keep("results", make_column(PASSED)).write_bytes(content)
    project.commit()
    name, file = (
        (where, "HEAD:results") if where == "HEAD" else (str(project.root / "results"), project.root / "results")
    )
    with pytest.raises(HarnessError) as refused:
        read_source(Layout(project.root), name)
    assert refused.value.exit_code is Exit.BROKEN
    assert str(refused.value).startswith(f"{file}/tf215.json: {said}")
    assert "\n" not in str(refused.value)


def test_revision_document_of_another_environment_is_refused(project: TinyProject) -> None:
    file = project.keep("results", make_column(PASSED))
    file.rename(file.with_name("tf216.json"))
    project.commit()
    with pytest.raises(HarnessError, match=r"^HEAD:results/tf216\.json: is of tf215, not of tf216$"):
        read_source(Layout(project.root), "HEAD")
