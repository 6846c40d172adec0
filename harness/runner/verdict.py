"""From what was seen of a cell's process to its record. Nothing here is a pass by default."""

from __future__ import annotations

from typing import Any

from harness.contract.messages import normalise
from harness.contract.records import Outcome, Record
from harness.contract.statuses import Stage, Status


def judge(case: str, path: str, reply: dict[str, Any], directory: str) -> Record:
    """The record of a cell that ran in `directory`, from the reply of its isolation."""
    if "absent" in reply:
        absent = reply["absent"]
        said = normalise(absent["message"], directory)
        return Record(Outcome(case, path, Status.ABSENT, Stage.PATH, absent["error"], said))
    watched = reply["watched"]
    lines = watched["lines"]
    stage = next((Stage(line["stage"]) for line in reversed(lines) if "stage" in line), None)
    stopped = next((line["stopped"] for line in lines if "stopped" in line), None)
    status, error, message = _verdict(watched, stopped)
    warned: list[str] = next((line["warnings"] for line in lines if "end" in line), [])
    outcome = Outcome(
        case=case,
        path=path,
        status=status,
        stage=None if status is Status.PASS else stage,
        error=error,
        message=None if message is None else normalise(message, directory),
        warnings=tuple(sorted({normalise(warning, directory) for warning in warned})),
    )
    return Record(
        outcome=outcome,
        seconds=watched["seconds"],
        stage_seconds=_stage_seconds(lines),
        memory_kib=watched["memory_kib"],
        traceback=stopped["traceback"] if stopped else None,
        output=watched["output"],
    )


def _verdict(watched: dict[str, Any], stopped: dict[str, Any] | None) -> tuple[Status, str | None, str | None]:
    """Status, error and message of a cell that was run."""
    if watched["killed"] == "timeout":
        return Status.TIMEOUT, None, "stopped at the time limit"
    if watched["killed"] == "output":
        return Status.CRASH, None, "stopped: it wrote more output than the limit allows"
    if watched["signal"]:
        return Status.CRASH, watched["signal"], "the process was ended by a signal"
    ended = any("end" in line for line in watched["lines"])
    if watched["code"] != 0 or not ended:
        return (
            Status.CRASH,
            None,
            "the process ended with exit code {} {}".format(
                watched["code"], "after its record" if ended else "before its record was whole"
            ),
        )
    if stopped is not None:
        return Status.FAIL, stopped["error"], stopped["message"]
    return Status.PASS, None, None


def _stage_seconds(lines: Any) -> dict[str, float]:
    seconds: dict[str, float] = {}
    for line in lines:
        if "done" in line:
            seconds[line["done"]] = seconds.get(line["done"], 0.0) + line["seconds"]
    return seconds
