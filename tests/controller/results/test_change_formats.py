from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.results.change_formats import changes_as_json, changes_as_markdown, changes_as_text
from harness.controller.results.compare import Change, compare_sets
from tests.support.tiny_project import make_column

PASSED = Outcome("dense", "keras", Status.PASS)
FAILED = Outcome("dense", "keras", Status.FAIL, Stage.FIT, "ValueError", "shapes\ndiffer", ("FutureWarning: x",))
OTHER = Outcome("dense", "tf.keras", Status.PASS)
HOSTILE = "<script>alert(1)</script> | `x` **b** [y](z) \\| &lt; \x1b[2J\x9b1m\u202e\u2028# head"


@pytest.fixture
def changes() -> list[Change]:
    """One of a package, two of cells and two of environments."""
    lost = make_column(FAILED, id="tf216", status="env-fail", reason="no network")
    before = {
        "tf215": make_column(PASSED, OTHER, packages={"numpy": "1.26.4"}),
        "tf216": make_column(PASSED, id="tf216"),
    }
    after = {
        "tf215": make_column(FAILED, packages={"numpy": "2.0.2"}),
        "tf216": lost,
        "tf22": make_column(OTHER, id="tf22"),
    }
    return compare_sets(before, after, whole=True)


@pytest.fixture
def hostile() -> list[Change]:
    """A cell and a package whose every text is hostile, in an environment that is too."""
    cell = Outcome(HOSTILE, HOSTILE, Status.FAIL, Stage.FIT, HOSTILE, HOSTILE, (HOSTILE,))
    before = make_column(cell, id=HOSTILE, packages={HOSTILE: HOSTILE})
    after = make_column(replace(cell, status=Status.CRASH), id=HOSTILE)
    return compare_sets({HOSTILE: before}, {HOSTILE: after}, whole=True)


def test_text_lists_and_counts_every_change(changes: list[Change]) -> None:
    assert changes_as_text(changes).splitlines() == [
        "tf216 environment lost: no network",
        "tf215 regressed dense[keras]: pass → fail at fit, 1 warning (ValueError: shapes)",
        "tf215 numpy 1.26.4 → 2.0.2",
        "tf215 removed dense[tf.keras]: pass",
        "tf22 environment new",
        "1 environment lost, 1 regressed, 1 package, 1 removed, 1 environment new",
    ]


def test_unlisted_changes_are_still_counted(changes: list[Change]) -> None:
    lines = changes_as_text(changes).splitlines()
    assert changes_as_text(changes, unlisted=["removed", "package"]).splitlines() == [*lines[:2], *lines[4:]]


def test_no_change_in_every_form() -> None:
    assert changes_as_text([]) == changes_as_markdown([]) == "no difference\n"
    assert json.loads(changes_as_json([])) == []


def test_json_keeps_both_sides_of_every_change(changes: list[Change]) -> None:
    data = json.loads(changes_as_json(changes))
    nothing = {"case": None, "path": None, "name": None, "before": None, "after": None}
    dense = {"case": "dense", "path": "keras", "name": None}
    assert data == [
        nothing | {"change": "environment lost", "environment": "tf216", "after": "no network"},
        dense | {"change": "regressed", "environment": "tf215", "before": PASSED.to_json(), "after": FAILED.to_json()},
        nothing | {"change": "package", "environment": "tf215", "name": "numpy", "before": "1.26.4", "after": "2.0.2"},
        nothing
        | {"change": "removed", "environment": "tf215", "case": "dense", "path": "tf.keras", "before": OTHER.to_json()},
        nothing | {"change": "environment new", "environment": "tf22"},
    ]


def test_json_keeps_hostile_changes_one_per_line(hostile: list[Change]) -> None:
    text = changes_as_json(hostile)
    assert text.count("\n") == len(hostile) + 2
    cell, package = json.loads(text)
    assert (package["name"], package["before"], package["environment"]) == (HOSTILE, HOSTILE, HOSTILE)
    assert (cell["case"], cell["path"], cell["after"]["message"]) == (HOSTILE, HOSTILE, HOSTILE)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]", text)


def test_markdown_has_a_table_for_each_word(changes: list[Change]) -> None:
    head = "\n\n| where | what | before | now |\n|---|---|---|---|\n"
    assert changes_as_markdown(changes).split("\n\n### ") == [
        "1 environment lost, 1 regressed, 1 package, 1 removed, 1 environment new",
        f"environment lost{head}| tf216 |  |  | no network |",
        rf"regressed{head}| tf215 | dense\[keras\] | pass | fail at fit, 1 warning (ValueError: shapes) |",
        f"package{head}| tf215 | numpy | 1.26.4 | 2.0.2 |",
        rf"removed{head}| tf215 | dense\[tf.keras\] | pass |  |",
        f"environment new{head}| tf22 |  |  |  |\n",
    ]


def test_hostile_text_is_escaped_in_markdown(hostile: list[Change]) -> None:
    text = changes_as_markdown(hostile)
    shown = r"&lt;script&gt;alert(1)&lt;/script&gt; \| \`x\` \*\*b\*\* \[y\](z) \\\| &amp;lt; �\[2J�1m� \# head"
    assert f"| {shown} | {shown} | {shown} |  |\n" in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) for row in rows} == {5}
    assert len(rows) == 3 * len(hostile)
    assert not re.search(r"<|[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]", text)


def test_hostile_text_cannot_steer_the_terminal(hostile: list[Change]) -> None:
    text = changes_as_text(hostile)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]", text)
    assert text.count("�[2J�1m��# head") == 10
    assert text.count("\n") == len(hostile) + 1
