from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.results.change_formats import changes_as_markdown, changes_as_text
from harness.controller.results.compare import Change, compare_sets
from harness.controller.results.grouping import FEW, WORDS, group_changes, order_changes
from tests.support.tiny_project import make_column

PASSED = [Outcome(f"case-{n:02}", path, Status.PASS) for n in range(50) for path in ("keras", "tf.keras")]
FAILED = [
    replace(cell, status=Status.FAIL, stage=Stage.FIT, error="ValueError", message="x" if n % 10 else f"other {n}")
    for n, cell in enumerate(PASSED)
]
NAMES = [f"tf2{n}" for n in range(30)]


@pytest.fixture
def many() -> list[Change]:
    """3,000 cells that fail in the same way, and with them a package."""
    before = {name: make_column(*PASSED, id=name, packages={"numpy": "1.26.4"}) for name in NAMES}
    after = {name: make_column(*FAILED, id=name, packages={"numpy": "2.0.2"}) for name in NAMES}
    after["tf20"] = make_column(
        *FAILED[:-1], replace(PASSED[-1], status=Status.CRASH), id="tf20", packages={"numpy": "2.0"}
    )
    return compare_sets(before, after, whole=True)


def test_thousands_of_similar_changes_take_few_lines(many: list[Change]) -> None:
    assert len(many) == 3030
    head, *details, crash, numpy, other, total = changes_as_text(many).splitlines()
    assert crash == "tf20 regressed case-49[tf.keras]: pass → crash"
    assert head == "30 environments regressed 2999 cells: pass → fail at fit (ValueError)"
    environments = ", ".join(f"{name} (100)" for name in sorted(NAMES[1:])[:8])
    cases = ", ".join(f"case-{n:02} (60)" for n in range(8))
    assert details == [
        "    messages: x (2699), other 0 (30), other 10 (30) and 8 others",
        f"    environments: {environments} and 22 others",
        "    paths: keras (1500), tf.keras (1499)",
        f"    cases: {cases} and 42 others",
        "    first: tf20 regressed case-00[keras]: pass → fail at fit (ValueError: other 0)",
    ]
    assert (numpy, other) == (f"{', '.join(NAMES[1:])} numpy 1.26.4 → 2.0.2", "tf20 numpy 1.26.4 → 2.0")
    assert total == "3000 regressed, 30 package"


def test_shared_package_changes_stand_beside_cell_changes(many: list[Change]) -> None:
    without = [change for change in many if change.environment != "tf20"]
    lines = changes_as_text(without).splitlines()
    assert lines[1] == "    packages that changed in all of them: numpy 1.26.4 → 2.0.2"


def test_markdown_has_one_row_of_them_too(many: list[Change]) -> None:
    rows = [line for line in changes_as_markdown(many).splitlines() if line.startswith("| ")]
    assert len(rows) == 2 * 1 + 2 + 2
    assert any("| 2999 cells<br>messages: x (2699), " in row for row in rows)


@pytest.mark.parametrize("number", [1, FEW, FEW + 1])
def test_few_changes_are_listed_individually(number: int) -> None:
    changes = compare_sets({"tf215": make_column(*PASSED)}, {"tf215": make_column(*FAILED[:number])}, whole=False)
    assert len(group_changes(changes)) == (number if number <= FEW else 1)


def test_cells_that_end_otherwise_are_told_apart() -> None:
    crashed = [replace(cell, status=Status.CRASH, stage=None) for cell in FAILED[50:]]
    changes = compare_sets({"tf215": make_column(*PASSED)}, {"tf215": make_column(*FAILED[:50], *crashed)}, whole=True)
    assert [found.what for found in group_changes(changes)] == ["50 cells", "50 cells"]


def test_environments_lost_for_one_reason_share_line() -> None:
    before = {name: make_column(*PASSED, id=name) for name in NAMES}
    after = {name: make_column(id=name, status="env-fail", reason="no network") for name in NAMES}
    line, total = changes_as_text(compare_sets(before, after, whole=True)).splitlines()
    assert line == f"{', '.join(NAMES)} environment lost: no network"
    assert total == "30 environments lost"


def test_the_worst_comes_first() -> None:
    changes = [Change(word, "tf215") for word in sorted(WORDS)]
    assert [change.word for change in order_changes(changes)] == list(WORDS)
    assert WORDS[:2] == ("environment lost", "regressed")


def test_similar_sides_are_shown_by_their_difference() -> None:
    one = replace(FAILED[1], message="shapes\n(2, 3)", warnings=("FutureWarning: a",))
    others: list[dict[str, Any]] = [
        {"message": "shapes\n(4,)"},
        {"warnings": ("FutureWarning: b",)},
        {"message": "shapes\n(2, 3)\n"},
    ]
    pairs = [(one, Outcome(**vars(one) | other)) for other in others]
    lines = [
        changes_as_text(compare_sets({"": make_column(old)}, {"": make_column(new)}, whole=True)) for old, new in pairs
    ]
    same = "fail at fit, 1 warning (ValueError: shapes)"
    assert [line.partition(": ")[2].splitlines()[0] for line in lines] == [
        f"{same}: (2, 3) → {same}: (4,)",
        f"{same}: FutureWarning: a → {same}: FutureWarning: b",
        f"{same}: FutureWarning: a → {same}: ",
    ]


def test_first_grouped_message_change_appears_in_full() -> None:
    others = [replace(cell, message="y") for cell in FAILED]
    changes = compare_sets({"tf215": make_column(*FAILED)}, {"tf215": make_column(*others)}, whole=True)
    head, *_, first, _ = changes_as_text(changes).splitlines()
    assert head == "tf215 changed 100 cells: fail at fit (ValueError) → fail at fit (ValueError)"
    assert first.endswith("case-00[keras]: fail at fit (ValueError: other 0) → fail at fit (ValueError: y)")
