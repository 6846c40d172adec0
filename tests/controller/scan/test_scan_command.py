"""`harness scan` as people call it: releases, formats, comments, baselines, exit codes."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import jsonschema
import pytest

from harness.controller.api.environments import ApiEnvironment, Environments
from harness.controller.cli import main
from harness.controller.commands.openers import open_measured
from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_matrix
from harness.controller.scan.case_answers import OUTCOMES, RULES, read_outcomes, read_rules, rule_cases
from tests.support import ROOT

CODE = """\
from keras.utils import np_utils
from keras.layers.normalization import BatchNormalization
from tensorflow.python.keras.layers import Dense
"""
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(
    measured_names: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Run `harness scan` in a folder with one file. Gives the exit code and both outputs."""
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "a.py").write_text(CODE, encoding="utf-8")
    monkeypatch.chdir(folder)

    def call(*arguments: str) -> tuple[int, str, str]:
        code = main(["--root", str(measured_names.root), "scan", *arguments])
        return code, *capsys.readouterr()

    return call


def test_text_names_line_releases_and_replacement(command: Command) -> None:
    code, printed, _ = command("a.py", "--range", ">=2.4")
    assert code == 1
    assert printed.splitlines() == [
        "a.py:1:25: error: keras.utils.np_utils cannot be imported from 2.13 on; works in 2.4 to 2.12; see "
        "harness api keras.utils.np_utils",
        "a.py:2:40: error: keras.layers.normalization.BatchNormalization cannot be imported from 2.12 on; works in 2.4 "
        "to 2.5; instead: keras.layers.BatchNormalization; see harness api "
        "keras.layers.normalization.BatchNormalization",
        "a.py:3:44: warning: tensorflow.python.keras.layers.Dense is private: it works from 2.4 on and may go without "
        "notice; see harness api tensorflow.python.keras.layers.Dense",
        "1 file, 3 uses: 2 errors, 1 warning, 0 notes (--range >=2.4)",
        "every line works in TensorFlow 2.4 to 2.5",
        "in the way of 2.16: a.py:1:25, a.py:2:40",
        "to change for it: keras.utils.np_utils, keras.layers.normalization.BatchNormalization → "
        "keras.layers.BatchNormalization",
    ]


def test_newer_releases_than_the_range_only_warn(command: Command) -> None:
    code, printed, _ = command("a.py", "--range", "<2.6", "--format", "json")
    data = json.loads(printed)
    assert code == 0
    assert data["range"] == ["2.4", "2.5"]
    assert [item["severity"] for item in data["findings"]] == ["warning"] * 3


def test_json_has_the_documented_fields(command: Command) -> None:
    found = json.loads(command("a.py", "--format", "json")[1])["findings"][1]
    expected = {
        "file": "a.py",
        "line": 2,
        "column": 40,
        "cell": None,
        "name": "keras.layers.normalization.BatchNormalization",
        "form": "import",
        "verdict": "fails",
        "severity": "error",
        "guarded": False,
        "works": [["2.4", "2.5"]],
        "fails": [["2.12", "2.16"]],
        "instead": "keras.layers.BatchNormalization",
        "fix": "keras.layers",
    }
    assert {key: found[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("2.x", "--range 2.x: not a range of releases, such as '>=2.10,<2.19'"),
        (">3", "--range >3: no measured release of TensorFlow is in it (measured: 2.4 to 2.16)"),
    ],
)
def test_a_wrong_range_is_one_sentence(command: Command, given: str, message: str) -> None:
    assert command("--range", given) == (2, "", message + "\n")


def test_missing_paths_are_a_usage_error(command: Command) -> None:
    assert command("nowhere") == (2, "", "nowhere: no such file or folder\n")


def test_unreadable_files_are_reported(command: Command) -> None:
    Path("b.py").write_text("print 1\n", encoding="utf-8")
    Path("c.ipynb").write_text("{}", encoding="utf-8")
    code, printed, _ = command("b.py", "c.ipynb")
    assert code == 3
    assert "b.py: cannot be read: line 1: " in printed
    assert "c.ipynb: cannot be read: not a notebook" in printed


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("b.ipynb", b'{"cells": [', "Expecting value"),
        ("b.ipynb", b"[]", "not a notebook (TypeError"),
        ("b.py", b"x = 1\0", "null bytes"),
        ("b.py", b"import keras\nx = " + b"-" * 20_000 + b"1", "its code is nested too deeply"),
        ("b.py", b"import keras\nx = a" + b".b" * 2_900, ""),
    ],
)
def test_a_file_that_cannot_be_read_does_not_end_the_scan(
    command: Command, name: str, content: bytes, reason: str
) -> None:
    Path(name).write_bytes(content)
    os.mkfifo("pipe.py")  # nobody writes into it
    code, printed, _ = command()
    assert code == (3 if reason else 1)
    assert (f"{name}: cannot be read: " in printed) is bool(reason)
    assert reason in printed
    assert "a.py:1:25: error: " in printed


