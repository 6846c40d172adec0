from __future__ import annotations

from dataclasses import replace

import pytest

from harness.cases.case import Case
from harness.contract.records import Outcome
from harness.contract.statuses import Status
from harness.controller.grid.joined_rows import JoinedRow, choose_cases, join_rows
from harness.controller.project.loader import load_project
from tests.support.tiny_project import TinyProject, make_column

PATHS = ("tensorflow.keras", "tf.keras", "keras")


def rows(case: Case, name: str, kind: str, *sizes: int) -> list[JoinedRow]:
    """Rows of a case with so many paths each."""
    made = replace(case, id=name, kind=kind)
    return [JoinedRow(made, PATHS[:size], (Status.PASS,)) for size in sizes]


def test_paths_with_equal_statuses_share_a_row(project: TinyProject) -> None:
    found = {
        "tensorflow.keras": Outcome("version", "tensorflow.keras", Status.FAIL, message="one"),
        "tf.keras": Outcome("version", "tf.keras", Status.PASS),
        "keras": Outcome("version", "keras", Status.FAIL, message="another"),
    }
    joined = join_rows(project.grid(make_column(*found.values())))
    assert [[row.paths for row in case] for case in joined] == [
        [("tensorflow.keras", "tf.keras")],
        [("tensorflow.keras", "keras"), ("tf.keras",)],
    ]
    assert [status.value for status in joined[1][0].statuses] == ["not-run", "fail", "not-run", "not-run"]


@pytest.mark.parametrize(
    ("width", "label"),
    [
        (99, "tensorflow.keras, tf.keras, keras"),
        (33, "tensorflow.keras, tf.keras, keras"),
        (32, "tensorflow.keras, tf.keras, +1"),
        (29, "tensorflow.keras, +2"),
        (5, "tensorflow.keras, +2"),
    ],
)
def test_label_has_all_paths_that_fit(project: TinyProject, width: int, label: str) -> None:
    (row,) = rows(load_project(project.root).cases[0], "x", "one", 3)
    assert row.label(width) == label
    assert (row.shortest, row.longest) == (20, 33)


def test_a_small_window_has_every_kind(project: TinyProject) -> None:
    case = load_project(project.root).cases[0]
    cases = [
        rows(case, "a", "one", 1),
        rows(case, "b", "one", 3),
        rows(case, "c", "one", 2, 1),
        rows(case, "d", "two", 1, 1),
    ]

    def chosen(lines: int) -> str:
        return "".join(found[0].case.id for found in choose_cases(cases, lines))

    assert [chosen(lines) for lines in (0, 2, 5, 8, 10)] == ["b", "b", "bd", "bcd", "abcd"]
