"""Titles and messages that are hostile to where they are shown: every output shows them as harmless text."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.grid.markdown import BEGIN, END
from harness.controller.results.documents import read_column
from tests.support.tiny_project import TinyProject, make_column

HALF = "\ud800"
HOSTILE = {
    "script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "formula": "=cmd|' /C calc'!A0",
    "formula behind a line": "\n@SUM(1+1)",
    "folders": "../../../../etc/passwd",
    "escapes": "\x1b[2J\x1b]0;title\x07\x9b31m",
    "control": "\x00\x08\r\x7f\x85x",
    "direction": "\u202egnp.exe\u2066\u200f\u061c",
    "hidden": "a\u200b\ufeff\u2060b\u2028c",
    "half a character": HALF,
    "table": "a | b `c` [d](javascript:e) **f** <!-- g",
    "lines": "x\ntf215 fixed everything\n| a | b |\n# head",
}
STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")

hostile = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)


def cell(text: str) -> Outcome:
    return Outcome("version", "keras", Status.FAIL, Stage.CALL, text, text, (text,))


@pytest.fixture
def shown(project: TinyProject) -> Callable[[str], Path]:
    """A project of which every text is this one: its case's, and those of an accepted run of it."""

    def shown(text: str) -> Path:
        said = json.dumps("x" if text == HALF else text)  # which no case may hold
        known = f"known: [{{path: '*', tf: '>=1', match: {said}, reason: {said}}}]\n"
        texts = f"title: {said}\nadvice: {said}\nsource: [{said}]\n{known}"
        project.edit("cases/snippet/version.yaml", "title: The path has a version\n", texts)
        (project.root / "README.md").write_text(f"# Tiny\n{BEGIN}\n{END}\n", encoding="utf-8")
        project.keep(".harness/run", make_column(cell(text), packages={"keras": text, text: text}))
        lost = Outcome(*cell(text).key, status=Status.ENV_FAIL)
        project.keep(
            ".harness/run", make_column(lost, id="tf216", release=text, python=text, status="env-fail", reason=text)
        )
        done = project.run("accept")
        assert (done.returncode, done.stderr) == (0, "")
        return project.root

    return shown


@hostile
def test_the_files_of_the_grid(shown: Callable[[str], Path], text: str) -> None:
    project = shown(text)
    results = project / "results"
    for name in ("grid.json", "grid.csv", "grid.md", "history.csv", "tf215.json", "../README.md"):
        content = (results / name).read_bytes().decode("utf-8")
        assert not STEERING.search(content), name
    for name in ("grid.csv", "history.csv"):
        with open(results / name, encoding="utf-8", newline="") as handle:
            fields = [field for row in csv.reader(handle) for field in row]
        assert not [field for field in fields if re.match(r"\s*[=+\-@]|\t", field)]
    for name in ("grid.md", "../README.md"):
        content = (results / name).read_text(encoding="utf-8").replace(BEGIN, "").replace(END, "")
        assert not re.search(r"<(?!br>)", content)
        for table in content.replace(r"\|", "").split("\n\n"):
            assert len({line.count("|") for line in table.splitlines() if line.startswith("|")}) <= 1
    data = json.loads((results / "grid.json").read_text(encoding="utf-8"))
    assert text in [found.get("message") for found in data["cells"]]
    assert data["environments"][0]["packages"]["keras"] == text
    assert {item["title"] for item in data["cases"]} == {"One Dense layer", "x" if text == HALF else text}


@hostile
def test_terminal_output_has_no_control_characters(
    shown: Callable[[str], Path], project: TinyProject, text: str
) -> None:
    shown(text)
    for arguments in (
        ["show"],
        ["show", "--run"],
        ["show", "--totals"],
        ["show", "-k", "version"],
        ["show", "--cell", "version[keras]"],
        ["show", "--cell", "version[keras]", "-e", "tf215"],
        ["show", "--cell", "version[keras]", "-e", "tf216"],
        ["collect"],
        ["accept", "--dry-run"],
    ):
        done = project.run(*arguments)
        assert (done.returncode, done.stderr) == (0, ""), arguments
        assert not STEERING.search(done.stdout), arguments


@hostile
@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_difference_shows_hostile_text_harmlessly(project: TinyProject, text: str, form: str) -> None:
    project.keep("results", make_column(cell("x"), replace(cell(text), path=text), packages={text: "1"}))
    project.keep(".harness/run", make_column(cell(text), replace(cell(text), case=text), packages={"keras": text}))
    done = project.run("diff", "--format", form)
    assert (done.returncode, done.stderr) == (1, "")
    assert not STEERING.search(done.stdout)
    if form == "text":
        assert len(done.stdout.splitlines()) == 5
    elif form == "json":
        after = [item["after"] for item in json.loads(done.stdout)]
        assert [item["message"] for item in after if isinstance(item, dict)] == [text, text]
    else:
        rows = [line for line in done.stdout.splitlines() if line.startswith("|")]
        assert {len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) for row in rows} == {5}
        assert "<" not in done.stdout


@hostile
def test_nothing_is_written_anywhere_else(shown: Callable[[str], Path], tmp_path: Path, text: str) -> None:
    project = shown(text)
    assert list(tmp_path.iterdir()) == [project]
    names = sorted(file.name for file in (project / "results").iterdir())
    assert names == ["grid.csv", "grid.json", "grid.md", "grid.svg", "history.csv", "tf215.json", "tf216.json"]


@hostile
def test_accepted_document_returns_the_recorded_cell(shown: Callable[[str], Path], text: str) -> None:
    found = read_column(shown(text) / "results" / "tf215.json")
    assert found.cells["version", "keras"] == cell(text)


@pytest.mark.parametrize("name", ["../x", "x/../../y", "=cmd", "<script>", "\x1b[2J", "x\u202ey"])
def test_no_case_has_such_an_id(project: TinyProject, name: str) -> None:
    project.edit("cases/snippet/version.yaml", "id: version", f"id: {json.dumps(name)}")
    done = project.run("validate")
    assert done.returncode == 2
    assert not STEERING.search(done.stderr)
    assert project.run("new", "snippet", name).returncode == 2
    assert project.run("script", name, "-p", "keras").returncode == 2
