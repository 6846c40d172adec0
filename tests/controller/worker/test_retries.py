"""What is made of the attempts of a cell."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from harness.contract.records import CellKey, Outcome, Record
from harness.contract.statuses import Stage, Status
from harness.controller.results.flaky import flaky_cells, flaky_sentence, is_flaky, unconfirmed_cells
from harness.controller.worker.retries import decide_outcome, needs_retry, with_attempts
from tests.support.tiny_project import make_column

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


def differing(number: int, error: str = "ValueError") -> dict[CellKey, Record]:
    """So many cells that fail in the same way."""
    keys = [(f"{error}-{n}", "keras") for n in range(number)]
    return {key: Record(Outcome(*key, status=Status.FAIL, stage=Stage.FIT, error=error)) for key in keys}


def passing(records: dict[CellKey, Record]) -> dict[CellKey, Outcome]:
    return {key: Outcome(*key, status=Status.PASS) for key in records}


def test_few_cells_of_a_cause_are_retried() -> None:
    records = differing(20) | differing(9, "TypeError") | differing(8, "KeyError")
    again = needs_retry(records, passing(records), 2)
    assert Counter(case.partition("-")[0] for case, _ in again) == {"ValueError": 3, "TypeError": 3, "KeyError": 8}
    assert again[:3] == [("ValueError-0", "keras"), ("ValueError-6", "keras"), ("ValueError-12", "keras")]


def test_the_same_few_are_retried_twice() -> None:
    records = differing(20)
    first = needs_retry(records, passing(records), 1)
    records |= {key: replace(records[key], again=(records[key].outcome,)) for key in first}
    assert needs_retry(records, passing(records), 1) == []
    assert needs_retry(records, passing(records), 2) == first


def test_all_are_retried_where_one_disagrees() -> None:
    records = differing(20) | differing(20, "TypeError")
    key = ("ValueError-0", "keras")
    records[key] = replace(records[key], again=(passing(records)[key],))
    again = needs_retry(records, passing(records), 2)
    assert Counter(case.partition("-")[0] for case, _ in again) == {"ValueError": 20, "TypeError": 3}


def test_cells_without_retry_are_unconfirmed() -> None:
    records = differing(10) | differing(2, "TypeError")
    before = make_column(*passing(records).values())
    after = make_column(*(record.outcome for record in records.values()))
    details = {f"{case}[{path}]": record.details() for (case, path), record in records.items()}
    assert unconfirmed_cells(after, before, details) == []  # nothing was retried, as with --retries 0
    first = ("ValueError-0", "keras")
    retried = replace(records[first], again=(records[first].outcome,))
    details["ValueError-0[keras]"] = retried.details()
    assert unconfirmed_cells(after, before, details) == [(f"ValueError-{n}", "keras") for n in range(1, 10)]
    assert unconfirmed_cells(after, None, details) == []
