from __future__ import annotations

import pytest

from harness.controller.errors import UsageError
from harness.controller.project.loader import Project, load_project
from harness.controller.project.selection import Selection
from tests.support.tiny_project import TinyProject


@pytest.fixture
def loaded(project: TinyProject) -> Project:
    return load_project(project.root)


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(), "tf115 tf215 tf216 tf216-legacy"),
        (Selection(("tf216*",)), "tf216 tf216-legacy"),
        (Selection(("tf216", "tf115")), "tf115 tf216"),
        (Selection(("tf?15",)), "tf115 tf215"),
        (Selection((), ("quick", "tf1x")), "tf115 tf215 tf216"),
        (Selection(("*-legacy",), ("tf1x",)), "tf115 tf216-legacy"),
    ],
)
def test_environments_chosen_in_matrix_order(loaded: Project, selection: Selection, expected: str) -> None:
    chosen = [environment.id for environment in selection.choose_environments(loaded.matrix)]
    assert chosen == expected.split()


def test_default_group_applies_only_without_named_environments(loaded: Project) -> None:
    default = Selection().choose_environments(loaded.matrix, "quick")
    named = Selection(("tf115",)).choose_environments(loaded.matrix, "quick")
    assert [item.id for item in default] == ["tf215", "tf216"]
    assert [item.id for item in named] == ["tf115"]


def test_paths_and_cases_are_chosen_by_patterns(loaded: Project) -> None:
    selection = Selection(paths=("*keras", "tf.*"), cases=("den*",))
    assert [spec.id for spec in selection.choose_paths(loaded.matrix)] == ["tensorflow.keras", "tf.keras", "keras"]
    assert [case.id for case in selection.choose_cases(loaded.cases, loaded.matrix)] == ["dense"]
    assert [spec.id for spec in Selection(paths=("keras",)).choose_paths(loaded.matrix)] == ["keras"]
    assert [case.id for case in Selection().choose_cases(loaded.cases, loaded.matrix)] == ["dense", "version"]


@pytest.mark.parametrize(
    ("selection", "said"),
    [
        (Selection(("tf21",)), "no environment matches 'tf21'; did you mean 'tf216'?"),
        (Selection(("TF215",)), "no environment matches 'TF215'; did you mean 'tf215'?"),
        (Selection(("tf215", "x*")), "no environment matches 'x*'; known: tf115, tf215, tf216, tf216-legacy"),
        (Selection((), ("tf3x",)), "unknown group 'tf3x'; did you mean 'tf2x'?"),
        (Selection((), ("tf*",)), "unknown group 'tf*'; known: quick, tf1x, tf2x"),
        (Selection(paths=("tf_keras",)), "no import path matches 'tf_keras'; did you mean 'tf.keras'?"),
        (Selection(cases=("denes",)), "no case matches 'denes'; did you mean 'dense'?"),
    ],
)
def test_a_selection_that_matches_nothing_is_refused(loaded: Project, selection: Selection, said: str) -> None:
    def choose() -> None:
        selection.choose_environments(loaded.matrix)
        selection.choose_paths(loaded.matrix)
        selection.choose_cases(loaded.cases, loaded.matrix)

    with pytest.raises(UsageError) as refused:
        choose()
    assert str(refused.value) == said