def test_comments_ignore_findings_of_their_line(command: Command) -> None:
    lines = CODE.splitlines()
    lines[0] += "  # harness: ignore[fails]"
    lines[1] += "  # harness: ignore[keras.utils.np_utils]"
    lines += ['x = "# harness: ignore"', "y = 1  # harness: ignore"]
    Path("a.py").write_text("\n".join(lines), encoding="utf-8")
    data = json.loads(command("a.py", "--format", "json")[1])
    assert [item["line"] for item in data["findings"]] == [2, 3]
    assert [(item["line"], item["text"]) for item in data["unused_ignores"]] == [
        (2, "# harness: ignore[keras.utils.np_utils]"),
        (5, "# harness: ignore"),
    ]
    assert "a.py:5: note: nothing to ignore: # harness: ignore\n" in command("a.py")[1]


def test_a_baseline_leaves_old_findings_out(command: Command) -> None:
    assert command("--write-baseline", "known.json")[:2] == (0, "known.json: 3 findings\n")
    Path("a.py").write_text("\n" + CODE + "from keras.utils import np_utils\n", encoding="utf-8")
    code, printed, _ = command("--baseline", "known.json", "--format", "json")
    assert code == 1
    assert [item["line"] for item in json.loads(printed)["findings"]] == [5]
    Path("a.py").write_text(CODE, encoding="utf-8")
    code, printed, _ = command("--baseline", "known.json")
    assert code == 0
    assert printed.splitlines()[0].startswith("1 file, 3 uses: 0 errors, 0 warnings, 0 notes, 3 in the baseline (")
    assert "every line works in TensorFlow 2.4 to 2.5\n" in printed  # what is known stands in the way all the same


def test_annotations_are_the_worst_first(command: Command) -> None:
    Path("a.py").write_text("\n".join(reversed(CODE.splitlines())), encoding="utf-8")
    lines = command("a.py", "--format", "github")[1].splitlines()
    assert [line.partition(" ")[0] for line in lines[:3]] == ["::error", "::error", "::warning"]
    assert lines[0].startswith("::error file=a.py,line=2,col=40::keras.layers.normalization")


def test_sarif_has_a_result_and_a_region_for_each_finding(command: Command) -> None:
    data = json.loads(command("a.py", "--format", "sarif")[1])
    assert data["version"] == "2.1.0"
    [run] = data["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [(item["ruleId"], item["level"]) for item in run["results"]] == [
        ("fails", "error"),
        ("fails", "error"),
        ("private", "warning"),
    ]
    assert all(rules[item["ruleIndex"]] == item["ruleId"] for item in run["results"])
    location = run["results"][0]["locations"][0]["physicalLocation"]
    region = {"startLine": 1, "startColumn": 25, "endLine": 1, "endColumn": 33}
    assert location == {"artifactLocation": {"uri": "a.py"}, "region": region}
    assert run["invocations"][0]["executionSuccessful"] is True


