"""What is made of the attempts of a cell."""

from __future__ import annotations

from collections import Counter

import pytest

from harness.contract.records import Outcome, Record
from harness.contract.statuses import Stage, Status
from harness.controller.results.flaky import flaky_cells, flaky_sentence, is_flaky
from harness.controller.worker.retries import decide_outcome, needs_retry, with_attempts

KEY = ("mlp", "keras")
PASS = Outcome(*KEY, status=Status.PASS)
FAIL = Outcome(*KEY, status=Status.FAIL, stage=Stage.FIT, error="ValueError", message="no")
OTHER = Outcome(*KEY, status=Status.FAIL, stage=Stage.FIT, error="ValueError", message="never")


@pytest.mark.parametrize(
    ("first", "again", "baseline", "said"),
    [
        (PASS, (), None, PASS),
        (FAIL, (), PASS, FAIL),
        (FAIL, (FAIL, FAIL), PASS, FAIL),
        (FAIL, (FAIL, PASS), PASS, PASS),
        (FAIL, (OTHER, OTHER), PASS, OTHER),
        (FAIL, (OTHER,), PASS, FAIL),
        (FAIL, (PASS, PASS), OTHER, PASS),
        (PASS, (FAIL, FAIL), None, FAIL),
    ],
)
def test_what_the_document_says(
    first: Outcome, again: tuple[Outcome, ...], baseline: Outcome | None, said: Outcome
) -> None:
    assert decide_outcome(Record(first, again=again), baseline) == said


@pytest.mark.parametrize(
    ("record", "baseline", "told"),
    [
        (Record(FAIL), PASS, True),
        (Record(PASS), FAIL, True),
        (Record(OTHER), FAIL, True),
        (Record(FAIL, again=(FAIL,)), PASS, True),
        (Record(FAIL, again=(FAIL, PASS)), PASS, False),
        (Record(FAIL), FAIL, False),
        (Record(FAIL), None, False),
        *((Record(Outcome(*KEY, status=status)), PASS, True) for status in (Status.TIMEOUT, Status.CRASH)),
        *((Record(Outcome(*KEY, status=status)), PASS, False) for status in (Status.UNMET, Status.SKIP, Status.ERROR)),
    ],
)
def test_what_is_run_again(record: Record, baseline: Outcome | None, told: bool) -> None:
    assert needs_retry({KEY: record}, {} if baseline is None else {KEY: baseline}, 2) == ([KEY] if told else [])
    assert needs_retry({KEY: record}, {} if baseline is None else {KEY: baseline}, 0) == []


def test_attempt_added_to_first_record() -> None:
    first = Record(FAIL, seconds=2, again=(FAIL,))
    assert with_attempts({KEY: first}, {KEY: Record(PASS)}) == [Record(FAIL, seconds=2, again=(FAIL, PASS))]
    assert with_attempts({KEY: first}, {KEY: Record(Outcome(*KEY, status=Status.ERROR))}) == []


def test_differing_message_is_reported_as_flaky() -> None:
    assert not is_flaky(Record(FAIL, again=(FAIL, FAIL)))
    steady, other = Record(FAIL, again=(FAIL, FAIL)), Record(FAIL, again=(OTHER, FAIL))
    found = flaky_cells({str(n): record.details() for n, record in enumerate([Record(PASS), steady, other])})
    assert found == {KEY: Counter({FAIL: 2, OTHER: 1})}
    said = "tf215 flaky mlp[keras]: 2 of 3 fail at fit (ValueError: no); 1 of 3 fail at fit (ValueError: never)"
    assert flaky_sentence("tf215", KEY, found[KEY]) == said
