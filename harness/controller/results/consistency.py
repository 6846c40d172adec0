"""Contradictions within a result document: pure functions.

Only what no run can have written is a contradiction. A text that is missing is none: older harnesses wrote fewer.
"""

from __future__ import annotations

from collections.abc import Iterable

from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status

_NEVER_RAN = (Status.UNMET, Status.ENV_FAIL, Status.SKIP, Status.NOT_RUN)
_WITHOUT_MESSAGE = (Status.PASS, Status.ENV_FAIL, Status.NOT_RUN)
_WITHOUT_ERROR = (Status.PASS, Status.TIMEOUT, *_NEVER_RAN)
_WITHOUT_STAGE = (Status.PASS, *_NEVER_RAN)


def check_outcome(outcome: Outcome) -> None:
    """Raises ValueError, with the cell's name, for an outcome that contradicts its status."""
    status = outcome.status
    wrong = [
        (outcome.stage is not None and status in _WITHOUT_STAGE, "a stage"),
        (outcome.error is not None and status in _WITHOUT_ERROR, "an error"),
        (outcome.message is not None and status in _WITHOUT_MESSAGE, "a message"),
        (bool(outcome.warnings) and status in _NEVER_RAN, "warnings"),
        (status is Status.ABSENT and outcome.stage not in (None, Stage.PATH), "a stage other than path"),
    ]
    for is_wrong, what in wrong:
        if is_wrong:
            raise ValueError(f"{outcome.case}[{outcome.path}] is {status.value} but has {what}")


def check_column(failed: bool, reason: str | None, outcomes: Iterable[Outcome]) -> None:
    """Raises ValueError if an environment and its cells contradict each other.

    `failed`: the environment is an `env-fail`, and `reason` is its cause.
    """
    if failed and reason is None:
        raise ValueError("its environment is env-fail without a reason")
    if not failed and reason is not None:
        raise ValueError("its environment is ok but has a reason")
    for outcome in outcomes:
        if (outcome.status is Status.ENV_FAIL) != failed:
            environment = "env-fail" if failed else "ok"
            cell = f"{outcome.case}[{outcome.path}]"
            raise ValueError(f"its environment is {environment}, but {cell} is {outcome.status.value}")
