"""Outcomes (what is committed) and records (an outcome and what varies from run to run)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Tuple

from harness.contract.statuses import Stage, Status

SCHEMA = 1

CellKey = Tuple[str, str]  # (case id, import path id)


@dataclass(frozen=True)
class Outcome:
    """The answer of a cell, without anything that varies between two runs.

    `error` is the exception's type name, `message` its normalised text, `warnings` the normalised deprecation and
    future warnings that the steps after the imports raised.
    """

    case: str
    path: str
    status: Status
    stage: Stage | None = None
    error: str | None = None
    message: str | None = None
    warnings: tuple[str, ...] = ()

    @property
    def key(self) -> CellKey:
        return (self.case, self.path)

    def to_json(self) -> dict[str, Any]:
        return {
            "case": self.case,
            "path": self.path,
            "status": self.status.value,
            "stage": self.stage.value if self.stage else None,
            "error": self.error,
            "message": self.message,
            "warnings": list(self.warnings),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Outcome:
        """Raises KeyError on a missing key, ValueError on an invalid value, such as an unknown status."""
        texts = [data["case"], data["path"], *data["warnings"]]
        texts += [data[key] for key in ("error", "message") if data[key] is not None]
        if not isinstance(data["warnings"], list) or not all(isinstance(text, str) for text in texts):
            raise ValueError("a cell has a value that is not text")
        return cls(
            case=data["case"],
            path=data["path"],
            status=Status(data["status"]),
            stage=None if data["stage"] is None else Stage(data["stage"]),
            error=data["error"],
            message=data["message"],
            warnings=tuple(data["warnings"]),
        )


def is_untried(now: Outcome, before: Outcome | None) -> bool:
    """Whether a cell that has an outcome could not be tried this time: for want of a prerequisite, which is no change
    of it."""
    return now.status is Status.UNMET and before is not None and before.status is not Status.UNMET


def _is_number(value: object) -> bool:
    return type(value) in (int, float)  # a bool is not


def _is_text(value: object) -> bool:
    return isinstance(value, str)


_DETAILS: dict[str, Callable[[Any], bool]] = {
    "seconds": _is_number,
    "stage_seconds": lambda value: isinstance(value, dict) and all(map(_is_number, value.values())),
    "cpu_seconds": _is_number,
    "memory_kib": lambda value: type(value) is int,
    "traceback": lambda value: value is None or _is_text(value),
    "output": _is_text,
    "script": _is_text,
    "at": _is_text,
    "programs": lambda value: isinstance(value, dict) and all(map(_is_text, value.values())),
    "attempts": lambda value: isinstance(value, list),
}


@dataclass(frozen=True)
class Record:
    """An outcome together with what varies: seconds by the clock and of computing, memory in KiB, the traceback and
    output as they were.

    `script` is the digest of the text that ran (`digest_of`), `at` the UTC time at which it ended. `programs` maps the
    programs that the case requires and the machine lacks to what they came from. `again` are the outcomes of running
    it again, as is done before a change is reported.
    """

    outcome: Outcome
    seconds: float = 0.0
    stage_seconds: dict[str, float] = field(default_factory=dict)
    memory_kib: int = 0
    traceback: str | None = None
    output: str = ""
    script: str = ""
    at: str = ""
    cpu_seconds: float = 0.0
    programs: dict[str, str] = field(default_factory=dict)
    again: tuple[Outcome, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"outcome": self.outcome.to_json(), "details": self.details()}

    def details(self) -> dict[str, Any]:
        return {
            "seconds": self.seconds,
            "stage_seconds": self.stage_seconds,
            "cpu_seconds": self.cpu_seconds,
            "memory_kib": self.memory_kib,
            "traceback": self.traceback,
            "output": self.output,
            "script": self.script,
            "at": self.at,
            "programs": self.programs,
            "attempts": [outcome.to_json() for outcome in (self.outcome, *self.again)] if self.again else [],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Record:
        """Raises KeyError on a missing key, TypeError or ValueError on one too many or a value of another type."""
        details = dict(data["details"])
        for name, is_right in _DETAILS.items():
            if name in details and not is_right(details[name]):
                raise ValueError(f"{name} of a record is not what the runner writes")
        attempts = tuple(Outcome.from_json(item) for item in details.pop("attempts", ()))
        return cls(outcome=Outcome.from_json(data["outcome"]), again=attempts[1:], **details)
