"""What holds for all documents, selections, differences and ranges, as Hypothesis draws them."""

from __future__ import annotations

import json
from collections import Counter
from fnmatch import fnmatchcase
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.cases.case import Case
from harness.cases.document.reader import load
from harness.contract.plan import PathSpec
from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.errors import HarnessError, UsageError
from harness.controller.grid.explanations import FAILING, quote
from harness.controller.grid.grid import make_grid
from harness.controller.grid.release_ranges import join_ranges, summarise
from harness.controller.project.loader import load_matrix
from harness.controller.project.matrix import Matrix
from harness.controller.project.selection import Selection
from harness.controller.results.change_formats import changes_as_json, changes_as_markdown, changes_as_text
from harness.controller.results.compare import compare_sets
from harness.controller.results.documents import Column, EnvironmentFacts, document_text, parse_column
from harness.controller.results.grouping import group_changes, grouped, order_changes
from harness.controller.text import strip_control
from tests.support import ROOT
from tests.support.strategies import HOSTILE, columns, sets, texts

Set = dict[str, Column]

MATRIX: Matrix = load_matrix(ROOT)
MIRRORED = {
    "regressed": {"fixed", "not reached"},
    "fixed": {"regressed", "changed"},
    "new": {"removed"},
    "removed": {"new"},
    "environment lost": {"environment gained"},
    "environment gained": {"environment lost"},
    "environment new": {"environment removed"},
    "environment removed": {"environment new"},
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


# Loading


@given(columns())
def test_document_round_trips_as_plain_text(column: Column) -> None:
    text = document_text(column)
    assert parse_column(text, "x") == column
    assert document_text(parse_column(text.encode("utf-8"), "x")) == text
    assert strip_control(text) == text


@given(columns(), st.data())
def test_spoilt_document_read_or_refused_briefly(column: Column, data: st.DataObject) -> None:
    document = json.loads(document_text(column))
    place = document
    for _ in range(data.draw(st.integers(1, 3))):
        keys = list(place) if isinstance(place, dict) else list(range(len(place))) if isinstance(place, list) else []
        if not keys:
            break
        key: Any = data.draw(st.sampled_from(keys))
        around, place = place, place[key]
    around[key] = data.draw(JSON)
    _read_or_refused(json.dumps(document))


@given(st.text() | JSON.map(json.dumps) | st.binary())
def test_anything_else_is_no_document(text: str | bytes) -> None:
    _read_or_refused(text)


def _read_or_refused(text: str | bytes) -> None:
    try:
        column = parse_column(text, "x.json")
    except HarnessError as refused:
        said = str(refused)
    else:
        said = "x.json: read"
        assert parse_column(document_text(column), "x") == column
    assert said.startswith("x.json: ")
    assert "\n" not in said


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("yaml")


@given(st.text(st.sampled_from("-:{}[]&*!|>'\"#%@`,? \n\tab1<") | st.characters(codec="utf-8")) | st.binary())
def test_any_file_loads_or_has_faults(folder: Path, content: str | bytes) -> None:
    file = folder / "case.yaml"
    file.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    document = load(str(folder), "case.yaml")
    assert (document.data is None) == bool(document.faults)


# Selecting


@given(
    st.lists(st.sampled_from(["tf2?", "tf21*", "*-legacy", "tf1*", "*", "tf[2]15", "nothing", *MATRIX.environments]))
)
def test_selection_keeps_matches_in_matrix_order(patterns: list[str]) -> None:
    selection = Selection(tuple(patterns))
    matched = {name for name in MATRIX.environments if any(fnmatchcase(name, pattern) for pattern in patterns)}
    if "nothing" in patterns:
        with pytest.raises(UsageError, match="no environment matches 'nothing'"):
            selection.choose_environments(MATRIX)
        return
    chosen = [item.id for item in selection.choose_environments(MATRIX)]
    assert chosen == [name for name in MATRIX.environments if name in matched or not patterns]
    again = Selection(tuple(chosen)).choose_environments(MATRIX)
    assert [item.id for item in again] == chosen


# Comparing


@given(sets())
def test_nothing_differs_from_itself(columns: Set) -> None:
    assert compare_sets(columns, columns, whole=True) == compare_sets(columns, columns, whole=False) == []


@given(sets(), sets())
def test_only_equal_sets_have_no_changes(before: Set, after: Set) -> None:
    assert (compare_sets(before, after, whole=True) == []) == (before == after)


@given(sets(), sets())
def test_reversed_comparison_gives_opposite_changes(before: Set, after: Set) -> None:
    there, back = (compare_sets(*sides, whole=True) for sides in ((before, after), (after, before)))
    opposite = {(item.environment, item.cell, item.name): item for item in back}
    assert len(there) == len(back) == len(opposite)
    for change in there:
        other = opposite[change.environment, change.cell, change.name]
        assert (change.before, change.after) == (other.after, other.before)
        assert change.word not in MIRRORED or other.word in MIRRORED[change.word]


@given(sets(), sets())
def test_changes_turn_old_cells_into_new(before: Set, after: Set) -> None:
    changes = compare_sets(before, after, whole=True)
    for name in before.keys() & after.keys():
        if not before[name].environment.failed and not after[name].environment.failed:
            cells = dict(before[name].cells)
            for change in (item for item in changes if item.environment == name):
                if isinstance(change.after, Outcome):
                    cells[change.after.key] = change.after
                elif change.cell is not None:
                    del cells[change.cell]
            assert cells == after[name].cells


@given(sets(), sets())
def test_every_form_shows_all_changes_safely(before: Set, after: Set) -> None:
    changes = compare_sets(before, after, whole=True)
    assert Counter(map(id, changes)) == Counter(id(item) for alike in grouped(changes) for item in alike)
    assert [item["change"] for item in json.loads(changes_as_json(changes))] == [
        item.word for item in order_changes(changes)
    ]
    assert (
        len(changes_as_text(changes).splitlines()) == sum(1 + len(told.details) for told in group_changes(changes)) + 1
    )
    for form in (changes_as_text, changes_as_markdown, changes_as_json):
        assert strip_control(form(changes)) == form(changes)
        assert "\t" not in form(changes)


# Ranges

values = st.lists(st.none() | st.integers(0, 2), max_size=9)


@given(values)
def test_ranges_round_trip_their_values(values: list[int | None]) -> None:
    labelled = list(zip("abcdefghi", values, strict=False))
    found = list(join_ranges(labelled))
    rebuilt = {label: value for place, value in found for label in place.labels}
    assert rebuilt == {label: value for label, value in labelled if value is not None}
    assert sum(len(place.labels) for place, _ in found) == len(rebuilt)
    neighbours = pairwise(found)
    assert all(one[1] != two[1] or ord(two[0].labels[0]) - ord(one[0].labels[-1]) > 1 for one, two in neighbours)


RELEASES = [item for item in MATRIX.environments.values() if "-" not in item.id][:5]
told = st.builds(
    Outcome,
    st.just("x"),
    st.just("keras"),
    st.sampled_from([Status.PASS, Status.FAIL, Status.FAIL, Status.ABSENT, Status.NOT_RUN]),
    st.sampled_from([Stage.FIT, Stage.CALL]),
    st.just("ValueError"),
    st.sampled_from(["shapes", "types", HOSTILE]),
)


@given(st.lists(told, min_size=5, max_size=5), st.sets(st.sampled_from(RELEASES), min_size=1))
def test_story_round_trips_its_grid(given_cells: list[Outcome], chosen: set[Any]) -> None:
    case = Case("x", "snippet", "X", "x.yaml", {})
    found = dict(zip(RELEASES, given_cells, strict=True))
    columns = {
        item.id: Column(EnvironmentFacts(item.id, item.release, "3.7", "tensorflow"), {("x", "keras"): cell})
        for item, cell in found.items()
    }
    shown = [item for item in RELEASES if item in chosen]
    (story,) = summarise(make_grid([case], [PathSpec("keras", "from", "keras")], shown, columns), case, RELEASES)
    rebuilt = {label: (span.status, span.stage) for span in story.releases for label in span.range.labels}
    failing = {item.label: cell for item, cell in found.items() if item in chosen and cell.status in FAILING}
    assert rebuilt == {
        item.label: (found[item].status, found[item].stage if item.label in failing else None) for item in shown
    }
    said = {
        label: said.text
        for span in story.releases
        for said in span.quotes
        for place in said.ranges
        for label in place.labels
    }
    assert said == {label: quote(cell) for label, cell in failing.items()}
