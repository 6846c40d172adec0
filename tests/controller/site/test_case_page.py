from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from harness.cases.case import Case
from harness.contract.statuses import Stage, Status
from harness.controller.results.documents import Column
from harness.controller.results.history import Event
from harness.controller.site.case_page import CasePage, case_page, expected_error
from harness.controller.site.data import SiteData

Make = Callable[..., SiteData]


def page(site: SiteData, name: str) -> CasePage:
    (case,) = (case for case in site.cases if case.id == name)
    return case_page(site, case)


def test_different_answers_listed_once_with_ranges(site: Make) -> None:
    answers = page(site(), "dense").answers
    assert [answer.result.status for answer in answers] == [Status.FAIL, Status.ENV_FAIL, Status.PASS]
    fail, _, passed = answers
    assert (fail.result.stage, fail.result.error, fail.result.message) == (Stage.BUILD, "ValueError", "no `layer`")
    assert {path: [str(item) for item in ranges] for path, ranges in fail.ranges.items()} == {
        "tensorflow.keras": ["from 2.16 on"]
    }
    assert {path: [str(item) for item in ranges] for path, ranges in passed.ranges.items()} == {
        "tensorflow.keras": ["2.15", "2.16 legacy"],
        "tf.keras": ["from 2.15 on", "2.16 legacy"],
    }


def test_every_cell_leads_to_its_own_answer(site: Make) -> None:
    found = site()
    made = page(found, "version")
    results = {answer.anchor: answer.result for answer in made.answers}
    for line in made.lines:
        for cell, head in zip(line.cells, found.heads, strict=True):
            assert cell.id == f"{head.id}:{line.path}"
            (outcome,) = (
                one for one in found.grid.column_outcomes(head.environment) if one.key == ("version", line.path)
            )
            assert results[cell.answer].status is cell.status is outcome.status
            assert results[cell.answer].message == outcome.message


def test_anchors_stay_when_other_results_go(site: Make, columns: dict[str, Column]) -> None:
    before = {answer.result.status: answer.anchor for answer in page(site(), "dense").answers}
    assert len(set(before.values())) == len(before)
    columns["tf216"].cells.clear()
    after = {answer.result.status: answer.anchor for answer in page(site(), "dense").answers}
    assert Status.FAIL not in after
    assert after[Status.PASS] == before[Status.PASS]


def test_a_script_is_the_one_that_runs(site: Make) -> None:
    first, second = page(site(), "dense").lines
    assert "from tensorflow.keras.layers import Dense" in first.script
    assert "tf.keras.layers.Dense" in second.script


def test_range_ends_at_release_not_run(site: Make, columns: dict[str, Column]) -> None:
    del columns["tf215"]
    columns["tf115"].cells.update(columns["tf216"].cells)
    answers = page(site(), "version").answers
    passed = next(answer for answer in answers if answer.result.status is Status.PASS)
    assert [str(item) for item in passed.ranges["tf.keras"]] == ["1.15", "from 2.16 on", "2.16 legacy"]
    assert Status.NOT_RUN in {answer.result.status for answer in answers}


def seconds(**by_path: float) -> dict[tuple[str, str, str], dict[str, float]]:
    paths = {"tensorflow": "tensorflow.keras", "tf": "tf.keras", "keras": "keras"}
    return {("tf215", "version", paths[name]): {"fit": value} for name, value in by_path.items()}


def slow(found: SiteData) -> list[str]:
    return [cell.id for line in page(found, "version").lines for cell in line.cells if cell.is_slow]


def test_path_several_times_slower_is_marked(site: Make) -> None:
    assert slow(site(seconds=seconds(tensorflow=0.5, tf=0.7, keras=6.0))) == ["tf215:keras"]


def test_short_or_comparable_times_stay_unmarked(site: Make) -> None:
    assert slow(site(seconds=seconds(tensorflow=0.1, tf=0.1, keras=0.9))) == []
    assert slow(site(seconds=seconds(tensorflow=5.0, tf=5.0, keras=9.0))) == []
    assert slow(site(seconds=seconds(keras=90.0))) == []


def test_cell_facts_give_last_change_and_duration(site: Make, event: Callable[..., Event]) -> None:
    events = [event(environment="tf215", case="version", path="keras", change="fixed", before="fail at call")]
    facts = page(site(events=events, seconds=seconds(keras=2.0, tf=0.125)), "version").facts
    assert facts["tf215:keras"] == {
        "since": "2026-11-01",
        "change": "fixed",
        "before": "fail at call",
        "seconds": {"fit": 2.0},
        "slow": True,
    }
    assert facts["tf216:keras"] == {}


def test_cell_facts_name_the_brought_program(site: Make) -> None:
    source = {"dot": "the Graphviz of pygraphviz 2.0.4"}
    facts = page(site(programs={("tf215", "version", "keras"): source}), "version").facts
    assert facts["tf215:keras"] == {"programs": source}
    assert facts["tf215:tf.keras"] == {}


def test_cell_stages_listed_in_run_order(site: Make) -> None:
    stages = {"call": 2.0, "check": 0.5, "import": 1.0, "path": 0.25}
    facts = page(site(seconds={("tf215", "version", "keras"): stages}), "version").facts
    assert list(facts["tf215:keras"]["seconds"]) == ["path", "import", "call", "check"]


def test_case_without_known_facts_has_no_explanation(site: Make) -> None:
    cases: tuple[Case, ...] = site().cases
    assert all(not case.known for case in cases)
    assert {answer.result.known for answer in page(site(), "dense").answers} == {None}


def test_cell_facts_give_all_changes(site: Make, event: Callable[..., Event]) -> None:
    cell = {"environment": "tf215", "case": "version", "path": "keras"}
    events = [event(**cell, change="regressed", before="pass", after="fail at call")]
    events.append(event(**cell, day="2026-11-02", change="fixed", before="fail at call", after="pass"))
    facts = page(site(events=events), "version").facts
    assert facts["tf215:keras"]["history"] == [
        ["2026-11-01", "regressed", "pass", "fail at call"],
        ["2026-11-02", "fixed", "fail at call", "pass"],
    ]
    assert "history" not in facts["tf215:tf.keras"]


def test_advice_is_for_paths_that_fail(site: Make) -> None:
    found = site()
    assert page(found, "dense").failing == " of tensorflow.keras"
    assert page(found, "version").failing == " of keras"


def test_expected_error_is_that_of_the_case(site: Make) -> None:
    found = site()
    (dense, _) = found.cases
    assert expected_error(dense) == ""
    raises = {"expect": {"raises": {"at": "plot", "type": "ImportError", "match": "pydot"}}}
    assert expected_error(replace(dense, body=dense.body | raises)) == "ImportError: pydot"
