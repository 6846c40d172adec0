from __future__ import annotations

from collections.abc import Callable

from harness.contract.records import Outcome
from harness.contract.statuses import Stage, Status
from harness.controller.results.documents import Column
from harness.controller.site.data import SiteData
from harness.controller.site.front_page import best_import, examples, import_choices, path_verdicts

Make = Callable[..., SiteData]
USUAL = frozenset({"dense", "version"})


def verdicts(site: SiteData) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {item.path: (item.newest, item.states) for item in path_verdicts(site)}


def test_paths_work_partly_or_are_gone(site: Make) -> None:
    assert verdicts(site(usual_cases=USUAL)) == {
        "tensorflow.keras": ("partly", ("works in 2.15", "partly from 2.16 on")),
        "tf.keras": ("works", ("works from 2.15 on",)),
        "keras": ("gone", ("works in 2.15", "gone from 2.16 on")),
    }


def test_only_usual_cases_make_the_verdict(site: Make) -> None:
    assert verdicts(site(usual_cases=frozenset({"version"})))["tensorflow.keras"][0] == "works"


def test_path_that_never_was_is_not_gone(site: Make, columns: dict[str, Column]) -> None:
    absent = Outcome("version", "keras", Status.ABSENT, Stage.PATH, "ModuleNotFoundError", "No module named 'keras'")
    columns["tf215"].cells[absent.key] = absent
    assert verdicts(site(usual_cases=USUAL))["keras"] == ("–", ())


def test_path_without_any_pass_is_broken(site: Make, columns: dict[str, Column]) -> None:
    for name in ("dense", "version"):
        failing = Outcome(name, "tf.keras", Status.FAIL, Stage.CALL, "ValueError", "no")
        columns["tf216"].cells[failing.key] = failing
    assert verdicts(site(usual_cases=USUAL))["tf.keras"][1] == ("works in 2.15", "broken from 2.16 on")


def test_private_paths_are_those_of_the_matrix(site: Make) -> None:
    private = {item.path for item in path_verdicts(site(private=["tensorflow"])) if item.is_private}
    assert private == {"tensorflow.keras", "tf.keras"}


def test_examples_are_of_the_measured_cells(site: Make, columns: dict[str, Column]) -> None:
    text = "cannot import name 'Lost' from 'keras.layers'"
    failing = Outcome("version", "keras", Status.FAIL, Stage.IMPORT, "ImportError", text)
    columns["tf216"].cells[failing.key] = failing
    assert "from keras.layers import Lost" in examples(site())


def test_import_choices_have_the_best_path_first(site: Make) -> None:
    newest, older = choices = import_choices(site())
    assert (newest.head.label, newest.best) == ("2.16", ["tf.keras"])
    assert newest.shares == (("tf.keras", 2, 2), ("tensorflow.keras", 1, 2))  # keras is absent
    assert older.best == ["tensorflow.keras", "tf.keras", "keras"]
    assert best_import(choices) == ("tf.keras", 2)
