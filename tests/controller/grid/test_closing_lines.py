from __future__ import annotations

import io

import pytest
from rich.console import Console

from harness.contract.records import Outcome
from harness.contract.statuses import Status
from harness.controller.grid.closing_lines import (
    NEXT,
    NOT_TRIED,
    differences_in_short,
    next_commands,
    not_tried,
    print_closing_lines,
    show_command,
)
from harness.controller.project.loader import load_matrix
from harness.controller.project.selection import Selection
from harness.controller.results.compare import Change
from tests.support.tiny_project import TinyProject, make_column

UNMET = "graphviz is not on this machine: no dot on the PATH"


def test_untried_cells_are_counted_by_reason(project: TinyProject) -> None:
    cells = [
        Outcome("dense", "tf.keras", Status.UNMET, message=UNMET),
        Outcome("dense", "tensorflow.keras", Status.UNMET, message=UNMET),
        Outcome("version", "keras", Status.SKIP, message="too slow"),
        Outcome("version", "tf.keras", Status.PASS),
        Outcome("version", "tensorflow.keras", Status.FAIL),
    ]
    grid = project.grid(make_column(*cells), make_column(*cells, id="tf216"))
    assert not_tried([grid]) == [
        "10 cells: not run",
        f"4 cells: {UNMET}",
        "2 cells: switched off in the case",
    ]


def test_failed_environments_are_not_tried(project: TinyProject) -> None:
    rows = project.grid().rows
    cells = [Outcome(*row.key, status=Status.ENV_FAIL) for row in rows]
    others = [make_column(*(Outcome(*row.key, status=Status.PASS) for row in rows), id=name) for name in ("tf215",)]
    names = ("tf115", "tf216")
    failed = [make_column(*cells, id=name, status="env-fail", reason="venv: no Python 3.99") for name in names]
    grid = project.grid(*failed, *others)
    assert "10 cells: tf115, tf216: venv: no Python 3.99" in not_tried([grid])


def test_nothing_untried_is_said(project: TinyProject) -> None:
    rows = project.grid().rows
    columns = [
        make_column(*(Outcome(*row.key, status=Status.FAIL) for row in rows), id=name)
        for name in ("tf115", "tf215", "tf216", "tf216-legacy")
    ]
    assert not_tried([project.grid(*columns)]) == ["nothing: every cell has an answer"]


def test_next_commands_fit_the_grid(project: TinyProject) -> None:
    cells = [
        Outcome("version", path, status)
        for path, status in (("keras", Status.ABSENT), ("tf.keras", Status.PASS), ("tensorflow.keras", Status.FAIL))
    ]
    grid = project.grid(make_column(*cells))
    assert [line.split("  ")[0] for line in next_commands(grid, from_run=True, library=9)] == [
        "harness show --run -k version",
        "harness run --cases all",
        "harness publish --run --serve",
    ]
    assert [line.split("  ")[0] for line in next_commands(grid, from_run=False)] == [
        "harness show -k version",
        "harness publish --serve",
    ]


def test_show_command_repeats_the_selection(project: TinyProject) -> None:
    matrix = load_matrix(project.root)
    quick = [matrix.environments[name] for name in ("tf215", "tf216")]
    everything = list(matrix.environments.values())
    selection = Selection(paths=("tf.*",), cases=("dense",))
    assert show_command(quick, matrix, selection, from_run=True) == "harness show --run -g quick -p 'tf.*' -k dense"
    assert show_command(quick[:1], matrix, Selection(), from_run=False) == "harness show -e tf215"
    assert show_command(everything, matrix, Selection(), from_run=False) == "harness show"


def test_differences_are_counted_by_word() -> None:
    before, after = (Outcome("dense", "keras", status) for status in (Status.PASS, Status.FAIL))
    changed = Change("regressed", "tf215", before.key, before, after)
    new = Change("new", "tf215", after.key, None, after)
    assert differences_in_short([changed, new], [], is_same=False) == ["1 regressed, 1 new", "1 new cell: 1 fail"]
    assert differences_in_short([], [], is_same=True) == ["nothing: as in the baseline"]
    assert differences_in_short([], ["tf216"], is_same=True) == [
        "without a baseline: tf216 (`harness accept` makes this run one)"
    ]


@pytest.mark.parametrize("is_terminal", [True, False])
def test_long_lines_go_on_below_their_beginning(is_terminal: bool) -> None:
    screen = io.StringIO()
    console = Console(file=screen, width=40, force_terminal=is_terminal, color_system=None, highlight=False)
    print_closing_lines({NOT_TRIED: ["4 cells: no dot on the PATH: install it"], NEXT: ["harness show"]}, console)
    lines = screen.getvalue().splitlines()
    reason = ["not tried  4 cells: no dot on the PATH:", "           install it"]
    if not is_terminal:
        reason = ["not tried  4 cells: no dot on the PATH: install it"]
    assert lines == ["", *reason, "next       harness show"]
