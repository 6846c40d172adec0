"""Merging columns from several folders, such as the shards of one run: pure functions.

An environment or a cell may occur more than once. The more certain outcome wins: an answer wins over a missing
prerequisite, an error of the harness, a failed environment, and a cell that was not reached. Two different answers are
an error. So neither order nor repetition changes the result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce

from harness.contract.records import CellKey, Outcome
from harness.contract.statuses import Status
from harness.controller.errors import HarnessError
from harness.controller.results.compare import describe_outcome
from harness.controller.results.documents import Column, EnvironmentFacts
from harness.controller.text import json_line, one_line

_UNCERTAIN = (Status.NOT_RUN, Status.ENV_FAIL, Status.ERROR, Status.UNMET)  # the least certain first


def merge_all(folders: Iterable[Mapping[str, Column]]) -> dict[str, Column]:
    """The columns of all the folders, by environment. Raises HarnessError for two different answers."""
    return reduce(merge, folders, {})


def merge(one: Mapping[str, Column], other: Mapping[str, Column]) -> dict[str, Column]:
    """The columns of both, by environment."""
    names = sorted({*one, *other})
    return {name: _column([columns[name] for columns in (one, other) if name in columns]) for name in names}


def _column(given: list[Column]) -> Column:
    environment = reduce(_environment, (column.environment for column in given))
    cells: dict[CellKey, Outcome] = {}
    for column in given:
        for key, outcome in column.cells.items():
            cells[key] = _outcome(environment.id, cells.get(key, outcome), outcome)
    if not environment.failed:  # made by one shard: what another one could not run for want of it was not reached
        lost = [key for key, outcome in cells.items() if outcome.status is Status.ENV_FAIL]
        cells |= {key: Outcome(*key, status=Status.NOT_RUN) for key in lost}
    return Column(environment, cells)


def _environment(one: EnvironmentFacts, other: EnvironmentFacts) -> EnvironmentFacts:
    """The facts of the environment that did not fail. If both failed, the choice is arbitrary but always the same."""
    if one.failed and other.failed:
        return min(one, other, key=lambda facts: json_line(vars(facts), sort_keys=True))
    working = [facts for facts in (one, other) if not facts.failed]
    if working[0] != working[-1]:
        raise HarnessError(f"{one_line(one.id)}: two documents have different packages")
    return working[0]


def _outcome(environment: str, one: Outcome, other: Outcome) -> Outcome:
    first, second = sorted((one, other), key=_certainty)
    if first != second and _certainty(first) == _certainty(second):
        if first.status not in _UNCERTAIN:
            both = f"{describe_outcome(one)}, and {describe_outcome(other)}"
            raise HarnessError(one_line(f"{environment}: {one.case}[{one.path}] has two different outcomes: {both}"))
        return min(one, other, key=lambda outcome: json_line(outcome.to_json()))
    return second


def _certainty(outcome: Outcome) -> int:
    return _UNCERTAIN.index(outcome.status) if outcome.status in _UNCERTAIN else len(_UNCERTAIN)
