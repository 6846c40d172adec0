from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.results.compare import (
    Change,
    change_sentence,
    compare,
    compare_sets,
    describe_outcome,
    new_cells_sentence,
    package_changes,
)
from tests.support.tiny_project import make_column

FAILED = Outcome("dense", "keras", Status.FAIL, Stage.FIT, "ValueError", "shapes\ndiffer", ("FutureWarning: x",))
OTHER = Outcome("dense", "tf.keras", Status.PASS)


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [
        ("status", Status.PASS, "fixed"),
        ("status", Status.ABSENT, "changed"),
        ("stage", Stage.CALL, "changed"),
        ("stage", None, "changed"),
        ("error", "TypeError", "changed"),
        ("message", "shapes", "changed"),
        ("warnings", (), "changed"),
        ("warnings", ("FutureWarning: x", "FutureWarning: x"), "changed"),
    ],
)
def test_each_change_is_seen_once(field: str, value: Any, word: str) -> None:
    now = replace(FAILED, **{field: value})
    changes = compare(make_column(FAILED, OTHER), make_column(now, OTHER))
    assert changes == [Change(word, "tf215", ("dense", "keras"), FAILED, now)]
    assert changes[0].differs


@pytest.mark.parametrize(("before", "after"), list(permutations(Status, 2)))
def test_every_change_of_status_differs_but_unmet(before: Status, after: Status) -> None:
    one, other = (make_column(Outcome("dense", "keras", status)) for status in (before, after))
    (change,) = compare(one, other)
    assert change.differs == (after is not Status.UNMET)
    assert (change.word == "not tried") == (after is Status.UNMET)
    assert (change.word == "not reached") == (after is Status.NOT_RUN)
    assert (change.word == "regressed") == (before is Status.PASS and after not in (Status.NOT_RUN, Status.UNMET))
    assert (change.word == "fixed") == (after is Status.PASS)


def test_a_column_does_not_differ_from_itself() -> None:
    assert compare(make_column(FAILED, OTHER), make_column(OTHER, FAILED)) == []


@pytest.mark.parametrize("status", list(Status))
def test_only_a_new_cell_that_fails_differs(status: Status) -> None:
    (change,) = compare(make_column(OTHER), make_column(replace(FAILED, status=status)))
    assert change.word == "new"
    assert change.differs == (status in (Status.FAIL, Status.CRASH, Status.TIMEOUT))


def test_new_cells_are_counted_by_status() -> None:
    cells = [Outcome(case, "keras", status) for case, status in (("a", Status.CRASH), ("b", Status.FAIL))]
    now = make_column(*cells, Outcome("c", "keras", Status.FAIL))
    assert new_cells_sentence(compare(make_column(OTHER), now)) == "3 new cells: 2 fail, 1 crash"
    assert new_cells_sentence(compare(make_column(OTHER), make_column(OTHER, FAILED))) == "1 new cell: 1 fail"
    assert new_cells_sentence(compare(make_column(FAILED, OTHER), make_column(FAILED))) == ""


def test_only_the_cells_that_ran_are_compared() -> None:
    assert compare(make_column(FAILED, OTHER), make_column(OTHER)) == []


def test_cell_no_longer_planned_is_removed() -> None:
    before = make_column(OTHER, FAILED)
    assert compare(before, make_column(), [FAILED.key, OTHER.key]) == []
    (removed,) = compare(before, make_column(), [FAILED.key])
    assert removed == Change("removed", "tf215", OTHER.key, OTHER)
    assert removed.differs
    assert [change.cell for change in compare(before, make_column(), [])] == [FAILED.key, OTHER.key]
    assert compare(before, before, []) == []


def test_several_changes_come_sorted_by_cell() -> None:
    cells = [Outcome(case, path, Status.PASS) for case in "ab" for path in ("keras", "tf.keras")]
    broken = [replace(cell, status=Status.CRASH) for cell in reversed(cells)]
    changes = compare(make_column(*cells), make_column(*broken))
    assert [change.cell for change in changes] == [cell.key for cell in cells]


def test_lost_or_gained_environment_is_one_change() -> None:
    good = make_column(FAILED, OTHER)
    env_fails = [replace(cell, status=Status.ENV_FAIL) for cell in (FAILED, OTHER)]
    lost = make_column(*env_fails, status="env-fail", reason="no interpreter")
    changes = [Change("environment lost", "tf215", after="no interpreter")]
    assert compare(good, lost) == compare(good, lost, []) == changes
    assert changes[0].differs
    changes = [Change("environment gained", "tf215", before="no interpreter")]
    assert compare(lost, good) == compare(lost, good, []) == changes
    assert changes[0].differs
    assert compare(lost, lost) == []


def test_changed_environment_failure_reason_is_one_change() -> None:
    env_fail = replace(OTHER, status=Status.ENV_FAIL)
    one, other = (
        make_column(env_fail, status="env-fail", reason=reason) for reason in ("no network", "no such version")
    )
    assert compare(one, other) == [Change("environment changed", "tf215", before="no network", after="no such version")]
    assert compare(one, other)[0].differs
    more = compare(one, make_column(env_fail, FAILED, status="env-fail", reason="no network"))
    assert [(change.word, change.differs) for change in more] == [("new", True)]


