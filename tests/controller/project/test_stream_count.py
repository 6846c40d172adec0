"""The progress of a run: the records of its stream, counted as it grows."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.contract.stream import append_line
from harness.controller.project.layout import Layout, Phase, RunFiles

RECORD = {"record": {"outcome": {"message": 'says {"record": 1} itself'}}, "key": ""}


@pytest.fixture
def files(tmp_path: Path) -> RunFiles:
    """The files of a run whose plan is written."""
    found = Layout(tmp_path).files("tf215")
    for file in (found.plan, found.stream):
        file.parent.mkdir(parents=True)
    found.plan.touch()
    return found


def test_records_are_counted_as_the_stream_grows(files: RunFiles) -> None:
    assert (files.recorded(), files.phase()) == (0, Phase.IMPORTING)
    for number in range(1, 4):
        append_line(str(files.stream), RECORD)
        append_line(str(files.stream), {"deselected": []})
        assert (files.recorded(), files.recorded(), files.phase()) == (number, number, Phase.RUNNING)


def test_half_a_line_counts_once_it_is_whole(files: RunFiles) -> None:
    append_line(str(files.stream), RECORD)
    whole = files.stream.read_bytes()
    for end in range(len(whole)):
        files.stream.write_bytes(whole[:end])
        assert files.recorded() == 0
    files.stream.write_bytes(whole)
    assert files.recorded() == 1


def test_a_shorter_stream_is_another_one(files: RunFiles) -> None:
    for _ in range(2):
        append_line(str(files.stream), RECORD)
    assert files.recorded() == 2
    files.stream.unlink()
    assert files.recorded() == 0
    append_line(str(files.stream), RECORD)
    assert files.recorded() == 1


def test_without_a_plan_the_stream_is_that_of_an_earlier_run(files: RunFiles) -> None:
    append_line(str(files.stream), RECORD)
    assert files.recorded() == 1
    files.plan.unlink()
    assert files.recorded() == 0
    files.stream.unlink()
    for _ in range(3):  # longer than the first
        append_line(str(files.stream), RECORD)
    files.plan.touch()
    assert files.recorded() == 3
