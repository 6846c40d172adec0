from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from harness.cases.case import Case, Known
from harness.contract.plan import PathSpec
from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.grid.grid import make_grid
from harness.controller.grid.release_ranges import (
    OutcomeRange,
    PathSummary,
    Quote,
    ReleaseRange,
    join_ranges,
    summarise,
    summary_sentence,
)
from harness.controller.project.loader import load_matrix
from harness.controller.project.matrix import Environment
from harness.controller.results.documents import Column, EnvironmentFacts
from tests.support import ROOT

CASE = Case("x", "snippet", "X", "cases/snippet/x.yaml", {}, requires=("graphviz",))
P, F, A, N, E = Status.PASS, Status.FAIL, Status.ABSENT, Status.NOT_RUN, Status.ENV_FAIL
Outcomes = dict[str, Outcome | None]  # by environment; None: its document has no such cell
Tell = Callable[..., tuple[PathSummary, ...]]


@pytest.fixture
def everything() -> list[Environment]:
    """2.0, 2.1, 2.2, 2.16, 2.16 legacy and 2.17 as if there were no others."""
    environments = load_matrix(ROOT).environments
    return [environments[name] for name in ("tf20", "tf21", "tf22", "tf216", "tf216-legacy", "tf217")]


@pytest.fixture
def told(everything: list[Environment]) -> Tell:
    """The stories of a case from its outcomes by path; `only` selects environments."""

    def told(by_path: dict[str, Outcomes], case: Case = CASE, only: str = "") -> tuple[PathSummary, ...]:
        columns: dict[str, Column] = {}
        for path, outcomes in by_path.items():
            for name, outcome in outcomes.items():
                column = columns.setdefault(name, Column(EnvironmentFacts(name, "2.0.0", "3.7", "tensorflow"), {}))
                if outcome:
                    column.cells["x", path] = replace(outcome, path=path)
        chosen = [environment for environment in everything if environment.id in only.split()] or everything
        grid = make_grid([case], [PathSpec(path, "from", path.split(".")[0]) for path in by_path], chosen, columns)
        return summarise(grid, case, everything)

    return told


def gave(**statuses: Status) -> Outcomes:
    """Outcomes by environment, in which what fails does so at the import."""
    stages = {Status.FAIL: Stage.IMPORT, Status.ABSENT: Stage.PATH}
    return {name.replace("_", "-"): Outcome("x", "", what, stages.get(what)) for name, what in statuses.items()}


def failed(message: str, stage: Stage = Stage.CALL) -> Outcome:
    return Outcome("x", "", Status.FAIL, stage, "ValueError", message)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], []),
        ([1], [("from a on", 1)]),
        ([1, 1], [("from a on", 1)]),
        ([1, 2], [("a", 1), ("from b on", 2)]),
        ([1, 1, 2, 1, 1], [("a to b", 1), ("c", 2), ("from d on", 1)]),
        ([1, None, 1], [("a", 1), ("from c on", 1)]),
        ([1, 1, None], [("a to b", 1)]),
        ([None, 0, 0, None, None], [("b to c", 0)]),
        ([None], []),
    ],
)
def test_neighbours_with_the_same_value_are_joined(values: list[int | None], expected: list[tuple[str, int]]) -> None:
    found = join_ranges(zip("abcdefg", values, strict=False))
    assert [(str(place), value) for place, value in found] == expected


GAPS = "works in 2.0, {} in 2.1, works from 2.2 on"
TIMED_OUT = Outcome("x", "", Status.TIMEOUT, Stage.FIT, message="stopped at the time limit")


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        (gave(tf20=P, tf21=P, tf22=P, tf216=P, tf217=P), "works from 2.0 on"),
        (gave(tf20=P, tf21=P, tf22=P, tf216=F, tf217=F), "works 2.0 to 2.2, fails from 2.16 on at import"),
        (gave(tf20=P, tf21=P, tf22=P, tf216=P, tf217=F), "works 2.0 to 2.16, fails from 2.17 on at import"),
        (gave(tf20=A, tf21=A, tf22=P, tf216=A, tf217=A), "absent 2.0 to 2.1, works in 2.2, absent from 2.16 on"),
        (gave(tf20=P, tf21=E, tf22=P, tf216=P, tf217=P), GAPS.format("could not be installed")),
        (gave(tf20=P, tf21=N, tf22=P, tf216=P, tf217=P), GAPS.format("not run")),
        (gave(tf20=P, tf22=P, tf216=P, tf217=P), GAPS.format("not run")),
        ({**gave(tf20=P, tf22=P, tf216=P, tf217=P), "tf21": None}, GAPS.format("not run")),
        (
            {**gave(tf20=P, tf22=P, tf216=P, tf217=P), "tf21": TIMED_OUT},
            "works in 2.0, times out in 2.1 at fit, works from 2.2 on",
        ),
        (gave(tf20=P), "works in 2.0, not run from 2.1 on"),
        ({}, "not run from 2.0 on"),
    ],
)
def test_a_path_in_words(told: Tell, outcomes: Outcomes, said: str) -> None:
    (story,) = told({"keras": outcomes}, only="tf20 tf21 tf22 tf216 tf217")
    assert summary_sentence(story, CASE) == said


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (Status.PASS, "works in 2.0"),
        (Status.FAIL, "fails in 2.0 at save"),
        (Status.ABSENT, "absent in 2.0"),
        (Status.UNMET, "needs graphviz in 2.0"),
        (Status.TIMEOUT, "times out in 2.0 at save"),
        (Status.CRASH, "crashes in 2.0 at save"),
        (Status.ENV_FAIL, "could not be installed in 2.0"),
        (Status.ERROR, "harness at fault in 2.0"),
        (Status.SKIP, "skipped in 2.0"),
        (Status.NOT_RUN, "not run in 2.0"),
    ],
)
def test_every_status_has_a_word(told: Tell, status: Status, word: str) -> None:
    (story,) = told({"keras": {"tf20": Outcome("x", "", status, Stage.SAVE)}}, only="tf20")
    assert summary_sentence(story, CASE) == word


