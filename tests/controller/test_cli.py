from __future__ import annotations

import ast
import importlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

import harness as harness_package
from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from harness.controller import commands
from harness.controller.cli import main, parse_arguments
from harness.controller.commands import COMMANDS, run
from harness.controller.environments.interpreters import missing_interpreter
from harness.controller.errors import Exit, HarnessError
from harness.controller.project.loader import Project, load_project
from harness.controller.project.selection import Selection
from harness.controller.worker.options import WorkerOptions
from tests.support.tiny_project import TinyProject, make_column

CELLS = [
    ("dense", "tensorflow.keras"),
    ("dense", "tf.keras"),
    ("version", "keras"),
    ("version", "tensorflow.keras"),
    ("version", "tf.keras"),
]
PASSED = [Outcome(*key, status=Status.PASS) for key in CELLS]
FAILED = Outcome("version", "keras", Status.FAIL, Stage.CALL, "AssertionError", "2.14.0")


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == 0
    text = capsys.readouterr().out
    listed = {line.split()[0] for line in text.splitlines() if line.startswith("    ") and not line.startswith("     ")}
    assert listed >= {"validate", "plan", "run", "collect", "show", "script", "accept", "lock"}
    assert "exit codes: 0 agrees with the baseline" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "harness: no command given; `harness --help` lists them"),
        (["rnu"], "harness: unknown command 'rnu'; did you mean 'run'?"),
        (["run", "--jobs", "0"], "harness run: argument -j/--jobs: must be at least 1"),
        (["plan", "--format", "jsno"], "harness plan: argument --format: unknown value 'jsno'; did you mean 'json'?"),
        (["script"], "harness script: the following arguments are required: CASE, -p/--path"),
        (["script", "--pth", "keras"], "harness script: unknown option '--pth'; did you mean '--path'?"),
        (["init", "--froot=x"], "harness init: unknown option '--froot'; did you mean '--root'?"),
        (["--rot", "x", "plan"], "harness: unknown option '--rot'; did you mean '--root'?"),
    ],
)
def test_wrong_arguments_end_with_one_sentence(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr() == ("", message + "\n")


def test_an_unknown_command_lists_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["frobnicate"]) == 2
    message = f"harness: unknown command 'frobnicate'; known: {', '.join(sorted(COMMANDS))}\n"
    assert capsys.readouterr().err == message


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_refuses_an_unknown_option(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--fesh"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    message = f"harness {command}: unknown option '--fesh'"
    assert line.startswith((f"{message}; did you mean '--", f"{message}; known: --"))
    assert ("'--fresh'" in line) == (command in ("run", "inventory"))


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help_and_a_module(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: harness {command} ")
    assert callable(importlib.import_module(f"harness.controller.commands.{command}").run)


def test_every_module_with_a_command_is_listed() -> None:
    folder = Path(commands.__file__).parent
    names = {file.stem for file in folder.glob("*.py") if "\ndef add_arguments(" in file.read_text(encoding="utf-8")}
    assert names == set(COMMANDS)


@pytest.mark.parametrize("option", ["-V", "--version"])
def test_the_version_is_printed(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([option])
    assert end.value.code == 0
    assert capsys.readouterr().out == f"harness {harness_package.__version__}\n"


def test_root_stands_before_or_after_the_command(
    project: TinyProject, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["plan", "--root", str(project.root)]) == 0
    after = capsys.readouterr()
    assert main(["--root", str(project.root), "plan"]) == 0
    assert capsys.readouterr() == after
    assert after.out.endswith("2 environments, 10 cells\n")
    assert main(["--root", "nowhere", "plan", "--root", str(project.root)]) == 0


def test_pytest_gets_all_after_two_dashes() -> None:
    options = parse_arguments(["run", "-e", "tf215", "-j", "3", "--", "-k", "plot", "-x", "tf216", "--", "-e"])
    assert (options.env, options.jobs, options.case) == (["tf215"], 3, [])
    assert parse_arguments(["--root", "x", "run", "--", "--root", "y"]).pytest == ["--root", "y"]
    assert options.pytest == ["-k", "plot", "-x", "tf216", "--", "-e"]
    assert parse_arguments(["run"]).pytest == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["tf215"], "unexpected argument 'tf215' (pass pytest arguments after --); did you mean -e tf215?"),
        (
            ["-e", "tf216", "tf1x", "--", "-x"],
            "unexpected argument 'tf1x' (pass pytest arguments after --); did you mean -g tf1x?",
        ),
        (
            ["tf.keras", "-j", "2"],
            "unexpected argument 'tf.keras' (pass pytest arguments after --); did you mean -p tf.keras?",
        ),
        (["dense"], "unexpected argument 'dense' (pass pytest arguments after --); did you mean -k dense?"),
        (["-x"], "unknown option '-x' (pass pytest arguments after --)"),
    ],
)
def test_run_refuses_other_words_before_two_dashes(project: TinyProject, arguments: list[str], said: str) -> None:
    done = project.run("run", *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"harness run: {said}\n")


