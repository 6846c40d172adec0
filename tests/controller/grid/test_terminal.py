from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.grid.grid import make_grid
from harness.controller.grid.release_ranges import summarise
from harness.controller.grid.terminal import (
    print_case,
    print_cell,
    print_grid,
    print_overview,
    print_ran,
    print_totals,
)
from harness.controller.project.loader import load_matrix, load_project
from harness.controller.results.history import Event
from tests.support import ROOT
from tests.support.tiny_project import TinyProject, make_column

RED = "\x1b[31mred\x1b[0m \x07\x9b1m"
FAILED = Outcome(
    "version", "keras", Status.FAIL, Stage.CALL, "ValueError", f"{RED}\nsecond line", ("FutureWarning: x",)
)


def console(width: int = 100) -> tuple[Console, io.StringIO]:
    screen = io.StringIO()
    return Console(file=screen, width=width, highlight=False), screen


@pytest.mark.parametrize("width", [80, 200])
def test_grid_of_any_width_is_complete(project: TinyProject, width: int) -> None:
    cases, matrix = load_project(project.root).cases, load_matrix(ROOT)
    found = {"tf215": make_column(FAILED)}
    grid = make_grid(cases, list(matrix.paths.values()), matrix.environments.values(), found)
    screen, text = console(width)
    print_grid(grid, screen)
    lines = text.getvalue().splitlines()
    words = [line.split() for line in lines]
    for environment in matrix.environments.values():
        assert any(environment.label.split()[0] in line for line in words), environment.label
    assert {line[0] for line in words if len(line) > 1} >= {*matrix.paths, "dense", "version", "pass", "of"}
    assert max(map(len, lines)) <= width


def test_an_outcome_stands_below_its_release(project: TinyProject) -> None:
    screen, text = console()
    print_grid(project.grid(make_column(FAILED)), screen)
    lines = text.getvalue().splitlines()
    (head,) = [line for line in lines if line.endswith(" 1.15  2.15  2.16  2.16 legacy")]
    (row,) = [line for line in lines if "✗" in line and line.startswith("  keras")]
    assert row.index("✗") == head.index("2.15") + len("2.15") - 1
    assert row.endswith("  0/1 (+3)")


@pytest.mark.parametrize("width", [60, 80, 200])
def test_row_score_covers_all_releases_once(project: TinyProject, width: int) -> None:
    matrix = load_matrix(ROOT)
    found = {name: make_column(FAILED, id=name) for name in ("tf113", "tf215", "tf221")}
    found["tf216"] = make_column(Outcome(*FAILED.key, status=Status.PASS), id="tf216")
    made = make_grid(load_project(project.root).cases, list(matrix.paths.values()), matrix.environments.values(), found)
    screen, text = console(width)
    print_grid(made, screen)
    lines = text.getvalue().splitlines()
    rows = [line for line in lines if line.startswith("  keras ")]
    assert len(rows) > 1 or width == 200
    assert [("/" in row) for row in rows] == [False] * (len(rows) - 1) + [True]
    assert rows[-1].endswith(f"  1/4 (+{len(matrix.environments) - 4})")
    assert max(map(len, lines)) <= width


def test_column_shows_number_of_left_out_cells(project: TinyProject) -> None:
    passed = [Outcome(*row.key, status=Status.PASS) for row in project.grid().rows]
    unmet = [Outcome(*row.key, status=Status.UNMET) for row in project.grid().rows]
    screen, text = console()
    print_grid(project.grid(make_column(*unmet[:2], *passed[2:]), make_column(*passed, id="tf216")), screen)
    footer = [line.split() for line in text.getvalue().splitlines() if line.startswith(("pass", "of", "left out"))]
    assert footer == [["pass", "?", "3", "5", "?"], ["of", "?", "3", "5", "?"], ["left", "out", "?", "2", "0", "?"]]
    screen, text = console()
    print_grid(project.grid(make_column(*passed)), screen)
    assert "left out" not in text.getvalue()


def test_grid_ends_with_symbol_legend(project: TinyProject) -> None:
    screen, text = console()
    print_grid(project.grid(make_column(FAILED)), screen)
    assert text.getvalue().rstrip().splitlines()[-1] == "✗ fail 1   · not-run 19"


def test_a_title_cannot_steer_the_terminal(project: TinyProject) -> None:
    project.edit("cases/snippet/version.yaml", "The path has a version", r'"\e[2Jgone"')
    made = project.grid()
    screen, text = console()
    print_grid(made, screen)
    print_overview(made, made.rows[-1], {}, screen)
    print_cell(made, made.rows[-1], made.environments[1], {}, None, screen)
    assert text.getvalue().count("�[2Jgone") == 3
    assert "\x1b" not in text.getvalue()


def test_overview_has_one_line_per_environment(project: TinyProject) -> None:
    made = project.grid(make_column(FAILED))
    screen, text = console()
    print_overview(made, made.rows[-1], {}, screen)
    lines = text.getvalue().splitlines()
    assert lines[0] == "version[keras]  The path has a version"
    assert [line.split()[0] for line in lines[1:]] == [environment.id for environment in made.environments]
    assert lines[2] == "  tf215         ✗ fail at call, 1 warnings (ValueError: �[31mred�[0m ��1m)"