def test_different_stage_or_status_splits_a_range(told: Tell) -> None:
    outcomes: Outcomes = {
        "tf20": failed("x"),
        "tf21": failed("x", Stage.FIT),
        "tf22": replace(failed("x"), status=Status.CRASH),
        "tf216": replace(failed("x"), stage=None),
    }
    (story,) = told({"keras": outcomes}, only="tf20 tf21 tf22 tf216")
    assert (
        summary_sentence(story, CASE)
        == "fails in 2.0 at call, fails in 2.1 at fit, crashes in 2.2 at call, fails in 2.16"
    )


def test_unselected_release_ends_range_and_is_omitted(told: Tell) -> None:
    outcomes = gave(tf20=P, tf21=P, tf22=P, tf216=P, tf216_legacy=P, tf217=P)
    (story,) = told({"keras": outcomes}, only="tf20 tf22 tf216")
    assert summary_sentence(story, CASE) == "works in 2.0, works 2.2 to 2.16"


def test_variant_neither_joins_nor_ends_ranges(told: Tell) -> None:
    outcomes = gave(tf20=P, tf21=P, tf22=P, tf216=P, tf216_legacy=F, tf217=P)
    (story,) = told({"keras": outcomes})
    assert summary_sentence(story, CASE) == "works from 2.0 on; 2.16 legacy: fails at import"
    (story,) = told({"keras": outcomes}, only="tf216-legacy")
    assert (story.releases, summary_sentence(story, CASE)) == ((), "2.16 legacy: fails at import")
    (story,) = told({"keras": {}})
    assert summary_sentence(story, CASE) == "not run from 2.0 on; 2.16 legacy: not run"


def test_variants_of_a_word_are_ranges_of_releases(told: Tell, everything: list[Environment]) -> None:
    of = {item.id: item for item in everything}
    everything += [replace(of[name], id=f"{name}-new") for name in ("tf20", "tf21", "tf216", "tf217")]
    outcomes = gave(**{name.replace("-", "_"): P for name in of})
    outcomes |= gave(tf20_new=P, tf21_new=P, tf216_new=P, tf217_new=F)
    (story,) = told({"keras": outcomes})
    said = "works from 2.0 on; 2.16 legacy: works; 2.0 to 2.1 new: works; 2.16 new: works; 2.17 new: fails at import"
    assert summary_sentence(story, CASE) == said


def test_paths_with_the_same_story_share_it(told: Tell) -> None:
    works, fails = gave(tf20=P, tf21=P), gave(tf20=P, tf21=F)
    other: Outcomes = {**gave(tf20=P), "tf21": replace(failed("other"), stage=Stage.IMPORT)}
    legacy = works | gave(tf216_legacy=P)
    stories = told({"a": works, "b": fails, "c": works, "d": other, "e": legacy, "f": fails})
    assert [story.paths for story in stories] == [("a", "c"), ("b", "f"), ("d",), ("e",)]


def test_message_is_ignored_unless_cell_fails(told: Tell) -> None:
    absent = gave(tf20=A, tf21=A)
    named: Outcomes = {name: Outcome("x", "", A, Stage.PATH, "ModuleNotFoundError", name) for name in absent}
    assert [story.paths for story in told({"a": absent, "b": named})] == [("a", "b")]


def test_message_has_its_releases_and_explanation(told: Tell) -> None:
    known = Known("k*", ">=2.1", "other", "It went.", "keras#1")
    messages = {"tf20": "one\n two", "tf21": "other", "tf22": "one two", "tf216": "other", "tf217": "other"}
    outcomes: Outcomes = {name: failed(message) for name, message in messages.items()}
    (story,) = told({"keras": outcomes | {"tf216-legacy": failed("other")}}, replace(CASE, known=(known,)))
    labels = ("2.0", "2.1", "2.2", "2.16", "2.17")
    two = Quote("ValueError: one two", (ReleaseRange(("2.0",)), ReleaseRange(("2.2",))))
    other = Quote("ValueError: other", (ReleaseRange(("2.1",)), ReleaseRange(("2.16", "2.17"), newest=True)), known)
    assert story.releases == (OutcomeRange(ReleaseRange(labels, newest=True), F, Stage.CALL, (two, other)),)
    legacy = ReleaseRange(("2.16 legacy",))
    assert story.variants == (OutcomeRange(legacy, F, Stage.CALL, (Quote("ValueError: other", (legacy,), known),)),)


def test_message_in_two_ranges_appears_in_each(told: Tell) -> None:
    outcomes: Outcomes = {"tf20": failed("x"), "tf21": gave(tf21=P)["tf21"], "tf22": failed("x")}
    (story,) = told({"keras": outcomes}, only="tf20 tf21 tf22")
    assert [[str(place) for said in span.quotes for place in said.ranges] for span in story.releases] == [
        ["2.0"],
        [],
        ["2.2"],
    ]
