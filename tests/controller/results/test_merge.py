from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.errors import HarnessError
from harness.controller.project.layout import Layout
from harness.controller.results.documents import Column, EnvironmentFacts
from harness.controller.results.merge import merge, merge_all
from harness.controller.results.sources import read_source
from tests.support.strategies import KEYS, NAMES, columns, sets
from tests.support.tiny_project import TinyProject, make_column

Set = dict[str, Column]

PASSED = Outcome("a", "keras", Status.PASS)
FAILED = Outcome("a", "keras", Status.FAIL, Stage.FIT, "ValueError", "shapes\ndiffer")
UNCERTAIN = (Status.NOT_RUN, Status.ENV_FAIL, Status.ERROR, Status.UNMET)


@st.composite
def shards(draw: st.DrawFn) -> list[Set]:
    """Parts of one run, in which the same cell may be given more than once: as it is, or as not reached, or missing."""
    made = []
    for _ in range(3):
        shard = {}
        for name in draw(st.sets(st.sampled_from(NAMES))):
            how = st.sampled_from([None, Status.PASS, Status.PASS, *UNCERTAIN])
            said = [(key, draw(how)) for key in KEYS]
            cells = {key: Outcome(*key, status=status) for key, status in said if status}
            lost = draw(st.integers(0, 3)) == 0
            status, reason = ("env-fail", draw(st.sampled_from("xy"))) if lost else ("ok", None)
            shard[name] = Column(EnvironmentFacts(name, "2.0.0", "3.7", "tensorflow", status, reason), cells)
        made.append(shard)
    return made


def merged(*sides: Set | None) -> Set | None:
    """What comes out, or None where two answers contradict each other."""
    try:
        return merge_all(side for side in sides if side is not None) if None not in sides else None
    except HarnessError:
        return None


@given(st.tuples(sets(), sets(), sets()))
def test_merging_is_associative_commutative_and_idempotent(three: tuple[Set, Set, Set]) -> None:
    a, b, c = three
    assert merged(a, a) == a
    assert merged(a, b) == merged(b, a)
    assert merged(merged(a, b), c) == merged(a, merged(b, c))


@given(shards())
def test_shards_merge_alike_in_every_order(three: list[Set]) -> None:
    whole = merge_all(three)
    assert all(merge_all(order) == whole for order in permutations(three))
    assert merge(whole, three[0]) == whole
    for name, column in whole.items():
        given_cells = [shard[name].cells for shard in three if name in shard]
        assert column.cells.keys() == {key for cells in given_cells for key in cells}
        for key, outcome in column.cells.items():
            said = {cells[key].status for cells in given_cells if key in cells}
            assert (outcome.status is Status.PASS) == (Status.PASS in said)


@given(columns())
def test_nothing_is_added_by_an_empty_folder(column: Column) -> None:
    assert merge_all([{}, {"tf20": column}, {}]) == {"tf20": column}


@pytest.mark.parametrize("status", UNCERTAIN)
def test_an_answer_beats_what_is_uncertain(status: Status) -> None:
    one, other = {"tf215": make_column(FAILED)}, {"tf215": make_column(Outcome(*FAILED.key, status))}
    assert merge(one, other) == merge(other, one) == one


def test_merge_always_picks_the_same_harness_fault() -> None:
    one, other = ({"tf215": make_column(Outcome("a", "keras", Status.ERROR, message=said))} for said in "xy")
    assert merge(one, other) == merge(other, one) == one


def test_made_environment_beats_unmade_environment() -> None:
    env_fail = Outcome("b", "keras", Status.ENV_FAIL)
    good, lost = (
        make_column(FAILED, packages={"numpy": "2.0.2"}),
        make_column(env_fail, status="env-fail", reason="no network"),
    )
    found = merge({"tf215": good}, {"tf215": lost})["tf215"]
    assert found.environment == good.environment
    assert found.cells == {FAILED.key: FAILED, env_fail.key: replace(env_fail, status=Status.NOT_RUN)}


def test_conflicting_answers_are_refused_naming_the_cell() -> None:
    said = r"^tf215: a\[keras\] has two different outcomes: pass, and fail at fit \(ValueError: shapes\)$"
    with pytest.raises(HarnessError, match=said):
        merge({"tf215": make_column(PASSED)}, {"tf215": make_column(FAILED)})


def test_two_sets_of_packages_are_an_error() -> None:
    one, other = (make_column(PASSED, packages={"numpy": version}) for version in ("1.26.4", "2.0.2"))
    with pytest.raises(HarnessError, match=r"^tf215: two documents have different packages$"):
        merge({"tf215": one}, {"tf215": other})


def test_nested_folders_are_read_as_one(project: TinyProject) -> None:
    other = Outcome("b", "keras", Status.PASS)
    project.keep("nightly/one", make_column(FAILED))
    project.keep("nightly/two", make_column(other))
    project.keep("nightly/two", make_column(other, id="tf216"))
    found = read_source(Layout(project.root), str(project.root / "nightly"))
    assert found == {"tf215": make_column(FAILED, other), "tf216": make_column(other, id="tf216")}
