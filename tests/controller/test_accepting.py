from __future__ import annotations

from collections.abc import Callable

import pytest

from harness.contract.records import Outcome
from harness.contract.statuses import Status
from harness.controller.accepting import merge
from harness.controller.errors import HarnessError
from harness.controller.store import Column

Columns = Callable[..., Column]

A, B, C = (Outcome(case, "keras", Status.PASS) for case in "abc")
PLANNED = {A.key, B.key, C.key}


def now(outcome: Outcome, status: Status = Status.FAIL) -> Outcome:
    return Outcome(outcome.case, outcome.path, status)


def test_without_a_baseline_the_selected_cells_are_taken(column: Columns) -> None:
    assert merge(None, column(A, B), PLANNED, PLANNED) == column(A, B)
    assert merge(None, column(A, B), {A.key}, PLANNED) == column(A)


def test_only_the_selected_cells_replace_those_of_the_baseline(column: Columns) -> None:
    run = column(now(A), now(B))
    assert merge(column(A, B, C), run, {A.key}, PLANNED) == column(now(A), B, C)
    assert merge(column(A, B, C), run, PLANNED, PLANNED) == column(now(A), now(B), C)


def test_a_cell_that_the_project_no_longer_has_goes(column: Columns) -> None:
    run = column(now(A), packages={"numpy": "2.0.0"})
    assert merge(column(A, B), run, {A.key}, {A.key}) == run


@pytest.mark.parametrize("status", [Status.NOT_RUN, Status.ERROR])
def test_a_cell_that_says_nothing_is_not_accepted(column: Columns, status: Status) -> None:
    run = column(A, now(B, status), now(C, status))
    with pytest.raises(HarnessError, match=r"^tf215: 2 cells have no outcome, b\[keras\] first: run again$"):
        merge(column(A, B, C), run, PLANNED, PLANNED)
    assert merge(None, run, {A.key}, PLANNED) == column(A)


def test_outcomes_of_two_sets_of_packages_do_not_stand_in_one_document(column: Columns) -> None:
    before = column(A, B, packages={"numpy": "1.26.4"})
    run = column(now(A), now(B), packages={"numpy": "2.0.0"})
    assert merge(before, run, PLANNED, PLANNED) == run
    with pytest.raises(HarnessError, match="tf215: its packages are not those of the baseline"):
        merge(before, run, {A.key}, PLANNED)


def test_an_environment_that_cannot_be_made_can_be_accepted(column: Columns) -> None:
    run = column(now(A, Status.ENV_FAIL), now(B, Status.ENV_FAIL), status="env-fail", reason="no Python 3.99")
    assert merge(column(A, B), run, PLANNED, PLANNED) == run
