from __future__ import annotations

import json
import re

import pytest

from harness.contract.records import Outcome, Record
from harness.contract.statuses import Stage, Status
from harness.controller.grid.markdown import BEGIN, END
from harness.controller.results.documents import read_column, write_details
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


def test_show_has_nothing_to_show_without_results(project: TinyProject) -> None:
    done = project.run("show")
    assert done.returncode == 2
    where = project.root / "results"
    assert done.stderr == (f"nothing to show: no result of this selection in {where}; --run shows the last run\n")


def test_show_prints_accepted_results_or_the_run(project: TinyProject) -> None:
    project.keep("results", make_column(*PASSED))
    project.keep(".harness/run", make_column(*PASSED[:2], FAILED))
    accepted, ran = project.run("show"), project.run("show", "--run", "-p", "keras")
    assert (accepted.returncode, ran.returncode) == (0, 0)
    assert "\n✓ pass 5\n" in accepted.stdout
    assert ran.stdout.splitlines()[-1].strip() == "✗ fail 1"


def test_a_cell_shows_details_of_the_run(project: TinyProject) -> None:
    project.keep("results", make_column(FAILED))
    project.keep(".harness/run", make_column(FAILED))
    write_details(
        project.root / ".harness/details/tf215.json", [Record(FAILED, 2.5, {"call": 2.0}, 1024, "Traceback: x")]
    )
    done = project.run("show", "-e", "tf215", "--cell", "version[keras]")
    assert done.returncode == 0
    assert "message   2.14.0" in done.stdout
    assert "took      2.50 s (call 2.00 s), 1 MiB" in done.stdout
    assert done.stdout.endswith("\ntraceback:\nTraceback: x\n")


def test_another_outcomes_traceback_is_not_shown(project: TinyProject) -> None:
    project.keep("results", make_column(*PASSED))
    project.keep(".harness/run", make_column(FAILED))
    write_details(project.root / ".harness/details/tf215.json", [Record(FAILED, traceback="Traceback: x")])
    accepted = project.run("show", "-e", "tf215", "--cell", "version[keras]").stdout
    assert "✓ pass" in accepted
    assert "Traceback" not in accepted
    assert "Traceback: x" in project.run("show", "--run", "-e", "tf215", "--cell", "version[keras]").stdout


def test_a_cell_shows_since_when(project: TinyProject) -> None:
    project.keep(".harness/run", make_column(*PASSED))
    project.run("accept")
    first = project.run("show", "-e", "tf215", "--cell", "version[keras]").stdout
    assert re.search(r"^since     \d{4}-\d\d-\d\d: new$", first, re.MULTILINE)
    project.keep(".harness/run", make_column(FAILED))
    project.run("accept")
    said = project.run("show", "-e", "tf215", "--cell", "version[keras]").stdout
    assert re.search(r"^since     \d{4}-\d\d-\d\d: regressed, before pass$", said, re.MULTILINE)
    other = project.run("show", "-e", "tf215", "--cell", "version[tf.keras]").stdout
    assert re.search(r"^since     \d{4}-\d\d-\d\d: new$", other, re.MULTILINE)


def test_a_cell_overview_dates_each_environment(project: TinyProject) -> None:
    project.keep(".harness/run", make_column(*PASSED))
    project.run("accept")
    lines = project.run("show", "--cell", "version[keras]").stdout.splitlines()
    assert [bool(re.search(r" ✓ pass, since \d{4}-\d\d-\d\d$", line)) for line in lines] == [
        False,
        False,
        True,
        False,
        False,
    ]


def test_history_ignores_unaccepted_outcomes(project: TinyProject) -> None:
    project.keep(".harness/run", make_column(*PASSED))
    project.run("accept")
    project.keep(".harness/run", make_column(FAILED, *PASSED[3:]))
    differs, agrees = (
        project.run("show", "--run", "-e", "tf215", "--cell", f"version[{path}]").stdout
        for path in ("keras", "tf.keras")
    )
    assert "since     " not in differs
    assert "since     " in agrees


def test_a_cell_is_shown_in_every_environment(project: TinyProject) -> None:
    project.keep("results", make_column(FAILED))
    done = project.run("show", "--cell", "version[keras]")
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == ["tf115", "tf215", "tf216", "tf216-legacy"]
    two = project.run("show", "-g", "quick", "--cell", "version[keras]")
    assert [line.split()[0] for line in two.stdout.splitlines()[1:]] == ["tf215", "tf216"]
    unknown = project.run("show", "--cell", "version[kears]")
    assert (unknown.returncode, unknown.stderr) == (2, "no cell 'version[kears]'; did you mean 'version[keras]'?\n")


