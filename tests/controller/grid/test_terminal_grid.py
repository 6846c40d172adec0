"""The grid as people see it: exact for a small one, and for the matrix's own no line wider than the window."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from harness.contract.records import Outcome
from harness.contract.statuses import Status
from harness.controller.grid.grid import Grid, make_grid
from harness.controller.grid.terminal_grid import print_grid
from harness.controller.project.loader import load_matrix, load_project
from tests.support import ROOT
from tests.support.tiny_project import TinyProject, make_column

ABSENT = Outcome("version", "keras", Status.ABSENT)


def show(grid: Grid, width: int, height: int | None = None, log_lines: int | None = None) -> list[str]:
    """The lines of a grid in a window, or in a file where no height is given."""
    screen = io.StringIO()
    console = Console(
        file=screen, width=width, height=height, highlight=False, force_terminal=height is not None, no_color=True
    )
    print_grid(grid, "harness show -g quick", console, log_lines)
    return re.sub(r"\x1b\[[0-9;]*m", "", screen.getvalue()).splitlines()


def passing(grid: Grid, *others: Outcome) -> list[Outcome]:
    found = {row.key: Outcome(*row.key, status=Status.PASS) for row in grid.rows}
    return list((found | {outcome.key: outcome for outcome in others}).values())


def large(project: TinyProject, cases: int) -> Grid:
    """The matrix of this repository with copies of a case, which fail under one path in one release."""
    matrix = load_matrix(ROOT)
    case = replace(load_project(project.root).cases[0], paths=("*",))
    copies = [replace(case, id=f"case-{number:03}", kind=("one", "two")[number % 2]) for number in range(cases)]
    grid = make_grid(copies, list(matrix.paths.values()), matrix.environments.values(), {})
    failing = [Outcome(copy.id, "keras.src", Status.FAIL) for copy in copies]
    columns = {name: make_column(*passing(grid), id=name) for name in matrix.environments}
    columns["tf29"] = make_column(*passing(grid, *failing), id="tf29")
    return replace(grid, columns=columns)


def test_small_grid_is_shown_exactly(project: TinyProject) -> None:
    whole = passing(project.grid())
    grid = project.grid(make_column(*passing(project.grid(), ABSENT)), make_column(*whole, id="tf216"))
    assert show(grid, 80) == [
        "",
        "                              1.15  2.15  2.16  2.16 legacy",
        "dense  One Dense layer",
        "  tensorflow.keras, tf.keras     ·     ✓     ✓            ·",
        "version  The path has a version",
        "  tensorflow.keras, tf.keras     ·     ✓     ✓            ·",
        "  keras                          ·     –     ✓            ·",
        "",
        "✓ pass 9   – absent 1   · not-run 10",
    ]


def test_heads_go_downwards_where_space_is_short(project: TinyProject) -> None:
    grid = project.grid(make_column(*passing(project.grid(), ABSENT)))
    assert show(grid, 40) == [
        "",
        "                              1  2  2  2",
        "                              .  .  .  .",
        "                              1  1  1  1",
        "                              5  5  6  6",
        "                                       l",
        "dense  One Dense layer",
        "  tensorflow.keras, tf.keras  ·  ✓  ·  ·",
        "version  The path has a version",
        "  tensorflow.keras, tf.keras  ·  ✓  ·  ·",
        "  keras                       ·  –  ·  ·",
        "",
        "✓ pass 4   – absent 1   · not-run 15   l: legacy",
    ]


@pytest.mark.parametrize(
    ("width", "height"), [(40, 24), (60, 50), (80, 24), (80, 200), (100, 50), (200, 60), (80, None), (100, None)]
)
def test_no_line_is_wider_than_the_window(project: TinyProject, width: int, height: int | None) -> None:
    lines = show(large(project, 32), width, height)
    assert max(map(cell_len, lines)) <= width
    for path in ("tensorflow.keras", "keras.src"):
        assert any(path in line for line in lines)


@pytest.mark.parametrize("width", [80, 100, 200])
def test_all_releases_stand_side_by_side(project: TinyProject, width: int) -> None:
    lines = show(large(project, 2), width)
    rows = [line for line in lines if line.startswith("  keras.src ")]
    assert [row.split("keras.src")[1].replace(" ", "") for row in rows] == ["✓" * 12 + "✗" + "✓" * 14] * 2


def test_an_outcome_stands_below_its_release(project: TinyProject) -> None:
    lines = show(large(project, 1), 100)
    (row,) = [line for line in lines if line.startswith("  keras.src ")]
    head = lines[1 : lines.index(next(line for line in lines if line.startswith("case-000")))]
    place = row.index("✗")
    assert "".join(line[place : place + 1] for line in head).strip() == "2.9"


def test_rest_is_a_line_with_the_command(project: TinyProject) -> None:
    lines = show(large(project, 30), 100, height=30)
    assert len(lines) <= 30
    (rest,) = [line for line in lines if "not shown" in line]
    shown = [line.split()[0] for line in lines if line.startswith("case-")]
    assert rest == f"{30 - len(shown)} of 30 cases are not shown: `harness show -g quick | less`"
    assert len(shown) > 3
    assert {int(name[-3:]) % 2 for name in shown} == {0, 1}  # cases of both kinds


def test_a_file_has_all_rows(project: TinyProject) -> None:
    grid = large(project, 30)
    assert sum(line.startswith("case-") for line in show(grid, 100)) == 30
    log = show(grid, 100, log_lines=60)
    assert 10 < sum(line.startswith("case-") for line in log) < 30
    assert any("`harness show -g quick | less`" in line for line in log)


def test_many_cases_are_summed_up_in_percent(project: TinyProject) -> None:
    grid = large(project, 32)
    failing = [Outcome(*row.key, Status.FAIL) for row in grid.rows if row.key == ("case-000", "keras")]
    absent = [Outcome(*row.key, Status.ABSENT) for row in grid.rows if row.path == "tf_keras"]
    unmet = [Outcome(*row.key, Status.UNMET) for row in grid.rows if row.case.id == "case-001"]
    column = make_column(*passing(grid, *failing, *absent, *unmet))
    part = [environment for environment in grid.environments if environment.id in ("tf215", "tf29")]
    lines = show(replace(grid, environments=tuple(part), columns=grid.columns | {"tf215": column}), 100)
    table = lines[lines.index("Passing cells of each import path, in percent of those that answered") :]
    assert table[2].split() == ["2.9", "2.15"]
    rows = {line[:27].strip(): line[27:].split() for line in table[3:]}
    assert rows["keras"] == ["100", "96"]
    assert rows["tf_keras"] == ["100", "–"]
    assert rows["keras.src"] == ["0", "100"]
    assert rows["cells that answered"] == ["352", "341"]
    assert rows["left out"] == ["0", "11"]
    assert len({len(line) for line in table[2:]}) == 1


def test_few_cases_have_no_percentages(project: TinyProject) -> None:
    assert not any("percent" in line for line in show(large(project, 30), 100))


def test_incomplete_columns_have_no_percentage(project: TinyProject) -> None:
    grid = large(project, 32)
    columns = {**grid.columns, "tf29": make_column(*passing(grid)[1:], id="tf29")}
    part = tuple(environment for environment in grid.environments if environment.id in ("tf215", "tf29"))
    lines = show(replace(grid, environments=part, columns=columns), 100)
    (row,) = [line for line in lines if line.startswith("all paths")]
    assert row.split()[2:] == ["?", "100"]
