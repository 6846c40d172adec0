from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from harness.contract.plan import PathSpec, Plan, PlannedCell
from harness.contract.records import CellKey, Outcome, Record
from harness.contract.statuses import Stage, Status
from harness.contract.stream import append_line
from harness.controller.worker.reconcile import read_stream, reconcile
from harness.controller.worker.stream_keys import StreamKeys, read_key

KEY = "the key of this run"


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
        paths=[PathSpec("keras", "from", "keras"), PathSpec("tf.keras", "attribute", "tensorflow")],
        cells=[
            PlannedCell(case, path, f"cases/snippet/{case}.yaml", "snippet", "pass\n", "0" * 16)
            for case, path in (("a", "keras"), ("a", "tf.keras"), ("b", "keras"))
        ],
    )


def stream(plan: Plan, *outcomes: Outcome) -> None:
    for outcome in outcomes:
        append_line(plan.stream, {"record": Record(outcome).to_json()}, [KEY])


def outcomes_of(plan: Plan) -> dict[CellKey, Outcome]:
    return reconcile(plan, read_stream(Path(plan.stream), KEY))


PASSED = Outcome("a", "keras", Status.PASS)


def test_cell_without_record_is_not_run(plan: Plan) -> None:
    stream(plan, PASSED)
    assert outcomes_of(plan) == {
        ("a", "keras"): PASSED,
        ("a", "tf.keras"): Outcome("a", "tf.keras", Status.NOT_RUN),
        ("b", "keras"): Outcome("b", "keras", Status.NOT_RUN),
    }


def test_without_any_stream_nothing_has_run(plan: Plan) -> None:
    assert {outcome.status for outcome in outcomes_of(plan).values()} == {Status.NOT_RUN}


def test_record_of_unplanned_cell_left_out(plan: Plan) -> None:
    stream(plan, PASSED, Outcome("c", "keras", Status.PASS), Outcome("b", "tf.keras", Status.PASS))
    assert list(outcomes_of(plan)) == [("a", "keras"), ("a", "tf.keras"), ("b", "keras")]


def test_reused_cell_counts_as_run(plan: Plan) -> None:
    rest = plan.without([PASSED.key])
    stream(rest, PASSED, Outcome("b", "keras", Status.FAIL, Stage.CALL))
    outcomes = reconcile(rest, read_stream(Path(rest.stream), KEY))
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
    append_line(plan.stream, {"deselected": [["a", "keras"], ["b", "keras"]]}, [KEY])
    append_line(plan.stream, {"deselected": [["x", "keras"]]}, [KEY])
    assert list(outcomes_of(plan)) == [("a", "tf.keras")]


def test_failed_tensorflow_import_makes_column_env_fail(plan: Plan) -> None:
    stream(plan, PASSED)
    append_line(plan.stream, {"environment_failure": "ImportError: libcudart.so"}, [KEY])
    assert outcomes_of(plan) == {key: Outcome(*key, status=Status.ENV_FAIL) for key in plan.all_cells()}
    assert read_stream(Path(plan.stream), KEY).environment_failure == "ImportError: libcudart.so"


def test_cell_with_record_is_not_deselected(plan: Plan) -> None:
    stream(plan, PASSED)
    append_line(plan.stream, {"deselected": [["a", "keras"], ["b", "keras"]]}, [KEY])
    assert list(outcomes_of(plan)) == [("a", "keras"), ("a", "tf.keras")]


FORMS: list[dict[str, Any]] = [
    {},
    {"record": {}},
    {"record": None},
    {"record": [1]},
    {"record": Record(PASSED).to_json(), "key": 5},
    {"record": Record(PASSED).to_json(), "deselected": []},
    {"record": {**Record(PASSED).to_json(), "details": {"seconds": "1"}}},
    {"record": {**Record(PASSED).to_json(), "details": {"stage_seconds": [1]}}},
    {"record": {**Record(PASSED).to_json(), "details": {"nosuch": 1}}},
    {"deselected": 5},
    {"deselected": [["a"]]},
    {"deselected": [[["a"], "keras"]]},
    {"environment_failure": None},
    {"environment_failure": ["a"]},
    {"something": 1},
]


