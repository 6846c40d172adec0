"""From what was seen of a process to the record: nothing is a pass by default."""

from __future__ import annotations

from typing import Any

import pytest

from harness.contract.records import Outcome, Record
from harness.contract.statuses import Stage, Status
from harness.runner.supervisor import Watched
from harness.runner.verdict import MOST_WARNINGS, judge

BEGUN: list[dict[str, Any]] = [{"stage": "import"}, {"done": "import", "seconds": 0.5}, {"stage": "build"}]
DONE: list[dict[str, Any]] = [*BEGUN, {"done": "build", "seconds": 0.25}]
END: dict[str, Any] = {"end": True, "warnings": []}
STOPPED = {"stopped": {"error": "ValueError", "message": "no good", "traceback": "Traceback"}}
ABSENT = {"absent": {"error": "ModuleNotFoundError", "message": "No module named 'keras'"}}


def judged(lines: list[dict[str, Any]], **seen: Any) -> Record:
    return judge("case", "keras", vars(Watched(lines=lines, **{"code": 0, **seen})), "/tmp/cell-1")


def test_whole_record_and_clean_end_pass() -> None:
    record = judged([*DONE, END], output="text", seconds=1.5, cpu_seconds=0.5, memory_kib=7)
    assert record.outcome == Outcome("case", "keras", Status.PASS)
    assert record.stage_seconds == {"import": 0.5, "build": 0.25}
    assert (record.output, record.seconds, record.cpu_seconds, record.memory_kib) == ("text", 1.5, 0.5, 7)
    assert record.traceback is None


def test_script_error_is_fail_at_its_stage() -> None:
    record = judged([*DONE, STOPPED, END])
    assert record.outcome == Outcome("case", "keras", Status.FAIL, Stage.BUILD, "ValueError", "no good")
    assert record.traceback == "Traceback"


def test_missing_path_is_absent() -> None:
    outcome = judged([*BEGUN[:2], ABSENT, END]).outcome
    expected = Outcome("case", "keras", Status.ABSENT, Stage.PATH, "ModuleNotFoundError", "No module named 'keras'")
    assert outcome == expected


@pytest.mark.parametrize("lines", [[], BEGUN, DONE, [*DONE, STOPPED], [*BEGUN, ABSENT]])
@pytest.mark.parametrize("code", [0, 1, 70])
def test_record_without_its_end_is_crash(lines: list[dict[str, Any]], code: int) -> None:
    outcome = judged(lines, code=code).outcome
    assert (outcome.status, outcome.error) == (Status.CRASH, None)
    assert outcome.message == f"the process ended with exit code {code} before its record was whole"
    assert outcome.stage is (Stage.BUILD if lines else None)


@pytest.mark.parametrize("lines", [[*DONE, END], [*DONE, STOPPED, END], [*BEGUN, ABSENT, END]])
@pytest.mark.parametrize(
    ("seen", "status", "error", "message"),
    [
        ({"code": 3}, Status.CRASH, None, "the process ended with exit code 3 after its record"),
        ({"code": None, "signal": "SIGSEGV"}, Status.CRASH, "SIGSEGV", "the process was ended by a signal"),
        ({"code": None, "signal": "SIGKILL", "killed": "timeout"}, Status.TIMEOUT, None, "stopped at the time limit"),
        (
            {"code": None, "signal": "SIGKILL", "killed": "output"},
            Status.CRASH,
            None,
            "stopped: it wrote more output than the limit allows",
        ),
        ({"code": 0, "killed": "timeout"}, Status.TIMEOUT, None, "stopped at the time limit"),
    ],
)
def test_how_the_process_ended_outweighs_its_record(
    lines: list[dict[str, Any]], seen: dict[str, Any], status: Status, error: str | None, message: str
) -> None:
    outcome = judged(lines, **seen).outcome
    assert (outcome.status, outcome.error, outcome.message) == (status, error, message)


def test_every_outcome_has_sorted_warnings_without_doubles() -> None:
    warned = {
        "end": True,
        "warnings": ["FutureWarning: b at 0x7f00aa11", "FutureWarning: b at 0x7f00bb22", "DeprecationWarning: a"],
    }
    for lines in ([*DONE, warned], [*DONE, STOPPED, warned]):
        assert judged(lines).outcome.warnings == ("DeprecationWarning: a", "FutureWarning: b at 0x…")


def test_messages_are_normalised_but_tracebacks_kept() -> None:
    said = {
        "error": "OSError",
        "message": "cannot write /tmp/cell-1/model.h5 at 0x7f00aa11",
        "traceback": "/tmp/cell-1",
    }
    record = judged([*DONE, {"stopped": said}, END])
    assert record.outcome.message == "cannot write <cell>/model.h5 at 0x…"
    assert record.traceback == "/tmp/cell-1"


def test_repeated_stage_adds_its_seconds() -> None:
    again = [
        *DONE,
        {"stage": "fit"},
        {"done": "fit", "seconds": 1.0},
        {"stage": "build"},
        {"done": "build", "seconds": 1.0},
    ]
    record = judged([*again, STOPPED, END])
    assert record.stage_seconds == {"import": 0.5, "build": 1.25, "fit": 1.0}
    assert record.outcome.stage is Stage.BUILD


def test_record_survives_a_json_round_trip() -> None:
    record = judged([*DONE, STOPPED, END], output="größe", seconds=0.5)
    assert Record.from_json(record.to_json()) == record


def test_excess_warnings_are_counted_after_first_ones() -> None:
    texts = [f"FutureWarning: {number:03}" for number in range(MOST_WARNINGS)]
    assert judged([*DONE, {**END, "warnings": texts[::-1]}]).outcome.warnings == tuple(texts)
    more = [*texts, texts[0], "FutureWarning: a", "FutureWarning: b"]
    assert judged([*DONE, {**END, "warnings": more}]).outcome.warnings == (*texts, "… and 2 more warnings")
    assert judged([*DONE, {**END, "warnings": texts[:1], "beyond": 5}]).outcome.warnings[-1] == "… and 5 more warnings"


def test_too_long_a_report_is_a_crash() -> None:
    outcome = judged(DONE, killed="report", signal="SIGKILL").outcome
    assert (outcome.status, outcome.stage) == (Status.CRASH, Stage.BUILD)
    assert outcome.message == "stopped: it reported more than the limit allows"
