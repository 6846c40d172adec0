from __future__ import annotations

import io

import pytest
from rich.console import Console

from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.grid.release_ranges import summarise
from harness.controller.grid.terminal import (
    print_case,
    print_cell,
    print_overview,
    print_totals,
)
from harness.controller.grid.terminal_grid import print_grid
from harness.controller.results.history import Event
from tests.support.tiny_project import TinyProject, make_column

RED = "\x1b[31mred\x1b[0m \x07\x9b1m"
FAILED = Outcome(
    "version", "keras", Status.FAIL, Stage.CALL, "ValueError", f"{RED}\nsecond line", ("FutureWarning: x",)
)


def console(width: int = 100) -> tuple[Console, io.StringIO]:
    screen = io.StringIO()
    return Console(file=screen, width=width, highlight=False), screen


def test_a_title_cannot_steer_the_terminal(project: TinyProject) -> None:
    project.edit("cases/snippet/version.yaml", "The path has a version", r'"\e[2Jgone"')
    made = project.grid()
    screen, text = console()
    print_grid(made, "harness show", screen)
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
    assert lines[2] == "  tf215         ✗ fail at call, 1 warning (ValueError: �[31mred�[0m ��1m)"


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
    assert text.getvalue().splitlines()[:3] == [
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
