from __future__ import annotations

import difflib
from datetime import date
from typing import Any

import pytest

from harness.controller.discovery.matrix_edit import edit_matrix
from harness.controller.discovery.updates import MatrixUpdate
from harness.controller.errors import UsageError

FLOW = """\
# The axes.
resolve:   {days_after_release: 14}   # two weeks

environments:
  # The oldest.
  tf215: {tensorflow: 2.15.0, python: "3.11",  released: 2024-03-08, packages: [tf-keras==2.15.*]}  # a patch came
  'tf216':   {tensorflow: "2.16.1", python: '3.12', released: 2024-06-28 , as_of: 2024-07-01 }

# What follows.
variants:
  tf216-legacy: {of: tf216}
"""
BLOCK = """\
environments:
    tf215:
        tensorflow: 2.15.0  # a patch came
        python: "3.11"
        packages:
        - keras  # and no more

    tf216:
        tensorflow: 2.16.1
        packages: [keras]
# What follows.
default: all
"""


def change(name: str, comment: str | None = None, **values: Any) -> MatrixUpdate:
    return MatrixUpdate(name, values, "said", comment)


NEW = change(
    "tf217",
    "Late.",
    tensorflow="2.17.0",
    python="3.12",
    distribution="tensorflow-cpu",
    released=date(2024, 7, 11),
    packages=["tf-keras==2.17.*"],
    as_of=date(2024, 8, 1),
)


def lines_changed(text: str, *changes: MatrixUpdate) -> list[str]:
    """The lines that are not as before, as a diff shows them."""
    found = difflib.ndiff(text.splitlines(), edit_matrix(text, changes).splitlines())
    return [line for line in found if line[0] in "+-"]


def test_new_environment_goes_right_after_the_last() -> None:
    entry = (
        '  tf217: {tensorflow: 2.17.0, python: "3.12", distribution: tensorflow-cpu, released: 2024-07-11,'
        " packages: [tf-keras==2.17.*], as_of: 2024-08-01}"
    )
    before, found, after = edit_matrix(FLOW, [NEW]).partition(f"  # Late.\n{entry}\n")
    assert found
    assert before + after == FLOW
    assert after.startswith("\n# What follows.\n")


def test_new_environment_copies_the_last_ones_style() -> None:
    assert lines_changed(BLOCK, NEW) == [
        "+     # Late.",
        "+     tf217:",
        "+         tensorflow: 2.17.0",
        '+         python: "3.12"',
        "+         distribution: tensorflow-cpu",
        "+         released: 2024-07-11",
        "+         packages: [tf-keras==2.17.*]",
        "+         as_of: 2024-08-01",
    ]


def test_several_changes_keep_their_order_and_place() -> None:
    changes = [change("tf215", tensorflow="2.15.10"), NEW, change("tf218", tensorflow="2.18.0")]
    result = edit_matrix(FLOW, changes)
    assert result.index("2.15.10") < result.index("tf217") < result.index("tf218: {tensorflow: 2.18.0}\n\n# What")


def test_values_change_where_they_stand() -> None:
    assert lines_changed(FLOW, change("tf215", tensorflow="2.15.1", released=date(2024, 3, 9), python="3.12")) == [
        '-   tf215: {tensorflow: 2.15.0, python: "3.11",  released: 2024-03-08, packages: [tf-keras==2.15.*]}'
        "  # a patch came",
        '+   tf215: {tensorflow: 2.15.1, python: "3.12",  released: 2024-03-09, packages: [tf-keras==2.15.*]}'
        "  # a patch came",
    ]
    assert lines_changed(BLOCK, change("tf215", tensorflow="2.15.1")) == [
        "-         tensorflow: 2.15.0  # a patch came",
        "+         tensorflow: 2.15.1  # a patch came",
    ]


def test_keys_that_are_new_come_last() -> None:
    changed = change("tf216", as_of=date(2024, 8, 1), packages=["tf-keras==2.16.*"], distribution="tensorflow")
    assert lines_changed(FLOW, changed)[1] == (
        "+   'tf216':   {tensorflow: \"2.16.1\", python: '3.12', released: 2024-06-28 , as_of: 2024-08-01,"
        " packages: [tf-keras==2.16.*], distribution: tensorflow }"
    )
    assert lines_changed(BLOCK, change("tf215", as_of=date(2024, 8, 1), python="3.12")) == [
        '-         python: "3.11"',
        '+         python: "3.12"',
        "+         as_of: 2024-08-01",
    ]


@pytest.mark.parametrize("end", ["", "\n", "  # the end", "\n\n\n"])
def test_the_last_environment_may_end_the_file(end: str) -> None:
    text = "environments:\n  tf216: {tensorflow: 2.16.1}"
    assert edit_matrix(text + end, [change("tf217", tensorflow="2.17.0")]) == (
        text + end.rstrip("\n") + "\n  tf217: {tensorflow: 2.17.0}" + end[len(end.rstrip("\n")) :]
    )


def test_line_ends_and_byte_order_mark_stay() -> None:
    text = "\ufeff" + FLOW.replace("\n", "\r\n")
    result = edit_matrix(text, [NEW, change("tf215", tensorflow="2.15.1")])
    assert result.replace("\r\n", "\n") == "\ufeff" + edit_matrix(FLOW, [NEW, change("tf215", tensorflow="2.15.1")])
    assert result.count("\n") == result.count("\r\n")


@pytest.mark.parametrize(
    "text",
    [
        "environments: {tf215: {tensorflow: 2.15.0}}\n",
        "x: &same 2.15.0\nenvironments:\n  tf215: {tensorflow: *same}\n",
        "environments:\n  tf215: &same {tensorflow: 2.15.0}\nother: *same\n",
    ],
)
def test_uneditable_matrix_is_left_to_its_author(text: str) -> None:
    changes = [change("tf215", tensorflow="2.15.1"), change("tf217", tensorflow="2.17.0")]
    with pytest.raises(UsageError, match=r"^matrix.yaml does not have .*: edit tf215, tf217 by hand$"):
        edit_matrix(text, changes)
