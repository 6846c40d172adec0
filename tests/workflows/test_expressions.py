from __future__ import annotations

from typing import Any

import pytest

from tests.support.workflow_expressions import evaluate, fill, holds, status

CONTEXTS = {
    "github": {"ref": "refs/heads/main", "run_id": 7},
    "matrix": {"python": ["3.11", "3.7"], "name": "tf20", "cache-key": "k"},
    "needs": {"plan": {"outputs": {"matrix": '{"include": [{"name": "tf215"}]}'}, "result": "success"}},
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("github.ref == 'refs/heads/MAIN'", True),
        ("!(github.run_id != 7)", True),
        ("contains(matrix.python, '3.7') && 'an image' || ''", "an image"),
        ("contains(matrix.python, '3') && 'an image' || ''", ""),
        ("contains(matrix.name, 'F2')", True),
        ("fromJSON(needs.plan.outputs.matrix).include[0].name", "tf215"),
        ("fromJSON(needs.plan.outputs.matrix).include[1]", None),
        ("needs.other.outputs.x || 'it''s'", "it's"),
        ("matrix['cache-key']", "k"),
        ("matrix.cache-key", "k"),
        ("true && null", None),
    ],
)
def test_expression_values_match_the_service(text: str, value: Any) -> None:
    assert evaluate(text, CONTEXTS, {}) == value


@pytest.mark.parametrize("text", ["secrets.x", "toJSON(github)", "github.ref)", "(github.ref", "a ? b : c", "1 +"])
def test_what_is_not_understood_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"unknown|understood|missing"):
        evaluate(text, CONTEXTS, {})


def test_text_is_filled_and_expression_type_kept() -> None:
    value = {"a": ["run ${{ github.run_id }} of ${{ matrix.none }}.", "${{ matrix.python }}"], "b": 3}
    assert fill(value, CONTEXTS, {}) == {"a": ["run 7 of .", ["3.11", "3.7"]], "b": 3}


@pytest.mark.parametrize(
    ("condition", "after_success", "after_failure"),
    [
        (None, True, False),
        ("always()", True, True),
        ("failure()", False, True),
        ("${{ !cancelled() && github.run_id == 7 }}", True, True),
        ("github.run_id == 7", True, False),
        ("github.run_id == 8", False, False),
    ],
)
def test_condition_implies_success_unless_status_named(
    condition: str | None, after_success: bool, after_failure: bool
) -> None:
    assert holds(condition, CONTEXTS, status(True)) is after_success
    assert holds(condition, CONTEXTS, status(False)) is after_failure