def test_packages_python_and_release_compare_by_name() -> None:
    before = make_column(OTHER, packages={"gast": "0.4.0", "numpy": "1.26.4", "six": "1.16.0"})
    after = make_column(FAILED, python="3.12", packages={"numpy": "2.0.2", "six": "1.16.0", "wrapt": "1.14.1"})
    changes = package_changes(before, after)
    assert [(change.name, change.before, change.after) for change in changes] == [
        ("Python", "3.11", "3.12"),
        ("gast", "0.4.0", None),
        ("numpy", "1.26.4", "2.0.2"),
        ("wrapt", None, "1.14.1"),
    ]
    assert {(change.word, change.environment, change.differs) for change in changes} == {("package", "tf215", True)}
    assert package_changes(before, before) == []


def test_packages_of_unmade_environment_are_not_compared() -> None:
    good, lost = make_column(packages={"numpy": "1.26.4"}), make_column(status="env-fail", reason="no network")
    assert package_changes(good, lost) == package_changes(lost, good) == []
    assert compare_sets({"tf215": good}, {"tf215": lost}, whole=True) == compare(good, lost)


def test_packages_of_broken_environment_are_compared() -> None:
    good = make_column(packages={"numpy": "1.26.4"})
    lost = make_column(status="env-fail", reason="illegal instruction", packages={"numpy": "2.0.2"})
    assert [change.word for change in compare_sets({"tf215": good}, {"tf215": lost}, whole=True)] == [
        "package",
        "environment lost",
    ]


def test_omissions_are_removals_only_in_whole_sets() -> None:
    old, new = make_column(FAILED, OTHER, id="tf20"), make_column(OTHER, id="tf22")
    before, after = {"tf20": old, "tf21": old}, {"tf20": make_column(OTHER, id="tf20"), "tf22": new}
    changes = compare_sets(before, after, whole=True)
    assert [(change.environment, change.word, change.cell) for change in changes] == [
        ("tf20", "removed", FAILED.key),
        ("tf22", "environment new", None),
        ("tf21", "environment removed", None),
    ]
    assert [change.word for change in changes if change.differs] == ["removed", "environment removed"]
    assert compare_sets(before, after, whole=False) == [Change("environment new", "tf22")]
    assert compare_sets(before, before, whole=True) == []


def test_changes_in_words() -> None:
    passed = replace(FAILED, status=Status.PASS, stage=None, error=None, message=None)
    assert [change_sentence(change) for change in compare(make_column(passed), make_column(FAILED))] == [
        "tf215 regressed dense[keras]: pass, 1 warning → fail at fit, 1 warning (ValueError: shapes)"
    ]
    cut = make_column(replace(OTHER, status=Status.NOT_RUN))
    assert [change_sentence(change) for change in compare(make_column(OTHER), cut)] == [
        "tf215 not reached dense[tf.keras]: pass → not-run"
    ]
    assert change_sentence(Change("new", "tf215", OTHER.key, None, OTHER)) == "tf215 new dense[tf.keras]: pass"
    assert change_sentence(Change("removed", "tf215", OTHER.key, OTHER)) == "tf215 removed dense[tf.keras]: pass"
    assert change_sentence(Change("environment lost", "tf215", after="no uv")) == "tf215 environment lost: no uv"
    assert change_sentence(Change("environment changed", "tf215", None, "x", "y")) == "tf215 environment changed: x → y"
    assert change_sentence(Change("environment gained", "tf215")) == "tf215 environment gained"


def test_missing_text_differs_from_empty_text() -> None:
    change = Change("changed", "tf215", OTHER.key, OTHER, replace(OTHER, message=""))
    assert change_sentence(change) == "tf215 changed dense[tf.keras]: pass: None, None → pass: None, ''"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [("1.26.4", "2.0.2", "1.26.4 → 2.0.2"), (None, "2.0.2", "none → 2.0.2"), ("1.26.4", None, "1.26.4 → none")],
)
def test_a_package_in_words(before: str | None, after: str | None, said: str) -> None:
    assert change_sentence(Change("package", "tf215", None, before, after, "numpy")) == f"tf215 numpy {said}"


def test_words_cannot_steer_the_terminal() -> None:
    hostile = replace(FAILED, case="a\x1b[2Jb", message="\x9b31m\x07red")
    said = change_sentence(Change("new", "tf215", hostile.key, None, hostile))
    assert said == "tf215 new a�[2Jb[keras]: fail at fit, 1 warning (ValueError: �31m�red)"


def test_an_outcome_in_one_line() -> None:
    assert describe_outcome(None) == ""
    assert describe_outcome("numpy 1.26.4") == "numpy 1.26.4"
    assert describe_outcome(replace(FAILED, error=None, warnings=())) == "fail at fit (shapes)"
    assert "\n" not in describe_outcome(FAILED)
