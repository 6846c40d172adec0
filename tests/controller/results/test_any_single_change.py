"""Any one change in any of this repository's results is told as that change, and as nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.contract.statuses import Stage, Status
from harness.controller.project.layout import Layout
from harness.controller.results.compare import Change, compare_sets
from harness.controller.results.documents import Column
from harness.controller.results.sources import read_source
from tests.support import ROOT
from tests.support.strategies import maybe

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "status": st.sampled_from(Status),
    "stage": st.none() | st.sampled_from(Stage),
    "error": maybe,
    "message": maybe,
    "warnings": st.lists(st.sampled_from(["FutureWarning: x", "DeprecationWarning: y"]), max_size=2).map(tuple),
}


@pytest.fixture(scope="module")
def results() -> dict[str, Column]:
    """All of the repository's documents."""
    return read_source(Layout(ROOT), "results")


def changed(results: dict[str, Column], name: str, **parts: Any) -> list[Change]:
    """What is told where one column has other parts."""
    return compare_sets(results, results | {name: replace(results[name], **parts)}, whole=True)


@given(st.data())
def test_one_field_of_one_cell(results: dict[str, Column], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(results)))
    cells = results[name].cells
    key = data.draw(st.sampled_from(sorted(cells)))
    field = data.draw(st.sampled_from(sorted(VALUES)))
    now = replace(cells[key], **{field: data.draw(VALUES[field])})
    told = changed(results, name, cells=cells | {key: now})
    assert [(item.environment, item.before, item.after) for item in told] == (
        [] if now == cells[key] else [(name, cells[key], now)]
    )


@given(st.data())
def test_one_cell_less(results: dict[str, Column], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(results)))
    key = data.draw(st.sampled_from(sorted(results[name].cells)))
    cells = {other: outcome for other, outcome in results[name].cells.items() if other != key}
    assert changed(results, name, cells=cells) == [Change("removed", name, key, results[name].cells[key])]


@given(st.data())
def test_one_package_change_is_reported_alone(results: dict[str, Column], data: st.DataObject) -> None:
    known = {name: facts.packages for name, column in results.items() if (facts := column.environment).packages}
    installed = [(name, package) for name in sorted(known) for package in [*sorted(known[name]), "package-of-nobody"]]
    name, package = data.draw(st.sampled_from(installed))
    facts = results[name].environment
    version = data.draw(st.sampled_from([None, "0.0.1", "2.0.2"]))
    rest = {other: had for other, had in facts.packages.items() if other != package}
    now = replace(facts, packages=rest | ({package: version} if version else {}))
    told = [(item.word, item.environment, item.name, item.after) for item in changed(results, name, environment=now)]
    assert told == ([] if now == facts else [("package", name, package, version)])
