"""Outcomes and records as JSON, there and back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.contract.records import Outcome, Record
from harness.contract.statuses import Stage, Status

FAILED = Outcome(
    case="sequential-mlp",
    path="tf.keras",
    status=Status.FAIL,
    stage=Stage.FIT,
    error="ValueError",
    message="a “message” of\ntwo lines",
    warnings=("DeprecationWarning: old", "FutureWarning: soon"),
)
PASSED = Outcome("sequential-mlp", "keras", Status.PASS)


@pytest.mark.parametrize("outcome", [FAILED, PASSED], ids=["all-keys", "defaults"])
def test_outcome_round_trip(outcome: Outcome) -> None:
    read = Outcome.from_json(json.loads(json.dumps(outcome.to_json())))
    assert read == outcome
    assert hash(read) == hash(outcome)
    assert isinstance(read.status, Status)


def test_outcome_keys_and_values_are_fixed() -> None:
    assert json.loads(json.dumps(PASSED.to_json())) == {
        "case": "sequential-mlp",
        "path": "keras",
        "status": "pass",
        "stage": None,
        "error": None,
        "message": None,
        "warnings": [],
    }
    assert PASSED.key == ("sequential-mlp", "keras")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"status": "passed"}, "'passed' is not a valid Status"),
        ({"status": None}, "None is not a valid Status"),
        ({"stage": "train"}, "'train' is not a valid Stage"),
        ({"stage": ""}, "'' is not a valid Stage"),
    ],
)
def test_outcome_outside_the_closed_lists(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Outcome.from_json({**FAILED.to_json(), **changed})


@pytest.mark.parametrize("key", ["case", "path", "status", "stage", "error", "message", "warnings"])
def test_outcome_without_one_of_its_keys(key: str) -> None:
    data = FAILED.to_json()
    del data[key]
    with pytest.raises(KeyError, match=key):
        Outcome.from_json(data)


def test_record_round_trip_separates_details_from_outcome() -> None:
    record = Record(
        outcome=FAILED,
        seconds=1.25,
        stage_seconds={"import": 1.0, "fit": 0.25},
        cpu_seconds=0.75,
        memory_kib=2048,
        traceback="Traceback ...",
        output="Epoch 1/1\n",
        again=(FAILED, FAILED),
    )
    data = json.loads(json.dumps(record.to_json()))
    assert Record.from_json(data) == record
    assert data["outcome"] == FAILED.to_json()
    assert data["details"] == record.details()
    assert not set(data["details"]) & set(data["outcome"])
