from __future__ import annotations

import pytest

from harness.contract.records import Outcome
from harness.contract.statuses import Status
from harness.controller.grid.grid import Score, column_score, score
from tests.support.tiny_project import TinyProject, make_column


def outcomes(*statuses: Status) -> list[Outcome]:
    return [Outcome("dense", f"path{index}", status) for index, status in enumerate(statuses)]


def test_rows_follow_kind_case_and_path_order(project: TinyProject) -> None:
    assert [row.key for row in project.grid().rows] == [
        ("dense", "tensorflow.keras"),
        ("dense", "tf.keras"),
        ("version", "tensorflow.keras"),
        ("version", "tf.keras"),
        ("version", "keras"),
    ]
    assert [environment.id for environment in project.grid().environments] == [
        "tf115",
        "tf215",
        "tf216",
        "tf216-legacy",
    ]


def test_cell_missing_from_documents_is_not_run(project: TinyProject) -> None:
    passed = Outcome("dense", "tf.keras", Status.PASS)
    made = project.grid(make_column(passed))
    tf115, tf215, *_ = made.environments
    assert made.outcome(made.rows[1], tf215) == passed
    assert made.outcome(made.rows[0], tf215) == Outcome("dense", "tensorflow.keras", Status.NOT_RUN)
    assert made.outcome(made.rows[1], tf115) == Outcome("dense", "tf.keras", Status.NOT_RUN)
    assert made.facts(tf115) is None


def test_totals_count_every_cell_once(project: TinyProject) -> None:
    made = project.grid(
        make_column(Outcome("dense", "tf.keras", Status.PASS), Outcome("version", "keras", Status.FAIL)),
        make_column(Outcome("dense", "tf.keras", Status.PASS), id="tf216"),
        make_column(Outcome("gone", "tf.keras", Status.PASS), id="tf115"),
    )
    assert made.totals() == {Status.PASS: 2, Status.FAIL: 1, Status.NOT_RUN: 5 * 4 - 3}


def test_score_counts_left_out_cells_separately() -> None:
    assert score(outcomes(*Status)) == Score(passed=1, counted=5, left_out=5)
    answered = [status for status in Status if status.counts]
    assert answered == [Status.PASS, Status.FAIL, Status.ABSENT, Status.TIMEOUT, Status.CRASH]
    assert score(outcomes(Status.SKIP, Status.UNMET)) == Score(0, 0, 2)


def test_a_score_in_words() -> None:
    assert str(Score(3, 4, 0)) == "3/4"
    assert str(Score(3, 4, 2)) == "3/4 (+2)"


def test_percent_score_rounded_down_or_absent() -> None:
    assert [Score(*numbers).percent for numbers in [(199, 200, 9), (2, 2, 0), (0, 3, 0), (0, 0, 2)]] == [
        99,
        100,
        0,
        None,
    ]


@pytest.mark.parametrize("status", [Status.NOT_RUN, Status.ENV_FAIL, Status.ERROR])
def test_incomplete_column_has_no_score(status: Status) -> None:
    assert column_score(outcomes(Status.PASS, status)) is None


def test_a_complete_column_has_a_score() -> None:
    assert column_score(outcomes(Status.PASS, Status.ABSENT, Status.SKIP, Status.UNMET)) == Score(1, 2, 2)
