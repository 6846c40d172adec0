"""Cells that could not be tried on this machine: apart from the changes, and in the exit code where that is strict."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from harness.contract.records import Outcome, is_untried
from harness.contract.statuses import Stage, Status
from harness.controller.commands.accept import merge_into_baseline
from harness.controller.errors import Exit, HarnessError
from harness.controller.results.change_formats import changes_as_markdown, changes_as_text
from harness.controller.results.compare import compare
from harness.controller.results.documents import read_column
from harness.controller.results.verdict import verdict
from tests.support.tiny_project import TinyProject, make_column

REASON = "no dot on the PATH: apt-get install graphviz"
PASSED = [Outcome("dense", "tf.keras", Status.PASS), Outcome("version", "keras", Status.PASS)]
UNMET = [Outcome(*outcome.key, Status.UNMET, message=REASON) for outcome in PASSED]
FAILED = Outcome("version", "keras", Status.FAIL, Stage.CALL, "AssertionError", "2.14.0")


@pytest.mark.parametrize("status", Status)
def test_unmet_says_nothing_of_an_answer(status: Status) -> None:
    before = Outcome("a", "keras", status)
    unmet = Outcome("a", "keras", Status.UNMET, message=REASON)
    assert is_untried(unmet, before) is (status is not Status.UNMET)
    assert not is_untried(unmet, None)
    assert not is_untried(before, unmet)


def test_not_tried_is_listed_by_reason() -> None:
    other = replace(UNMET[1], message="no svg on the PATH")
    changes = compare(make_column(*PASSED), make_column(UNMET[0], other))
    assert [change.word for change in changes] == ["not tried"] * 2
    lines = [f"1 not tried here: {REASON}", "1 not tried here: no svg on the PATH", "no difference"]
    assert changes_as_text(changes).splitlines() == lines
    assert changes_as_markdown(changes).split("\n\n")[0] == "no difference"
    assert "1 not tried here" in changes_as_markdown(changes)


@pytest.mark.parametrize(
    ("before", "after", "code", "strict"),
    [
        (PASSED, UNMET, Exit.AGREES, Exit.DIFFERS),
        (PASSED, [UNMET[0], FAILED], Exit.DIFFERS, Exit.DIFFERS),
        (UNMET, UNMET, Exit.AGREES, Exit.AGREES),
        (UNMET, PASSED, Exit.DIFFERS, Exit.DIFFERS),
        (PASSED[:1], [PASSED[0], UNMET[1]], Exit.AGREES, Exit.AGREES),
    ],
)
def test_exit_code_counts_not_tried_when_strict(
    before: list[Outcome], after: list[Outcome], code: Exit, strict: Exit
) -> None:
    columns = make_column(*after), make_column(*before)
    assert (verdict(*columns), verdict(*columns, strict=True)) == (code, strict)


@pytest.mark.parametrize("command", ["diff", "report"])
def test_commands_follow_one_rule(project: TinyProject, command: str) -> None:
    project.keep("results", make_column(*PASSED))
    project.keep(".harness/run", make_column(*UNMET))
    done = project.run(command)
    assert done.returncode == Exit.AGREES
    assert f"2 not tried here: {REASON}" in done.stdout
    assert project.run(command, "--strict").returncode == Exit.DIFFERS


def test_json_has_each_cell(project: TinyProject) -> None:
    project.keep("results", make_column(*PASSED))
    project.keep(".harness/run", make_column(*UNMET))
    found = json.loads(project.run("diff", "--format", "json").stdout)
    assert [(item["change"], item["before"]["status"], item["after"]["message"]) for item in found] == [
        ("not tried", "pass", REASON)
    ] * 2


def test_accept_keeps_outcomes_of_untried_cells(project: TinyProject) -> None:
    file = project.keep("results", make_column(*PASSED))
    project.keep(".harness/run", make_column(UNMET[0], FAILED))
    done = project.run("accept")
    assert f"1 not tried here: {REASON}; the accepted outcomes stay\n" in done.stdout
    assert "accepted 1 cell of tf215\n" in done.stdout
    assert read_column(file).cells == {outcome.key: outcome for outcome in (PASSED[0], FAILED)}


def test_untried_cells_refuse_other_packages() -> None:
    run = make_column(*UNMET, packages={"numpy": "2.0.0"})
    keys = {outcome.key for outcome in UNMET}
    with pytest.raises(HarnessError, match=r"its packages differ from the baseline: 2 of its cells were not tried"):
        merge_into_baseline(make_column(*PASSED), run, keys, keys)
    assert merge_into_baseline(None, run, keys, keys) == run
