"""Bodies of cases: a good one becomes exactly one script, and each fault of a bad one is reported with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.contract.plan import PathSpec
from tests.cases.bodies import (
    cross_load,
    expectations,
    expectations_faults,
    interop,
    interop_faults,
    layer_class,
    layer_class_faults,
    models,
    models_faults,
    plot_model,
    preprocessing,
    save_load,
    scenario,
    steps,
    symbol,
    training,
)
from tests.support.written_cases import python, replaced, said

_WITH_BOTH = [cross_load, plot_model, preprocessing, save_load, scenario, steps, symbol, training]
_GOOD = [*_WITH_BOTH, expectations, interop, layer_class, models]
_BAD = [*_WITH_BOTH, expectations_faults, interop_faults, layer_class_faults, models_faults]


@pytest.mark.parametrize(
    ("kind", "body", "path", "script"), [(table.KIND, *row) for table in _GOOD for row in table.SCRIPTS]
)
def test_good_body_becomes_script(tmp_path: Path, kind: str, body: str, path: PathSpec, script: str) -> None:
    written = python(tmp_path, kind, body, path)
    is_whole = "# import\n" in script  # else it is the end of one
    assert (written if is_whole else written[-len(script) :]) == script


@pytest.mark.parametrize(
    ("kind", "body", "old", "new", "faults"),
    [(table.KIND, *row) for table in _BAD for row in table.FAULTS],
)
def test_bad_body_reports_its_faults(
    tmp_path: Path, kind: str, body: str, old: str, new: str, faults: list[str]
) -> None:
    assert said(tmp_path, kind, replaced(body, old, new)) == faults