def test_other_commands_refuse_unexpected_words(project: TinyProject) -> None:
    done = project.run("plan", "tf215")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "harness plan: unexpected argument 'tf215'; did you mean -e tf215?\n"
    assert project.run("validate", "tf215").stderr == "harness validate: unexpected argument 'tf215'\n"


def test_elsewhere_two_dashes_only_end_the_options(project: TinyProject) -> None:
    done = project.run("script", "-p", "keras", "--", "version")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], WorkerOptions()),
        (
            ["--isolation", "spawn", "--fresh", "--", "-x"],
            WorkerOptions(isolation="spawn", fresh=True, pytest=("-x",)),
        ),
    ],
)
def test_the_worker_gets_only_given_options(
    project: TinyProject, monkeypatch: pytest.MonkeyPatch, given: list[str], expected: WorkerOptions
) -> None:
    handed: list[WorkerOptions] = []

    def preflight(project: Project, selection: Selection, options: WorkerOptions, here: bool) -> NoReturn:
        handed.append(options)
        raise HarnessError("enough")

    monkeypatch.setattr(run, "preflight", preflight)
    assert project.run("run", *given).stderr == "enough\n"
    assert handed == [expected]


@pytest.mark.parametrize(("command", "code"), [("run", Exit.BROKEN), ("show", Exit.AGREES)])
def test_unread_output_fails_a_run(project: TinyProject, command: str, code: Exit) -> None:
    project.keep("results", make_column(*PASSED))
    (project.root / "locks").mkdir(exist_ok=True)
    (project.root / "locks" / "tf115.txt").touch()
    chosen = ["-e", "tf115"] if command == "run" else []
    reader, writer = os.pipe()
    os.close(reader)
    arguments = [sys.executable, "-m", "harness", command, "--root", str(project.root), *chosen]
    done = subprocess.run(arguments, stdout=writer, stderr=subprocess.PIPE, text=True, check=False, timeout=120)
    os.close(writer)
    assert (done.returncode, done.stderr) == (code, "")


@pytest.mark.parametrize(
    ("arguments", "unneeded"),
    [
        (["--help"], ["yaml", "packaging", "rich", "tox", "harness.cases", "harness.controller.commands.plan"]),
        (
            ["plan"],
            [
                "rich",
                "tox",
                "uv",
                "harness.cases.kinds",
                "harness.cases.loader",
                "harness.controller.project.case_checks",
            ],
        ),
    ],
)
def test_quick_commands_import_little(project: TinyProject, arguments: list[str], unneeded: list[str]) -> None:
    load_project(project.root)
    code = "import sys\nfrom harness.controller.cli import main\ntry: main(sys.argv[1:])\nexcept SystemExit: pass\n"
    code += "print('modules:', *sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=project.root, capture_output=True, text=True, check=True
    )
    assert "usage: harness" in done.stdout or "2 environments, 10 cells" in done.stdout
    assert not set(unneeded) & set(done.stdout.rpartition("modules:")[2].split())


def test_validate_counts_what_is_there(project: TinyProject) -> None:
    done = project.run("validate")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "4 environments, 3 import paths, 2 cases: valid\n"


def test_the_project_is_found_from_inside(
    project: TinyProject, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project.root / "cases" / "snippet")
    assert main(["validate"]) == 0
    assert capsys.readouterr().out.endswith("2 cases: valid\n")


def test_a_missing_matrix_names_the_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["run"]) == 2
    said = f"no matrix.yaml in {tmp_path} or above it: name the project's folder with --root\n"
    assert capsys.readouterr().err == said
    assert main(["validate", "--root", "nowhere"]) == 2
    assert capsys.readouterr().err == "nowhere is not a folder\n"


def test_all_faults_are_reported_before_anything_runs(project: TinyProject) -> None:
    project.edit("cases/model_build/dense.yaml", "expect:", "expcet:")
    project.edit("cases/snippet/version.yaml", "  import", " import")
    shutil.copy(project.root / "cases/snippet/version.yaml", project.root / "cases/snippet/again.yaml")
    project.edit("matrix.yaml", "default: quick", "default: quik")
    for command in ("validate", "plan", "run", "collect", "show", "accept"):
        done = project.run(command)
        assert done.returncode == 2, command
        lines = done.stderr.splitlines()
        assert "cases/model_build/dense.yaml:8: unknown key 'expcet'; did you mean 'expect'?" in lines
        assert "matrix.yaml:21: unknown group 'quik'; did you mean 'quick'?" in lines
        assert any(line.startswith("cases/snippet/again.yaml:") for line in lines)
        assert any(line.startswith("cases/snippet/version.yaml:") for line in lines)
        assert done.stdout == ""
        assert any(": the id 'version' is already used in" in line for line in lines)
    assert sorted(entry.name for entry in project.root.iterdir()) == ["cases", "matrix.yaml", "tox.ini", "toxfile.py"]


