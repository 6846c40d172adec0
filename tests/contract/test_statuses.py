"""The closed lists of statuses and stages, as section 3 of the design has them."""

from __future__ import annotations

import pytest

from harness.contract.statuses import Stage, Status

STATUSES = [
    ("pass", "✓", True),
    ("fail", "✗", True),
    ("absent", "–", True),
    ("unmet", "○", False),
    ("timeout", "⧖", True),
    ("crash", "‼", True),
    ("env-fail", "▨", False),
    ("error", "⚠", False),
    ("skip", "s", False),
    ("not-run", "·", False),
]


def test_statuses_symbols_and_what_the_score_counts() -> None:
    assert [(status.value, status.symbol, status.counts) for status in Status] == STATUSES


def test_symbols_tell_statuses_apart() -> None:
    assert len({status.symbol for status in Status}) == 10


def test_stages_follow_the_order_of_a_script() -> None:
    stages = ["path", "import", "build", "compile", "fit", "call", "save", "load", "plot", "check"]
    assert [stage.value for stage in Stage] == stages


@pytest.mark.parametrize("word", ["passed", "PASS", "", "flaky"])
def test_no_other_word_is_a_status(word: str) -> None:
    with pytest.raises(ValueError, match="is not a valid Status"):
        Status(word)