def test_story_shows_all_details_of_a_cell(project: TinyProject) -> None:
    made = project.grid(make_column(FAILED, packages={"keras": "2.15.0"}))
    details = {
        "seconds": 1.5,
        "stage_seconds": {"import": 1.0},
        "memory_kib": 2048,
        "traceback": "Traceback:\n  line",
        "output": "Epoch 1/1\n",
    }
    screen, text = console(60)
    print_cell(made, made.rows[-1], made.environments[1], details, None, screen)
    said = text.getvalue()
    assert said.startswith("version[keras] in tf215: ✗ fail\nstage     call\nerror     ValueError\nmessage   �[31mred")
    assert "\nwarning   FutureWarning: x\ncase      cases/snippet/version.yaml: The path has a version\n" in said
    assert "\nrelease   TensorFlow 2.15.1 on Python 3.11\npackages  keras 2.15.0\n" in said
    assert "\ntook      1.50 s (import 1.00 s), 2 MiB\n" in said
    assert "\nagain     tox -e tf215 -- --case version --path keras --fresh\n" in said
    assert "\nby hand   harness script version -p keras > cell.py; .tox/tf215/bin/python cell.py\n" in said
    assert said.endswith("\n\ntraceback:\nTraceback:\n  line\n\noutput:\nEpoch 1/1\n")
    assert "\x1b" not in said
    assert "\nsince " not in said


def test_command_by_hand_sets_environment_variables(project: TinyProject) -> None:
    project.edit("matrix.yaml", '{TF_USE_LEGACY_KERAS: "1"}', '{TF_USE_LEGACY_KERAS: "1", WORDS: "two words"}')
    made = project.grid()
    screen, text = console()
    print_cell(made, made.rows[-1], made.environments[-1], {}, None, screen)
    by_hand = "TF_USE_LEGACY_KERAS=1 WORDS='two words' .tox/tf216-legacy/bin/python cell.py"
    assert f"\nby hand   harness script version -p keras > cell.py; {by_hand}\n" in text.getvalue()


@pytest.mark.parametrize(
    ("before", "said"),
    [("pass", "since     2026-11-02: regressed, before pass\n"), ("", "since     2026-11-02: regressed\n")],
)
def test_story_shows_date_of_last_change(project: TinyProject, before: str, said: str) -> None:
    made = project.grid(make_column(FAILED))
    event = Event("2026-11-02", "tf215", *FAILED.key, "regressed", before, "fail at call")
    screen, text = console()
    print_cell(made, made.rows[-1], made.environments[1], {}, event, screen)
    assert f"\n{said}release   " in text.getvalue()


KNOWN = r"""
source: [keras#1, KeyBERT#101]
advice: "Use tf.keras\nalone.\e[2J"
known:
- {path: k*, tf: ">=2", match: second line, reason: "It went.\e[2J", issue: tf-keras#2}
code: |"""


def test_case_story_shows_causes_and_advice(project: TinyProject) -> None:
    project.edit("cases/snippet/version.yaml", "\ncode: |", KNOWN)
    made = project.grid(make_column(FAILED))
    screen, text = console(40)
    print_case(made.rows[-1].case, summarise(made, made.rows[-1].case, made.environments), screen)
    assert text.getvalue().splitlines() == [
        "",
        "tensorflow.keras, tf.keras",
        "  not run from 1.15 on; 2.16 legacy: not run",
        "",
        "keras",
        "  not run in 1.15, fails in 2.15 at call, not run from 2.16 on; 2.16 legacy: not run",
        "    2.15: ValueError: �[31mred�[0m ��1m second line",
        "      known     It went.�[2J (https://github.com/keras-team/tf-keras/issues/2)",
        "",
        "instead   Use tf.keras alone.�[2J",
        "source    https://github.com/keras-team/keras/issues/1",
        "source    KeyBERT#101",
    ]


def test_known_failure_appears_in_cell_story(project: TinyProject) -> None:
    project.edit(
        "cases/snippet/version.yaml", "code: |", 'known: [{path: k*, tf: ">=2", match: second, reason: Gone.}]\ncode: |'
    )
    made = project.grid(make_column(FAILED))
    screen, text = console()
    print_cell(made, made.rows[-1], made.environments[1], {}, None, screen)
    assert "\nknown     Gone.\n" in text.getvalue()


def test_totals_stand_in_a_line_each(project: TinyProject) -> None:
    screen, text = console(20)
    print_totals(project.grid(make_column(FAILED)), screen)
    assert text.getvalue().splitlines() == [
        "20 cells: ✗ fail (1), · not-run (19).",
        "explained 0 of 1 failing cells (0 %)",
        "cases with failing cells: 1, of these with advice: 0",
    ]


def test_story_gives_reason_for_failed_environment(project: TinyProject) -> None:
    failed = Outcome("version", "keras", Status.ENV_FAIL)
    made = project.grid(make_column(failed, status="env-fail", reason=f"venv: {RED}"))
    screen, text = console()
    print_cell(made, made.rows[-1], made.environments[1], {}, None, screen)
    assert "version[keras] in tf215: ▨ env-fail\n" in text.getvalue()
    assert "\nreason    venv: �[31mred" in text.getvalue()


def test_large_run_prints_shares_by_path(project: TinyProject) -> None:
    loaded = load_project(project.root)
    paths = list(loaded.matrix.paths.values())
    cases = [replace(loaded.cases[0], id=f"case-{number}", paths=("*",)) for number in range(1 + 120 // len(paths))]
    outcomes = [
        Outcome(case.id, path.id, Status.PASS if path.id == "keras" or case is cases[0] else Status.FAIL)
        for case in cases
        for path in paths
    ]
    grid = make_grid(cases, paths, [loaded.matrix.environments["tf215"]], {"tf215": make_column(*outcomes)})
    screen, text = console()
    print_ran(grid, screen)
    lines = [line.split() for line in text.getvalue().splitlines()]
    assert ["keras", "100"] in lines
    assert ["tf.keras", str(100 // len(cases))] in lines
    assert f"prints all {len(grid.rows)} rows" in text.getvalue()
    assert "case-0" not in text.getvalue()
    small = make_grid(cases[:1], paths, grid.environments, grid.columns)
    print_ran(small, screen)
    assert "case-0" in text.getvalue()