def test_sarif_follows_its_schema_and_counts_as_editors_do(command: Command) -> None:
    Path("a.py").write_text(f'x = "𝄞ü"; import keras.utils.np_utils\n{CODE}', encoding="utf-8")
    Path("b.ipynb").write_text(json.dumps({"cells": [{"cell_type": "code", "source": CODE}]}), encoding="utf-8")
    Path("c.py").write_text("print 1\n", encoding="utf-8")
    data = json.loads(command("--format", "sarif")[1])
    schema = Path(__file__).parent / "schema" / "sarif-schema-2.1.0.json"
    jsonschema.validate(data, json.loads(schema.read_text(encoding="utf-8")))
    region = data["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert (region["startColumn"], region["endColumn"]) == (19, 39)  # 𝄞 is four bytes and two units of UTF-16


def test_markdown_is_a_table(command: Command) -> None:
    lines = command("a.py", "--format", "markdown")[1].splitlines()
    assert lines[5:7] == ["| where | | what |", "| --- | --- | --- |"]
    assert len(lines) == 10


def test_sarif_has_names_of_files_that_are_no_utf8(command: Command) -> None:
    name = os.fsdecode(b"caf\xe9.py")
    try:
        Path("a.py").rename(name)
    except OSError:
        pytest.skip("the file system takes UTF-8 alone")
    data = json.loads(command("--format", "sarif")[1])
    location = data["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "caf%E9.py"


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif", "markdown"])
def test_every_format_has_the_evidence_of_each_finding(
    measured_names: Layout, tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    project, code = tmp_path / "project", tmp_path / "a.py"
    shutil.copytree(measured_names.root, project)
    code.write_text("from keras.optimizers import Adam\nAdam(lr=1)\n", encoding="utf-8")
    words = ["--root", str(project), "scan", str(code), "--format", form]
    main(words)
    by_command = capsys.readouterr().out
    rules = (project / RULES).read_text(encoding="utf-8")
    (project / RULES).write_text(f"page: https://example.org/matrix\n{rules}", encoding="utf-8")
    main(words)
    by_address = capsys.readouterr().out
    for printed, evidence in (
        (by_command, ("harness api keras.optimizers.Adam", "harness show -k adam-lr -p keras")),
        (by_address, ("https://example.org/matrix/?q=keras.optimizers.Adam", "example.org/matrix/cases/adam-lr.html")),
    ):
        plain = printed.replace("\\", "").replace("%3A", ":")
        assert [text in plain for text in evidence] == [True, True], printed


def test_a_page_that_is_no_address_is_said(
    measured_names: Layout, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project, code = tmp_path / "project", tmp_path / "a.py"
    shutil.copytree(measured_names.root, project)
    (project / RULES).write_text("page: example.org\n", encoding="utf-8")
    code.write_text("import keras\n", encoding="utf-8")
    assert main(["--root", str(project), "scan", str(code)]) == 2
    sentence = "page 'example.org': not an address such as https://example.org/matrix/\n"
    assert capsys.readouterr().err == f"{project / RULES}: {sentence}"


def test_nothing_of_the_code_is_run(measured_names: Layout, tmp_path: Path) -> None:
    (tmp_path / "setup.py").write_text("raise SystemExit('run')\n", encoding="utf-8")
    (tmp_path / "keras.py").write_text("raise SystemExit('run')\n", encoding="utf-8")
    command = [sys.executable, "-m", "harness", "--root", str(measured_names.root), "scan", "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("files", "has_bar"), [(100, False), (101, True)])
def test_people_see_a_bar_for_many_files(measured_names: Layout, tmp_path: Path, files: int, has_bar: bool) -> None:
    for number in range(files):
        (tmp_path / f"file{number}.py").write_text("import keras\n", encoding="utf-8")
    terminal, end = pty.openpty()
    command = [sys.executable, "-m", "harness", "--root", str(measured_names.root), "scan", "."]
    done = subprocess.run(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=end, text=True, check=False)
    os.close(end)
    shown = ""
    with suppress(OSError):  # the end of what was written to a terminal
        while text := os.read(terminal, 65536):
            shown += text.decode()
    os.close(terminal)
    assert done.returncode == 0
    assert done.stdout.startswith(f"{files} files, {files} uses: ")
    assert ("scanning" in shown and "100%" in shown) is has_bar, shown


def test_diff_prints_a_patch_and_fix_writes_it(command: Command) -> None:
    code, printed, _ = command("a.py", "--diff")
    assert (code, Path("a.py").read_text(encoding="utf-8")) == (1, CODE)
    assert "+from keras.layers import BatchNormalization\n" in printed
    assert command("a.py", "--fix")[2] == "fixed: a.py\n"
    assert Path("a.py").read_text(encoding="utf-8") == CODE.replace(".normalization", "")
    assert command("a.py", "--fix")[2] == ""


def test_without_a_project_the_checkout_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert open_measured(None).root == ROOT


def test_a_project_around_the_code_answers(measured_names: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(measured_names.results)
    assert open_measured(None).root == measured_names.root


def test_every_rule_has_cases_and_outcomes() -> None:
    matrix = load_matrix(ROOT)
    environments = Environments(tuple(map(ApiEnvironment.of, matrix.environments.values())))
    cases = rule_cases(read_rules(ROOT / RULES))
    found = read_outcomes(ROOT / "results" / OUTCOMES, cases, environments)
    assert {case for case, _ in found} == cases


@pytest.mark.parametrize(
    ("arguments", "code", "printed"),
    [
        (["a.py"], 0, "2.4 (all works 2.4 to 2.5)\n"),
        (["-k", "adam-lr", "-p", "keras"], 0, "2.12 (all works 2.12)\n"),
        (["a.py", "-k", "adam-lr"], 1, "no measured release\n"),
    ],
)
def test_floor_is_the_lowest_release_in_which_all_works(
    command: Command,
    measured_names: Layout,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    printed: str,
) -> None:
    assert main(["--root", str(measured_names.root), "floor", *arguments]) == code
    assert capsys.readouterr().out == printed


def test_floor_of_files_of_which_one_cannot_be_read_is_no_release(
    measured_names: Layout, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.py"
    file.write_text("x = (", encoding="utf-8")
    assert main(["--root", str(measured_names.root), "floor", str(file)]) == 3
    assert capsys.readouterr() == ("", f"{file}: cannot be read: line 1: '(' was never closed\n")
