"""Machines that disagree about a cell."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.contract.records import Outcome, Record
from harness.contract.statuses import Stage, Status
from harness.controller.engine.machine_facts import Machine, this_machine
from harness.controller.project.layout import Layout, RunFiles
from harness.controller.results.documents import write_details
from harness.controller.run.machines import note_machine
from tests.support.tiny_project import make_column

ALPHA = Machine("alpha", "Linux x86_64", "one", "avx avx2", "glibc 2.31", {"graphviz": "/usr/bin/dot"})
BETA = Machine("beta", "Linux x86_64", "one", "avx avx512f", "glibc 2.36", {"graphviz": ""})
PASSES = Outcome("dense", "keras", Status.PASS)
FAILS = Outcome("dense", "keras", Status.FAIL, Stage.CALL, "ValueError", "no")


@pytest.fixture
def files(tmp_path: Path) -> RunFiles:
    return Layout(tmp_path).files("tf215")


def note(files: RunFiles, machine: Machine, outcome: Outcome, script: str = "1", version: str = "3") -> list[str]:
    """What is reported when a machine gave this outcome."""
    write_details(files.details, [Record(outcome, script=script)])
    return note_machine(files, machine, make_column(outcome, packages={"keras": version}))


def test_disagreement_names_both_and_their_differences(files: RunFiles) -> None:
    assert note(files, ALPHA, PASSES) == []
    assert note(files, BETA, FAILS) == [
        "tf215 dense[keras]: machines disagree: alpha pass, beta fail at call (ValueError: no) (they differ:"
        " C library glibc 2.31 / glibc 2.36; graphviz /usr/bin/dot / none; instructions +avx2 / +avx512f)"
    ]


def test_one_machine_never_disagrees_with_itself(files: RunFiles) -> None:
    note(files, ALPHA, PASSES)
    assert note(files, ALPHA, FAILS) == []
    assert note(files, BETA, FAILS) == []  # as alpha's last answer


@pytest.mark.parametrize("changed", [{"script": "2"}, {"version": "2"}])
def test_other_script_or_packages_explain_outcomes(files: RunFiles, changed: dict[str, str]) -> None:
    note(files, ALPHA, PASSES)
    assert note(files, BETA, FAILS, **changed) == []


def test_cell_that_was_not_tried_is_no_disagreement(files: RunFiles) -> None:
    note(files, ALPHA, PASSES)
    assert note(files, BETA, replace(PASSES, status=Status.UNMET, message="no dot")) == []


def test_last_three_machines_are_kept(files: RunFiles) -> None:
    note(files, ALPHA, PASSES)
    for number in range(3):
        note(files, replace(BETA, host=f"beta-{number}"), PASSES)
    lines = note(files, BETA, FAILS)
    assert [line.split()[4] for line in lines] == ["beta-0", "beta-1", "beta-2"]


def test_damaged_file_is_begun_again(files: RunFiles) -> None:
    files.machines.parent.mkdir(parents=True)
    files.machines.write_text('{"alpha": {"machine": {}}}', encoding="utf-8")
    assert note(files, BETA, FAILS) == []
    assert note(files, ALPHA, PASSES)


def test_facts_of_this_machine_survive_as_json() -> None:
    machine = this_machine()
    assert machine.libc
    assert machine.system.startswith("Linux")
    assert Machine.from_json(machine.to_json()) == machine
    assert machine.differences(machine) == []
