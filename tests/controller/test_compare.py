from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.compare import Change, compare, describe, in_words
from harness.controller.store import Column

Columns = Callable[..., Column]

FAILED = Outcome("dense", "keras", Status.FAIL, Stage.FIT, "ValueError", "shapes\ndiffer", ("FutureWarning: x",))
OTHER = Outcome("dense", "tf.keras", Status.PASS)


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [
        ("status", Status.PASS, "fixed"),
        ("status", Status.ABSENT, "changed"),
        ("stage", Stage.CALL, "changed"),
        ("stage", None, "changed"),
        ("error", "TypeError", "changed"),
        ("message", "shapes", "changed"),
        ("warnings", (), "changed"),
        ("warnings", ("FutureWarning: x", "FutureWarning: x"), "changed"),
    ],
)
def test_each_change_is_seen_once(column: Columns, field: str, value: Any, word: str) -> None:
    now = replace(FAILED, **{field: value})
    changes = compare(column(FAILED, OTHER), column(now, OTHER))
    assert changes == [Change(word, "tf215", ("dense", "keras"), FAILED, now)]
    assert changes[0].differs


@pytest.mark.parametrize(("before", "after"), list(permutations(Status, 2)))
def test_every_change_of_status_differs(column: Columns, before: Status, after: Status) -> None:
    one, other = (column(Outcome("dense", "keras", status)) for status in (before, after))
    (change,) = compare(one, other)
    assert change.differs
    assert (change.word == "regressed") == (before is Status.PASS)
    assert (change.word == "fixed") == (after is Status.PASS)


def test_a_column_does_not_differ_from_itself(column: Columns) -> None:
    assert compare(column(FAILED, OTHER), column(OTHER, FAILED)) == []


def test_a_cell_that_the_baseline_does_not_have_is_new_and_contradicts_nothing(column: Columns) -> None:
    for before in (None, column(OTHER)):
        changes = compare(before, column(FAILED))
        assert [(change.word, change.differs) for change in changes] == [("new", False)]


def test_only_the_cells_that_ran_are_compared(column: Columns) -> None:
    assert compare(column(FAILED, OTHER), column(OTHER)) == []


def test_several_changes_come_sorted_by_cell(column: Columns) -> None:
    cells = [Outcome(case, path, Status.PASS) for case in "ab" for path in ("keras", "tf.keras")]
    broken = [replace(cell, status=Status.CRASH) for cell in reversed(cells)]
    changes = compare(column(*cells), column(*broken))
    assert [change.cell for change in changes] == [cell.key for cell in cells]


def test_an_environment_that_is_lost_or_gained_is_one_change_whatever_its_cells(column: Columns) -> None:
    good = column(FAILED, OTHER)
    env_fails = [replace(cell, status=Status.ENV_FAIL) for cell in (FAILED, OTHER)]
    lost = column(*env_fails, status="env-fail", reason="no interpreter")
    assert compare(good, lost) == [Change("environment lost", "tf215", reason="no interpreter")]
    assert compare(lost, good) == [Change("environment gained", "tf215")]
    assert compare(lost, lost) == []


def test_changes_in_words(column: Columns) -> None:
    passed = replace(FAILED, status=Status.PASS, stage=None, error=None, message=None)
    assert [in_words(change) for change in compare(column(passed), column(FAILED))] == [
        "tf215 regressed dense[keras]: pass, 1 warnings → fail at fit, 1 warnings (ValueError: shapes)"
    ]
    assert in_words(Change("new", "tf215", OTHER.key, None, OTHER)) == "tf215 new dense[tf.keras]: pass"
    assert in_words(Change("environment lost", "tf215", reason="no uv")) == "tf215 environment lost: no uv"
    assert in_words(Change("environment gained", "tf215")) == "tf215 environment gained"


def test_an_outcome_in_one_line() -> None:
    assert describe(None) == "nothing"
    assert describe(replace(FAILED, error=None, warnings=())) == "fail at fit (shapes)"
    assert "\n" not in describe(FAILED)