def test_cases_are_checked_despite_matrix_faults(project: TinyProject) -> None:
    project.edit("matrix.yaml", "default: quick", "default: quik")
    project.edit("cases/model_build/dense.yaml", "layers.Dense", "tf.kears::layers.Dense")
    done = project.run("validate")
    assert done.returncode == 2
    assert [line.partition(": ")[2] for line in done.stderr.splitlines()] == [
        "unknown import path 'tf.kears' of layers.Dense; did you mean 'tf.keras'?",
        "unknown group 'quik'; did you mean 'quick'?",
    ]


def test_a_duplicate_id_names_its_second_file(project: TinyProject) -> None:
    dense = project.root / "cases" / "model_build" / "dense.yaml"
    text = dense.read_text(encoding="utf-8").replace("id: dense", "id: version")
    dense.with_name("version.yaml").write_text(text, encoding="utf-8")
    done = project.run("validate")
    assert done.returncode == 2
    assert done.stderr == (
        "cases/snippet/version.yaml:1: the id 'version' is already used in cases/model_build/version.yaml\n"
    )


def test_invalid_yaml_names_its_line(project: TinyProject) -> None:
    project.edit("cases/snippet/version.yaml", "title: The", "title: [The")
    done = project.run("validate")
    assert done.returncode == 2
    assert done.stderr.startswith("cases/snippet/version.yaml:4: not YAML: ")
    assert len(done.stderr.splitlines()) == 1


def test_no_cases_names_the_folder(project: TinyProject) -> None:
    shutil.rmtree(project.root / "cases")
    (project.root / "cases").mkdir()
    done = project.run("run")
    assert done.returncode == 2
    assert done.stderr == "cases/:1: no cases: add one as cases/<kind>/<id>.yaml\n"


def test_a_case_must_become_valid_python(project: TinyProject) -> None:
    project.edit("cases/model_build/dense.yaml", "layers.Dense", "layers.lambda")
    done = project.run("validate")
    assert done.returncode == 2
    assert done.stderr.startswith("cases/model_build/dense.yaml:")
    assert "lambda" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-e", "tf999"], "no environment matches 'tf999'; known: tf115, tf215, tf216, tf216-legacy"),
        (["-p", "tf.kreas"], "no import path matches 'tf.kreas'; did you mean 'tf.keras'?"),
        (["-k", "dence"], "no case matches 'dence'; did you mean 'dense'?"),
        (["-g", "quik"], "unknown group 'quik'; did you mean 'quick'?"),
    ],
)
@pytest.mark.parametrize("command", ["plan", "run", "show", "accept"])
def test_unmatched_patterns_exit_2(project: TinyProject, command: str, arguments: list[str], said: str) -> None:
    for folder in ("results", ".harness/run"):
        project.keep(folder, make_column(*PASSED))
    done = project.run(command, *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said + "\n")


@pytest.mark.parametrize("command", ["plan", "run", "show"])
def test_a_selection_without_cells_exits_2(project: TinyProject, command: str) -> None:
    done = project.run(command, "-e", "tf215", "-k", "dense", "-p", "keras")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(("the selection has no cell", "nothing to show"))


def test_plan_as_a_table(project: TinyProject) -> None:
    done = project.run("plan")
    assert done.returncode == 0
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["tf215", "TensorFlow", "2.15.1", "Python", "3.11", "5", "cells"],
        ["tf216", "TensorFlow", "2.16.2", "Python", "3.12", "5", "cells"],
        ["2", "environments,", "10", "cells"],
    ]


def test_plan_as_json(project: TinyProject) -> None:
    done = project.run("plan", "-g", "tf1x", "-e", "tf216*", "-p", "*.keras", "--format", "json")
    data = json.loads(done.stdout)
    assert data["environments"] == ["tf115", "tf216", "tf216-legacy"]
    assert [(cell["case"], cell["path"]) for cell in data["cells"]] == [key for key in CELLS if key[1] != "keras"]


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("*Dense l*", "; cases that mention it: 1 by title (dense)"),
        ("KERAS.__version__", "; cases that mention it: 1 by content (version)"),
        ("p*s", "; cases that mention it: 1 by title, 1 by content (version, dense)"),
        ("assertionerror: 2.1?.0", "; cases that mention it: 1 by recorded message (version)"),
        ("zzz", ", nor does a title, a file or a recorded message"),
    ],
)
@pytest.mark.parametrize("command", ["show", "plan", "accept"])
def test_unmatched_case_patterns_are_searched_for(project: TinyProject, command: str, pattern: str, hint: str) -> None:
    for folder in ("results", ".harness/run"):
        project.keep(folder, make_column(*PASSED[:2], FAILED))
    done = project.run(command, "-k", pattern)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"no case id matches {pattern!r}{hint}\n")


