"""From what was seen of a cell's process to its record. Nothing here is a pass by default."""

from __future__ import annotations

from typing import Any

from harness.contract.messages import normalise
from harness.contract.records import Outcome, Record
from harness.contract.statuses import Stage, Status

MOST_WARNINGS = 200  # distinct warnings of a cell that are kept


def judge(case: str, path: str, reply: dict[str, Any], directory: str) -> Record:
    """The record of a cell that ran in `directory`, from the reply of its isolation."""
    lines = reply["lines"]
    stopped = next((line["stopped"] for line in lines if "stopped" in line), None)
    status, error, message = _verdict(reply, stopped)
    outcome = Outcome(
        case=case,
        path=path,
        status=status,
        stage=_stage(status, lines),
        error=error,
        message=None if message is None else normalise(message, directory),
        warnings=_warnings(lines, directory),
    )
    return Record(
        outcome=outcome,
        seconds=reply["seconds"],
        stage_seconds=_stage_seconds(lines),
        cpu_seconds=reply["cpu_seconds"],
        memory_kib=reply["memory_kib"],
        traceback=stopped["traceback"] if stopped else None,
        output=reply["output"],
    )


def _verdict(reply: dict[str, Any], stopped: dict[str, Any] | None) -> tuple[Status, str | None, str | None]:
    """Status, error and message of a cell that was run."""
    if reply["killed"] == "timeout":
        return Status.TIMEOUT, None, "stopped at the time limit"
    if reply["killed"] == "output":
        return Status.CRASH, None, "stopped: it wrote more output than the limit allows"
    if reply["killed"] == "memory":
        return Status.CRASH, None, "stopped: it held more memory than the limit allows"
    if reply["killed"] == "report":
        return Status.CRASH, None, "stopped: it reported more than the limit allows"
    if reply["signal"]:
        return Status.CRASH, reply["signal"], "the process was ended by a signal"
    ended = any("end" in line for line in reply["lines"])
    if reply["code"] != 0 or not ended:
        return (
            Status.CRASH,
            None,
            "the process ended with exit code {} {}".format(
                reply["code"], "after its record" if ended else "before its record was whole"
            ),
        )
    absent = next((line["absent"] for line in reply["lines"] if "absent" in line), None)
    if absent is not None:
        return Status.ABSENT, absent["error"], absent["message"]
    if stopped is not None:
        return Status.FAIL, stopped["error"], stopped["message"]
    return Status.PASS, None, None


def _stage(status: Status, lines: Any) -> Stage | None:
    """The stage at which a cell of this status stopped: the one that began last."""
    if status is Status.PASS:
        return None
    if status is Status.ABSENT:
        return Stage.PATH
    return next((Stage(line["stage"]) for line in reversed(lines) if "stage" in line), None)


def _stage_seconds(lines: Any) -> dict[str, float]:
    seconds: dict[str, float] = {}
    for line in lines:
        if "done" in line:
            seconds[line["done"]] = seconds.get(line["done"], 0.0) + line["seconds"]
    return seconds


def _warnings(lines: Any, directory: str) -> tuple[str, ...]:
    """The distinct warnings of a cell, sorted. Where there are too many, the first ones, and how many there were."""
    end: dict[str, Any] = next((line for line in lines if "end" in line), {})
    distinct = list(dict.fromkeys(normalise(text, directory) for text in end.get("warnings", [])))
    beyond = end.get("beyond", 0) + max(0, len(distinct) - MOST_WARNINGS)
    kept = tuple(sorted(distinct[:MOST_WARNINGS]))
    return (*kept, f"… and {beyond} more warnings") if beyond else kept
