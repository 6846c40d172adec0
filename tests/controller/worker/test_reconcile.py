from __future__ import annotations

from pathlib import Path

import pytest

from harness.contract.plan import PathSpec, Plan, PlannedCell, append_line
from harness.contract.records import CellKey, Outcome, Record
from harness.contract.statuses import Stage, Status
from harness.controller.worker.reconcile import read_stream, reconcile


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan(
        environment="tf215",
        root=str(tmp_path),
        stream=str(tmp_path / "stream.jsonl"),
        isolation="fork",
        timeout=1.0,
        output_limit=100,
        memory_limit=1000,
        paths=[PathSpec("keras", "from"), PathSpec("tf.keras", "attribute")],
        cells=[
            PlannedCell(case, path, f"cases/snippet/{case}.yaml", "snippet", "pass\n", "0" * 16)
            for case, path in (("a", "keras"), ("a", "tf.keras"), ("b", "keras"))
        ],
    )


def stream(plan: Plan, *outcomes: Outcome) -> None:
    for outcome in outcomes:
        append_line(plan.stream, {"record": Record(outcome).to_json()})


def outcomes_of(plan: Plan) -> dict[CellKey, Outcome]:
    return reconcile(plan, read_stream(Path(plan.stream)))


PASSED = Outcome("a", "keras", Status.PASS)


def test_a_cell_without_a_record_is_not_run(plan: Plan) -> None:
    stream(plan, PASSED)
    assert outcomes_of(plan) == {
        ("a", "keras"): PASSED,
        ("a", "tf.keras"): Outcome("a", "tf.keras", Status.NOT_RUN),
        ("b", "keras"): Outcome("b", "keras", Status.NOT_RUN),
    }


def test_without_any_stream_nothing_has_run(plan: Plan) -> None:
    assert {outcome.status for outcome in outcomes_of(plan).values()} == {Status.NOT_RUN}


def test_a_record_of_a_cell_that_was_not_planned_is_left_out(plan: Plan) -> None:
    stream(plan, PASSED, Outcome("c", "keras", Status.PASS), Outcome("b", "tf.keras", Status.PASS))
    assert list(outcomes_of(plan)) == [("a", "keras"), ("a", "tf.keras"), ("b", "keras")]


def test_a_cell_that_was_taken_from_an_earlier_run_counts_like_one_that_ran(plan: Plan) -> None:
    rest = plan.without([PASSED.key])
    stream(rest, PASSED, Outcome("b", "keras", Status.FAIL, Stage.CALL))
    outcomes = reconcile(rest, read_stream(Path(rest.stream)))
    assert outcomes[PASSED.key] == PASSED
    assert {key: outcome.status for key, outcome in outcomes.items()} == {
        ("a", "keras"): Status.PASS,
        ("a", "tf.keras"): Status.NOT_RUN,
        ("b", "keras"): Status.FAIL,
    }


def test_of_two_different_records_neither_is_believed(plan: Plan) -> None:
    failed = Outcome("a", "keras", Status.FAIL, Stage.CALL)
    for records in ([PASSED, failed], [PASSED, failed, PASSED]):
        Path(plan.stream).unlink(missing_ok=True)
        stream(plan, *records)
        outcome = outcomes_of(plan)["a", "keras"]
        assert outcome.status is Status.ERROR
        assert outcome.message == "recorded twice, with different outcomes"


def test_the_same_record_twice_is_one(plan: Plan) -> None:
    stream(plan, PASSED, PASSED)
    assert outcomes_of(plan)["a", "keras"] == PASSED


def test_deselected_cells_are_left_out(plan: Plan) -> None:
    append_line(plan.stream, {"deselected": [["a", "keras"], ["b", "keras"]]})
    append_line(plan.stream, {"deselected": [["x", "keras"]]})
    assert list(outcomes_of(plan)) == [("a", "tf.keras")]


def test_when_tensorflow_cannot_be_imported_the_whole_column_is_env_fail(plan: Plan) -> None:
    stream(plan, PASSED)
    append_line(plan.stream, {"environment_failure": "ImportError: libcudart.so"})
    assert outcomes_of(plan) == {key: Outcome(*key, status=Status.ENV_FAIL) for key in plan.all_cells()}
    assert read_stream(Path(plan.stream)).environment_failure == "ImportError: libcudart.so"


@pytest.mark.parametrize("line", ["{}", '{"record": {}}', '{"record": null}', '{"record": [1]}', "nonsense", "[]"])
def test_a_line_that_is_no_record_gives_no_outcome(plan: Plan, line: str) -> None:
    Path(plan.stream).write_text(line + "\n", encoding="utf-8")
    stream(plan, PASSED)
    assert [outcome.status for outcome in outcomes_of(plan).values()] == [Status.PASS, Status.NOT_RUN, Status.NOT_RUN]


def test_a_record_that_is_cut_gives_no_outcome(plan: Plan) -> None:
    stream(plan, PASSED)
    whole = Path(plan.stream).read_bytes()
    Path(plan.stream).write_bytes(whole[:-20])
    assert outcomes_of(plan)["a", "keras"].status is Status.NOT_RUN