def test_a_hint_names_at_most_five_cases(project: TinyProject) -> None:
    text = (project.root / "cases/snippet/version.yaml").read_text(encoding="utf-8")
    for number in range(7):
        file = project.root / f"cases/snippet/v{number}.yaml"
        file.write_text(text.replace("id: version", f"id: v{number}"), encoding="utf-8")
    done = project.run("show", "-k", "*path has*")
    assert done.stderr.endswith("; cases that mention it: 8 by title (v0, v1, v2, v3, v4 and 3 more)\n")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")
@pytest.mark.parametrize("command", ["plan", "show", "validate", "run"])
def test_a_full_device_is_one_sentence(project: TinyProject, command: str) -> None:
    project.keep("results", make_column(*PASSED))
    (project.root / "locks").mkdir()
    (project.root / "locks" / "tf115.txt").touch()
    chosen = ["-e", "tf115"] if command == "run" else []
    with open("/dev/full", "w", encoding="utf-8") as full:
        arguments = [sys.executable, "-m", "harness", "--root", str(project.root), command, *chosen]
        done = subprocess.run(arguments, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=120)
    message = "standard output cannot be written: No space left on device\n"
    assert (done.returncode, done.stderr) == (Exit.BROKEN, message)


def test_a_bug_keeps_its_traceback(
    project: TinyProject, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(project: Project, selection: Selection, options: WorkerOptions, here: bool) -> NoReturn:
        raise FileNotFoundError("a bug")

    monkeypatch.setattr(run, "preflight", fail)
    done = project.run("run")
    assert done.returncode == Exit.BROKEN
    assert done.stderr.startswith("Traceback ")
    assert done.stderr.endswith("FileNotFoundError: a bug\n")


@pytest.mark.parametrize("command", ["run", "accept", "flaky", "collect"])
def test_unwritable_state_is_one_sentence(project: TinyProject, command: str) -> None:
    if command == "accept":
        project.keep("results", make_column(*PASSED))
    (project.root / "locks").mkdir()
    (project.root / "locks" / "tf115.txt").touch()
    (project.root / ".harness").write_text("not a folder", encoding="utf-8")
    done = project.run(command, *(["-e", "tf115"] if command in ("run", "flaky") else []))
    assert done.returncode == Exit.BROKEN
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"{project.root / '.harness'}")
    assert "cannot be written: " in line


def test_long_lines_stay_whole_in_a_pipe(project: TinyProject) -> None:
    title = " ".join(["word"] * 60)
    project.edit("cases/snippet/version.yaml", "title: The path has a version", f"title: {title}")
    message = " ".join(["reason"] * 40)
    project.keep("results", make_column(*PASSED[:2], replace(FAILED, message=message)))
    for arguments, text in [(["-k", "version"], title), (["--cell", "version[keras]", "-e", "tf215"], message)]:
        command = [sys.executable, "-m", "harness", "show", "--root", str(project.root), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
        assert any(text in line for line in done.stdout.splitlines())


@pytest.mark.parametrize("cell", CELLS, ids="-".join)
def test_script_prints_python_with_its_stages(project: TinyProject, cell: tuple[str, str]) -> None:
    done = project.run("script", cell[0], "-p", cell[1])
    assert (done.returncode, done.stderr) == (0, "")
    assert ast.parse(done.stdout).body
    stages = [line[2:] for line in done.stdout.splitlines() if line.startswith("# ")]
    assert stages == (["import", "build", "check"] if cell[0] == "dense" else ["call"])


def test_script_refuses_what_it_does_not_know(project: TinyProject) -> None:
    done = project.run("script", "dens", "-p", "keras")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "unknown case 'dens'; did you mean 'dense'?\n"
    done = project.run("script", "dense", "-p", "tensorflow.kera")
    assert done.stderr == "unknown import path 'tensorflow.kera'; did you mean 'tensorflow.keras'?\n"


def test_lock_needs_an_interpreter_of_the_environment(project: TinyProject) -> None:
    done = project.run("lock", "-g", "tf1x")
    assert (done.returncode, done.stderr) == (3, f"tf115: {missing_interpreter('3.99')}\n")