def test_one_case_shows_its_release_ranges(project: TinyProject) -> None:
    project.keep("results", make_column(*PASSED[:2], FAILED))
    project.keep(".harness/run", make_column(*PASSED))
    story = [
        "keras",
        "  not run in 1.15, fails in 2.15 at call, not run from 2.16 on; 2.16 legacy: not run",
        "    2.15: AssertionError: 2.14.0",
    ]
    for option in ("-k", "--case"):
        done = project.run("show", option, "ver*")
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.splitlines()[1].split() == ["2.15"]
        assert done.stdout.splitlines()[-4:-1] == story
    run = project.run("show", "--run", "-k", "version").stdout.splitlines()
    assert run[-3:-1] == [
        "tensorflow.keras, tf.keras, keras",
        "  not run in 1.15, works in 2.15, not run from 2.16 on; 2.16 legacy: not run",
    ]
    few = project.run("show", "-k", "version", "-e", "tf215", "-e", "tf115", "-p", "keras").stdout.splitlines()
    assert few[-3:-1] == ["  not run in 1.15, fails in 2.15 at call", story[-1]]


@pytest.mark.parametrize("arguments", [[], ["-k", "*"], ["-e", "tf215"], ["-k", "dense", "--totals"]])
def test_show_of_anything_else_has_no_story(project: TinyProject, arguments: list[str]) -> None:
    project.keep("results", make_column(*PASSED))
    assert "works in 2.15" not in project.run("show", *arguments).stdout


def test_totals_count_the_whole_selection(project: TinyProject) -> None:
    project.keep("results", make_column(*PASSED[:2], FAILED))
    whole = project.run("show", "--totals")
    assert (whole.returncode, whole.stderr) == (0, "")
    assert whole.stdout.splitlines()[:3] == [
        "20 cells: ✓ pass (2), ✗ fail (1), · not-run (17).",
        "explained 0 of 1 failing cells (0 %)",
        "cases with failing cells: 1, of these with advice: 0",
    ]
    part = project.run("show", "--totals", "-e", "tf215", "-k", "dense")
    assert part.stdout.splitlines()[:2] == ["2 cells: ✓ pass (2).", "no failing cells"]


def test_totals_and_a_cell_exclude_each_other(project: TinyProject) -> None:
    done = project.run("show", "--totals", "--cell", "version[keras]")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "harness show: argument --cell: not allowed with argument --totals\n"


def test_collect_builds_the_grid_from_accepted_results(project: TinyProject) -> None:
    project.keep("results", make_column(*PASSED))
    project.keep("results", make_column(*PASSED[1:], FAILED, id="tf216"))
    (project.root / "README.md").write_text(f"# Tiny\n{BEGIN}\n{END}\n", encoding="utf-8")
    done = project.run("collect")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "2 of 4 environments, 20 cells: 8 pass, 1 fail, 11 not-run\n"
    data = json.loads((project.root / "results" / "grid.json").read_text(encoding="utf-8"))
    assert sum(len(cell["environments"]) for cell in data["cells"]) == 20
    readme = (project.root / "README.md").read_text(encoding="utf-8")
    assert "- explained 0 of 1 failing cells (0 %)\n" in readme
    assert "**dense**" not in readme
    assert "**dense**: One Dense layer" in (project.root / "results" / "grid.md").read_text(encoding="utf-8")


def test_collect_refuses_a_broken_document(project: TinyProject) -> None:
    file = project.keep("results", make_column(*PASSED))
    file.write_text(file.read_text(encoding="utf-8")[:100], encoding="utf-8")
    done = project.run("collect")
    assert done.returncode == 3
    assert done.stderr.startswith(f"{file}: cannot be read: ")
    assert [entry.name for entry in file.parent.iterdir()] == ["tf215.json"]


def test_accept_writes_results_and_grid(project: TinyProject) -> None:
    run = project.keep(".harness/run", make_column(*PASSED))
    done = project.run("accept")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "tf215 environment new",
        "1 environment new",
        "accepted 5 cells of tf215",
        "1 of 4 environments, 20 cells: 5 pass, 15 not-run",
    ]
    assert (project.root / "results" / "tf215.json").read_bytes() == run.read_bytes()
    assert (project.root / "results" / "grid.md").exists()


def test_accept_takes_only_what_is_selected(project: TinyProject) -> None:
    project.keep("results", make_column(*PASSED))
    project.keep(".harness/run", make_column(FAILED, Outcome("version", "tf.keras", Status.CRASH)))
    project.keep(".harness/run", make_column(*PASSED, id="tf216"))
    assert project.run("accept", "-e", "tf215", "-p", "keras").returncode == 0
    accepted = read_column(project.root / "results" / "tf215.json").cells
    assert accepted == {outcome.key: outcome for outcome in PASSED} | {FAILED.key: FAILED}
    assert not (project.root / "results" / "tf216.json").exists()


def test_accept_needs_a_run(project: TinyProject) -> None:
    assert project.run("accept").stderr.startswith(f"no run of this selection in {project.root / '.harness' / 'run'}")
    project.keep(".harness/run", make_column(FAILED))
    done = project.run("accept", "-k", "dense")
    assert done.returncode == 2
    assert done.stderr.startswith("the last run has none of the selected cells")
    assert not (project.root / "results").exists()


def test_accept_refuses_a_run_that_was_interrupted(project: TinyProject) -> None:
    project.keep(".harness/run", make_column(*PASSED[1:], Outcome(*CELLS[0], status=Status.NOT_RUN)))
    done = project.run("accept")
    assert done.returncode == 3
    assert done.stderr == "tf215: 1 cells have no outcome, dense[tensorflow.keras] first: run again\n"
    assert not (project.root / "results").exists()