@pytest.mark.parametrize("line", FORMS, ids=str)
def test_a_line_of_another_form_is_ignored(
    plan: Plan, capsys: pytest.CaptureFixture[str], line: dict[str, Any]
) -> None:
    append_line(plan.stream, line, [KEY])
    stream(plan, Outcome("b", "keras", Status.PASS))
    assert [outcome.status for outcome in outcomes_of(plan).values()] == [Status.NOT_RUN, Status.NOT_RUN, Status.PASS]
    assert "stream.jsonl: 1 line is not from the runner and was ignored\n" in capsys.readouterr().err


TEXTS = ["nonsense", "[]", "null", '{"record": ', "[" * 100_000, '{"a":' * 100_000, "9" * 10_000, "\ud800"]


@pytest.mark.parametrize("text", TEXTS, ids=[text[:12] for text in TEXTS])
def test_text_without_valid_line_is_ignored(plan: Plan, capsys: pytest.CaptureFixture[str], text: str) -> None:
    Path(plan.stream).write_bytes(f"{text}\n{text}\n".encode("utf-8", "surrogatepass"))
    stream(plan, PASSED)
    assert outcomes_of(plan)["a", "keras"] == PASSED
    assert "2 lines are not from the runner and were ignored\n" in capsys.readouterr().err


HIDING: list[dict[str, Any]] = [
    {"deselected": [["b", "keras"]]},
    {"environment_failure": "forged"},
    {"record": Record(Outcome("b", "keras", Status.PASS)).to_json(), "key": "k"},
]


@pytest.mark.parametrize("keys", [[], ["another key"], [""]])
@pytest.mark.parametrize("line", HIDING, ids=lambda line: next(iter(line)))
def test_a_line_without_a_seal_is_ignored(plan: Plan, line: dict[str, Any], keys: list[str]) -> None:
    stream(plan, PASSED)
    append_line(plan.stream, line, keys)
    assert outcomes_of(plan) == {
        ("a", "keras"): PASSED,
        ("a", "tf.keras"): Outcome("a", "tf.keras", Status.NOT_RUN),
        ("b", "keras"): Outcome("b", "keras", Status.NOT_RUN),
    }


def test_a_changed_line_is_ignored(plan: Plan) -> None:
    stream(plan, Outcome("a", "keras", Status.FAIL, Stage.CALL))
    file = Path(plan.stream)
    file.write_text(file.read_text(encoding="utf-8").replace('"fail"', '"pass"'), encoding="utf-8")
    assert outcomes_of(plan)["a", "keras"].status is Status.NOT_RUN


def test_pipe_as_stream_blocks_nothing(plan: Plan, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(plan.stream)
    assert {outcome.status for outcome in outcomes_of(plan).values()} == {Status.NOT_RUN}
    assert "1 line is not from the runner" in capsys.readouterr().err
    with pytest.raises(OSError, match="No such device"):
        stream(plan, PASSED)


def test_later_key_opens_session_stream(plan: Plan, tmp_path: Path) -> None:
    keys, file = StreamKeys(), tmp_path / "keys" / "tf215"
    keys.write(file)
    append_line(plan.stream, {"record": Record(PASSED).to_json(), "key": "k"}, keys.both)
    for key in (keys.session, read_key(file)):
        assert read_stream(Path(plan.stream), key).records == {PASSED.key: Record(PASSED)}
    assert keys.session not in file.read_text(encoding="ascii")
    assert file.stat().st_mode & 0o777 == 0o600
    StreamKeys().write(file)
    assert read_stream(Path(plan.stream), read_key(file)).records == {}
    file.write_text("", encoding="ascii")
    assert read_stream(Path(plan.stream), read_key(file)).records == {}


def test_cut_record_gives_no_outcome(plan: Plan) -> None:
    stream(plan, PASSED)
    whole = Path(plan.stream).read_bytes()
    Path(plan.stream).write_bytes(whole[:-20])
    assert outcomes_of(plan)["a", "keras"].status is Status.NOT_RUN
