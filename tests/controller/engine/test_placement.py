"""Which environment goes to which worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from harness.controller.engine.environment_run import EnvironmentRun
from harness.controller.engine.placement import Attempts, Placement, Worker
from harness.controller.project.layout import Layout

WORKER = Worker("tcp://a", "alpha", 1, frozenset({"3.11", "3.12"}), frozenset({"graphviz"}))
OTHER = replace(WORKER, address="tcp://b", host="beta")


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def placement(said: list[str]) -> Placement:
    return Placement(said.append)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path)


def assigned(
    placement: Placement, runs: Sequence[EnvironmentRun], attempts: dict[str, Attempts] | None = None
) -> dict[str, str]:
    """The hosts that the environments are given to."""
    known = {run.environment.id: Attempts() for run in runs} | (attempts or {})
    return {run.environment.id: worker.host for run, worker in placement.assign(runs, known)}


def test_no_more_than_the_free_slots_are_used(placement: Placement, runs: list[EnvironmentRun]) -> None:
    placement.add(WORKER)
    assert assigned(placement, runs) == {"tf215": "alpha"}  # the first is the longest
    placement.began(WORKER.address)
    assert assigned(placement, runs) == {}
    placement.ended(WORKER.address, "tf215", "")
    assert assigned(placement, runs[1:]) == {"tf216": "alpha"}


def test_machine_with_the_environment_is_preferred(placement: Placement, runs: list[EnvironmentRun]) -> None:
    placement.add(replace(WORKER, environments=frozenset({"tf216"})))
    placement.add(OTHER)
    assert assigned(placement, runs) == {"tf215": "beta", "tf216": "alpha"}


def test_busy_owner_is_not_waited_for(placement: Placement, runs: list[EnvironmentRun]) -> None:
    placement.add(replace(WORKER, environments=frozenset({"tf215", "tf216"})))
    placement.add(OTHER)
    assert assigned(placement, runs) == {"tf215": "alpha", "tf216": "beta"}


def test_python_and_programs_decide_first(placement: Placement, runs: list[EnvironmentRun]) -> None:
    drawing = [replace(run, requires=frozenset({"graphviz"})) for run in runs]
    placement.add(replace(WORKER, slots=2, programs=frozenset(), pythons=frozenset({"3.12"})))
    assert set(assigned(placement, drawing)) == {"tf215", "tf216"}  # nobody does better
    placement.add(replace(OTHER, slots=2))
    assert assigned(placement, drawing) == {"tf215": "beta", "tf216": "beta"}
    placement.remove(OTHER.address)
    placement.add(replace(OTHER, pythons=frozenset({"3.11"})))
    assert assigned(placement, runs) == {"tf215": "beta", "tf216": "alpha"}


def test_two_faults_in_a_row_leave_machine_out(
    placement: Placement, runs: list[EnvironmentRun], said: list[str]
) -> None:
    placement.add(replace(WORKER, slots=9))
    for fault in ("", "no room", "", "no room", "no room"):
        assert said == []
        placement.began(WORKER.address)
        placement.ended(WORKER.address, "tf215", fault)
    assert said == ["alpha gets no more environments: 2 in a row failed there (tf215: no room)"]
    assert assigned(placement, runs) == {}
    assert placement.left_out == ["alpha"]
    placement.add(OTHER)
    assert placement.usable == [OTHER]


def test_environment_avoids_machine_that_failed_it(placement: Placement, runs: list[EnvironmentRun]) -> None:
    placement.add(WORKER)
    failed = Attempts(faulty=["alpha"])
    assert assigned(placement, runs, {"tf215": failed}) == {"tf216": "alpha"}
    assert not placement.has_place_for(runs[0], failed)
    placement.add(OTHER)
    assert assigned(placement, runs, {"tf215": failed}) == {"tf215": "beta", "tf216": "alpha"}
